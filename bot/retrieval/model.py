"""The retriever: fitted to labelled wordings, ranks labels for a new wording in a fraction of a millisecond."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.embeddings import Embeddings
from bot.retrieval import landmarks as choosing
from bot.retrieval import ridge
from bot.retrieval.calibration import UNCALIBRATED, Curve, calibrate
from bot.retrieval.features import Features, Matrix, Vector

LANDMARKS = 1024
_KEPT = 48  # examples a label at most that are kept for the nearest-example similarity
_NEAR_LABELS = 5  # labels among whose examples the nearest one is looked for
_BATCH = 8192
_LEFT_OUT = 1200  # examples at most that are left out to calibrate the confidence
_CALIBRATED = 400
_DECIMALS = 4  # scores that differ by less are equal, whatever order the numbers were added in


@dataclass(frozen=True, slots=True)
class Candidate:
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Labels, the best first; equal scores in the order of the labels."""

    candidates: tuple[Candidate, ...]
    confidence: float  # 0 to 1: how sure that the first one is right and there is a right one at all
    nearest: float  # 0 to 1: similarity to the nearest example of the first few labels


NOTHING = Ranking((), 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Examples label after label as whole numbers: row = codes * scale."""

    codes: NDArray[np.int8]
    scales: Vector
    starts: NDArray[np.intp]  # (labels + 1,)

    def nearest(self, vector: Vector, labels: Sequence[int], without: tuple[int, int] | None = None) -> float:
        """The highest inner product with a kept example of the labels; `without` (label, place in it) is passed over."""
        best = 0.0
        for label in labels:
            start, end = self.starts[label], self.starts[label + 1]
            products = (self.codes[start:end].astype(np.float32) @ vector) * self.scales[start:end]
            if without is not None and label == without[0] and without[1] < end - start:
                products[without[1]] = 0.0
            if len(products):
                best = max(best, float(products.max()))
        return best


class Retriever:
    """Ranks labels by wording. Make one with `fit` or `from_arrays`."""

    def __init__(
        self, labels: tuple[str, ...], features: Features, arrays: tuple[Matrix, Matrix], kept: _Kept, curve: Curve
    ) -> None:
        self._labels = labels
        self._features = features
        self._landmarks, self._weights = arrays
        self._kept = kept
        self._curve = curve

    @property
    def threshold(self) -> float:
        """The confidence from which on an answer is likelier right than wrong; chosen on the examples alone."""
        return self._curve.threshold

    @classmethod
    def fit(cls, examples: Sequence[tuple[str, Sequence[str]]], *, embeddings: Embeddings | None) -> Retriever:
        """Learns from (label, words) pairs. Words are in lower case; one in angle brackets is an opaque sign."""
        examples = [(label, words) for label, words in examples if words]
        labels = tuple(sorted({label for label, _ in examples}))
        place = {label: index for index, label in enumerate(labels)}
        examples.sort(key=lambda example: place[example[0]])
        texts = [words for _, words in examples]
        of_label = np.array([place[label] for label, _ in examples], dtype=np.intp)
        features = Features.learn(texts, embeddings)
        bounds = np.searchsorted(of_label, np.arange(len(labels) + 1))
        store = _Store.of(features, texts)
        order = [choosing.spread(store.rows(a, b), _KEPT) + a for a, b in zip(bounds, bounds[1:], strict=False)]
        counts = choosing.shares(np.diff(bounds).tolist(), LANDMARKS)
        points = [
            choosing.centres(store.rows(a, b), count)
            for a, b, count in zip(bounds, bounds[1:], counts, strict=False)
            if count
        ]
        if not points:
            empty = np.zeros((0, features.size), dtype=np.float32)
            kept = _Kept(empty.astype(np.int8), np.zeros(0, np.float32), np.zeros(1, np.intp))
            return cls((), features, (empty, np.zeros((0, 0), np.float32)), kept, UNCALIBRATED)
        fitted = ridge.solve(np.concatenate(points), store.batches(of_label), len(labels))
        starts = np.concatenate(([0], np.cumsum([len(chosen) for chosen in order])))
        chosen = np.concatenate(order)
        kept = _Kept(store.codes[chosen], store.scales[chosen], starts.astype(np.intp))
        curve = _curve(fitted, store, bounds, order, kept)
        return cls(labels, features, (fitted.landmarks, fitted.weights), kept, curve)

    def rank(self, words: Sequence[str], limit: int = 10) -> Ranking:
        """The labels that the words speak for. No words, or nothing learned: no candidates and no confidence."""
        if not words or not self._labels:
            return NOTHING
        vector = self._features.vector(words)
        scores = ridge.scores(vector, self._landmarks, self._weights).round(_DECIMALS)
        order = (-scores).argsort(kind="stable")[: max(limit, _NEAR_LABELS)].tolist()
        nearest = min(1.0, self._kept.nearest(vector, order[:_NEAR_LABELS]))
        candidates = tuple(
            Candidate(self._labels[index], min(1.0, max(0.0, float(scores[index])))) for index in order[:limit]
        )
        confidence = self._curve.confidence(_evidence(float(scores[order[0]]), nearest))
        return Ranking(candidates, confidence, nearest)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All that was learned, as plain arrays (`numpy.savez` keeps them without pickling)."""
        return {
            "labels": np.array(self._labels, dtype=np.str_),
            "words": np.array(list(self._features.known), dtype=np.str_),
            "meanings": self._features.meanings,
            "centre": self._features.centre,
            "landmarks": self._landmarks,
            "weights": self._weights,
            "kept_codes": self._kept.codes,
            "kept_scales": self._kept.scales,
            "kept_starts": self._kept.starts,
            "curve": np.array([self._curve.offset, self._curve.slope, self._curve.threshold]),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], *, embeddings: Embeddings | None) -> Retriever:
        """The retriever that `to_arrays` was called on. `embeddings` serve words that no example has."""
        known = {str(word): index for index, word in enumerate(arrays["words"])}
        features = Features(embeddings, known, arrays["meanings"], arrays["centre"])
        kept = _Kept(arrays["kept_codes"], arrays["kept_scales"], arrays["kept_starts"])
        curve = Curve(*(float(number) for number in arrays["curve"]))
        labels = tuple(str(label) for label in arrays["labels"])
        return cls(labels, features, (arrays["landmarks"], arrays["weights"]), kept, curve)


def _evidence(score: float, nearest: float) -> float:
    """The best score says whether the label is right, the nearest example whether there is a right one."""
    return 0.5 * (min(1.0, max(0.0, score)) + nearest)


@dataclass(frozen=True, slots=True)
class _Store:
    """The vectors of all examples as whole numbers: a quarter of the memory, which counts at 100,000 of them."""

    codes: NDArray[np.int8]
    scales: Vector

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
        return self.codes[start:end].astype(np.float32) * self.scales[start:end, None]

    def batches(self, of_label: NDArray[np.intp]) -> Iterator[tuple[Matrix, NDArray[np.intp]]]:
        for start in range(0, len(of_label), _BATCH):
            yield self.rows(start, start + _BATCH), of_label[start : start + _BATCH]


def _curve(
    fitted: ridge.Ridge, store: _Store, bounds: NDArray[np.intp], kept_rows: Sequence[NDArray[np.intp]], kept: _Kept
) -> Curve:
    """Leaves out the examples of evenly spaced labels, one at a time and label by label, and sees what comes of it."""
    sizes = np.diff(bounds)
    labels = len(sizes)
    if labels < 2:
        return UNCALIBRATED
    step = max(1, int(np.ceil(len(store.codes) / _LEFT_OUT)))
    sure: list[float] = []
    unsure: list[float] = []
    chosen = [label for label in range(0, labels, min(step, labels)) if 2 <= sizes[label] <= _LEFT_OUT]
    every = max(1, sum(int(sizes[label]) for label in chosen) // _CALIBRATED)
    for label in chosen:
        rows = store.rows(bounds[label], bounds[label + 1])
        single, whole = fitted.left_out(rows, label)
        places = {int(row) - int(bounds[label]): place for place, row in enumerate(kept_rows[label])}
        for index in range(0, len(rows), every):
            without = (label, places.get(index, len(places)))
            order = (-single[index]).argsort(kind="stable")[:_NEAR_LABELS].tolist()
            found = _evidence(float(single[index, order[0]]), kept.nearest(rows[index], order, without))
            (sure if order[0] == label else unsure).append(found)
            order = (-whole[index]).argsort(kind="stable")[: min(_NEAR_LABELS, labels - 1)].tolist()
            unsure.append(_evidence(float(whole[index, order[0]]), kept.nearest(rows[index], order)))
    return calibrate(np.array(sure), np.array(unsure))
