"""Follow-ups where no reader was learnt: an incomplete question is read with what the conversation was about.

A complete question is never bent by what came before: only what is missing is taken from the last turn.
"""

from __future__ import annotations

from typing import NamedTuple

from bot.domain.conversation import LastTurn
from bot.knowledge.model import Answer, KnowledgeBase
from bot.nlu.english import FUNCTION_WORDS
from bot.nlu.question import Question, words_outside_mentions

INCOMPLETE = 3  # a question of fewer words that carry content leans on what came before


class Resolved(NamedTuple):
    """What a question asks about once the conversation is taken into account."""

    subjects: tuple[str, ...]
    extra: tuple[str, ...] = ()  # features that the conversation adds for retrieval
    entry: str | None = None  # the conversation settles which answer is meant
    rule: str = "complete"


def resolve(question: Question, last: LastTurn | None, knowledge: KnowledgeBase) -> Resolved:
    """What `question` asks about, with `last` where it leans on it."""
    own = question.subjects
    rest = [word for word in words_outside_mentions(question.words, question.mentions) if word not in FUNCTION_WORDS]
    named = question.topics or question.aspects
    if last is None or len(rest) >= INCOMPLETE or (own and (rest or named)):
        return Resolved(own)
    if own:
        sibling = sibling_of(knowledge.answers.get(last.entry or ""), own, knowledge)
        topics = tuple(f"<topic:{topic}>" for topic in last.topics)
        return Resolved(own, topics, sibling.id if sibling else None, "the last question about another subject")
    topics = () if named else last.topics
    extra = (*(f"<{subject}>" for subject in last.subjects), *(f"<topic:{topic}>" for topic in topics))
    return Resolved(last.subjects, extra, rule="leans on the last turn")


def sibling_of(entry: Answer | None, subjects: tuple[str, ...], knowledge: KnowledgeBase) -> Answer | None:
    """The answer that says of `subjects` what `entry` says of its own: on the same topic, or in the same aspect."""
    if entry is None or set(entry.subjects) == set(subjects):
        return entry
    own = siblings(subjects, knowledge)
    on_topic = (one for topic in entry.topics for one in own if topic in one.topics)
    return next(on_topic, sibling_in(entry.aspect, subjects, knowledge))


def sibling_in(aspect: str, subjects: tuple[str, ...], knowledge: KnowledgeBase) -> Answer | None:
    """The answer on `subjects` in this aspect; None where there is none, or `aspect` is empty."""
    return next((one for one in siblings(subjects, knowledge) if aspect and one.aspect == aspect), None)


def siblings(subjects: tuple[str, ...], knowledge: KnowledgeBase) -> list[Answer]:
    """The answers on exactly these subjects."""
    answers = knowledge.answers.values()
    return [one for one in answers if set(one.subjects) == set(subjects) and one.kind == "answer"]
