"""Entity recognition for the options of a triage question in free text.

Nothing is guessed: a text that matches no option, or more than the question takes, or that negates, is left to the
caller. A misspelling is corrected where one word of the options is near and it is no other English word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.knowledge.triage import TriageQuestion
from bot.nlu.english import FUNCTION_WORDS, NEGATIONS, REVERSALS
from bot.nlu.entities import Speller, stem, with_function_words, word_counts
from bot.nlu.text import split_words
from bot.nlu.word_list import is_english


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SIMILAR = 88  # of 100: threshold of similarity for a whole answer that is a misspelt label or name

_DETERMINERS = _words("a an the our my your") | {""}
# What may stand around a short answer such as "none" or "both" without changing it.
_AROUND = _words(
    "i we you it is are was have has got do think guess say would will there just only please well so um uh ok okay "
    "mostly mainly probably maybe here for us me my our the a an all in place already so far now currently that "
    "answer option choose pick take go with let's let and yet"
)
_ALL = frozenset(
    ("all", "everything", "all of them", "all of these", "all of it", "all of the above", "all of those", "every one")
)
_NUMBERS = re.compile(
    r"^(?:(?:option|number|answer|no\.?|nr\.?|#)\s*)?\d{1,2}\b[.)]?"
    r"(?:(?:\s*(?:,|;|&|\+|and)\s*|\s+)#?\d{1,2}\b[.)]?)*$"
)
_DENYING = (*REVERSALS, "except", "all but", "everything but", "anything but", "without", "other than", "apart from")
_INTERJECTION = re.compile(r"^(?:no|nope|nah|yes|yeah|yep|ok|okay|well|hm+),\s+", re.IGNORECASE)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "last": -1}
_DIGITS = re.compile(r"\d+")
_ORDINAL = re.compile(r"^(?:the\s+)?(\w+)(?:\s+(?:one|option|answer))?$")


@dataclass(frozen=True, slots=True)
class OptionMatch:
    """The options named, in the order of the question. `denied`: the text negates or excludes them."""

    options: tuple[str, ...]
    denied: bool = False


@dataclass(frozen=True, slots=True)
class _Phrase:
    words: tuple[str, ...]
    stems: tuple[str, ...]
    option: str
    alone: bool  # made of function words: matches only a whole answer


class OptionReader:
    """Recognizes the options of one question."""

    def __init__(self, question: TriageQuestion) -> None:
        self._question = question
        texts = {
            option.id: tuple(dict.fromkeys((option.label, *option.names, *option.keeps)))
            for option in question.options.values()
        }
        every = [text for found in texts.values() for text in found]
        free = (option for option in question.options.values() if option.free)
        self._labels = {_plain(text) for option in free for text in (option.label, *option.names)}
        self._speller = Speller(with_function_words(word_counts(every)), is_english)
        self._phrases = [_phrase(text, option) for option, found in texts.items() for text in found]
        self._whole: dict[tuple[str, ...], set[str]] = {}
        for phrase in self._phrases:
            self._whole.setdefault(phrase.words, set()).add(phrase.option)

    def numbers(self, text: str) -> tuple[str, ...] | None:
        """The options with these numbers ("2", "1, 3", "the second"); None if the text is no list of numbers.

        Empty if one of the numbers is out of range.
        """
        plain = " ".join(text.casefold().split()).rstrip(".!")
        options = list(self._question.options)
        ordinal = _ORDINAL.match(plain)
        if ordinal and ordinal[1] in _ORDINALS:
            numbers = [_ORDINALS[ordinal[1]]]
        elif _NUMBERS.match(plain):
            numbers = [int(digits) for digits in _DIGITS.findall(plain)]
        else:
            return None
        numbers = [len(options) if number == -1 else number for number in numbers]
        if not all(1 <= number <= len(options) for number in numbers):
            return ()
        return tuple(options[number - 1] for number in sorted(set(numbers)))

    def exact(self, text: str) -> tuple[str, ...]:
        """The one option whose label or name is `text`; empty if there is none, or more than one."""
        plain = _plain(text)
        found = self._whole.get(plain, set())
        if not found and self._question.multiple and " ".join(plain) in _ALL:
            return tuple(self._question.options)
        return tuple(found) if len(found) == 1 else ()

    def is_label(self, text: str) -> bool:
        """True if `text` only says that it is none of the options listed: "another one"."""
        return _plain(text) in self._labels

    def read(self, text: str, within: frozenset[int] = frozenset()) -> OptionMatch:
        """The options that `text` names. `within`: positions of words that belong to another name and do not count."""
        typed = [word.text for word in split_words(text)]
        if _INTERJECTION.match(text):
            typed[0] = ""  # in its place, so that the positions stay what they are
        meant = self._speller.correct(typed)
        words = [meant[word] for word in typed]
        bare = tuple(word for word in words if word not in _DETERMINERS)
        alone = self._whole.get(bare) or self._whole.get(tuple(word for word in bare if word not in _AROUND)) or set()
        if alone:
            return self._ordered(alone)
        found, taken = self._named(words, within)
        if not found:
            return self._similar(" ".join(bare))
        rest = [word for position, word in enumerate(words) if position not in taken]
        joined = f" {' '.join(rest)} "
        denied = any(word in NEGATIONS for word in rest) or any(f" {phrase} " in joined for phrase in _DENYING)
        return OptionMatch(self._ordered(found).options, denied)

    def _named(self, words: list[str], within: frozenset[int]) -> tuple[set[str], set[int]]:
        """The options whose phrases occur in `words`, literally or else by their stems, and the positions they take."""
        places = [position for position, word in enumerate(words) if word not in _DETERMINERS]
        plain = [words[position] for position in places]
        for spelled, own in ((plain, "words"), ([stem(word) for word in plain], "stems")):
            starts: dict[str, list[int]] = {}
            for start, word in enumerate(spelled):
                starts.setdefault(word, []).append(start)
            hits = [
                (len(key), places[start : start + len(key)], phrase.option)
                for phrase in self._phrases
                if not phrase.alone
                for key in [getattr(phrase, own)]
                for start in starts.get(key[0], ())
                if tuple(spelled[start : start + len(key)]) == key
            ]
            found, taken = _longest_matches(hits, within)
            if found:
                return found, taken
        return set(), set()

    def _similar(self, text: str) -> OptionMatch:
        """The one option with a label or name similar to `text`; none if there are several."""
        if len(text) < 5:
            return OptionMatch(())
        names = {" ".join(phrase.words): phrase.option for phrase in self._phrases if not phrase.alone}
        near = process.extract(text, names.keys(), scorer=fuzz.ratio, score_cutoff=SIMILAR, limit=5)
        options = {names[name] for name, _, _ in near}
        return self._ordered(options) if len(options) == 1 else OptionMatch(())

    def _ordered(self, options: set[str]) -> OptionMatch:
        return OptionMatch(tuple(option for option in self._question.options if option in options))


def _longest_matches(hits: list[tuple[int, list[int], str]], within: frozenset[int]) -> tuple[set[str], set[int]]:
    """The options of the longest of overlapping matches, and their positions; equal matches all count."""
    found: dict[tuple[int, ...], set[str]] = {}
    taken: set[int] = set()
    for _, places, option in sorted(hits, key=lambda hit: -hit[0]):
        key = tuple(places)
        if key in found:
            found[key].add(option)
        elif taken.isdisjoint(places) and not within.issuperset(places):
            found[key] = {option}
            taken.update(places)
    return {option for options in found.values() for option in options}, taken


def _phrase(text: str, option: str) -> _Phrase:
    words = _plain(text)
    alone = all(word in FUNCTION_WORDS or word in NEGATIONS or word in _AROUND for word in words)
    return _Phrase(words, tuple(stem(word) for word in words), option, alone)


def _plain(text: str) -> tuple[str, ...]:
    words = tuple(word.text for word in split_words(text))
    return tuple(word for word in words if word not in _DETERMINERS) or words
