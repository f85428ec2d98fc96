"""From answers to a recommendation: its outcome, its reasons, and what another answer would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.domain.dialogue_state import Run
from bot.knowledge.triage import Outcome, Picks, Point, Spoken, Triage, holds
from bot.triage.transitions import with_answers


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers of a finished dialogue."""

    picks: Picks
    words: Mapping[str, str]  # typed beside them, see `bot.domain.dialogue_state.Given`
    at: float  # when the last one was given, in seconds since 1970; 0 where that is not known


@dataclass(frozen=True, slots=True)
class Change:
    """An option that was not picked, and the outcome it would lead to.

    `also`: beside what was picked, where the question takes several; else instead of it."""

    question: str
    option: str
    outcome: str
    also: bool = False


@dataclass(frozen=True, slots=True)
class Recommendation:
    outcome: Outcome
    rules: tuple[str, ...]  # what fired: OUTCOME/ROW of its condition, then QUESTION/OPTION of each reason
    reasons: tuple[Point, ...]  # all of them speak for the outcome
    against: tuple[Spoken, ...]  # the reasons given that speak for other outcomes only
    watch: tuple[Point, ...]
    first: tuple[Point, ...]
    tools: tuple[Point, ...]
    changes: tuple[Change, ...]


def decide(picks: Picks, triage: Triage) -> Recommendation:
    """The recommendation for `picks`, which must be complete: a checked dialogue has one outcome for any of them."""
    outcome = triage.fitting(picks)[0]
    given = tuple(triage.spoken(picks))
    own = [spoken for part in outcome.parts for spoken in given if _first_part(outcome, spoken) == part]
    return Recommendation(
        outcome=outcome,
        rules=(*_rows(outcome, picks), *dict.fromkeys(f"{one.question}/{one.option}" for one in own)),
        reasons=(*(Point(one.reason.text, one.reason.claims) for one in own), *_said(outcome.reasons, picks)),
        against=tuple(one for one in given if not outcome.is_supported_by(one.reason)),
        watch=_said(outcome.watch, picks),
        first=_said(outcome.first, picks),
        tools=_said(outcome.tools, picks),
        changes=tuple(changes(picks, outcome.id, triage)),
    )


def changes(picks: Picks, outcome: str, triage: Triage) -> Iterator[Change]:
    """Every option not picked that would lead to another outcome. Questions that it adds count as skipped."""
    for question in triage.questions.values():
        picked = picks.get(question.id)
        if picked is None:
            continue
        also = question.multiple and bool(picked)
        for option in question.options:
            if option in picked:
                continue
            options = tuple(one for one in question.options if one == option or (also and one in picked))
            other = with_answers(Run("", ""), {**picks, question.id: options}, triage).picks
            ends = triage.fitting(other)[0].id
            if ends != outcome:
                yield Change(question.id, option, ends, also)


def _first_part(outcome: Outcome, spoken: Spoken) -> str:
    """The first of the outcome's parts that a reason speaks for; "" if there is none."""
    found = (part for part in outcome.parts if part in spoken.reason.outcomes)
    return next(found, outcome.parts[0] if outcome.is_supported_by(spoken.reason) else "")


def _rows(outcome: Outcome, picks: Picks) -> Iterator[str]:
    """`OUTCOME/ROW` for the rows of its condition that hold, from 1; `OUTCOME` where it has no condition."""
    if not outcome.when:
        yield outcome.id
    for number, row in enumerate(outcome.when, 1):
        if all(test.holds(picks) for test in row):
            yield f"{outcome.id}/{number}"


def _said(points: tuple[Point, ...], picks: Picks) -> tuple[Point, ...]:
    return tuple(point for point in points if holds(point.when, picks))
