"""Intents of free text while a dialogue is open: a question, or a correction of an earlier answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.knowledge.triage import TriageQuestion
from bot.nlu.english import AUXILIARIES, IMPERATIVES, QUESTION_WORDS
from bot.nlu.question import Question
from bot.nlu.text import split_words


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OPENERS = _words("so ok okay and but well hey hi hello please um")
# After these an auxiliary asks ("do we need"); without one of them it tells ("have two of them", "need help").
_ASKED = _words("i we you they it he she this that these those there the a an any our my your one everyone")
_ASKING_WHOM = _ASKED - _words("a an any the one our my")  # "have we", and not "have a shop"
_TELLING = _words("have has had need do did may might must be am been become becomes ain")
_TELLS = _words("need want sum break point run state name list show mention quote")  # nouns and verbs alike
_WONDERING = ("i wonder", "i would like to know", "i want to know", "can i ask", "let me ask")
_UNSURE = (
    "not sure", "unsure", "do not know", "no idea", "no clue", "dunno", "hard to say", "can not say", "can not tell",
)  # fmt: skip


def asks(question: Question) -> bool:
    """True if a text clearly asks something, and so is no answer to the open question.

    It ends with a question mark, or opens with a question word and an auxiliary ("what is", "which tools does"), with
    an auxiliary and who or what it is about ("do we need"), or with a word that wants to be told ("explain").
    """
    if question.text.rstrip().rstrip("\"')").endswith("?"):
        return True
    words = list(question.words)
    while len(words) > 1 and words[0] in _OPENERS:
        words = words[1:]
    if len(words) < 2:
        return bool(words) and words[0] in QUESTION_WORDS
    first, second = words[:2]
    if first in QUESTION_WORDS:
        # "what tools are there" asks, "what troubles us is …" tells; so does "when people …".
        near = words[1:3] if first == "what" else words[1:4]
        telling = first in {"what", "when", "where", "which"}
        return not telling or any(word in AUXILIARIES for word in near) or second in {"about", "to", "not"}
    if first in _TELLING:
        return second in (_ASKED if first in {"do", "did"} else _ASKING_WHOM)
    if first in AUXILIARIES:
        return True
    if first in IMPERATIVES:
        return first not in _TELLS or second in {"me", "us", "down", "all"}
    return question.text.casefold().startswith(_WONDERING)


_MEANING = re.compile(
    r"\bwhat (?:do|did) you mean\b|\bwhat (?:is|are) meant\b|\bwhat does (?:(?!what does ).)+ mean\b|\bexplain\b",
    re.IGNORECASE,
)


def wants_meaning(text: str) -> bool:
    """True if someone asks what is meant: "what do you mean by …"."""
    return bool(_MEANING.search(text))


def is_unsure(text: str) -> bool:
    """True if someone says that they do not know: "not sure", "no idea"."""
    joined = f" {' '.join(word.text for word in split_words(text))} "
    return any(f" {phrase} " in joined for phrase in _UNSURE)


_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "last": -1, "previous": -1}
_CHANGE = re.compile(
    r"^(?:(?:no|oh|sorry|wait|hm+|ok|okay|well|hold on|oops)[,.!]?\s+)*"
    r"(?P<sign>actually|correction|i meant|i mean|on second thoughts?|rather|scratch that|my mistake|instead|oops|"
    r"wait|hold on|"
    r"(?:please\s+)?(?P<plain>change|edit|correct|revise|fix)(?:\s+(?:my|the)\b)?)\b[\s,:;.-]*(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_WHICH = re.compile(
    r"^(?:(?:my|the)\s+)?(?:"
    r"(?P<ordinal>first|second|third|fourth|fifth|sixth|last|previous|\d(?:st|nd|rd|th))\s+(?:answer|question|one)"
    r"|(?:answer|question|number|#)\s*(?P<number>\d))\b[\s,:;.-]*(?:(?:to|is|should be|was)\b)?[\s,:;.-]*(?P<to>.*)$",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction of an earlier answer. `number`: of which one, from 1, -1 for the last; None if not said."""

    number: int | None
    rest: str  # the new answer, as far as it is given
    plain: bool = False  # "change …" rather than "actually …": it can only be about an answer


def read_correction(text: str) -> Correction | None:
    """The correction in "actually we do have …" or "change the first answer to …"; None if `text` is none."""
    found = _CHANGE.match(text.strip())
    if found is None:
        return None
    plain = bool(found["plain"])
    which = _WHICH.match(found["rest"])
    return Correction(_number(which), which["to"], plain) if which else Correction(None, found["rest"], plain)


def _number(which: re.Match[str]) -> int | None:
    if which["number"]:
        return int(which["number"]) or None
    word = which["ordinal"].casefold()
    return _ORDINALS.get(word) or int(word[0]) or None


def question_named(text: str, questions: Mapping[str, TriageQuestion]) -> str | None:
    """The id of the question with a wording near `text`; None where none, or more than one, is near."""
    names = {question.ask: id for id, question in questions.items()}
    names |= {question.name: id for id, question in questions.items()}
    near = process.extract(text, names.keys(), scorer=fuzz.token_set_ratio, processor=_folded, score_cutoff=90)
    found = {names[name] for name, _, _ in near}
    return found.pop() if len(found) == 1 and len(text) >= 5 else None


def _folded(text: str) -> str:
    return " ".join(word.text for word in split_words(text))
