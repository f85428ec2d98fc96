"""Splits a message into its questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from bot.nlu import english
from bot.nlu.text import split_words

_JOINT = re.compile(
    r"(?<!\?)\?++\s+|(?:^|\s)\(?(?:\d|[a-e])[.)]\s+|[.!;]\s+|\n"
    r"|(?<!\s)\s++(?:,\s++)?(?:and|&|plus|also)\s+(?=\w)|,\s+(?:(?:and|&|plus|also)\s+(?=\w))?",
    re.IGNORECASE,
)
_OPENING_LENGTH = 80  # characters that decide whether a piece of a message opens like a question
MOST_QUESTIONS = 3  # that are answered of one message


def split_questions(text: str) -> list[str]:
    """The questions in cleaned `text`, at most MOST_QUESTIONS; `text` alone if it is a single question.

    "who does A and who does B" is two; "what are the pros and cons" is one; a story before a question is none.
    """
    pieces = map(_without_lead_in, _pieces(text))
    asked = list(islice((piece for piece in pieces if piece and _opens_a_question(piece)), MOST_QUESTIONS))
    return asked if len(asked) > 1 else [text]


def _pieces(text: str) -> Iterator[str]:
    """`text` split before everything that opens like a question."""
    start = 0
    for joint in _JOINT.finditer(text):
        if _opens_a_question(text[joint.end() : joint.end() + _OPENING_LENGTH]):
            yield text[start : joint.start()].strip()
            start = joint.end()
    yield text[start:].strip()


def _without_lead_in(piece: str) -> str:
    """Without an announcement before the question: "two things: what is A …"."""
    announced, colon, rest = piece.partition(": ")
    return rest if colon and not _opens_a_question(announced) else piece


def _opens_a_question(text: str) -> bool:
    words = _without_openers([word.text for word in split_words(text[:_OPENING_LENGTH])])
    if len(words) < 3:
        return False
    return words[0] in english.QUESTION_WORDS or words[0] in english.AUXILIARIES


def _without_openers(words: list[str]) -> list[str]:
    """Without the words at the beginning that say nothing about the matter: "so, hello, can …"."""
    start = 0
    while start < len(words) - 1 and words[start] in english.OPENERS and words[start] not in english.AUXILIARIES:
        if words[start] in english.STATES and words[start + 1] in english.AUXILIARIES:
            break  # "I am new here" is no question
        start += 1
    return words[start:]
