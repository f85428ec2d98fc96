"""Words as one short dense vector: meaning (static embeddings), spelling (hashed character n-grams) and concepts.

A text is the sum of its words' rows. Each of the three parts is scaled to unit length on its own, so that the inner
product of two texts is a weighted mean of three cosines, at most 1. The rows of words are cached: a text costs
a few additions.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.retrieval.embeddings import Embeddings

Vector = NDArray[np.float32]
Matrix = NDArray[np.float32]

SPELLING = 512  # slots of the hashed part; concepts are hashed to the same slots
_CONCEPT_SHARE = 0.45  # of the inner product, where a text has both concepts and plain words
_MEANING_SHARE = 0.7  # of the plain words' share, the rest being spelling
_CENTRED = 1000  # about so many examples tell the mean direction
_SIZES = (3, 4, 5)  # lengths of the n-grams, with "<" and ">" around the word
_CONCEPT_SLOTS = 4  # a concept spreads over a few slots, so that one collision does not hide it
_MIXER = 0x9E3779B97F4A7C15
_CACHED_WORDS = 8192


def is_concept(word: str) -> bool:
    """A token in angle brackets was put there by the reader: it has no spelling and no meaning of its own."""
    return word.startswith("<") and word.endswith(">")


class Lengths(NamedTuple):
    """How long each part of a text's vector is; together they make a length of 1."""

    meaning: float
    spelling: float
    concepts: float

    @classmethod
    def of(cls, plain: Sequence[str], concepts: Sequence[str], *, meaning: bool) -> Lengths:
        """For a text with these words and signs. `meaning`: whether the words have one."""
        share = 0.0 if not concepts else _CONCEPT_SHARE if plain else 1.0
        of_meaning = _MEANING_SHARE if meaning else 0.0
        return cls(sqrt((1 - share) * of_meaning), sqrt((1 - share) * (1 - of_meaning)), sqrt(share))


def parted(words: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The plain words and the concepts."""
    concepts = [word for word in words if is_concept(word)]
    return ([word for word in words if not is_concept(word)] if concepts else words), concepts


@dataclass(slots=True)
class Features:
    """Turns words into vectors. `known` and `meanings` are the words of the examples with their embeddings."""

    embeddings: Embeddings | None
    known: dict[str, int]
    meanings: NDArray[np.float16]  # (known words, size of an embedding); size 0: spelling alone
    centre: Vector  # the mean direction of the examples' meanings, taken off because every text shares it
    _rows: dict[str, Vector] = field(default_factory=dict)

    @classmethod
    def learn(cls, texts: Sequence[Sequence[str]], embeddings: Embeddings | None) -> Features:
        words = sorted({word for text in texts for word in text})
        size = embeddings.size if embeddings else 0
        meanings = np.zeros((len(words), size), dtype=np.float16)
        if embeddings:
            plain = [index for index, word in enumerate(words) if not is_concept(word)]
            meanings[plain] = embeddings.vectors([words[index] for index in plain])
        known = {word: index for index, word in enumerate(words)}
        features = cls(embeddings, known, meanings, np.zeros(size, dtype=np.float32))
        if size and texts:
            sample = texts[:: len(texts) // _CENTRED + 1]
            directions = (_stretched(features._total(words)[:size], 1.0) for words in sample)
            features.centre = sum(directions, features.centre) / np.float32(len(sample))
        return features

    @property
    def size(self) -> int:
        return int(self.meanings.shape[1]) + SPELLING

    def vector(self, words: Sequence[str]) -> Vector:
        """The text as one vector (size,) of length at most 1."""
        plain, concepts = parted(words)
        size = self.meanings.shape[1]
        lengths = Lengths.of(plain, concepts, meaning=bool(size))
        total = self._total(plain)
        meaning, spelling = total[:size], total[size:]
        if size:
            _stretched(meaning, 1.0)
            meaning -= self.centre
            _stretched(meaning, lengths.meaning)
        _stretched(spelling, lengths.spelling)
        if concepts:
            spelling += _stretched(self._total(concepts)[size:], lengths.concepts)
        return total

    def matrix(self, texts: Sequence[Sequence[str]]) -> Matrix:
        """The texts as rows, (texts, size)."""
        rows = np.empty((len(texts), self.size), dtype=np.float32)
        for row, words in zip(rows, texts, strict=True):
            row[:] = self.vector(words)
        return rows

    def _total(self, words: Sequence[str]) -> Vector:
        total = np.zeros(self.size, dtype=np.float32)
        rows = self._rows
        for word in words:
            row = rows.get(word)
            total += self._row(word) if row is None else row
        return total

    def row(self, word: str) -> Vector:
        """What one word adds to a text, (size,): its meaning, then its spelling."""
        row = np.zeros(self.size, dtype=np.float32)
        size = self.meanings.shape[1]
        if is_concept(word):
            parts = [f"{copy}{word}" for copy in range(_CONCEPT_SLOTS)]
        else:
            parts = _ngrams(word)
            if size and word in self.known:
                row[:size] = self.meanings[self.known[word]]
            elif size and self.embeddings:
                row[:size] = self.embeddings.vectors([word])[0].astype(np.float16)
        _add_hashed(parts, row[size:])
        return row

    def _row(self, word: str) -> Vector:
        if len(self._rows) >= _CACHED_WORDS:
            self._rows.clear()
        row = self._rows[word] = self.row(word)
        return row


def _stretched(vector: Vector, length: float) -> Vector:
    """`vector` brought to `length` in place, and returned; one of zeros stays as it is."""
    present = sqrt(vector @ vector)
    if present:
        vector *= length / present
    return vector


def _ngrams(word: str) -> list[str]:
    framed = f"<{word}>"
    return [framed[start : start + size] for size in _SIZES for start in range(len(framed) - size + 1)]


def _add_hashed(parts: Sequence[str], slots: Vector) -> None:
    """Adds each part to `slots`, at a place and with a sign that its hash decides."""
    for part in parts:
        mixed = zlib.crc32(part.encode()) * _MIXER  # like texts have like checksums; this parts them
        slots[(mixed >> 33) % SPELLING] += 1.0 if mixed >> 20 & 1 else -1.0
