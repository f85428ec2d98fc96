"""How sure is a ranking? A logistic curve over its evidence, fitted to the examples themselves and nothing else.

Evidence of an example is what a question of its wording would have brought forth had the example not been there.
It speaks for certainty where the right label came first; against it where a wrong one did, and where the example's
whole label was left out as well, so that no right label was there to be found.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

_STEPS = 25
_PRIOR = 1.0  # keeps the curve finite where a few examples part cleanly
_RECALL = 0.97


@dataclass(frozen=True, slots=True)
class Curve:
    """`confidence = 1 / (1 + exp(-(offset + slope * evidence)))`; `threshold` is the confidence to ask for."""

    offset: float
    slope: float
    threshold: float

    def confidence(self, evidence: float) -> float:
        return 1.0 / (1.0 + exp(-(self.offset + self.slope * evidence)))


UNCALIBRATED = Curve(offset=-5.0, slope=5.0, threshold=0.5)  # for knowledge too small to leave anything out


def calibrate(sure: NDArray[np.float64], unsure: NDArray[np.float64]) -> Curve:
    """The curve from evidence of right first places and of wrong ones; both weigh the same, however many there are.

    The threshold lets through what is likelier right than wrong by that curve, and at least 97% of the right ones.
    """
    if min(len(sure), len(unsure)) < 5:
        return UNCALIBRATED
    evidence = np.concatenate([sure, unsure])
    target = np.concatenate([np.ones(len(sure)), np.zeros(len(unsure))])
    weight = np.where(target == 1, 0.5 / len(sure), 0.5 / len(unsure)) * len(evidence)
    design = np.stack([np.ones_like(evidence), evidence], axis=1)
    curve = np.zeros(2)
    for _ in range(_STEPS):  # Newton's method
        chance = 1 / (1 + np.exp(-design @ curve))
        slope = design.T @ (weight * (chance - target)) + _PRIOR * curve
        bend = (design * (weight * chance * (1 - chance))[:, None]).T @ design + _PRIOR * np.eye(2)
        curve -= np.linalg.solve(bend, slope)
    fitted = Curve(float(curve[0]), float(curve[1]), 0.5)
    reached = fitted.confidence(float(np.quantile(sure, 1 - _RECALL)))
    return Curve(fitted.offset, fitted.slope, round(min(0.5, reached), 4))
