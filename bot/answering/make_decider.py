"""The decider that a knowledge has: on its learnt reader, or on what is fitted to its phrasings."""

from __future__ import annotations

from bot.answering.answer_claims import AnswerClaims
from bot.answering.decider import Decider, Thresholds
from bot.answering.learnt_decider import LearntDecider
from bot.answering.verdict import VerdictJudge
from bot.knowledge.evidence import Evidence
from bot.knowledge.model import KnowledgeBase
from bot.nlu.question import QuestionReader
from bot.ranking.candidates import CandidateFinder, learn
from bot.ranking.entry_words import EntryWords
from bot.ranking.model_cache import ModelCache, Progress
from bot.reader.reader import Reader
from bot.retrieval.embeddings import Embeddings


def make_decider(
    knowledge: KnowledgeBase,
    reader: QuestionReader,
    embeddings: Embeddings | None,
    learnt_reader: Reader | None,
    cache: ModelCache | None,
    progress: Progress | None,
) -> Decider | LearntDecider:
    """The decider on `learnt_reader` where there is one. `cache` and `progress`: for what is fitted otherwise."""
    if learnt_reader is not None:
        return _learnt_decider(knowledge, reader, learnt_reader)
    return _fitted_decider(knowledge, reader, embeddings, cache, progress)


def _learnt_decider(knowledge: KnowledgeBase, reader: QuestionReader, learnt_reader: Reader) -> LearntDecider:
    evidence = Evidence(knowledge)
    judge = VerdictJudge(knowledge, evidence, strictly=False)
    return LearntDecider(knowledge, reader, AnswerClaims(knowledge, evidence, judge), learnt_reader)


def _fitted_decider(
    knowledge: KnowledgeBase,
    reader: QuestionReader,
    embeddings: Embeddings | None,
    cache: ModelCache | None,
    progress: Progress | None,
) -> Decider:
    """A decider on what is fitted to the phrasings now, or was and stands in the cache."""
    learnt = cache.read(knowledge.version, embeddings) if cache else None
    if learnt is None:
        learnt = learn(knowledge, reader, embeddings, progress)
        if cache:
            cache.write(knowledge.version, embeddings, learnt)
    evidence = Evidence(knowledge)
    wording = EntryWords(knowledge)
    finder = CandidateFinder(knowledge, evidence, wording, learnt)
    judge = VerdictJudge(knowledge, evidence, strictly=True)
    claims = AnswerClaims(knowledge, evidence, judge)
    return Decider(knowledge, reader, finder, evidence, wording, Thresholds(), judge, claims)
