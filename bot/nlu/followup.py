"""Follow-ups: reading an incomplete question with what the conversation was about.

A complete question is never bent by what came before: only what is missing is taken from the last turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bot.domain.conversation import LastTurn
from bot.knowledge.model import Answer, KnowledgeBase
from bot.nlu import english
from bot.nlu import question_form as form
from bot.nlu.entities import LONGEST_WORD
from bot.nlu.question import Question, QuestionReader

ORDINALS: Mapping[str, int] = {"first": 0, "former": 0, "1st": 0, "second": 1, "latter": 1, "2nd": 1, "last": -1}
BY_NUMBER = "picks one of the two by its number"  # the rule of "the second one"
INCOMPLETE = 3  # a question of fewer content words leans on what came before


class Resolved(NamedTuple):
    """What a question asks about once the conversation is taken into account."""

    subjects: tuple[str, ...]
    extra: tuple[str, ...] = ()  # features that the conversation adds for retrieval
    entry: str | None = None  # the conversation settles which answer is meant
    rule: str = "complete"
    openly: bool = False  # goes on with a question that asked for no yes or no


def resolve(question: Question, last: LastTurn | None, knowledge: KnowledgeBase, reader: QuestionReader) -> Resolved:
    """What `question` asks about, with `last` where it leans on it."""
    own = question.subjects
    if last is None or (last.entry is None and not last.subjects):
        return Resolved(own)
    words = set(question.words)
    in_names = _in_names_of_subjects(question)
    rest = [word for word in question.content_words if word not in in_names and word not in english.FILLERS]
    if own:
        return _with_names(question, rest, last, knowledge, reader)
    shared = _sharing_a_word(question, rest, last, knowledge, reader)
    if shared:
        return _swapped(question, shared, last, knowledge, reader)
    if last.entry and _asks_for_more(question):
        return Resolved(last.subjects, entry=last.entry, rule="more of the last answer")
    other = _other(last, knowledge) if _asks_for_other(question, rest) else None
    if other and (question.topics or question.aspects):
        return Resolved((other,), extra=(f"<{other}>",), rule="about the other subject")
    if other:
        return _swapped(question, (other,), last, knowledge, reader)
    chosen = _ordinal(question, last)
    if chosen and not (question.topics or question.aspects) and set(rest) <= ORDINALS.keys():
        return _swapped(question, chosen, last, knowledge, reader)._replace(rule=BY_NUMBER)
    leans = (
        bool(words & english.PRONOUNS)
        or question.words[:1] in (("and",), ("what",), ("but",), ("then",), ("ok",), ("okay",))
        or len(rest) <= INCOMPLETE
    )
    if not leans:
        return Resolved(())
    subjects = chosen or (() if question.refers_to_both else last.subjects)  # "which of the two" is about both
    extra = tuple(f"<{subject}>" for subject in subjects)
    # "Is that its goal?" points to what was talked about; "what is its goal?" doesn't.
    points = question.form == "yesno" and words & {"that", "this"}
    topics = () if question.topics or (question.aspects and not points) else last.topics
    return Resolved(
        subjects,
        extra=(*extra, *(f"<topic:{topic}>" for topic in topics)),
        rule="leans on the last turn",
    )


def _with_names(
    question: Question, rest: list[str], last: LastTurn, knowledge: KnowledgeBase, reader: QuestionReader
) -> Resolved:
    """The same for a question that names subjects itself, and no more of its own than `rest`."""
    own, words = question.subjects, set(question.words)
    says_what = bool(question.topics or question.aspects)
    if not (rest or says_what) and (len(question.words) <= 4 or _same_again(question)):
        return _swapped(question, own, last, knowledge, reader)
    another = len(own) == 1 and bool(last.subjects)
    if another and own[0] not in last.subjects[:1] and words & english.DIFFERENCE and words & english.PRONOUNS:
        pair = (last.subjects[0], *own)
        both = sibling_of(knowledge.answers.get(last.entry or ""), pair, knowledge)
        return Resolved(
            pair,
            extra=(f"<{last.subjects[0]}>",),
            entry=both.id if both else None,
            rule="compared with the last subject",
        )
    if another and own[0] not in last.subjects and _opens_with_it(question):
        beside = last.subjects[0]  # "does it belong to A?"
        return Resolved((beside, *own), extra=(f"<{beside}>",), rule="the last subject beside another")
    if words & {"it", "this", "that"} and last.topics and len(rest) < INCOMPLETE and not says_what:
        return _swapped(question, own, last, knowledge, reader)  # "does A do that too?"
    return Resolved(own)


def _sharing_a_word(
    question: Question, rest: list[str], last: LastTurn, knowledge: KnowledgeBase, reader: QuestionReader
) -> tuple[str, ...]:
    """The subject that a single word names together with the end of the last one's name: "flood?" after "what is fire
    insurance?"."""
    if len(rest) != 1 or len(rest[0]) > LONGEST_WORD or len(question.words) > 5 or question.topics or question.aspects:
        return ()
    concepts = (knowledge.subjects[subject] for subject in last.subjects if subject in knowledge.subjects)
    endings = dict.fromkeys(name.partition(" ")[2] for one in concepts for name in (one.name, *one.names))
    for ending in filter(None, endings):
        _, named = reader.recognize(f"{rest[0]} {ending}")
        if len(named) == 1 and named[0].start == 0 and named[0].layer == "subject":
            return (named[0].concept,)
    return ()


def _in_names_of_subjects(question: Question) -> frozenset[str]:
    named = (question.words[one.start : one.end] for one in question.mentions if one.layer == "subject")
    return frozenset(word for words in named for word in words)


def _opens_with_it(question: Question) -> bool:
    """ "does it …", "are they …" """
    first, *others = question.words
    return first in english.AUXILIARIES and others[:1] in (["it"], ["this"], ["that"], ["they"])


def _same_again(question: Question) -> bool:
    """ "and B?", "same for B", "what about B?", "what of B", "no, I meant B" """
    words = question.words
    opens = words[0] in ("and", "but") or " ".join(words[:2]) in {*english.GOES_ON, "what of"}
    return opens or "same" in words[:3] or not english.CORRECTS.isdisjoint(words)


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
    question: Question, subjects: tuple[str, ...], last: LastTurn, knowledge: KnowledgeBase, reader: QuestionReader
) -> Resolved:
    """The last question over again, about other subjects."""
    before = reader.read(last.question)
    openly = before.form != "yesno" and form.clause_form(list(question.words)) != "yesno"
    sibling = sibling_of(knowledge.answers.get(last.entry or ""), subjects, knowledge, openly=openly)
    kept = () if sibling else tuple(one for one in before.features if one.strip("<>") not in knowledge.subjects)
    return Resolved(
        subjects,
        extra=kept,
        entry=sibling.id if sibling else None,
        rule="the last question about another subject",
        openly=openly,
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
    in_aspect = sibling_in(entry.aspect, subjects, knowledge)
    if openly and in_aspect:
        return in_aspect
    siblings = _siblings(subjects, knowledge)
    return next((one for topic in entry.topics for one in siblings if topic in one.topics), in_aspect)


def sibling_in(aspect: str, subjects: tuple[str, ...], knowledge: KnowledgeBase) -> Answer | None:
    """The answer on `subjects` in this aspect; None where there is none, or `aspect` is empty."""
    return next((one for one in _siblings(subjects, knowledge) if aspect and one.aspect == aspect), None)


def _siblings(subjects: tuple[str, ...], knowledge: KnowledgeBase) -> list[Answer]:
    answers = knowledge.answers.values()
    return [one for one in answers if set(one.subjects) == set(subjects) and one.kind == "answer"]
