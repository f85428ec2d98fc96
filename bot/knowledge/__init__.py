"""The knowledge: what the sources say, what things are called, and the curated answers."""

from bot.knowledge.loading import check, load
from bot.knowledge.model import Answer, AnswerKind, Claim, Concept, KnowledgeBase, Source, Statement
from bot.knowledge.problems import KnowledgeError, Problem

__all__ = [
    "Answer",
    "AnswerKind",
    "Claim",
    "Concept",
    "KnowledgeBase",
    "KnowledgeError",
    "Problem",
    "Source",
    "Statement",
    "check",
    "load",
]
