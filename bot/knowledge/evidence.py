"""Evidence: verdicts on a subject and topic, from the stances of the claims and never from wording."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from bot.domain.messages import Verdict
from bot.knowledge.model import Answer, KnowledgeBase


class Finding(NamedTuple):
    """The verdict of the claims on a subject and topic, and the ids of those claims."""

    verdict: Verdict
    claims: tuple[str, ...]
    rule: str  # "stated", "wider" (on a wider topic) or "contrast" (on the contrasted subject)


class Evidence:
    """Looks claims up by subject and topic."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._said: dict[tuple[str, str], list[tuple[bool, str]]] = defaultdict(list)
        for claim in knowledge.claims.values():
            for statement in claim.statements:
                self._said[statement.subject, statement.topic].append((statement.holds, claim.id))
        self._found: dict[tuple[str, str], Finding | None] = {}  # cache, bounded by the subjects and topics

    def on(self, subject: str, topic: str) -> Finding | None:
        """The finding on `subject` and `topic`: stated, by contrast, or on a wider topic; None if nothing is said."""
        key = subject, topic
        if key not in self._found:
            self._found[key] = self._look_up(subject, topic)
        return self._found[key]

    def _look_up(self, subject: str, topic: str) -> Finding | None:
        said = self._said.get((subject, topic))
        if said:
            return Finding(verdict_of(holds for holds, _ in said), tuple(claim for _, claim in said), "stated")
        concept = self._knowledge.topics.get(topic)
        if concept is None:
            return None
        contrast = self._by_contrast(subject, topic) if concept.exclusive else None
        if contrast is not None:
            return contrast
        for wider in concept.within:
            finding = self.on(subject, wider)
            if finding and finding.rule != "contrast":
                return Finding(finding.verdict, finding.claims, "wider")
        return None

    def _by_contrast(self, subject: str, topic: str) -> Finding | None:
        """`no`, if the claims affirm `topic` of a contrasted subject; None otherwise."""
        compared = self._knowledge.subjects.get(subject)
        claims = [
            claim
            for other in (compared.contrast if compared else ())
            for holds, claim in self._said.get((other, topic), ())
            if holds
        ]
        return Finding("no", tuple(claims), "contrast") if claims else None

    def of_entry(self, entry: Answer, subjects: tuple[str, ...]) -> Finding | None:
        """The joint finding on the topics of `entry`, for its subjects among `subjects`, else for all of them."""
        asked = tuple(subject for subject in subjects if subject in entry.subjects) or entry.subjects
        findings = [finding for topic in entry.topics for subject in asked if (finding := self.on(subject, topic))]
        if not findings:
            return None
        verdicts = {finding.verdict for finding in findings}
        claims = tuple(dict.fromkeys(claim for finding in findings for claim in finding.claims))
        return Finding(verdicts.pop() if len(verdicts) == 1 else "partly", claims, findings[0].rule)


def verdict_of(stances: Iterable[bool]) -> Verdict:
    """`yes` if all stances affirm, `no` if all deny, `partly` if both occur."""
    found = set(stances)
    return "partly" if len(found) == 2 else "yes" if True in found else "no"
