"""Candidates: which curated answers may fit a question, by what they are asked with."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from bot.knowledge.model import KnowledgeBase
from bot.nlu import english, guards
from bot.nlu.question import RECURRING, RECURS, Question, QuestionReader
from bot.ranking import polarity
from bot.ranking.model_cache import Learnt, Progress
from bot.ranking.polarity import OF_ENTRY, Polarity
from bot.retrieval import Candidate as Found
from bot.retrieval import Retriever

CONSIDERED = 16  # labels that are looked at more closely
RANKED = 8  # answers that are ranked
NEVER = -9.0  # the score of what was not found at all
SAID_ALREADY = -0.08  # who goes on asking seldom wants the same answer again …
BESIDES = -0.30  # … and never, who asks what else there is
RELATED = 0.08  # … and often what it leads to
READ = 0.1  # the share of learning that reading the examples takes …
RANKED_BY = 0.95  # … and by when the retriever of the entries is fitted
TOLD_EVERY = 50  # examples that are read between two words on the progress
CONTRARY = "!"  # marks the label under which an entry's contrary questions are learnt


class Candidate(NamedTuple):
    """One answer and how well it fits. `contrary`: the question is nearest to those that ask for the contrary."""

    entry: str
    score: float
    wording: float
    contrary: bool


class Candidates(NamedTuple):
    ranked: tuple[Candidate, ...]  # best first
    confidence: float  # 0 to 1, by wording alone: how sure that the best is right and the question in scope
    margin: float = 0.0  # by how much the best is ahead of the next that rests on other claims

    @property
    def best(self) -> Candidate | None:
        return self.ranked[0] if self.ranked else None


def learn(knowledge: KnowledgeBase, reader: QuestionReader, progress: Progress | None = None) -> Learnt:
    """Learns from the example questions of each entry, and from the contrary ones under the entry's contrary."""
    wordings = [
        (entry, side, text)
        for entry in knowledge.answers.values()
        for side, questions in (("", entry.questions), (CONTRARY, entry.contrary))
        for text in sorted(questions, key=_by_length)  # wherever they stand, the same is learnt from them
    ]

    def tell(share: float) -> None:
        if progress:
            progress(len(wordings), share)

    examples = []
    for number, (entry, side, text) in enumerate(wordings):
        if number % TOLD_EVERY == 0:
            tell(READ * number / len(wordings))
        examples.append((entry, side, reader.read(text)))
    entries = Retriever.fit(
        [(entry.id + side, question.features) for entry, side, question in examples],
        progress=lambda share: tell(READ + (RANKED_BY - READ) * share),
    )
    answers = [(question, side == CONTRARY) for entry, side, question in examples if entry.kind == "answer"]
    learnt = Learnt(entries, polarity.fit(answers), guards.fit(knowledge.incidents))
    tell(1.0)
    return learnt


def _by_length(text: str) -> tuple[int, str]:
    return len(text.split()), text


class CandidateFinder:
    """Ranks the curated answers for a question."""

    def __init__(self, knowledge: KnowledgeBase, learnt: Learnt) -> None:
        self._knowledge = knowledge
        self._retriever = learnt.entries
        self._polarity = Polarity(learnt.polarity)
        self._recurring = lru_cache(RECURRING)(self._rank)

    def rank(self, question: Question, extra: tuple[str, ...] = (), said: str | None = None) -> Candidates:
        """The best answers; `extra`: features that the conversation adds, `said`: the entry of the last answer."""
        rank = self._recurring if len(question.text) <= RECURS else self._rank
        return rank(question, extra, said)

    def _rank(self, question: Question, extra: tuple[str, ...], said: str | None) -> Candidates:
        ranking = self._retriever.rank((*question.features, *extra), limit=CONSIDERED)
        sides: dict[str, list[float]] = {}
        self._collect(ranking.candidates, sides)
        confidence = ranking.confidence
        if question.focus_features:
            asking = self._retriever.rank((*question.focus_features, *extra), limit=CONSIDERED)
            self._collect(asking.candidates, sides)
            confidence = max(confidence, asking.confidence)
        ranked: list[Candidate] = []
        answers = self._knowledge.answers
        leaning = self._polarity.leaning(question)
        before = answers.get(said or "")
        related = before.related if before else ()
        for entry, (aligned, contrary) in sides.items():
            answer = answers[entry]
            if answer.kind == "clarify" and (question.mentions or extra):
                continue  # what names something does not ask "what do you mean?"
            wording = max(aligned, contrary)
            turned = leaning + OF_ENTRY * (max(contrary, 0.0) - max(aligned, 0.0)) > 0
            score = wording
            if entry == said:
                score += SAID_ALREADY if english.ELSE.isdisjoint(question.words) else BESIDES
            elif entry in related:
                score += RELATED
            ranked.append(Candidate(entry, score, wording, turned))
        ranked.sort(key=lambda candidate: (-candidate.score, candidate.entry))
        kept = ranked[:RANKED]
        return Candidates(tuple(kept), confidence, self._lead(kept))

    def _lead(self, ranked: Sequence[Candidate]) -> float:
        """Score margin between the best candidate and the next one that cites other claims."""
        if not ranked:
            return 0.0
        best, *others = ranked
        claims = set(self._knowledge.answers[best.entry].claims)
        next_best = (c.score for c in others if claims.isdisjoint(self._knowledge.answers[c.entry].claims))
        return best.score - next(next_best, 0.0)

    @staticmethod
    def _collect(found: Sequence[Found], sides: dict[str, list[float]]) -> None:
        """The best score of each entry, for its questions and for its contrary ones."""
        for label, score in found:
            side = label.endswith(CONTRARY)
            scores = sides.setdefault(label[:-1] if side else label, [NEVER, NEVER])
            scores[side] = max(scores[side], score)
