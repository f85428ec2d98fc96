"""Word vectors of the static table that the package wordllama ships, read without importing that package.

Importing wordllama loads its own compiled parts, and its loader may look for models on the network. Only two of its
data files are needed: the table (32,000 tokens of 256 float16, mapped, so that just the pages in use count) and the
tokenizer that cuts a word into tokens. The tokenizer is read when the first word is asked for.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

_PACKAGE = "wordllama"
_TABLE = "weights/l2_supercat_256.safetensors"
_TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
_TENSOR = "embedding.weight"
_WORD_START = "\N{LOWER ONE EIGHTH BLOCK}"  # how the tokenizer writes the space before a word


class Embeddings:
    """Vectors of single words."""

    def __init__(self, table: Path, tokenizer: Path) -> None:
        self._table = _mapped(table)
        self._tokenizer_file = tokenizer
        self._tokenizer: Tokenizer | None = None

    @classmethod
    def load(cls) -> Embeddings | None:
        """The installed table, or None where the package or one of its files is missing."""
        spec = importlib.util.find_spec(_PACKAGE)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            table, tokenizer = Path(folder, _TABLE), Path(folder, _TOKENIZER)
            if table.is_file() and tokenizer.is_file():
                return cls(table, tokenizer)
        return None

    @property
    def size(self) -> int:
        """Length of a vector."""
        return int(self._table.shape[1])

    def vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        """One row a word, float32 (words, size): the sum of the word's tokens.

        Sums, not means, and not scaled to unit length: the table's lengths grow with how much a token says, which
        makes them a better weight than counting words in a few examples.
        """
        tokenizer = self._words_to_tokens()
        rows = np.zeros((len(words), self.size), dtype=np.float32)
        for row, word in zip(rows, words, strict=True):
            tokens = tokenizer.encode(word, add_special_tokens=False).ids
            if tokens:
                self._table[tokens].sum(axis=0, dtype=np.float32, out=row)
        return rows

    def knows(self, word: str) -> bool:
        """True where a word in lower case is a token of its own: most everyday words are, few misspelt ones.

        Some tokens are only the beginning of words ("secur"), so a short or clipped word can be known by accident.
        """
        return bool(word) and self._words_to_tokens().token_to_id(_WORD_START + word) is not None

    def _words_to_tokens(self) -> Tokenizer:
        if self._tokenizer is None:
            self._tokenizer = Tokenizer.from_file(str(self._tokenizer_file))
        return self._tokenizer


def _mapped(path: Path) -> NDArray[np.float16]:
    """The table of a safetensors file: eight bytes of header length, a JSON header, then the numbers as they are."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        tensor = json.loads(file.read(length))[_TENSOR]
    if tensor["dtype"] != "F16":
        raise ValueError(f"{path.name}: expected 16-bit floats, found {tensor['dtype']}")
    offset = 8 + length + tensor["data_offsets"][0]
    return np.asarray(np.memmap(path, dtype="<f2", mode="r", offset=offset, shape=tuple(tensor["shape"])))
