"""Landmarks: a sample of points for the Nyström method, so that a text is not compared with every example."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.retrieval.features import Matrix, Vector

_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Unit centroids of clusters of examples of one label. If a label has few, each is a cluster of its own."""

    points: Matrix  # (landmarks, size), unit vectors
    lengths: Vector  # (landmarks,), norm of the sum of each cluster's examples
    starts: NDArray[np.intp]  # (labels + 1,), index of each label's first landmark

    def nearest(self, rows: Matrix, label: int) -> tuple[Vector, Vector]:
        """Similarities of examples of one label to the landmark nearest to each, (rows,) twice: with that example left
        out of its cluster, and with the whole label left out."""
        start, end = self.starts[label], self.starts[label + 1]
        products = rows @ self.points.T
        own = products[:, start:end].copy()
        products[:, start:end] = 0.0
        others = products.max(axis=1, initial=0.0)
        if start == end:
            return others, others
        group, each = own.argmax(axis=1), np.arange(len(rows))
        length, near, square = self.lengths[start + group], own[each, group], np.vecdot(rows, rows)
        rest = length**2 - 2 * length * near + square  # squared norm of the cluster's sum without the example
        own[each, group] = np.where(rest > 1e-3, (length * near - square) / np.sqrt(np.maximum(rest, 1e-3)), 0.0)
        return np.maximum(own.max(axis=1), others), others


def choose(labelled: Sequence[Matrix], total: int) -> Landmarks:
    """About `total` landmarks for the examples of each label, in proportion to their number."""
    shares = _shares([len(rows) for rows in labelled], total)
    groups = [_clustered(rows, count) for rows, count in zip(labelled, shares, strict=True)]
    sums = np.concatenate(groups)
    lengths = np.sqrt(np.vecdot(sums, sums))
    lengths[lengths == 0.0] = 1.0
    starts = np.concatenate(([0], np.cumsum([len(group) for group in groups]))).astype(np.intp)
    return Landmarks(sums / lengths[:, None], lengths, starts)


def _shares(sizes: Sequence[int], total: int) -> list[int]:
    """The number of landmarks of each label: in proportion to its examples, at least one. If there are more labels than
    landmarks, evenly spaced labels get one."""
    everything = sum(sizes)
    if everything <= total:
        return list(sizes)
    if len(sizes) > total:
        return [(index + 1) * total // len(sizes) - index * total // len(sizes) for index in range(len(sizes))]
    return [max(1, size * total // everything) for size in sizes]


def _clustered(rows: Matrix, count: int) -> Matrix:
    """Sums of `count` clusters of rows (spherical k-means); the rows themselves if there are no more."""
    if count >= len(rows) or count == 0:
        return rows[:count]
    sums: Matrix = rows[_farthest_points(rows, count)]
    for _ in range(_ROUNDS):
        nearest = (rows @ (sums / np.sqrt(np.vecdot(sums, sums))[:, None]).T).argmax(axis=1)
        member = (nearest == np.arange(count)[:, None]).astype(np.float32)
        sums = np.where(member.any(axis=1)[:, None], member @ rows, sums)
    return sums


def _farthest_points(rows: Matrix, count: int) -> list[int]:
    """Indices of initial centroids by farthest-point sampling, starting at the most central row."""
    products = rows @ rows.T if len(rows) <= 1000 else None
    taken = [int((rows @ rows.mean(axis=0)).argmax())]
    nearest = np.full(len(rows), -np.inf, dtype=np.float32)
    while len(taken) < count:
        latest = taken[-1]
        np.maximum(nearest, products[latest] if products is not None else rows @ rows[latest], out=nearest)
        nearest[latest] = np.inf
        taken.append(int(nearest.argmin()))
    return taken
