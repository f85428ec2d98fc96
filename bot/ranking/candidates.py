"""Candidates: which curated answers may fit a question, by what they are asked with."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from bot.knowledge.model import KnowledgeBase
from bot.nlu import guards
from bot.nlu.question import RECURRING, RECURS, Question, QuestionReader
from bot.ranking.model_cache import Learnt, Progress
from bot.retrieval import Retriever

RANKED = 8  # answers that are ranked
READ = 0.1  # the share of learning that reading the examples takes …
RANKED_BY = 0.95  # … and by when the retriever of the entries is fitted
TOLD_EVERY = 50  # examples that are read between two words on the progress


class Candidate(NamedTuple):
    """One answer and how well it fits."""

    entry: str
    score: float


class Candidates(NamedTuple):
    ranked: tuple[Candidate, ...]  # best first
    confidence: float  # 0 to 1, by wording alone: how sure that the best is right and the question in scope

    @property
    def best(self) -> Candidate | None:
        return self.ranked[0] if self.ranked else None


def learn(knowledge: KnowledgeBase, reader: QuestionReader, progress: Progress | None = None) -> Learnt:
    """Learns which answer the example questions ask for, and what reports an incident."""
    wordings = [
        (entry.id, text)
        for entry in knowledge.answers.values()
        for text in sorted(entry.questions, key=_by_length)  # wherever they stand, alike
    ]

    def tell(share: float) -> None:
        if progress:
            progress(len(wordings), share)

    examples = []
    for number, (entry, text) in enumerate(wordings):
        if number % TOLD_EVERY == 0:
            tell(READ * number / len(wordings))
        examples.append((entry, reader.read(text).features))
    entries = Retriever.fit(examples, progress=lambda share: tell(READ + (RANKED_BY - READ) * share))
    learnt = Learnt(entries, guards.fit(knowledge.incidents))
    tell(1.0)
    return learnt


def _by_length(text: str) -> tuple[int, str]:
    return len(text.split()), text


class CandidateFinder:
    """Ranks the curated answers for a question."""

    def __init__(self, learnt: Learnt) -> None:
        self._retriever = learnt.entries
        self._recurring = lru_cache(RECURRING)(self._rank)

    def rank(self, question: Question, extra: tuple[str, ...] = ()) -> Candidates:
        """The best answers; `extra`: features that the conversation adds."""
        rank = self._recurring if len(question.text) <= RECURS else self._rank
        return rank((*question.features, *extra))

    def _rank(self, features: tuple[str, ...]) -> Candidates:
        ranking = self._retriever.rank(features, limit=RANKED)
        return Candidates(tuple(Candidate(*found) for found in ranking.candidates), ranking.confidence)
