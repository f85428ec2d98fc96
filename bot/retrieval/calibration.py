"""Calibration: a logistic curve from the evidence of a ranking to a confidence, fitted to left-out examples.

The evidence of an example is what ranking its words gives when it is left out of the fit. It is a positive case if its
own label comes first, and a negative one if another does; leaving out all examples of its label, so that no right label
is left, gives one more negative case.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

_STEPS = 25
_PRIOR = 1.0  # keeps the curve finite if a few examples are perfectly separable


@dataclass(frozen=True, slots=True)
class Curve:
    """`confidence = 1 / (1 + exp(-(offset + slope * evidence)))`"""

    offset: float
    slope: float

    def confidence(self, evidence: float) -> float:
        return 1.0 / (1.0 + exp(-(self.offset + self.slope * evidence)))


UNCALIBRATED = Curve(offset=-5.0, slope=5.0)  # for too few examples to leave any out


def calibrate(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> Curve:
    """The curve fitted to the evidence of positive and negative cases, with equal total weight for each of the two."""
    if min(len(positive), len(negative)) < 5:
        return UNCALIBRATED
    evidence = np.concatenate([positive, negative])
    target = np.concatenate([np.ones(len(positive)), np.zeros(len(negative))])
    weight = np.where(target == 1, 0.5 / len(positive), 0.5 / len(negative)) * len(evidence)
    design = np.stack([np.ones_like(evidence), evidence], axis=1)
    curve = np.zeros(2)
    for _ in range(_STEPS):  # Newton's method
        chance = 1 / (1 + np.exp(-design @ curve))
        gradient = design.T @ (weight * (chance - target)) + _PRIOR * curve
        hessian = (design * (weight * chance * (1 - chance))[:, None]).T @ design + _PRIOR * np.eye(2)
        curve -= np.linalg.solve(hessian, gradient)
    return Curve(float(curve[0]), float(curve[1]))
