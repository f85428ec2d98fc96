"""Limits on the length of what somebody sent; `bot.domain.messages.Message` truncates everything to them.

What lies beyond is never read, stored or passed on, so that the cost of a message is bounded."""

from __future__ import annotations

import unicodedata
from itertools import groupby

LONGEST = 4_000  # characters of a message, and of everything that was entered in a form; a question needs far fewer
MOST_MARKS = 30  # combining marks on one letter, as in Unicode's stream-safe text (UAX 15): no language needs more

_TAIL = 400  # characters before the limit in which a place to cut is searched
_OF_TOKENS = frozenset("_-+/=.~%")  # occur within keys and tokens
_JOINER = "\u200d"  # joins two emoji to one

Fields = tuple[tuple[str, tuple[str, ...]], ...]


def well_formed(text: str) -> str:
    """`text` with a question mark in place of each half of a surrogate pair, which JSON can contain."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def within(text: str, longest: int = LONGEST) -> str:
    """At most the first `longest` characters of `text`, cut between words and outside of mentions.

    Half a name or half a secret would not be recognised as one. A word longer than 400 characters is cut within."""
    if len(text) <= longest:
        return text
    first = max(longest - _TAIL, 0)
    at = _between_words(text, first, longest) or (longest if first else 0)
    kept = text[: _between_signs(text, at)]
    for opening, closing in (("<", ">"), ("<at", "</at>")):
        begun = kept.lower().rfind(opening, first)
        if begun >= 0 and closing not in kept[begun:].lower():
            kept = kept[:begun]
    return kept.rstrip()


def _between_words(text: str, first: int, longest: int) -> int:
    """The last index from `first` to `longest` between two words, else between two tokens; 0 if there is none."""
    for parts in (str.isspace, _parts_tokens):
        if parts(text[longest]):
            return longest
        for at in range(longest, first, -1):
            if parts(text[at - 1]):
                return at
    return 0


def _parts_tokens(char: str) -> bool:
    return not (char.isalnum() or char in _OF_TOKENS or unicodedata.category(char)[0] in "MC")


def _between_signs(text: str, end: int) -> int:
    """The last index up to `end` between two grapheme clusters; `end` where none is near."""
    for at in range(end, max(end - MOST_MARKS, 0), -1):
        before, after = text[at - 1], text[at]
        joined = _JOINER in (before, after) or unicodedata.category(after) in ("Mn", "Me", "Mc", "Sk", "Cs")
        flag = "\U0001f1e6" <= after <= "\U0001f1ff"
        if not joined and not flag:
            return at
    return end


def fields_within(fields: Fields, longest: int = LONGEST) -> Fields:
    """The first fields, with ids and values of at most `longest` characters in all; each of them counts one more."""
    room = longest
    kept: list[tuple[str, tuple[str, ...]]] = []
    for id, given in fields:
        room -= len(id) + 1
        if room < 0:
            break
        values: list[str] = []
        for value in given:
            read = within(value, max(room, 0))
            room -= len(read) + 1
            if read or not value:
                values.append(read)
            if room <= 0:
                break
        kept.append((id, tuple(values)))
    return tuple(kept)


def composed(text: str) -> str:
    """`text` in Unicode normalization form NFKC, cut to `LONGEST` before and after: one character can become eighteen.

    At most `MOST_MARKS` combining marks on a letter are left, as sorting them takes quadratic time."""
    if text.isascii():
        return text[:LONGEST]
    text = text[:LONGEST]
    if sum(map(unicodedata.combining, text)):
        text = "".join(
            char
            for marks, run in groupby(text, lambda char: unicodedata.combining(char) > 0)
            for char in (list(run)[:MOST_MARKS] if marks else run)
        )
    return unicodedata.normalize("NFKC", text)[:LONGEST]
