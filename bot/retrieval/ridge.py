"""Kernel ridge regression on landmarks (the Nyström method; Williams and Seeger 2001), solved in closed form.

Two texts x and y with inner product x·y have the kernel exp(SHARPNESS (x·y - 1)). A text is described by its kernel
with each landmark, whitened so that inner products give the kernel back; on that, ridge regression gives each label
a score that is near 1 for the label's examples and near 0 for all others. Leaving examples out needs no second fit:
the predictions without them follow from the fitted ones and the hat matrix.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.retrieval.features import Matrix

SHARPNESS = np.float32(2.5)
PENALTY = 0.1
_JITTER = 1e-4  # added to the diagonal, so that equal landmarks don't make the matrix singular
_BLOCK = 128  # rows of a matrix that numpy inverts at once


def kernel(products: Matrix) -> Matrix:
    """The kernel of inner products, in place."""
    products -= np.float32(1.0)
    products *= SHARPNESS
    return np.exp(products, out=products)


@dataclass(frozen=True, slots=True)
class Ridge:
    """A fitted model. Scoring needs `landmarks` and `weights` alone; the rest serves `left_out`."""

    landmarks: Matrix  # (landmarks, size)
    weights: Matrix  # (landmarks, labels)
    whitening: Matrix  # (landmarks, landmarks)
    inverse: Matrix  # (landmarks, landmarks), of the regularised Gram matrix
    coefficients: Matrix  # (landmarks, labels), on whitened descriptions

    def describe(self, rows: Matrix) -> Matrix:
        return kernel(rows @ self.landmarks.T) @ self.whitening

    def left_out(self, rows: Matrix, label: int) -> tuple[Matrix, Matrix]:
        """Scores of all examples of one label, (rows, labels) twice: with that example left out of the fit, and with
        the whole label left out, whose column is -inf."""
        described = self.describe(rows)
        hat = described @ self.inverse @ described.T
        fitted = described @ self.coefficients
        own = np.minimum(np.diag(hat), 0.999)
        single = fitted / (1 - own)[:, None]
        single[:, label] = (fitted[:, label] - own) / (1 - own)
        # For the other labels' columns the targets of these rows are zero, so the residual is minus the fit.
        whole = np.linalg.solve(np.eye(len(rows), dtype=np.float32) * np.float32(1.001) - hat, fitted)
        whole[:, label] = -np.inf
        return single, whole


def solve(landmarks: Matrix, batches: Iterable[tuple[Matrix, NDArray[np.intp]]], labels: int) -> Ridge:
    """Fits to batches of (rows, index of each row's label)."""
    count = len(landmarks)
    whitening = _whitening(landmarks)
    gram = np.zeros((count, count), dtype=np.float32)
    targets = np.zeros((count, labels), dtype=np.float32)
    for rows, of_label in batches:
        described = kernel(rows @ landmarks.T) @ whitening
        gram += described.T @ described
        order = np.argsort(of_label, kind="stable")
        present, starts = np.unique(of_label[order], return_index=True)
        targets[:, present] += np.add.reduceat(described[order], starts, axis=0).T
    gram[np.diag_indices(count)] += PENALTY
    to_inverse_factor(gram)
    inverse: Matrix = gram.T @ gram
    del gram
    coefficients: Matrix = inverse @ targets
    return Ridge(landmarks, np.ascontiguousarray(whitening @ coefficients), whitening, inverse, coefficients)


def _whitening(landmarks: Matrix) -> Matrix:
    """The matrix that turns kernels with the landmarks into coordinates whose inner products are the kernel."""
    own = kernel(landmarks @ landmarks.T).astype(np.float64)
    own[np.diag_indices(len(own))] += _JITTER
    to_inverse_factor(own)
    return own.T.astype(np.float32, order="C")


def to_inverse_factor(matrix: NDArray[np.floating[Any]]) -> None:
    """Replaces a positive definite matrix by the inverse of its lower Cholesky factor, recursively by halves.

    Takes a fraction of the work of `numpy.linalg.inv`, and makes no copies in double precision.
    """
    count = len(matrix)
    if count <= _BLOCK:
        matrix[:] = np.tril(np.linalg.inv(np.linalg.cholesky(matrix)))
        return
    half = count // 2
    first, second, corner = matrix[:half, :half], matrix[half:, half:], matrix[half:, :half]
    to_inverse_factor(first)
    corner[:] = corner @ first.T
    second -= corner @ corner.T
    to_inverse_factor(second)
    corner[:] = second @ corner @ first
    corner *= -1
    matrix[:half, half:] = 0
