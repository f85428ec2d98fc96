"""Which words are English at all: a word that is one is never taken for a slip of the fingers.

The list is the one that the package symspellpy ships (82,765 words); only its data file is read. It is read when the
first unknown word is met.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

_PACKAGE = "symspellpy"
_FILE = "frequency_dictionary_en_82_765.txt"


@cache
def _words() -> frozenset[str]:
    spec = importlib.util.find_spec(_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        file = Path(folder, _FILE)
        if file.is_file():
            with file.open(encoding="utf-8-sig") as lines:
                return frozenset(line.split(" ", 1)[0] for line in lines)
    return frozenset()


def is_english(word: str) -> bool:
    """Whether `word`, in lower case, is in the list; False for every word where the package is missing."""
    return word in _words()
