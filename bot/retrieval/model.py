"""The retriever: fitted to labelled examples, ranks the labels for a text in a fraction of a millisecond."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.retrieval.calibration import UNCALIBRATED, Curve, calibrate
from bot.retrieval.embeddings import Embeddings
from bot.retrieval.encoding import Encoder
from bot.retrieval.features import Features, Matrix, Vector
from bot.retrieval.landmarks import Landmarks, choose
from bot.retrieval.ridge import Ridge, kernel, solve

LANDMARKS = 2500
FEWER = 1000  # landmarks at least, however many examples
_EFFORT = 4.1e10  # examples times landmarks squared, to which the time of fitting is proportional
DIMENSIONS = 256  # that texts are projected to, if there are many examples
MANY = 1000  # examples above which projecting pays
_BATCH = 1024
_LEFT_OUT = 600  # examples at most, roughly, that are left out to calibrate the confidence
_PREPARED, _SOLVED = 0.4, 0.8  # the share of fitting that is done before and after the batches of solving
_DECIMALS = 4  # of scores; the rest depends on the order in which the processor adds


class Candidate(NamedTuple):
    label: str
    score: float  # about 1 for an example of the label, about 0 for unrelated words


class Ranking(NamedTuple):
    """Labels, best first; equal scores in the order of the labels."""

    candidates: tuple[Candidate, ...]
    confidence: float  # 0 to 1: that the first one is right, and that there is a right one


NOTHING = Ranking((), 0.0)
UNPROJECTED: Matrix = np.zeros((0, 0), dtype=np.float32)


class Retriever:
    """Ranks labels for a text. Make one with `fit` or `from_arrays`."""

    def __init__(
        self,
        labels: tuple[str, ...],
        features: Features,
        projection: Matrix,
        landmarks: Matrix,
        weights: Matrix,
        curve: Curve,
    ) -> None:
        self._labels = labels
        self._features = features
        self._projection = projection  # (size, dimensions); (0, 0): none
        self._encode = Encoder(features, projection).vector if projection.size else features.vector
        self._landmarks = landmarks  # (dimensions, landmarks): a product is twice as fast this way
        self._weights = weights  # (labels, landmarks)
        self._curve = curve

    @classmethod
    def fit(
        cls,
        examples: Sequence[tuple[str, Sequence[str]]],
        *,
        embeddings: Embeddings | None,
        landmarks: int = LANDMARKS,
        progress: Callable[[float], None] | None = None,
    ) -> Retriever:
        """Fits a retriever to (label, words) pairs. Words are in lower case, or concept tokens in angle brackets.

        `landmarks`: their number at most; more are slower and more accurate. `progress`: called now and then with the
        share of the work that is done, from 0.0 to 1.0.
        """
        ordered = sorted((example for example in examples if example[1]), key=lambda example: example[0])
        labels = tuple(sorted({label for label, _ in ordered}))
        texts = [words for _, words in ordered]
        features = Features.learn(texts, embeddings)
        if not labels:
            nothing = np.zeros((features.size, 0), dtype=np.float32)
            return cls((), features, UNPROJECTED, nothing, np.zeros((0, 0), dtype=np.float32), UNCALIBRATED)
        place = {label: index for index, label in enumerate(labels)}
        of_label = np.array([place[label] for label, _ in ordered], dtype=np.intp)
        bounds = np.searchsorted(of_label, np.arange(len(labels) + 1)).tolist()
        quantized = _Quantized.of(features, texts)
        if len(texts) > MANY and features.size > DIMENSIONS:
            quantized.projection = principal_components(quantized)
        labelled = (quantized.rows(start, end) for start, end in pairwise(bounds))
        affordable = max(FEWER, int((_EFFORT / len(texts)) ** 0.5))
        sizes = [end - start for start, end in pairwise(bounds)]
        chosen = choose(labelled, sizes, min(landmarks, affordable))
        ridge = solve(chosen.points, _with_progress(quantized.batches(of_label), len(texts), progress), len(labels))
        curve = _curve(ridge, chosen, quantized, bounds)
        points, weights = np.ascontiguousarray(chosen.points.T), np.ascontiguousarray(ridge.weights.T)
        return cls(labels, features, quantized.projection, points, weights, curve)

    def rank(self, words: Sequence[str], limit: int = 10) -> Ranking:
        """The `limit` (at least 1) labels with the highest scores; no candidates and confidence 0.0 without words or
        labels."""
        if not words or not self._labels:
            return NOTHING
        products: Vector = self._encode(words) @ self._landmarks
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
            "words": np.array(list(self._features.known), dtype=np.str_),
            "meanings": self._features.meanings,
            "centre": self._features.centre,
            "projection": self._projection,
            "landmarks": self._landmarks,
            "weights": self._weights,
            "curve": np.array([self._curve.offset, self._curve.slope]),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], *, embeddings: Embeddings | None) -> Retriever:
        """The retriever with the parameters of `to_arrays`. `embeddings` serve words that no example has."""
        known = {str(word): index for index, word in enumerate(arrays["words"])}
        features = Features(embeddings, known, arrays["meanings"], arrays["centre"])
        curve = Curve(*(float(number) for number in arrays["curve"]))
        labels = tuple(str(label) for label in arrays["labels"])
        return cls(labels, features, arrays["projection"], arrays["landmarks"], arrays["weights"], curve)


def _evidence(score: Vector, nearest: Vector) -> Vector:
    """The mean of the best score (is the label right?) and the nearest similarity (is there a right one?)."""
    return np.float32(0.5) * (score.clip(0.0, 1.0) + nearest)


@dataclass(slots=True)
class _Quantized:
    """The vectors of all examples while fitting, as 8-bit integers: a quarter of the memory of floats. `rows` and
    `batches` are projected once `projection` is set."""

    codes: NDArray[np.int8]
    scales: Vector
    projection: Matrix = field(default_factory=lambda: UNPROJECTED)

    @classmethod
    def of(cls, features: Features, texts: Sequence[Sequence[str]]) -> _Quantized:
        codes = np.empty((len(texts), features.size), dtype=np.int8)
        scales = np.empty(len(texts), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            rows = features.matrix(texts[start : start + _BATCH])
            scale = np.maximum(np.abs(rows).max(axis=1), np.float32(1e-9)) / np.float32(127)
            codes[start : start + _BATCH] = np.rint(rows / scale[:, None])
            scales[start : start + _BATCH] = scale
        return cls(codes, scales)

    def rows(self, start: int, end: int) -> Matrix:
        rows: Matrix = self.codes[start:end].astype(np.float32) * self.scales[start:end, None]
        projected: Matrix = rows @ self.projection if self.projection.size else rows
        return projected

    def batches(self, of_label: NDArray[np.intp]) -> Iterator[tuple[Matrix, NDArray[np.intp]]]:
        for start in range(0, len(of_label), _BATCH):
            yield self.rows(start, start + _BATCH), of_label[start : start + _BATCH]


def _with_progress(
    batches: Iterator[tuple[Matrix, NDArray[np.intp]]], count: int, progress: Callable[[float], None] | None
) -> Iterator[tuple[Matrix, NDArray[np.intp]]]:
    """The batches, with a call of `progress` for each."""
    done = 0
    for rows, of_label in batches:
        if progress:
            progress(_PREPARED + (_SOLVED - _PREPARED) * done / count)
        yield rows, of_label
        done += len(rows)
    if progress:
        progress(_SOLVED)


def principal_components(quantized: _Quantized) -> Matrix:
    """The principal components of the examples, uncentred, (size, DIMENSIONS)."""
    size = quantized.codes.shape[1]
    scatter = np.zeros((size, size))
    for start in range(0, len(quantized.codes), _BATCH):
        rows = quantized.rows(start, start + _BATCH)
        scatter += rows.T @ rows
    found: Matrix = np.linalg.eigh(scatter)[1][:, -DIMENSIONS:].astype(np.float32)
    return np.ascontiguousarray(found)


def _curve(ridge: Ridge, landmarks: Landmarks, quantized: _Quantized, bounds: Sequence[int]) -> Curve:
    """The calibration curve, from examples of evenly spaced labels: each left out, and with its whole label."""
    step = len(quantized.codes) // _LEFT_OUT + 1
    positive: list[float] = []
    negative: list[float] = []
    for label, (start, end) in list(enumerate(pairwise(bounds)))[::step]:
        if not 2 <= end - start <= _LEFT_OUT or len(bounds) == 2:
            continue
        rows = quantized.rows(start, end)
        single, whole = ridge.left_out(rows, label)
        near, near_others = landmarks.nearest(rows, label)
        right = single.argmax(axis=1) == label
        found = _evidence(single.max(axis=1), near)
        positive.extend(found[right])
        negative.extend([*found[~right], *_evidence(whole.max(axis=1), near_others)])
    return calibrate(np.array(positive), np.array(negative))
