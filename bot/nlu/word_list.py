"""A list of English words: none of them is corrected as a typo.

It is the list that the package symspellpy ships (82,765 words). Only that data file is read, on the first look-up.
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
    """True if `word`, in lower case, is in the list; False for every word if the package is missing."""
    return word in _words()
