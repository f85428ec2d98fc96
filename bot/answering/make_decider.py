"""The decider that a knowledge has: on its learnt reader, or on what is fitted to its phrasings."""

from __future__ import annotations

from bot.answering.answer_claims import AnswerClaims
from bot.answering.decider import Decider, Thresholds
from bot.answering.learnt_decider import LearntDecider
from bot.knowledge.evidence import Evidence
from bot.knowledge.model import KnowledgeBase
from bot.nlu.question import QuestionReader
from bot.ranking.candidates import CandidateFinder, learn
from bot.ranking.model_cache import Learnt, ModelCache, Progress
from bot.reader.reader import Reader


def make_decider(
    knowledge: KnowledgeBase, reader: QuestionReader, learnt_reader: Reader | None, fitted: Learnt | None
) -> Decider | LearntDecider:
    """The decider on `learnt_reader` where there is one, else on what was `fitted`."""
    evidence = Evidence(knowledge)
    claims = AnswerClaims(knowledge, evidence)
    if learnt_reader is not None:
        return LearntDecider(knowledge, claims, learnt_reader)
    finder = CandidateFinder(fitted or learn(knowledge, reader))
    return Decider(knowledge, finder, evidence, Thresholds(), claims)


def fit(
    knowledge: KnowledgeBase, reader: QuestionReader, cache: ModelCache | None, progress: Progress | None
) -> Learnt:
    """What is learnt from the phrasings now, or was and stands in the cache."""
    learnt = cache.read(knowledge.version) if cache else None
    if learnt is None:
        learnt = learn(knowledge, reader, progress)
        if cache:
            cache.write(knowledge.version, learnt)
    return learnt
