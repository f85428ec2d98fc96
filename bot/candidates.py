"""Candidates: which curated answers may fit a question, by wording and by what the question names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.knowledge.model import Answer, KnowledgeBase
from bot.question import Question, Reader
from bot.retrieval import Retriever

CONTRARY = "!"  # marks the label under which an entry's contrary questions are learnt

# How much agreement in what is named counts beside the wording, whose scores run from about 0 to 1.
SAME_SUBJECT = 0.10
OTHER_SUBJECT = -0.30
SUBJECT_LEFT_OUT = -0.12  # the question names two subjects and the entry deals with one of them
SUBJECT_ADDED = -0.06  # the entry compares two subjects and the question names one
SAME_TOPIC = 0.12
SAME_ASPECT = 0.10


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer and how well it fits. `contrary`: the question is nearest to those that ask for the contrary."""

    entry: str
    score: float
    wording: float
    contrary: bool


@dataclass(frozen=True, slots=True)
class Candidates:
    ranked: tuple[Candidate, ...]  # best first
    confidence: float  # 0 to 1, by wording alone: how sure that the best is right and the question in scope

    @property
    def best(self) -> Candidate | None:
        return self.ranked[0] if self.ranked else None

    @property
    def margin(self) -> float:
        """By how much the best is ahead of the next."""
        if len(self.ranked) < 2:
            return self.ranked[0].score if self.ranked else 0.0
        return self.ranked[0].score - self.ranked[1].score


def examples(knowledge: KnowledgeBase, reader: Reader) -> list[tuple[str, tuple[str, ...]]]:
    """What retrieval learns from: each question's features under its entry, and contrary questions under a label of their own.

    A question that is itself turned round ("is X left out?") asks for the other side, so it is learnt there.
    """
    learnt: list[tuple[str, tuple[str, ...]]] = []
    for entry in knowledge.answers.values():
        for side, questions in (("", entry.questions), (CONTRARY, entry.contrary)):
            for text in questions:
                question = reader.read(text)
                turned = question.reversed and bool(entry.contrary)
                label = entry.id + ((CONTRARY if side == "" else "") if turned else side)
                if question.features:
                    learnt.append((label, question.features))
    return learnt


class CandidateFinder:
    """Ranks the curated answers for a question."""

    def __init__(self, knowledge: KnowledgeBase, retriever: Retriever) -> None:
        self._knowledge = knowledge
        self._retriever = retriever

    def rank(self, question: Question, subjects: Sequence[str], extra: Sequence[str] = (), limit: int = 8) -> Candidates:
        """The best `limit` answers for `question`; `subjects` are those asked about, `extra` features that the conversation adds."""
        ranking = self._retriever.rank((*question.features, *extra), limit=24)
        best: dict[str, tuple[float, bool]] = {}
        for found in ranking.candidates:
            contrary = found.label.endswith(CONTRARY)
            entry = found.label.removesuffix(CONTRARY)
            if entry not in best:
                best[entry] = (found.score, contrary)
        ranked = [
            Candidate(entry, wording + self._agreement(self._knowledge.answers[entry], question, subjects), wording, contrary)
            for entry, (wording, contrary) in best.items()
        ]
        ranked.sort(key=lambda candidate: (-candidate.score, candidate.entry))
        return Candidates(tuple(ranked[:limit]), ranking.confidence)

    def _agreement(self, entry: Answer, question: Question, subjects: Sequence[str]) -> float:
        score = 0.0
        asked, about = set(subjects), set(entry.subjects)
        if asked and about:
            if not asked & about:
                score += OTHER_SUBJECT
            else:
                score += SAME_SUBJECT
                if asked - about:
                    score += SUBJECT_LEFT_OUT * (len(asked - about) / len(asked)) * 2
                if about - asked:
                    score += SUBJECT_ADDED
        if set(entry.topics) & set(question.topics):
            score += SAME_TOPIC
        if entry.aspect and entry.aspect in question.aspects:
            score += SAME_ASPECT
        return score
