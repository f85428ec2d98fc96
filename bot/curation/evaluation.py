"""Evaluates the advisor on gold questions.

A reply is right if
- gold is an `answer`: it is one too, has the gold verdict (if there is one), and is the gold `entry`; without one it
  cites every claim of `must`, and at least half of the claims it cites are in `must` or `may`;
- gold is `unstated` or `offtopic`: it is either of the two;
- otherwise: it is of the same kind;
- gold says `or_decline`: it declines or asks back, whatever the kind.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from bot.domain.messages import Kind, Reply

DECLINED: frozenset[str] = frozenset({"unstated", "offtopic"})
KINDS: tuple[str, ...] = get_args(Kind)


class GoldError(ValueError):
    """A line of a gold file can't be used. The message names the line and the remedy."""


@dataclass(frozen=True, slots=True)
class Gold:
    """A question with the expected reply. `verdict`, `entry` and the ids in `must` may offer alternatives: "a|b"."""

    question: str
    kind: str
    history: tuple[str, ...] = ()
    verdict: str = ""  # yes | no | partly; empty: not a yes/no question
    must: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    style: str = ""  # a label to group results by
    or_decline: bool = False  # a decline or an ask-back is right as well
    entry: str = ""  # the id of the answer; empty: any that cites the claims


@dataclass(frozen=True, slots=True)
class Case:
    """A gold question with its reply. `fault`: why the reply is wrong; "" if it is right. `rule`: the rule by which a
    wrong reply was decided. `shown`: a hash of what a person sees of the reply."""

    gold: Gold
    reply: Reply
    fault: str
    seconds: float
    shown: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A count out of a total. `float(share)` is their ratio, 0.0 if the total is 0."""

    part: int
    whole: int

    def __float__(self) -> float:
        return self.part / self.whole if self.whole else 0.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The cases of one run, with their metrics."""

    cases: tuple[Case, ...]

    @property
    def right(self) -> Share:
        return _share(not case.fault for case in self.cases)

    @property
    def false_answers(self) -> Share:
        """Answers among the replies to questions that are to be declined."""
        return _share(case.reply.kind == "answer" for case in self.cases if case.gold.kind in DECLINED)

    @property
    def found(self) -> Share:
        """Right, the verdict aside."""
        return _share(not fault(replace(case.gold, verdict=""), case.reply) for case in self.cases)

    @property
    def false_verdicts(self) -> Share:
        """Verdicts that were said and that gold does not allow, of the questions that ask for one."""
        said = [case for case in self.cases if case.reply.kind == "answer" and case.reply.verdict]
        false = sum(_has_wrong_verdict(case.gold, case.reply) or case.gold.kind in DECLINED for case in said)
        return Share(false, sum(bool(case.gold.verdict) for case in self.cases))

    @property
    def verdicts_left_out(self) -> Share:
        """Answers without a verdict among the replies to yes/no questions."""
        asked = [case for case in self.cases if case.gold.verdict]
        return _share(case.reply.kind == "answer" and not case.reply.verdict for case in asked)

    @property
    def wrong_verdicts(self) -> Share:
        """Answers with another verdict among the replies to yes/no questions."""
        asked = [case for case in self.cases if case.gold.verdict]
        return _share(case.reply.kind == "answer" and _has_wrong_verdict(case.gold, case.reply) for case in asked)

    @property
    def needless_declines(self) -> Share:
        """Declines among the replies to answerable questions."""
        answerable = [case for case in self.cases if case.gold.kind == "answer"]
        return _share(case.reply.kind in DECLINED and not case.gold.or_decline for case in answerable)

    def by(self, what: Callable[[Gold], str]) -> dict[str, Share]:
        """The share of right replies for each value of `what`, the worst first."""
        groups: dict[str, list[bool]] = defaultdict(list)
        for case in self.cases:
            groups[what(case.gold)].append(not case.fault)
        shares = {name: _share(iter(group)) for name, group in groups.items()}
        return dict(sorted(shares.items(), key=lambda item: (float(item[1]), item[0])))

    def by_kind(self) -> dict[str, Share]:
        return self.by(lambda gold: gold.kind)

    def by_style(self) -> dict[str, Share]:
        return self.by(lambda gold: gold.style)

    def by_style_group(self) -> dict[str, Share]:
        return self.by(style_group)

    @property
    def styles_alike(self) -> float:
        """The mean of the shares by group of styles: each counts the same, however many questions it has."""
        shares = [float(share) for share in self.by_style_group().values()]
        return sum(shares) / len(shares) if shares else 0.0

    def confusion(self) -> dict[tuple[str, str], int]:
        """Wrong replies by (expected claims or kind, entry or kind of the reply), the most frequent first."""
        pairs = Counter((_expected(case.gold), _got(case.reply)) for case in self.cases if case.fault)
        return dict(pairs.most_common())

    def latency(self, share: float) -> float:
        """The latency in seconds at this quantile (0 to 1); 0.0 without cases."""
        ranked = sorted(case.seconds for case in self.cases)
        return ranked[min(int(len(ranked) * share), len(ranked) - 1)] if ranked else 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """A question that two versions of the knowledge reply to differently."""

    before: Case
    after: Case

    @property
    def effect(self) -> str:
        """mended: now right. broken: now wrong. other: as right or wrong as before."""
        if bool(self.before.fault) == bool(self.after.fault):
            return "other"
        return "mended" if self.before.fault else "broken"


def read_golds(lines: Iterable[str]) -> list[Gold]:
    """The gold questions in JSON Lines. Raises GoldError at the first line that is none."""
    return [_gold(line, number) for number, line in enumerate(lines, 1) if line.strip()]


def evaluate(
    ask: Callable[[str, tuple[str, ...]], Reply], golds: Iterable[Gold], clock: Callable[[], float] = time.perf_counter
) -> Evaluation:
    """Asks every question in a fresh conversation, after its history, and judges the replies."""
    cases = []
    for gold in golds:
        start = clock()
        reply = ask(gold.question, gold.history)
        seconds, wrong = clock() - start, fault(gold, reply)
        rule = str(reply.explanation.get("rule", "")) if wrong else ""
        cases.append(Case(gold, reply, wrong, seconds, _shown(reply), rule))
    return Evaluation(tuple(cases))


def style_group(gold: Gold) -> str:
    """What stands before the first slash of its style: `hard` of `hard/followup`."""
    return gold.style.partition("/")[0]


def changes(before: Evaluation, after: Evaluation) -> list[Change]:
    """The questions of both evaluations whose replies differ."""
    return [Change(old, new) for old, new in shared(before, after) if old.shown != new.shown]


def shared(before: Evaluation, after: Evaluation) -> list[tuple[Case, Case]]:
    """The cases of the questions that both evaluations have, in the order of `after`."""
    earlier = {(case.gold.history, case.gold.question): case for case in before.cases}
    pairs = ((earlier.get((case.gold.history, case.gold.question)), case) for case in after.cases)
    return [(old, new) for old, new in pairs if old]


def fault(gold: Gold, reply: Reply) -> str:
    """Why `reply` is wrong for `gold`; "" if it is right."""
    if gold.or_decline and _holds_back(gold, reply):
        return ""
    if gold.kind in DECLINED:
        return "" if reply.kind in DECLINED else f"{reply.kind} for {gold.kind}"
    if reply.kind != gold.kind:
        return f"{reply.kind} for {gold.kind}"
    if gold.kind != "answer":
        return ""
    if _has_wrong_verdict(gold, reply):
        return f"verdict {reply.verdict or 'none'} for {gold.verdict}"
    if gold.entry:
        return "" if reply.entry in gold.entry.split("|") else f"{reply.entry or 'claims'} for {gold.entry}"
    cited = {citation.claim for citation in reply.citations}
    missing = [either for either in gold.must if not cited & set(either.split("|"))]
    if missing:
        return "misses " + ", ".join(missing)
    fitting = cited & set(gold.may).union(*(either.split("|") for either in gold.must))
    if len(fitting) * 2 < len(cited):
        return f"unfocused: cites {len(cited)}, of which {len(fitting)} fit"
    return ""


def _gold(line: str, number: int) -> Gold:
    try:
        row = json.loads(line)
    except ValueError:
        raise GoldError(f"line {number} is not JSON; write one object a line") from None
    if not isinstance(row, dict):
        raise GoldError(f"line {number} is not an object; write one object a line")
    question, kind = row.get("q"), row.get("kind")
    if not isinstance(question, str) or kind not in KINDS:
        raise GoldError(f"line {number} needs 'q' (the question) and 'kind' (one of {', '.join(KINDS)})")
    return Gold(
        question,
        kind,
        _strings(row, "history", number),
        str(row.get("verdict") or ""),
        _strings(row, "must", number),
        _strings(row, "may", number),
        str(row.get("style") or ""),
        row.get("or_decline") is True,
        str(row.get("entry") or ""),
    )


def _strings(row: Mapping[str, Any], key: str, number: int) -> tuple[str, ...]:
    value = row.get(key) or ()
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise GoldError(f"line {number}: {key!r} must be a list of texts")
    return tuple(value)


def _share(hits: Iterable[bool]) -> Share:
    counted = list(hits)
    return Share(sum(counted), len(counted))


def _holds_back(gold: Gold, reply: Reply) -> bool:
    helps = reply.kind == "help" and gold.kind in ("offtopic", "clarify")
    return helps or reply.kind == "clarify" or reply.kind in DECLINED


def _has_wrong_verdict(gold: Gold, reply: Reply) -> bool:
    return bool(gold.verdict) and (reply.verdict or "") not in gold.verdict.split("|")


def _expected(gold: Gold) -> str:
    return (gold.entry or ", ".join(gold.must)) if gold.kind == "answer" else gold.kind


def _got(reply: Reply) -> str:
    return reply.entry or reply.kind


def _shown(reply: Reply) -> str:
    seen = (reply.kind, reply.verdict, reply.title, reply.body, reply.citations)
    return hashlib.blake2s(repr(seen).encode(), digest_size=8).hexdigest()
