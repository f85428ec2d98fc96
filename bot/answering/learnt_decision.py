"""Decides on a question by what the learnt reader makes of it. A verdict needs the reader and the claims."""

from __future__ import annotations

from collections.abc import Iterable

from bot.answering.decision import Decider, Decision, Outcome
from bot.domain.conversation import LastTurn
from bot.domain.messages import Verdict
from bot.knowledge.labelled_reader import SILENT
from bot.knowledge.model import Answer, KnowledgeBase
from bot.nlu.question import Question
from bot.ranking.candidates import Candidate
from bot.reader.reader import Reader, Reading

OPTIONS = 4  # answers that are offered where none is sure enough
_SAID: dict[str, Verdict] = {"yes": "yes", "no": "no", "partly": "partly"}


class LearntDecider:
    """Dialogue policy for questions, with the same interface as `Decider`, which it asks where it is not sure."""

    def __init__(self, knowledge: KnowledgeBase, ruled: Decider, reader: Reader) -> None:
        self._knowledge = knowledge
        self._ruled = ruled
        self._reader = reader
        self._limits = reader.manifest.thresholds

    def read(self, question: Question, last: LastTurn | None) -> Reading:
        """What the reader makes of `question` after the last turn."""
        return self._reader.read(question.text, last.question if last else "")

    def decide(self, question: Question, last: LastTurn | None) -> Decision:
        """The decision on `question` in its context."""
        reading = self.read(question, last)
        return self._decide(question, self._ruled.decide(question, last), reading)._replace(reading=reading)

    def _decide(self, question: Question, ruled: Decision, reading: Reading) -> Decision:
        groups = self._groups(reading)
        best = max(groups, key=lambda label: groups[label])
        own = self._group_of(ruled)
        if own != best and groups[best] - groups.get(own, 0.0) <= self._lead:
            best = own
        entry = self._knowledge.answers.get(best)
        if entry is None or entry.kind != "answer":
            return self._declined(ruled, reading, best)
        if groups[best] < self._limits.answer and own != best:
            return self._unsure(ruled, groups, groups[best])
        return self._answered(question, ruled, reading, entry, groups[best])

    _lead = 0.3

    def on_each_aspect(self, question: Question, decision: Decision) -> list[Decision]:
        """See `Decider.on_each_aspect`."""
        return self._ruled.on_each_aspect(question, decision)

    def _groups(self, reading: Reading) -> dict[str, float]:
        """Probabilities by answer, and by kind of everything that is none."""
        groups: dict[str, float] = {}
        for label, probability in reading.answers.items():
            group = self._group(label)
            groups[group] = groups.get(group, 0.0) + probability
        return groups

    def _group(self, label: str) -> str:
        entry = self._knowledge.answers.get(label)
        if entry is None or entry.kind == "unstated":
            return SILENT
        return label if entry.kind in ("answer", "help") else entry.kind

    def _group_of(self, decision: Decision) -> str:
        entry = self._knowledge.answers.get(decision.entry or "")
        return entry.id if entry is not None and entry.kind in ("answer", "help") else decision.outcome

    def _declined(self, ruled: Decision, reading: Reading, group: str) -> Decision:
        if self._group_of(ruled) == group:
            return ruled
        likeliest = next(label for label in reading.answers if self._group(label) == group)
        entry = self._knowledge.answers.get(likeliest)  # None: silent, and on nothing that has an answer of its own
        outcome: Outcome = entry.kind if entry else "unstated"
        return ruled._replace(
            outcome=outcome,
            entry=entry.id if entry else None,
            verdict=None,
            claims=(),
            topics=(),
            options=(),
            rule="read as no question for an answer",
        )

    def _unsure(self, ruled: Decision, groups: dict[str, float], probability: float) -> Decision:
        if probability < self._limits.ask_back:
            return ruled._replace(outcome="unstated", entry=None, verdict=None, claims=(), rule="no answer is likely")
        options = tuple(sorted(self._answers(groups), key=lambda label: -groups[label])[:OPTIONS])
        return ruled._replace(
            outcome="clarify", entry=None, verdict=None, claims=(), options=options, rule="several answers are likely"
        )

    def _answers(self, groups: Iterable[str]) -> list[str]:
        known = self._knowledge.answers
        return [label for label in groups if label in known and known[label].kind == "answer"]

    def _answered(
        self, question: Question, ruled: Decision, reading: Reading, entry: Answer, probability: float
    ) -> Decision:
        judged = (
            ruled
            if ruled.entry == entry.id
            else self._ruled.answer_with(
                question,
                ruled.resolved,
                Candidate(entry.id, probability, probability, contrary=self._contrary(ruled, entry)),
            )
        )
        weak = self._ruled.is_weak(entry)
        verdict = self._verdict(reading, None if weak else judged.verdict)
        claims = judged.claims if verdict and verdict == judged.verdict else entry.claims
        decision = judged._replace(
            outcome="answer",
            entry=entry.id,
            verdict=verdict,
            judged=None if weak else judged.verdict,
            claims=claims,
            candidates=ruled.candidates,
            resolved=ruled.resolved,
            missing=(),
            bound=reading.verdict == "bound" and verdict is None,
            rule=judged.rule if ruled.entry == entry.id else f"read so with {probability:.2f}",
        )
        return decision._replace(contrast=self._ruled.contrast(question, decision))

    def _verdict(self, reading: Reading, judged: Verdict | None) -> Verdict | None:
        """The reader's verdict, where it is sure enough; it must be surer where the claims do not give the same."""
        found = _SAID.get(reading.verdict)
        if found is None:
            return None
        needed = self._limits.verdict if judged == found else self._limits.verdict_alone
        return found if reading.verdicts[found] >= needed else None

    @staticmethod
    def _contrary(ruled: Decision, entry: Answer) -> bool:
        return any(one.contrary for one in ruled.candidates.ranked if one.entry == entry.id)
