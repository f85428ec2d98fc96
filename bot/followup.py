"""Follow-ups: reading an incomplete question with what the conversation was about.

A complete question is never bent by what came before: only what is missing is taken from the last turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import NamedTuple

from bot import english, form
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
    openly: bool = False  # goes on with a question that asked for no yes or no


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
            and (
                len(question.words) <= 4
                or question.words[0] in ("and", "but")
                or _same_again(question, rest)
                or words & english.CORRECTS
            )
        ):
            return _swapped(question, own, last, knowledge, reader)
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
        if len(own) == 1 and last.subjects and own[0] not in last.subjects and _opens_with_it(question):
            beside = last.subjects[:1]  # "does it belong to A?"
            return Resolved((*beside, *own), extra=(f"<{beside[0]}>",), rule="the last subject beside another")
        points = not words.isdisjoint(("it", "that", "this"))
        if points and last.topics and len(rest) < INCOMPLETE and not (question.topics or question.aspects):
            return _swapped(question, own, last, knowledge, reader)  # "does A do that too?"
        return Resolved(own)
    shared = _sharing_a_word(question, rest, last, knowledge, reader)
    if shared:
        return _swapped(question, shared, last, knowledge, reader)
    if last.entry and _asks_for_more(question):
        return Resolved(last.subjects, entry=last.entry, topics=last.topics, rule="more of the last answer")
    other = _other(last, knowledge) if _asks_for_other(question, rest) else None
    if other and (question.topics or question.aspects):
        return Resolved((other,), extra=(f"<{other}>",), rule="about the other subject")
    if other:
        return _swapped(question, (other,), last, knowledge, reader)
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


def _sharing_a_word(
    question: Question, rest: list[str], last: LastTurn, knowledge: KnowledgeBase, reader: Reader
) -> tuple[str, ...]:
    """The subject that a single word names together with the end of the last one's name: "flood?" after "what is fire
    insurance?"."""
    if len(rest) != 1 or len(question.words) > 5 or question.topics or question.aspects:
        return ()
    concepts = (knowledge.subjects[subject] for subject in last.subjects if subject in knowledge.subjects)
    endings = dict.fromkeys(name.partition(" ")[2] for one in concepts for name in (one.name, *one.names))
    for ending in filter(None, endings):
        named = reader.read(f"{rest[0]} {ending}").mentions
        if len(named) == 1 and named[0].start == 0 and named[0].layer == "subject":
            return (named[0].concept,)
    return ()


def _within_subject(question: Question, word: str) -> bool:
    return any(
        word in question.words[mention.start : mention.end]
        for mention in question.mentions
        if mention.layer == "subject"
    )


def _opens_with_it(question: Question) -> bool:
    return question.words[0] in english.AUXILIARIES and question.words[1:2] in (
        ("it",),
        ("this",),
        ("that",),
        ("they",),
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


def _swapped(
    question: Question, subjects: tuple[str, ...], last: LastTurn, knowledge: KnowledgeBase, reader: Reader
) -> Resolved:
    """The last question over again, about other subjects."""
    before = reader.read(last.question)
    openly = before.form != "yesno" and form.clause_form(list(question.words)) != "yesno"
    sibling = sibling_of(knowledge.answers.get(last.entry or ""), subjects, knowledge, openly=openly)
    if sibling:
        return Resolved(
            subjects,
            entry=sibling.id,
            topics=last.topics,
            rule="the last question about another subject",
            openly=openly,
        )
    kept = tuple(feature for feature in before.features if feature.strip("<>") not in knowledge.subjects)
    return Resolved(
        subjects, extra=kept, topics=last.topics, rule="the last question about another subject", openly=openly
    )


def sibling_of(
    entry: Answer | None, subjects: tuple[str, ...], knowledge: KnowledgeBase, *, openly: bool = False
) -> Answer | None:
    """The answer that says of `subjects` what `entry` says of its own: on the same topic, or in the same aspect; where
    it was asked openly, "what is A?", in the same aspect first."""
    if entry is None:
        return None
    if set(entry.subjects) == set(subjects):
        return entry
    same = [
        other for other in knowledge.answers.values() if set(other.subjects) == set(subjects) and other.kind == "answer"
    ]
    on_topic = (other for topic in entry.topics for other in same if topic in other.topics)
    in_aspect = (other for other in same if entry.aspect and other.aspect == entry.aspect)
    return next(chain(in_aspect, on_topic) if openly else chain(on_topic, in_aspect), None)
