"""How much is read of what somebody sent. What lies beyond is never looked at, kept or passed on, so that no message
costs more than another: `bot.domain.messages.Message` cuts whatever comes in to this."""

from __future__ import annotations

import unicodedata
from itertools import groupby

LONGEST = 4_000  # characters of a message, and of everything that was entered in a form; a question needs far fewer
MOST_MARKS = 30  # combining marks on one letter, as in Unicode's stream-safe text (UAX 15): no language needs more

_TAIL = 400  # characters before the end in which a place to cut is looked for
_OF_TOKENS = frozenset("_-+/=.~%")  # signs that stand within a key or a token
_JOINER = "\u200d"  # makes one sign of two

Fields = tuple[tuple[str, tuple[str, ...]], ...]


def within(text: str, longest: int = LONGEST) -> str:
    """The first `longest` characters of `text`, less a word or a mention that would be cut in two: the half of a name
    or of a secret is not known for what it is. A run of letters that goes on for longer is cut between two of them."""
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
    """The last place from `first` to `longest` at which no word is parted, else at which no token is; 0: there is
    none."""
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
    """The last place up to `end` at which no letter is parted from its marks, nor an emoji in two; `end` where that is
    far."""
    for at in range(end, max(end - MOST_MARKS, 0), -1):
        before, after = text[at - 1], text[at]
        joined = _JOINER in (before, after) or unicodedata.category(after) in ("Mn", "Me", "Mc", "Sk", "Cs")
        flag = "\U0001f1e6" <= after <= "\U0001f1ff"
        if not joined and not flag:
            return at
    return end


def fields_within(fields: Fields, longest: int = LONGEST) -> Fields:
    """What was entered, up to so many characters of ids and values in all; a field counts one more, and so does a
    value."""
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
    """`text` in Unicode's form NFKC, cut to `LONGEST`: one sign can become eighteen. Of the marks on one letter the
    first ones stay, as to put many in order takes the square of their number."""
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
