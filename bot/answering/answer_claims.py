"""What the claims of an answer say to a question: of whom, with which verdict, and why it is a no."""

from __future__ import annotations

from collections.abc import Mapping

from bot.answering.decision import Contrast, Decision
from bot.answering.verdict_fusion import Stance
from bot.knowledge.evidence import Evidence
from bot.knowledge.model import Answer, KnowledgeBase
from bot.nlu.followup import sibling_in, siblings
from bot.nlu.question import Question
from bot.nlu.sentence_splitter import MOST_QUESTIONS

WEAK = ("may", "helps")  # strengths of claims that do not state that something is so


class AnswerClaims:
    """Reads the claims of an answer for a question."""

    def __init__(self, knowledge: KnowledgeBase, evidence: Evidence) -> None:
        self._knowledge = knowledge
        self._evidence = evidence

    def asked(self, subjects: tuple[str, ...], entry: Answer) -> tuple[str, ...]:
        """Subjects to answer for: those the entry covers; else those with a contrast; else those that are not the
        source itself."""
        dealt_with = tuple(subject for subject in subjects if subject in entry.subjects)
        known = self._knowledge.subjects
        comparable = tuple(subject for subject in subjects if known[subject].contrast)
        return dealt_with or comparable or tuple(subject for subject in subjects if not known[subject].speaker)

    def stance(self, entry: Answer, asked: tuple[str, ...]) -> Stance:
        """How the claims stand to the topics of `entry`, for the subjects that are asked about."""
        finding = self._evidence.of_entry(entry, asked)
        weak = all(self._knowledge.claims[claim].strength in WEAK for claim in entry.claims)
        return Stance(finding.verdict if finding else None, weak)

    def differ(self, entry: Answer) -> bool:
        """Whether one source affirms and another denies what `entry` is about."""
        if len(self._knowledge.sources) < 2:
            return False
        claims = self._knowledge.claims
        said: dict[tuple[str, str], set[tuple[str, bool]]] = {}
        for claim in claims.values():
            for one in claim.statements:
                if one.topic in entry.topics and one.subject in entry.subjects:
                    said.setdefault((one.subject, one.topic), set()).add((claim.source, one.holds))
        return any(
            (other, not holds) in found
            for found in said.values()
            for source, holds in found
            for other, _ in found
            if other != source
        )

    def contrast(self, question: Question, decision: Decision) -> Contrast | None:
        """Why the verdict is a "no", where that rests on the comparison of two subjects alone."""
        entry = self._knowledge.answers.get(decision.entry or "")
        if decision.verdict != "no" or entry is None or len(decision.subjects) != 1:
            return None
        asked = decision.subjects[0]
        for topic in dict.fromkeys((*question.topics, *entry.topics)):
            finding = self._evidence.on(asked, topic)
            if finding is not None and finding.rule == "contrast":
                claim = self._knowledge.claims[finding.claims[0]]
                compared = self._knowledge.subjects[asked].contrast
                other = next((subject for subject in claim.subjects if subject in compared), None)
                return Contrast(topic, asked, other) if other else None
        return None

    def halves(self, question: Question, entry: Answer, chances: Mapping[str, float]) -> tuple[str, ...]:
        """The answers on the topics that a question on one subject joins ("does A cover X and Y?"), in its order; empty
        where it does not, where a topic has no answer of its own, or where `entry` cites the foremost claim of each.

        `chances`: probabilities of answers, by which one of several on a topic is taken.
        """
        if len(question.subjects) != 1 or not 1 < len(question.topics) <= MOST_QUESTIONS:
            return ()
        own = siblings(question.subjects, self._knowledge)
        on_each = [[one for one in own if topic in one.topics] for topic in question.topics]
        if not all(on_each):
            return ()
        found = [max(on_topic, key=lambda one: chances.get(one.id, 0.0)) for on_topic in on_each]
        foremost = {claim for one in found for claim in one.claims[:1]}
        ids = tuple(dict.fromkeys(one.id for one in found))
        return ids if len(ids) == len(found) and not foremost <= set(entry.claims) else ()

    def on_each_aspect(self, question: Question, decision: Decision) -> list[Decision]:
        """One decision for each coordinated aspect ("the costs and the risks of A"), at most MOST_QUESTIONS, in order.

        Empty if `decision` is no answer, if a single aspect is named, or if another one has no answer on its subjects.
        """
        entry = self._knowledge.answers.get(decision.entry or "")
        named = question.coordinated_aspects
        if decision.outcome != "answer" or entry is None or not named:
            return []
        has_one = entry.aspect in named
        others = [aspect for aspect in named if aspect != entry.aspect][: MOST_QUESTIONS - has_one]
        beside = [one for aspect in others if (one := sibling_in(aspect, entry.subjects, self._knowledge))]
        if len(beside) < len(others):
            return []
        own = {entry.aspect: decision} if has_one else {}
        decisions = own | {
            one.aspect: decision._replace(
                entry=one.id, claims=one.claims, topics=one.topics, verdict=None, rule="another aspect named"
            )
            for one in beside
        }
        return [decisions[aspect] for aspect in named if aspect in decisions]
