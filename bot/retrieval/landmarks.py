"""A few points that stand for all examples, so that a question is compared with those and not with every example."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.retrieval.features import Matrix

_ROUNDS = 4


def spread(rows: Matrix, count: int) -> NDArray[np.intp]:
    """Indices of `count` rows that cover all of them: each next one is the farthest from those already taken."""
    count = min(count, len(rows))
    taken = np.zeros(count, dtype=np.intp)
    if not count:
        return taken
    taken[0] = int((rows @ rows.mean(axis=0)).argmax())
    nearest = rows @ rows[taken[0]]
    for position in range(1, count):
        taken[position] = int(nearest.argmin())
        np.maximum(nearest, rows @ rows[taken[position]], out=nearest)
        nearest[taken[position]] = np.inf
    return taken


def centres(rows: Matrix, count: int) -> Matrix:
    """`count` means of groups of rows (k-means, from a spread start); the rows themselves where there are no more."""
    if count >= len(rows):
        return rows
    means: Matrix = rows[spread(rows, count)]
    for _ in range(_ROUNDS):
        nearest = (rows @ means.T - np.float32(0.5) * (means * means).sum(axis=1)).argmax(axis=1)
        member = (nearest == np.arange(count)[:, None]).astype(np.float32)
        sizes = member.sum(axis=1, keepdims=True)
        means = np.where(sizes > 0, (member @ rows) / np.maximum(sizes, 1), means)
    return means


def shares(sizes: Sequence[int], total: int) -> list[int]:
    """How many landmarks each label gets: in proportion to its examples, never more than those, one at the least
    unless there are more labels than landmarks; then every so-many-th label gets one."""
    everything = sum(sizes)
    if everything <= total:
        return list(sizes)
    if len(sizes) > total:
        return [int((index + 1) * total // len(sizes) > index * total // len(sizes)) for index in range(len(sizes))]
    return [max(1, min(size, size * total // everything)) for size in sizes]
