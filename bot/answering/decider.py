"""Decides on a question where no reader was learnt: answer, clarify or decline, by likeness to the example questions.

It never says Yes or No: on questions by writers whom nobody had seen, rules of English said the wrong one in a quarter
of all cases. What the claims say is the headline.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.answering.answer_claims import AnswerClaims
from bot.answering.decision import Decision
from bot.domain.conversation import LastTurn
from bot.knowledge.evidence import Evidence
from bot.knowledge.model import KnowledgeBase
from bot.nlu.followup import Resolved, resolve, sibling_of
from bot.nlu.question import Question
from bot.ranking.candidates import CandidateFinder, Candidates

OPTIONS = 5  # answers that are offered where none is near enough


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The least scores of the best candidate for each outcome."""

    answer: float = 0.20  # for an answer
    maybe: float = 0.15  # for a clarification ("did you mean …?"), and for a reply that is no answer
    strong: float = 0.80  # for an answer to a question that names a topic on which the sources are silent


class Decider:
    """Dialogue policy for questions: (question, last turn) -> Decision."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        finder: CandidateFinder,
        evidence: Evidence,
        thresholds: Thresholds,
        claims: AnswerClaims,
    ) -> None:
        self._knowledge = knowledge
        self._finder = finder
        self._evidence = evidence
        self._limits = thresholds
        self._claims = claims

    def decide(self, question: Question, last: LastTurn | None) -> Decision:
        """The decision on `question`, with what it leaves out taken from `last` (None: a fresh conversation)."""
        resolved = resolve(question, last, self._knowledge)
        candidates = self._finder.rank(question, resolved.extra)
        missing = tuple(topic for topic in question.topics if not self._knowledge.topics[topic].stated)
        decision = self._decide(resolved, candidates, missing)
        return decision._replace(candidates=candidates, resolved=resolved, missing=missing)

    def on_each_aspect(self, question: Question, decision: Decision) -> list[Decision]:
        """See `AnswerClaims.on_each_aspect`."""
        return self._claims.on_each_aspect(question, decision)

    def _decide(self, resolved: Resolved, candidates: Candidates, missing: tuple[str, ...]) -> Decision:
        best, limits = candidates.best, self._limits
        if resolved.entry is not None and not missing:
            return self._answered(resolved, resolved.entry, resolved.rule)
        if best is None:
            return Decision("offtopic", rule="no candidate")
        entry = self._knowledge.answers[best.entry]
        if missing and best.score < limits.strong and entry.kind not in ("unstated", "offtopic", "clarify"):
            return Decision("unstated", rule="names a topic on which the sources are silent")
        if entry.kind != "answer" and best.score >= limits.maybe:
            return Decision(entry.kind, entry=entry.id, rule=f"nearest to the examples of {entry.id}")
        if entry.kind == "answer" and best.score >= limits.answer:
            return self._answered(resolved, entry.id, "best candidate")
        if entry.kind == "answer" and best.score >= limits.maybe:
            near = (one.entry for one in candidates.ranked if self._knowledge.answers[one.entry].kind == "answer")
            return Decision("clarify", options=tuple(near)[:OPTIONS], rule="several answers are near")
        return Decision("unstated" if resolved.subjects else "offtopic", rule="no candidate is good enough")

    def _answered(self, resolved: Resolved, best: str, rule: str) -> Decision:
        """The answer `best`, or what says the same of the subject that is asked about."""
        entry = self._knowledge.answers[best]
        asked = self._claims.asked(resolved.subjects, entry)
        if asked and entry.subjects and not set(asked) & set(entry.subjects):
            sibling = sibling_of(entry, asked[:1], self._knowledge)
            if sibling is None and not any(self._evidence.on(asked[0], topic) for topic in entry.topics):
                return Decision("unstated", options=(best,), subjects=asked, rule="said of another subject only")
            entry, rule = sibling or entry, f"{rule}, read for the subject asked about"
        return Decision(
            "answer", entry=entry.id, claims=entry.claims, subjects=asked or entry.subjects, topics=entry.topics,
            rule=rule,
        )  # fmt: skip
