"""A text as the retriever compares it: its features, in fewer directions.

A text is the sum of its words, and the projection of a sum is the sum of the projections. So each word is projected
once and kept: a text costs a few additions, and the projection, a megabyte, is not gone through for every question.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np

from bot.retrieval.features import Features, Lengths, Matrix, Vector, parted

_CACHED_WORDS = 8192
_NEXT_TO_NOTHING = 1e-12  # a squared length from which a direction means something


class Encoder:
    """Encodes texts by `features`, projected on the columns of `projection`."""

    def __init__(self, features: Features, projection: Matrix) -> None:
        self._features = features
        self._projection = projection  # (size, directions)
        self._meaning = features.meanings.shape[1]
        self._centre: Vector = features.centre @ projection[: self._meaning]
        self._square_of_centre = _square(features.centre)
        size, directions = projection.shape
        # What each word adds: its meaning and its spelling, as they are and projected. Store counts once it is used.
        self._rows: Matrix = np.empty((_CACHED_WORDS, size + 2 * directions), dtype=np.float32)
        self._row_of: dict[str, int] = {}

    def vector(self, words: Sequence[str]) -> Vector:
        """The text as one vector (directions,), equal to its features times the projection."""
        if len(words) > _CACHED_WORDS:
            return self._features.vector(words) @ self._projection
        if len(self._row_of) + len(words) > _CACHED_WORDS:
            self._row_of.clear()
        plain, concepts = parted(words)
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
        """The sums of the words' meanings and spellings, as they are and projected."""
        size, directions = self._projection.shape
        known = self._row_of
        rows = [known[word] if word in known else self._learn(word) for word in words]
        total = np.add.reduce(self._rows.take(rows, axis=0), axis=0)
        return total[: self._meaning], total[self._meaning : size], total[size:-directions], total[-directions:]

    def _learn(self, word: str) -> int:
        row = self._row_of[word] = len(self._row_of)
        plain, border = self._features.row(word), self._meaning
        in_meaning = plain[:border] @ self._projection[:border]
        in_spelling = plain[border:] @ self._projection[border:]
        self._rows[row] = np.concatenate((plain, in_meaning, in_spelling))
        return row


def _square(vector: Vector) -> float:
    """Its squared length."""
    return float(vector @ vector)


def _scale(length: float, square: float) -> float:
    """What brings a vector with this squared length to `length`; 0 for one of zeros."""
    return length / sqrt(square) if square > _NEXT_TO_NOTHING else 0.0
