"""Text that was written with care, by curators: its sentences, and how much of one text another one says."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.nlu.english import ABBREVIATIONS, FUNCTION_WORDS, NEGATIONS
from bot.nlu.entities import stem

_WORD = re.compile(r"[\w+#]+")
_END = re.compile(r"[.!?…][\"”’')\]]{0,3}(?=\s)")
_OPENING = "\"“‘'(["


def sentences(text: str) -> list[str]:
    """The sentences of `text`, whole and in order. A full stop within one ("e.g. roses", "No. 5") ends none."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        if _ends(text[start : end.start()], text[end.end() :].lstrip()):
            found.append(text[start : end.end()].strip())
            start = end.end()
    return [*found, *([rest] if (rest := text[start:].strip()) else [])]


def first_sentence(text: str) -> str:
    """The first sentence of `text`, whole; "" if there is none."""
    return next(iter(sentences(text)), "")


def _ends(before: str, after: str) -> bool:
    """Whether a full stop between these ends a sentence."""
    word = before.rpartition(" ")[2].lstrip(_OPENING).casefold()
    following = after.lstrip(_OPENING)[:1]
    if word in ABBREVIATIONS or (len(word) == 1 and word.isalpha() and word != "i"):
        return False
    return not following.islower() and not (word in ("no", "nr") and following.isdigit())


@lru_cache(maxsize=10_000)  # of a knowledge's own texts
def content(text: str) -> frozenset[str]:
    """The stems of the words that carry the content of `text`, negations among them."""
    words = _WORD.findall(text.casefold())
    return frozenset(stem(word) for word in words if word not in FUNCTION_WORDS or word in NEGATIONS)


def denies(text: str) -> bool:
    """Whether a negation stands in `text`."""
    return not NEGATIONS.isdisjoint(_WORD.findall(text.casefold()))


def share_said(part: str, whole: str) -> float:
    """The share, from 0.0 to 1.0, of the content of `part` that `whole` has in it; 0.0 if `part` has none."""
    words = content(part)
    return len(words & content(whole)) / len(words) if words else 0.0
