"""Projects the features of texts to fewer dimensions.

A text is the sum of its words and projection is linear, so the projected words are cached: a text costs a few additions
instead of a product with the projection, which is a megabyte large.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np

from bot.retrieval.features import Features, Lengths, Matrix, Vector, split_concepts

_CACHED_WORDS = 8192
_LEAST_SQUARE = 1e-12  # squared norms below count as zero


class Encoder:
    """Encodes texts as their `features` times `projection`."""

    def __init__(self, features: Features, projection: Matrix) -> None:
        self._features = features
        self._projection = projection  # (size, dimensions)
        self._meaning = features.meanings.shape[1]
        self._centre: Vector = features.centre @ projection[: self._meaning]
        self._square_of_centre = _square(features.centre)
        size, dimensions = projection.shape
        # Of each word: meaning and spelling, both unprojected and projected. Unused rows take no memory.
        self._rows: Matrix = np.empty((_CACHED_WORDS, size + 2 * dimensions), dtype=np.float32)
        self._row_of: dict[str, int] = {}

    def vector(self, words: Sequence[str]) -> Vector:
        """The vector of a text, (dimensions,): `features.vector(words) @ projection`."""
        if len(words) > _CACHED_WORDS:
            return self._features.vector(words) @ self._projection
        if len(self._row_of) + len(words) > _CACHED_WORDS:
            self._row_of.clear()
        plain, concepts = split_concepts(words)
        lengths = Lengths.of(plain, concepts, meaning=bool(self._meaning))
        meaning, spelling, in_meaning, in_spelling = self._sums(plain)
        text: Vector = in_spelling * _scale(lengths.spelling, _square(spelling))
        if self._meaning:
            unit = _scale(1.0, _square(meaning))
            # |m - c|² for the meaning m, brought to length 1, and the centre c
            square = bool(unit) - 2 * unit * float(meaning @ self._features.centre) + self._square_of_centre
            scale = _scale(lengths.meaning, square)
            text += (in_meaning * unit - self._centre) * scale
        if concepts:
            _, signs, _, in_signs = self._sums(concepts)
            text += in_signs * _scale(lengths.concepts, _square(signs))
        return text

    def _sums(self, words: Sequence[str]) -> tuple[Vector, Vector, Vector, Vector]:
        """Over all words: the sums of meaning, of spelling, of projected meaning and of projected spelling."""
        size, dimensions = self._projection.shape
        known = self._row_of
        rows = [known[word] if word in known else self._cache(word) for word in words]
        total = np.add.reduce(self._rows.take(rows, axis=0), axis=0)
        return total[: self._meaning], total[self._meaning : size], total[size:-dimensions], total[-dimensions:]

    def _cache(self, word: str) -> int:
        row = self._row_of[word] = len(self._row_of)
        plain, border = self._features.row(word), self._meaning
        in_meaning = plain[:border] @ self._projection[:border]
        in_spelling = plain[border:] @ self._projection[border:]
        self._rows[row] = np.concatenate((plain, in_meaning, in_spelling))
        return row


def _square(vector: Vector) -> float:
    """The squared norm."""
    return float(vector @ vector)


def _scale(length: float, square: float) -> float:
    """The factor that scales a vector with this squared norm to norm `length`; 0 for a zero vector."""
    return length / sqrt(square) if square > _LEAST_SQUARE else 0.0
