"""Candidates: which curated answers may fit a question, by wording and by what the question names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot import polarity
from bot.embeddings import Embeddings
from bot.evidence import Evidence
from bot.knowledge.model import Answer, KnowledgeBase
from bot.learnt import Learnt
from bot.polarity import OF_ENTRY, Polarity
from bot.question import Question, Reader
from bot.retrieval import Candidate as Found
from bot.retrieval import Retriever

CONSIDERED = 16  # labels that are looked at more closely
NEVER = -9.0  # the score of what was not found at all
CONTRARY = "!"  # marks the label under which an entry's contrary questions are learnt

# How much agreement in what is named counts beside the wording, whose scores run from about 0 to 1.
SAME_SUBJECT = 0.12
OTHER_SUBJECT = -0.30
SAID_BY_CONTRAST = -0.06  # the entry is about another subject, and says something of the one asked about all the same
SUBJECT_LEFT_OUT = -0.12  # the question names two subjects and the entry deals with one of them
SUBJECT_ADDED = 0.02  # the entry compares two subjects and the question names one
SAME_COMPARISON = 0.15  # the entry compares just the subjects that are named, in the aspect that is named
SAME_TOPIC = 0.07
SAME_ASPECT = 0.03


class Candidate(NamedTuple):
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


def learn(knowledge: KnowledgeBase, reader: Reader, embeddings: Embeddings | None) -> Learnt:
    """Learns from the example questions of each entry, and from the contrary ones under the entry's contrary."""
    examples = [
        (entry, side, reader.read(text))
        for entry in knowledge.answers.values()
        for side, questions in (("", entry.questions), (CONTRARY, entry.contrary))
        for text in questions
    ]
    entries = Retriever.fit([(entry.id + side, q.features) for entry, side, q in examples], embeddings=embeddings)
    answers = [(question, side == CONTRARY) for entry, side, question in examples if entry.kind == "answer"]
    return Learnt(entries, polarity.fit(answers, embeddings))


class CandidateFinder:
    """Ranks the curated answers for a question."""

    def __init__(self, knowledge: KnowledgeBase, evidence: Evidence, learnt: Learnt) -> None:
        self._knowledge = knowledge
        self._evidence = evidence
        self._retriever = learnt.entries
        self._polarity = Polarity(learnt.polarity)

    def rank(
        self, question: Question, subjects: Sequence[str], extra: Sequence[str] = (), limit: int = 8
    ) -> Candidates:
        """The best `limit` answers; `subjects` are those asked about, `extra` features that the conversation adds."""
        ranking = self._retriever.rank((*question.features, *extra), limit=CONSIDERED)
        sides: dict[str, list[float]] = {}
        self._collect(ranking.candidates, sides)
        confidence = ranking.confidence
        if extra:  # what someone wants to do instead has nothing to do with what was talked about before
            alone = self._retriever.rank(question.features, limit=CONSIDERED)
            self._collect([found for found in alone.candidates if self._is_request(found.label)], sides)
        if question.asking:
            asking = self._retriever.rank((*question.asking, *extra), limit=CONSIDERED)
            self._collect(asking.candidates, sides)
            confidence = max(confidence, asking.confidence)
        ranked: list[Candidate] = []
        leaning = self._polarity.leaning(question)
        agreement = self._agreement(question, subjects)
        for entry, (aligned, contrary) in sides.items():
            if self._knowledge.answers[entry].kind == "clarify" and (question.mentions or extra):
                continue  # what names something does not ask "what do you mean?"
            wording = max(aligned, contrary)
            turned = leaning + OF_ENTRY * (max(contrary, 0.0) - max(aligned, 0.0)) > 0
            score = wording + agreement(self._knowledge.answers[entry])
            ranked.append(Candidate(entry, score, wording, turned))
        ranked.sort(key=lambda candidate: (-candidate.score, candidate.entry))
        return Candidates(tuple(ranked[:limit]), confidence)

    def _is_request(self, label: str) -> bool:
        return self._knowledge.answers[label.removesuffix(CONTRARY)].kind in ("help", "triage")

    @staticmethod
    def _collect(found: Sequence[Found], sides: dict[str, list[float]]) -> None:
        """The best score of each entry, for its questions and for its contrary ones."""
        for candidate in found:
            side = candidate.label.endswith(CONTRARY)
            scores = sides.setdefault(candidate.label.removesuffix(CONTRARY), [NEVER, NEVER])
            scores[side] = max(scores[side], candidate.score)

    def _agreement(self, question: Question, subjects: Sequence[str]) -> Callable[[Answer], float]:
        """How far an entry is about what `question` names: a function of the entry, to be added to its score."""
        known = self._knowledge.subjects
        topics, aspects = set(question.topics), question.aspects
        silent = {subject for subject in subjects if not known[subject].speaker}

        def agreement(entry: Answer) -> float:
            score = 0.0
            about = set(entry.subjects)
            asked = silent | {subject for subject in subjects if subject in about}
            if not about:
                score += SAME_SUBJECT if asked else 0.0  # a decline is about whatever subject is named
            elif asked:
                if not asked & about:
                    said = any(self._evidence.on(subject, topic) for subject in subjects for topic in entry.topics)
                    score += SAID_BY_CONTRAST if said else OTHER_SUBJECT
                else:
                    score += SAME_SUBJECT
                    if not question.pair:
                        comparable = {subject for subject in asked if known[subject].contrast} or asked
                        score += SUBJECT_LEFT_OUT * 2 * len(comparable - about) / len(comparable)
                    if about - asked:
                        score += SUBJECT_ADDED
            if not topics.isdisjoint(entry.topics):
                score += SAME_TOPIC
            if entry.aspect and entry.aspect in aspects:
                score += SAME_ASPECT / len(aspects)
                score += SAME_COMPARISON if len(about) > 1 and about == set(subjects) else 0.0
            return score

        return agreement
