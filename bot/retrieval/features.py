"""Words as one short dense vector: meaning (static embeddings) beside spelling (hashed character n-grams).

A text is the sum of its words' rows. Each of the two blocks is scaled to unit length on its own, so that the inner
product of two texts is a weighted mean of two cosines, at most 1. The rows of words are cached: a text costs
a few additions.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bot.embeddings import Embeddings

Vector = NDArray[np.float32]
Matrix = NDArray[np.float32]

SPELLING = 512  # slots of the hashed block
_MEANING_LENGTH = np.float32(0.6**0.5)  # the blocks' shares of the inner product are the squares of these
_SPELLING_LENGTH = np.float32(0.4**0.5)
_CENTRED = 1000  # about so many examples tell the mean direction
_SIZES = (3, 4, 5)  # lengths of the n-grams, with "<" and ">" around the word
_CONCEPT_SLOTS = 4  # a concept spreads over a few slots, so that one collision does not hide it
_CONCEPT_WEIGHT = 2.0  # together as heavy as a word of six letters
_CACHED_WORDS = 8192


def is_concept(word: str) -> bool:
    """A token in angle brackets was put there by the reader: it has no spelling and no meaning of its own."""
    return word.startswith("<") and word.endswith(">")


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
            features.centre = np.add.reduce(_unit(features._totals(sample)[:, :size])) / np.float32(len(sample))
        return features

    @property
    def size(self) -> int:
        return int(self.meanings.shape[1]) + SPELLING

    def vector(self, words: Sequence[str]) -> Vector:
        """The text as one vector (size,) of length at most 1."""
        row: Vector = self._scaled(self._totals([words]))[0]
        return row

    def matrix(self, texts: Sequence[Sequence[str]]) -> Matrix:
        """The texts as rows, (texts, size)."""
        return self._scaled(self._totals(texts))

    def _totals(self, texts: Sequence[Sequence[str]]) -> Matrix:
        totals = np.zeros((len(texts), self.size), dtype=np.float32)
        rows = self._rows
        for total, words in zip(totals, texts, strict=True):
            for word in words:
                row = rows.get(word)
                total += self._row(word) if row is None else row
        return totals

    def _row(self, word: str) -> Vector:
        row = np.zeros(self.size, dtype=np.float32)
        meaning = self.meanings.shape[1]
        if meaning and not is_concept(word):
            index = self.known.get(word)
            if index is not None:
                row[:meaning] = self.meanings[index]
            elif self.embeddings:
                row[:meaning] = self.embeddings.vectors([word])[0].astype(np.float16)
        _add_spelling(word, row[meaning:])
        if len(self._rows) >= _CACHED_WORDS:
            self._rows.clear()
        self._rows[word] = row
        return row

    def _scaled(self, totals: Matrix) -> Matrix:
        """Each block of each row to its share of the length, in place."""
        meaning = self.meanings.shape[1]
        if not meaning:
            return _unit(totals)
        totals[:, :meaning] = _unit(_unit(totals[:, :meaning]) - self.centre)
        totals[:, :meaning] *= _MEANING_LENGTH
        totals[:, meaning:] = _unit(totals[:, meaning:])
        totals[:, meaning:] *= _SPELLING_LENGTH
        return totals


def _unit(rows: Matrix) -> Matrix:
    """The rows at length 1; a row of zeros stays as it is."""
    lengths = np.sqrt(np.vecdot(rows, rows))
    lengths[lengths == 0.0] = 1.0
    scaled: Matrix = rows / lengths[:, None]
    return scaled


def _add_spelling(word: str, slots: Vector) -> None:
    """Adds the word's n-grams to `slots`, each at a place and with a sign that its hash decides."""
    if is_concept(word):
        for copy in range(_CONCEPT_SLOTS):
            place, sign = _hashed(f"{copy}{word}")
            slots[place] += sign * _CONCEPT_WEIGHT
        return
    framed = f"<{word}>"
    for size in _SIZES:
        for start in range(len(framed) - size + 1):
            place, sign = _hashed(framed[start : start + size])
            slots[place] += sign


def _hashed(text: str) -> tuple[int, float]:
    mixed = zlib.crc32(text.encode()) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    return (mixed >> 33) % SPELLING, 1.0 if mixed >> 20 & 1 else -1.0
