"""Static word embeddings from the package wordllama, read without importing it.

Importing wordllama loads its compiled parts, and its loader may look for models on the network. Only two of its data
files are needed: the table (32,000 tokens of 256 float16, memory-mapped) and the tokenizer, which is read when the
first vector is asked for.
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


class Embeddings:
    """Embeddings of single words."""

    def __init__(self, table: Path, tokenizer: Path) -> None:
        self._table = _memory_mapped(table)
        self._tokenizer_file = tokenizer
        self._tokenizer: Tokenizer | None = None

    @classmethod
    def load(cls) -> Embeddings | None:
        """The installed embeddings; None if the package or one of its files is missing."""
        spec = importlib.util.find_spec(_PACKAGE)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            table, tokenizer = Path(folder, _TABLE), Path(folder, _TOKENIZER)
            if table.is_file() and tokenizer.is_file():
                return cls(table, tokenizer)
        return None

    @property
    def size(self) -> int:
        """Dimensions of a vector."""
        return int(self._table.shape[1])

    def vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        """The vectors as rows, float32 (words, size): each the sum of the vectors of the word's tokens.

        Sums, neither means nor unit vectors: the norm of a token's vector grows with its information content, which
        makes it a better weight than word counts in a few examples.
        """
        tokenizer = self._load_tokenizer()
        rows = np.zeros((len(words), self.size), dtype=np.float32)
        for row, word in zip(rows, words, strict=True):
            tokens = tokenizer.encode(word, add_special_tokens=False).ids
            if tokens:
                self._table[tokens].sum(axis=0, dtype=np.float32, out=row)
        return rows

    def _load_tokenizer(self) -> Tokenizer:
        if self._tokenizer is None:
            self._tokenizer = Tokenizer.from_file(str(self._tokenizer_file))
        return self._tokenizer


def _memory_mapped(path: Path) -> NDArray[np.float16]:
    """The table in a safetensors file, memory-mapped: eight bytes of header length, a JSON header, the numbers.

    Raises ValueError if they are not 16-bit floats.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        tensor = json.loads(file.read(length))[_TENSOR]
    if tensor["dtype"] != "F16":
        raise ValueError(f"{path.name}: expected 16-bit floats, found {tensor['dtype']}")
    offset = 8 + length + tensor["data_offsets"][0]
    return np.asarray(np.memmap(path, dtype="<f2", mode="r", offset=offset, shape=tuple(tensor["shape"])))
