"""Coverage of the sources: findings by topic and subject, and the claims that the phrasings of the answers reach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.messages import Reply
from bot.knowledge.evidence import Evidence, Finding
from bot.knowledge.model import Concept, KnowledgeBase


@dataclass(frozen=True, slots=True)
class Row:
    """One topic; `findings` are those for each subject of the matrix, None where the sources are silent."""

    topic: Concept
    findings: tuple[Finding | None, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Findings with topics as rows and subjects as columns."""

    subjects: tuple[Concept, ...]  # those that claims are about
    rows: tuple[Row, ...]  # topics on which something is said of one of them
    silent: tuple[Concept, ...]  # the topics without findings


@dataclass(frozen=True, slots=True)
class Astray:
    """A phrasing of the entry `own` whose reply is not that entry."""

    question: str
    own: str
    got: str  # the entry of its reply, else the kind of reply


@dataclass(frozen=True, slots=True)
class Reach:
    """What comes of asking every phrasing of every entry. `by_claim`: the phrasings whose reply cites each claim."""

    asked: int
    by_claim: dict[str, tuple[str, ...]]
    astray: tuple[Astray, ...]


def matrix(knowledge: KnowledgeBase) -> Matrix:
    """The coverage matrix of a knowledge base."""
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
    """Asks every phrasing in a fresh conversation. Takes about a second per 2,000 phrasings."""
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
