"""Anonymization: takes people's names out of a text before it is stored for the curator.

Names can't be listed in full. So a word stays only if it is known to be none: it occurs in the knowledge, it is an
English word and no first name, or it looks like an abbreviation. Terms that get lost stay once they are in the
vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

from bot.domain.redaction import redact
from bot.nlu.english import FUNCTION_WORDS
from bot.nlu.entities import stem
from bot.nlu.text import as_typed, split_words
from bot.nlu.word_list import is_english

NAME = "[name]"

_FILE = Path(__file__).with_name("person_names.txt")
_TOKEN = re.compile(r"\[[a-z-]+\]|[^\W_]+(?:'[^\W_]+)*")
_PLACEHOLDER = re.compile(r"\[[a-z-]+\]")
_OPENING = " \t\n\r\f\v\u00a0\"'(*•-"  # characters before the first word of a sentence
_ABBREVIATION = re.compile(r"([A-Z]{2,6}s?)[0-9]*")  # long numbers that are not known are gone by then
_LETTERS = re.compile(r"[^\W\d_]+")


@cache
def _names() -> frozenset[str]:
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


class NameRemover:
    """Replaces names, and all that `bot.domain.redaction` redacts, by placeholders."""

    def __init__(
        self, words: Collection[str], concept_names: Collection[str], numbers: Collection[str] = frozenset()
    ) -> None:
        """`words`: those of the knowledge, in lower case. `concept_names`: as they are spelt, with capitals. `numbers`:
        those of the knowledge, as `bot.domain.redaction.numbers_in` finds them."""
        self._words = frozenset(words)
        self._numbers = frozenset(numbers)
        self._stems = frozenset(map(stem, words))
        self._spellings = frozenset(word for name in concept_names for word in as_typed(name))

    def __call__(self, text: str) -> str:
        """`text` without names, secrets, addresses and numbers. Idempotent."""
        text = redact(text.replace("’", "'"), self._numbers)
        shouted = _PLACEHOLDER.sub("", text).isupper()

        pieces: list[str] = []
        end = 0
        for found in _TOKEN.finditer(text):
            before, word = text[end : found.start()], found[0]
            is_first = _begins_sentence(before, anything_before=end > 0)
            stays = word.startswith("[") or self._is_no_name(word, is_first, shouted)
            pieces += [before, word if stays else NAME]
            end = found.end()
        return "".join([*pieces, text[end:]])

    def _is_no_name(self, word: str, is_first: bool, shouted: bool) -> bool:
        if word in self._spellings or word.isdecimal():
            return True
        if not shouted and (abbreviation := _ABBREVIATION.fullmatch(word)):
            return abbreviation[1].lower() not in _names()
        if any(char.isdigit() for char in word):
            return self._is_compound(word)
        is_small = shouted or not word[0].isupper()
        return all(self._is_known(part.text, is_small, is_first) for part in split_words(word))

    def _is_known(self, word: str, is_small: bool, is_first: bool) -> bool:
        if word in _names():
            return word in self._words if is_small else is_first and word in FUNCTION_WORDS
        return word in self._words or stem(word) in self._stems or ((is_small or is_first) and is_english(word))

    def _is_compound(self, word: str) -> bool:
        """True for known words with one digit, as in product names, or a known number; other digits may identify a
        person."""
        if word.lower() in self._words:
            return True
        parts = [part.lower() for part in _LETTERS.findall(word) if len(part) > 1]
        digits = "".join(filter(str.isdigit, word))
        return (len(digits) == 1 or digits in self._numbers) and all(
            self._is_known(part, True, False) for part in parts
        )


def _begins_sentence(before: str, *, anything_before: bool) -> bool:
    """True if a sentence begins after `before`, the text between two words."""
    closing = before.rstrip(_OPENING)
    if closing:
        return closing[-1] in ".?!:" or "\n" in before[len(closing) :]
    return not anything_before or "\n" in before
