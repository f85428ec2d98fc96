"""The retriever: fitted to labelled wordings, ranks labels for a new wording in a fraction of a millisecond."""

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
FEWER = 1000  # landmarks for very many examples: fitting takes examples times landmarks squared
_EFFORT = 4.1e10
DIRECTIONS = 256  # in which texts are compared where examples are many; the rest of them tells little and costs time
MANY = 1000  # examples from which that pays
_BATCH = 1024
_LEFT_OUT = 600  # examples at most that are left out to calibrate the confidence
_PREPARED, _SOLVED = 0.4, 0.8  # the share of fitting that is done before solving begins, and when its batches end
_DECIMALS = 4  # scores that differ by less are equal, in whatever order the processor added


class Candidate(NamedTuple):
    label: str
    score: float  # about 1 for the wording of an example, about 0 for anything else


class Ranking(NamedTuple):
    """Labels, the best first; equal scores in the order of the labels."""

    candidates: tuple[Candidate, ...]
    confidence: float  # 0 to 1: how sure that the first one is right and there is a right one at all
    nearest: float  # 0 to 1: similarity to the nearest group of examples, or example where there are few


NOTHING = Ranking((), 0.0, 0.0)
UNPROJECTED: Matrix = np.zeros((0, 0), dtype=np.float32)


class Retriever:
    """Ranks labels by wording. Make one with `fit` or `from_arrays`."""

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
        self._projection = projection  # (size, directions); (0, 0): texts are compared as they are
        self._encode = Encoder(features, projection).vector if projection.size else features.vector
        self._landmarks = landmarks  # (directions, landmarks): so lying, a product takes half the time
        self._weights = weights  # (labels, landmarks)
        self._curve = curve

    @property
    def threshold(self) -> float:
        """The confidence from which on an answer is likelier right than wrong; chosen on the examples alone."""
        return self._curve.threshold

    @classmethod
    def fit(
        cls,
        examples: Sequence[tuple[str, Sequence[str]]],
        *,
        embeddings: Embeddings | None,
        landmarks: int = LANDMARKS,
        progress: Callable[[float], None] | None = None,
    ) -> Retriever:
        """Learns from (label, words) pairs. Words are in lower case; one in angle brackets is an opaque sign.
        `landmarks`: how many points at most stand for the examples; more are slower and tell finer. `progress`: told
        now and then what share of the work is done, from 0.0 to 1.0."""
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
        store = _Store.of(features, texts)
        if len(texts) > MANY and features.size > DIRECTIONS:
            store.projection = directions(store)
        labelled = (store.rows(start, end) for start, end in pairwise(bounds))
        affordable = max(FEWER, int((_EFFORT / len(texts)) ** 0.5))
        sizes = [end - start for start, end in pairwise(bounds)]
        chosen = choose(labelled, sizes, min(landmarks, affordable))
        ridge = solve(chosen.points, _counted(store.batches(of_label), len(texts), progress), len(labels))
        curve = _curve(ridge, chosen, store, bounds)
        points, weights = np.ascontiguousarray(chosen.points.T), np.ascontiguousarray(ridge.weights.T)
        return cls(labels, features, store.projection, points, weights, curve)

    def rank(self, words: Sequence[str], limit: int = 10) -> Ranking:
        """The `limit` labels, at least one, that the words speak for most. No words, or nothing learned: no candidates
        and no confidence."""
        if not words or not self._labels:
            return NOTHING
        products: Vector = self._encode(words) @ self._landmarks
        nearest = min(1.0, max(0.0, float(np.maximum.reduce(products))))
        scores: Vector = self._weights @ kernel(products)
        ahead = scores.argpartition(-limit)[-limit:] if limit < len(scores) else np.arange(len(scores))
        found = zip(scores[ahead].tolist(), ahead.tolist(), strict=True)
        ranked = sorted((-min(1.0, max(0.0, round(score, _DECIMALS))), index) for score, index in found)
        candidates = tuple(Candidate(self._labels[index], -negative) for negative, index in ranked)
        return Ranking(candidates, self._curve.confidence(0.5 * (candidates[0].score + nearest)), nearest)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All that was learned, as plain arrays (`numpy.savez` keeps them without pickling)."""
        return {
            "labels": np.array(self._labels, dtype=np.str_),
            "words": np.array(list(self._features.known), dtype=np.str_),
            "meanings": self._features.meanings,
            "centre": self._features.centre,
            "projection": self._projection,
            "landmarks": self._landmarks,
            "weights": self._weights,
            "curve": np.array([self._curve.offset, self._curve.slope, self._curve.threshold]),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], *, embeddings: Embeddings | None) -> Retriever:
        """The retriever that `to_arrays` was called on. `embeddings` serve words that no example has."""
        known = {str(word): index for index, word in enumerate(arrays["words"])}
        features = Features(embeddings, known, arrays["meanings"], arrays["centre"])
        curve = Curve(*(float(number) for number in arrays["curve"]))
        labels = tuple(str(label) for label in arrays["labels"])
        return cls(labels, features, arrays["projection"], arrays["landmarks"], arrays["weights"], curve)


def _evidence(score: Vector, nearest: Vector) -> Vector:
    """The best score says whether the label is right, the nearest example whether there is a right one."""
    return np.float32(0.5) * (score.clip(0.0, 1.0) + nearest)


@dataclass(slots=True)
class _Store:
    """The vectors of all examples while fitting, as whole numbers: a quarter of the memory of floats. Rows come out
    projected, once there is a projection."""

    codes: NDArray[np.int8]
    scales: Vector
    projection: Matrix = field(default_factory=lambda: UNPROJECTED)

    @classmethod
    def of(cls, features: Features, texts: Sequence[Sequence[str]]) -> _Store:
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


def _counted(
    batches: Iterator[tuple[Matrix, NDArray[np.intp]]], count: int, progress: Callable[[float], None] | None
) -> Iterator[tuple[Matrix, NDArray[np.intp]]]:
    """The batches as they come; `progress` hears of each when the next one is asked for."""
    done = 0
    for rows, of_label in batches:
        if progress:
            progress(_PREPARED + (_SOLVED - _PREPARED) * done / count)
        yield rows, of_label
        done += len(rows)
    if progress:
        progress(_SOLVED)


def directions(store: _Store) -> Matrix:
    """The directions in which the examples differ most, (size, DIRECTIONS): their principal components, uncentred."""
    size = store.codes.shape[1]
    scatter = np.zeros((size, size))
    for start in range(0, len(store.codes), _BATCH):
        rows = store.rows(start, start + _BATCH)
        scatter += rows.T @ rows
    found: Matrix = np.linalg.eigh(scatter)[1][:, -DIRECTIONS:].astype(np.float32)
    return np.ascontiguousarray(found)


def _curve(ridge: Ridge, landmarks: Landmarks, store: _Store, bounds: Sequence[int]) -> Curve:
    """Leaves out the examples of evenly spaced labels, one by one and a whole label at a time: what comes of it?"""
    step = len(store.codes) // _LEFT_OUT + 1
    sure: list[float] = []
    unsure: list[float] = []
    for label, (start, end) in list(enumerate(pairwise(bounds)))[::step]:
        if not 2 <= end - start <= _LEFT_OUT or len(bounds) == 2:
            continue
        rows = store.rows(start, end)
        single, whole = ridge.left_out(rows, label)
        near, near_others = landmarks.nearest(rows, label)
        right = single.argmax(axis=1) == label
        found = _evidence(single.max(axis=1), near)
        sure.extend(found[right])
        unsure.extend([*found[~right], *_evidence(whole.max(axis=1), near_others)])
    return calibrate(np.array(sure), np.array(unsure))
