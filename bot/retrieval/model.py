"""The retriever: fitted to labelled examples, ranks the labels for a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.retrieval.calibration import UNCALIBRATED, Curve, calibrate
from bot.retrieval.features import Matrix, Vector, concepts_of, matrix, vector
from bot.retrieval.landmarks import Landmarks, choose
from bot.retrieval.ridge import Ridge, kernel, solve

LANDMARKS = 2500
FEWER = 1000  # landmarks at least, however many examples
_EFFORT = 4.1e10  # examples times landmarks squared, to which the time of fitting is proportional
_BATCH = 1024
_LEFT_OUT = 600  # examples at most, roughly, that are left out to calibrate the confidence
_ENCODED, _PREPARED = 0.8, 0.9  # the share of fitting that is done when texts are encoded, and when solving begins
_DECIMALS = 4  # of scores; the rest depends on the order in which the processor adds


class Candidate(NamedTuple):
    label: str
    score: float  # about 1 for an example of the label, about 0 for unrelated words


class Ranking(NamedTuple):
    """Labels, best first; equal scores in the order of the labels."""

    candidates: tuple[Candidate, ...]
    confidence: float  # 0 to 1: that the first one is right, and that there is a right one


NOTHING = Ranking((), 0.0)
NO_MATRIX: Matrix = np.zeros((0, 0), dtype=np.float32)


class Retriever:
    """Ranks labels for a text. Make one with `fit` or `from_arrays`."""

    def __init__(
        self, labels: tuple[str, ...], concepts: Mapping[str, int], landmarks: Matrix, weights: Matrix, curve: Curve
    ) -> None:
        self._labels = labels
        self._concepts = concepts
        self._landmarks = landmarks  # (size, landmarks): a product is twice as fast this way
        self._weights = weights  # (labels, landmarks)
        self._curve = curve

    @classmethod
    def fit(
        cls,
        examples: Sequence[tuple[str, Sequence[str]]],
        *,
        landmarks: int = LANDMARKS,
        progress: Callable[[float], None] = lambda share: None,
    ) -> Retriever:
        """Fits a retriever to (label, words) pairs. Words are in lower case, or concept tokens in angle brackets.

        `landmarks`: their number at most; more are slower and more accurate. `progress`: called now and then with the
        share of the work that is done, from 0.0 to 1.0.
        """
        ordered = sorted((example for example in examples if example[1]), key=lambda example: example[0])
        labels = tuple(sorted({label for label, _ in ordered}))
        texts = [words for _, words in ordered]
        concepts = concepts_of(texts)
        if not labels:
            return cls((), concepts, NO_MATRIX, NO_MATRIX, UNCALIBRATED)
        progress(0.0)
        rows = matrix(texts, concepts, lambda done: progress(_ENCODED * done / len(texts)))
        place = {label: index for index, label in enumerate(labels)}
        of_label = np.array([place[label] for label, _ in ordered], dtype=np.intp)
        bounds = np.searchsorted(of_label, np.arange(len(labels) + 1)).tolist()
        affordable = max(FEWER, int((_EFFORT / len(texts)) ** 0.5))
        labelled = [rows[start:end] for start, end in pairwise(bounds)]
        chosen = choose(labelled, min(landmarks, affordable))
        batches = _batches(rows, of_label, lambda share: progress(_PREPARED + (1 - _PREPARED) * share))
        ridge = solve(chosen.points, batches, len(labels))
        curve = _curve(ridge, chosen, labelled)
        points, weights = np.ascontiguousarray(chosen.points.T), np.ascontiguousarray(ridge.weights.T)
        return cls(labels, concepts, points, weights, curve)

    def rank(self, words: Sequence[str], limit: int = 10) -> Ranking:
        """The `limit` (at least 1) labels with the highest scores; no candidates and confidence 0.0 without words or
        labels."""
        if not words or not self._labels:
            return NOTHING
        products: Vector = vector(words, self._concepts) @ self._landmarks
        nearest = min(1.0, max(0.0, float(np.maximum.reduce(products))))
        scores: Vector = self._weights @ kernel(products)
        best = scores.argpartition(-limit)[-limit:] if limit < len(scores) else np.arange(len(scores))
        found = zip(scores[best].tolist(), best.tolist(), strict=True)
        ranked = sorted((-min(1.0, max(0.0, round(score, _DECIMALS))), index) for score, index in found)
        candidates = tuple(Candidate(self._labels[index], -negative) for negative, index in ranked)
        return Ranking(candidates, self._curve.confidence(0.5 * (candidates[0].score + nearest)))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The fitted parameters as plain arrays, for `numpy.savez` without pickling."""
        return {
            "labels": np.array(self._labels, dtype=np.str_),
            "concepts": np.array(list(self._concepts), dtype=np.str_),
            "landmarks": self._landmarks,
            "weights": self._weights,
            "curve": np.array([self._curve.offset, self._curve.slope]),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Retriever:
        """The retriever with the parameters of `to_arrays`."""
        concepts = {str(concept): place for place, concept in enumerate(arrays["concepts"])}
        curve = Curve(*(float(number) for number in arrays["curve"]))
        labels = tuple(str(label) for label in arrays["labels"])
        return cls(labels, concepts, arrays["landmarks"], arrays["weights"], curve)


def _evidence(score: Vector, nearest: Vector) -> Vector:
    """The mean of the best score (is the label right?) and the nearest similarity (is there a right one?)."""
    return np.float32(0.5) * (score.clip(0.0, 1.0) + nearest)


def _batches(
    rows: Matrix, of_label: NDArray[np.intp], progress: Callable[[float], None]
) -> Iterator[tuple[Matrix, NDArray[np.intp]]]:
    for start in range(0, len(rows), _BATCH):
        progress(start / len(rows))
        yield rows[start : start + _BATCH], of_label[start : start + _BATCH]


def _curve(ridge: Ridge, landmarks: Landmarks, labelled: Sequence[Matrix]) -> Curve:
    """The calibration curve, from examples of evenly spaced labels: each left out, and with its whole label."""
    step = sum(map(len, labelled)) // _LEFT_OUT + 1
    positive: list[float] = []
    negative: list[float] = []
    for label, rows in list(enumerate(labelled))[::step]:
        if not 2 <= len(rows) <= _LEFT_OUT or len(labelled) == 1:
            continue
        single, whole = ridge.left_out(rows, label)
        near, near_others = landmarks.nearest(rows, label)
        right = single.argmax(axis=1) == label
        found = _evidence(single.max(axis=1), near)
        positive.extend(found[right])
        negative.extend([*found[~right], *_evidence(whole.max(axis=1), near_others)])
    return calibrate(np.array(positive), np.array(negative))
