"""Features: words as one dense vector of meaning (static embeddings), spelling (hashed character n-grams) and concepts.

A text is the sum of its words' rows. Each of the three parts is normalized on its own, so that the inner product of two
texts is a weighted mean of three cosines, at most 1. The rows of words are cached: a text costs a few additions.
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

SPELLING = 512  # dimensions of the hashed part; concepts are hashed to the same ones
_CONCEPT_SHARE = 0.45  # weight of the concepts in the inner product, if there are plain words too
_MEANING_SHARE = 0.7  # weight of meaning within the plain words; the rest is spelling
_CENTRED = 1000  # examples at most, roughly, that the mean is taken of
_SIZES = (3, 4, 5)  # lengths of the n-grams, with "<" and ">" around the word
_CONCEPT_SLOTS = 4  # hashes of a concept, so that one collision does not hide it
_MIXER = 0x9E3779B97F4A7C15
_CACHED_WORDS = 8192


def is_concept(word: str) -> bool:
    """True for a concept token, in angle brackets: it is opaque, without spelling and meaning of its own."""
    return word.startswith("<") and word.endswith(">")


class Lengths(NamedTuple):
    """The norm of each part of a text's vector; their squares sum to 1."""

    meaning: float
    spelling: float
    concepts: float

    @classmethod
    def of(cls, plain: Sequence[str], concepts: Sequence[str], *, meaning: bool) -> Lengths:
        """The norms for a text with these words and concept tokens. `meaning`: there are embeddings."""
        share = 0.0 if not concepts else _CONCEPT_SHARE if plain else 1.0
        of_meaning = _MEANING_SHARE if meaning else 0.0
        return cls(sqrt((1 - share) * of_meaning), sqrt((1 - share) * (1 - of_meaning)), sqrt(share))


def split_concepts(words: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """(plain words, concept tokens)"""
    concepts = [word for word in words if is_concept(word)]
    return ([word for word in words if not is_concept(word)] if concepts else words), concepts


@dataclass(slots=True)
class Features:
    """Turns words into vectors."""

    embeddings: Embeddings | None
    known: dict[str, int]  # the words of the examples, with their rows in `meanings`
    meanings: NDArray[np.float16]  # (known words, size of an embedding); without embeddings the size is 0
    centre: Vector  # the mean of the examples' unit meanings; subtracted, since all texts share it
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
            units = (_scaled(features._total(words)[:size], 1.0) for words in sample)
            features.centre = sum(units, features.centre) / np.float32(len(sample))
        return features

    @property
    def size(self) -> int:
        return int(self.meanings.shape[1]) + SPELLING

    def vector(self, words: Sequence[str]) -> Vector:
        """The vector of a text, (size,), of norm at most 1."""
        plain, concepts = split_concepts(words)
        size = self.meanings.shape[1]
        lengths = Lengths.of(plain, concepts, meaning=bool(size))
        total = self._total(plain)
        meaning, spelling = total[:size], total[size:]
        if size:
            _scaled(meaning, 1.0)
            meaning -= self.centre
            _scaled(meaning, lengths.meaning)
        _scaled(spelling, lengths.spelling)
        if concepts:
            spelling += _scaled(self._total(concepts)[size:], lengths.concepts)
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
        """The row of one word, (size,): its meaning, then its spelling."""
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


def _scaled(vector: Vector, length: float) -> Vector:
    """`vector` scaled to norm `length` in place, and returned; a zero vector stays as it is."""
    present = sqrt(vector @ vector)
    if present:
        vector *= length / present
    return vector


def _ngrams(word: str) -> list[str]:
    framed = f"<{word}>"
    return [framed[start : start + size] for size in _SIZES for start in range(len(framed) - size + 1)]


def _add_hashed(parts: Sequence[str], slots: Vector) -> None:
    """Feature hashing: adds 1 or -1 for each part to `slots`; its hash decides the place and the sign."""
    for part in parts:
        mixed = zlib.crc32(part.encode()) * _MIXER  # similar texts have similar checksums; this spreads them
        slots[(mixed >> 33) % SPELLING] += 1.0 if mixed >> 20 & 1 else -1.0
