"""What the sources cover, as a picture: subjects across, topics down, and in each cell what the claims say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.messages import Reply
from bot.knowledge.evidence import Evidence, Finding
from bot.knowledge.model import Concept, KnowledgeBase


@dataclass(frozen=True, slots=True)
class Row:
    """One topic; `findings` has one for each subject of the matrix, None where nothing is said."""

    topic: Concept
    findings: tuple[Finding | None, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    subjects: tuple[Concept, ...]  # those that claims are about
    rows: tuple[Row, ...]  # topics on which something is said of one of them
    silent: tuple[Concept, ...]  # the other topics


@dataclass(frozen=True, slots=True)
class Astray:
    """A phrasing of the entry `own` that leads to another reply."""

    question: str
    own: str
    got: str  # the entry it leads to, or the kind of reply


@dataclass(frozen=True, slots=True)
class Reach:
    """Which questions reach which claims, when every phrasing of the curated answers is asked."""

    asked: int
    by_claim: dict[str, tuple[str, ...]]
    astray: tuple[Astray, ...]


def matrix(knowledge: KnowledgeBase) -> Matrix:
    """The whole coverage of a knowledge."""
    evidence = Evidence(knowledge)
    about = {statement.subject for claim in knowledge.claims.values() for statement in claim.statements}
    subjects = tuple(subject for subject in knowledge.subjects.values() if subject.id in about)
    rows, silent = [], []
    for topic in knowledge.topics.values():
        findings = tuple(evidence.on(subject.id, topic.id) for subject in subjects)
        if any(findings):
            rows.append(Row(topic, findings))
        else:
            silent.append(topic)
    return Matrix(subjects, tuple(rows), tuple(silent))


def reach(knowledge: KnowledgeBase, ask: Callable[[str], Reply]) -> Reach:
    """Ask every phrasing by itself. Takes about a second for every two thousand."""
    by_claim: dict[str, list[str]] = defaultdict(list)
    astray = []
    asked = 0
    for entry in knowledge.answers.values():
        for question in entry.questions:
            asked += 1
            reply = ask(question)
            for citation in reply.citations:
                by_claim[citation.claim].append(question)
            as_kind = entry.kind != "answer" and reply.kind == entry.kind
            if reply.entry != entry.id and not as_kind:
                astray.append(Astray(question, entry.id, reply.entry or reply.kind))
    return Reach(asked, {claim: tuple(found) for claim, found in by_claim.items()}, tuple(astray))
