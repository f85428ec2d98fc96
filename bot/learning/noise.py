"""Noise on examples: slips, letter case, openers and other names, so that the reader does not lean on neat texts."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import pairwise

NOISY = 0.33  # the share of texts that are changed
OPENERS = ("hey, ", "quick one: ", "so ", "hi team - ", "um ", "pls: ", "ok so ", "question: ", "hello, ", "btw ")
_SLIPS_PER = 60  # letters for one slip more


def noisy(text: str, names: Mapping[str, Sequence[str]], chance: random.Random) -> str:
    """`text`, at times changed. `names`: the other names of what can be named, by name in lower case."""
    if chance.random() >= NOISY:
        return text
    match chance.randrange(6):
        case 0:
            return text.lower()
        case 1:
            return text.rstrip("?.!")
        case 2:
            return chance.choice(OPENERS) + text
        case 3:
            return _renamed(text, names, chance)
        case 4:
            return text.upper() if chance.random() < 0.1 else text.lower().rstrip("?.!")
        case _:
            return _with_slips(text, chance)


def _with_slips(text: str, chance: random.Random) -> str:
    """Two letters swapped, one left out or one doubled."""
    for _ in range(1 + len(text) // _SLIPS_PER):
        if len(text) < 8:
            break
        at = chance.randrange(1, len(text) - 2)
        swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        text = chance.choice((swapped, text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:]))
    return text


def _renamed(text: str, names: Mapping[str, Sequence[str]], chance: random.Random) -> str:
    """With another name for the first thing that is named."""
    words = text.split(" ")
    for at, (first, second) in enumerate(pairwise([*words, ""])):
        for length, said in ((2, f"{first} {second}"), (1, first)):
            bare = said.strip("?!.,;:")
            others = names.get(bare.lower())
            if others:
                replaced = said.replace(bare, chance.choice(others))
                return " ".join([*words[:at], replaced, *words[at + length :]])
    return text
