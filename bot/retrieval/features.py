"""Words as one short dense vector: meaning (static embeddings), spelling (hashed character n-grams) and concepts.

A text is the sum of its words' rows. Each of the three parts is scaled to unit length on its own, so that the inner
product of two texts is a weighted mean of three cosines, at most 1. The rows of words are cached: a text costs
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

SPELLING = 512  # slots of the hashed part; concepts are hashed to the same slots
_CONCEPT_SHARE = 0.45  # of the inner product, where a text has both concepts and plain words
_MEANING_SHARE = 0.6  # of the plain words' share, the rest being spelling
_CENTRED = 1000  # about so many examples tell the mean direction
_SIZES = (3, 4, 5)  # lengths of the n-grams, with "<" and ">" around the word
_CONCEPT_SLOTS = 4  # a concept spreads over a few slots, so that one collision does not hide it
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
            features.centre = np.add.reduce(_unit(features._totals(sample)[:, :size])[0]) / np.float32(len(sample))
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
        totals = np.zeros((len(texts), self.size + SPELLING), dtype=np.float32)
        rows = self._rows
        for total, words in zip(totals, texts, strict=True):
            for word in words:
                row = rows.get(word)
                total += self._row(word) if row is None else row
        return totals

    def _row(self, word: str) -> Vector:
        row = np.zeros(self.size + SPELLING, dtype=np.float32)
        meaning = self.meanings.shape[1]
        if is_concept(word):
            _add_hashed([f"{copy}{word}" for copy in range(_CONCEPT_SLOTS)], row[-SPELLING:])
        else:
            if meaning and word in self.known:
                row[:meaning] = self.meanings[self.known[word]]
            elif meaning and self.embeddings:
                row[:meaning] = self.embeddings.vectors([word])[0].astype(np.float16)
            _add_hashed(_ngrams(word), row[meaning:-SPELLING])
        if len(self._rows) >= _CACHED_WORDS:
            self._rows.clear()
        self._rows[word] = row
        return row

    def _scaled(self, totals: Matrix) -> Matrix:
        """Each part of each row to its share of the length, the concepts added into the slots of the spelling."""
        size = self.meanings.shape[1]
        spelling, plain = _unit(totals[:, size:-SPELLING])
        concepts, signed = _unit(totals[:, -SPELLING:])
        concept_share = np.where(plain, np.float32(_CONCEPT_SHARE), np.float32(1.0)) * signed
        plain_share = np.float32(1.0) - concept_share
        rows = np.empty((len(totals), self.size), dtype=np.float32)
        if size:
            meaning = _unit(_unit(totals[:, :size])[0] - self.centre)[0]
            np.multiply(meaning, np.sqrt(plain_share * np.float32(_MEANING_SHARE)), out=rows[:, :size])
            plain_share *= np.float32(1.0 - _MEANING_SHARE)
        np.multiply(spelling, np.sqrt(plain_share), out=rows[:, size:])
        if signed.any():
            rows[:, size:] += concepts * np.sqrt(concept_share)
        return rows


def _unit(rows: Matrix) -> tuple[Matrix, NDArray[np.bool_]]:
    """The rows at length 1, those of zeros as they are, and a column that says which are not zeros."""
    lengths = np.sqrt(np.vecdot(rows, rows))[:, None]
    some = lengths > 0
    return rows / np.where(some, lengths, np.float32(1.0)), some


def _ngrams(word: str) -> list[str]:
    framed = f"<{word}>"
    return [framed[start : start + size] for size in _SIZES for start in range(len(framed) - size + 1)]


def _add_hashed(parts: Sequence[str], slots: Vector) -> None:
    """Adds each part to `slots`, at a place and with a sign that its hash decides."""
    for part in parts:
        mixed = zlib.crc32(part.encode()) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
        slots[(mixed >> 33) % SPELLING] += 1.0 if mixed >> 20 & 1 else -1.0
