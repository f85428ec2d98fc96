"""Follow-ups: reading an incomplete question with what the conversation was about.

A complete question is never bent by what came before: only what is missing is taken from the last turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bot import english
from bot.conversation import LastTurn
from bot.knowledge.model import Answer, KnowledgeBase
from bot.question import Question, Reader

ORDINALS: Mapping[str, int] = {"first": 0, "former": 0, "1st": 0, "second": 1, "latter": 1, "2nd": 1, "last": -1}
INCOMPLETE = 3  # a question of fewer content words leans on what came before


class Resolved(NamedTuple):
    """What a question asks about once the conversation is taken into account."""

    subjects: tuple[str, ...]
    extra: tuple[str, ...] = ()  # features that the conversation adds for retrieval
    entry: str | None = None  # the conversation settles which answer is meant
    topics: tuple[str, ...] = ()  # topics carried over
    rule: str = "complete"


def resolve(question: Question, last: LastTurn | None, knowledge: KnowledgeBase, reader: Reader) -> Resolved:
    """What `question` asks about, with `last` where it leans on it."""
    own = question.subjects
    if last is None or (last.entry is None and not last.subjects):
        return Resolved(own)
    words = set(question.words)
    rest = [word for word in question.content if not _within_subject(question, word) and word not in english.FILLERS]
    if own:
        if (
            not rest
            and not question.topics
            and not question.aspects
            and (len(question.words) <= 4 or question.words[0] in ("and", "but") or _same_again(question, rest))
        ):
            return _swapped(own, last, knowledge, reader)
        if (
            words & english.DIFFERENCE
            and words & english.PRONOUNS
            and len(own) == 1
            and last.subjects
            and own[0] not in last.subjects[:1]
        ):
            pair = (last.subjects[0], *own)
            both = sibling_of(knowledge.answers.get(last.entry or ""), pair, knowledge)
            return Resolved(
                pair,
                extra=(f"<{last.subjects[0]}>",),
                entry=both.id if both else None,
                rule="compared with the last subject",
            )
        return Resolved(own)
    if last.entry and _asks_for_more(question):
        return Resolved(last.subjects, entry=last.entry, topics=last.topics, rule="more of the last answer")
    other = _other(last, knowledge) if _asks_for_other(question, rest) else None
    if other and (question.topics or question.aspects):
        return Resolved((other,), extra=(f"<{other}>",), rule="about the other subject")
    if other:
        return _swapped((other,), last, knowledge, reader)
    chosen = _ordinal(question, last)
    leans = (
        bool(words & english.PRONOUNS)
        or question.words[:1] in (("and",), ("what",), ("but",), ("then",), ("ok",), ("okay",))
        or len(rest) <= INCOMPLETE
    )
    if not leans:
        return Resolved(())
    subjects = chosen or (() if question.pair else last.subjects)  # "which of the two" is about both
    extra = tuple(f"<{subject}>" for subject in subjects)
    # "Is that its goal?" points to what was talked about; "what is its goal?" doesn't.
    points = question.form == "yesno" and not words.isdisjoint({"that", "this"})
    topics = () if question.topics or (question.aspects and not points) else last.topics
    return Resolved(
        subjects,
        extra=(*extra, *(f"<topic:{topic}>" for topic in topics)),
        topics=topics,
        rule="leans on the last turn",
    )


def _within_subject(question: Question, word: str) -> bool:
    return any(
        word in question.words[mention.start : mention.end]
        for mention in question.mentions
        if mention.layer == "subject"
    )


def _same_again(question: Question, rest: list[str]) -> bool:
    """ "same for B", "and what about B?", "what of B" """
    opening = " ".join(question.words[:2])
    return (
        len(rest) == 0
        and not question.topics
        and not question.aspects
        and ("same" in question.words[:3] or opening in {"what about", "how about", "and what", "what of"})
    )


def _asks_for_more(question: Question) -> bool:
    words = set(question.words) - english.AROUND_MORE
    return bool(words) and words <= english.WANTS_MORE and bool(words - {"so", "again", "though"})


def _asks_for_other(question: Question, rest: list[str]) -> bool:
    words = set(question.words)
    if ("other" in words and words & english.ALTERNATIVES) or "counterpart" in words:
        return True
    return question.words[:2] in english.OPENS_WITH_WHO and len(rest) <= 1 and not (question.topics or question.aspects)


def _other(last: LastTurn, knowledge: KnowledgeBase) -> str | None:
    for subject in last.subjects:
        found = knowledge.subjects.get(subject)
        if found and len(found.contrast) == 1:
            return found.contrast[0]
    return None


def _ordinal(question: Question, last: LastTurn) -> tuple[str, ...]:
    for word in question.words:
        if word in ORDINALS and len(last.subjects) > 1 and ("one" in question.words or word in {"former", "latter"}):
            return (last.subjects[ORDINALS[word]],)
    return ()


def _swapped(subjects: tuple[str, ...], last: LastTurn, knowledge: KnowledgeBase, reader: Reader) -> Resolved:
    """The last question over again, about other subjects."""
    sibling = sibling_of(knowledge.answers.get(last.entry or ""), subjects, knowledge)
    if sibling:
        return Resolved(subjects, entry=sibling.id, topics=last.topics, rule="the last question about another subject")
    before = reader.read(last.question)
    kept = tuple(feature for feature in before.features if feature.strip("<>") not in knowledge.subjects)
    return Resolved(subjects, extra=kept, topics=last.topics, rule="the last question about another subject")


def sibling_of(entry: Answer | None, subjects: tuple[str, ...], knowledge: KnowledgeBase) -> Answer | None:
    """The answer that says of `subjects` what `entry` says of its own: same aspect, or same topic."""
    if entry is None:
        return None
    if set(entry.subjects) == set(subjects):
        return entry
    same = [
        other for other in knowledge.answers.values() if set(other.subjects) == set(subjects) and other.kind == "answer"
    ]
    for topic in entry.topics:
        for other in same:
            if topic in other.topics:
                return other
    if entry.aspect:
        for other in same:
            if other.aspect == entry.aspect:
                return other
    return None
