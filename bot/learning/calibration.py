"""Calibration of a learnt reader on held-out writers: temperatures, and thresholds by what mistakes cost."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.answering.expected_cost import FALSE_ALARM, FALSE_VERDICT, MISSED_INCIDENT, VERDICT_LEFT_OUT
from bot.reader.manifest import Temperatures

Array = NDArray[np.float64]

# The break-even of a calibrated probability.
VERDICT = FALSE_VERDICT / (FALSE_VERDICT + VERDICT_LEFT_OUT)
INCIDENT = FALSE_ALARM / (FALSE_ALARM + MISSED_INCIDENT)
_TEMPERATURES = [round(0.5 + 0.05 * step, 2) for step in range(51)]


class Outputs(NamedTuple):
    """The logits of one head for texts, (texts, classes), and which classes are right for each."""

    logits: Array
    right: NDArray[np.bool_]


def temperature_of(outputs: Outputs) -> float:
    """The temperature at which the right classes are most probable (Guo et al. 2017, "On Calibration of Modern Neural
    Networks"); texts without a right class are left out."""
    known = outputs.right.any(1)
    logits, right = outputs.logits[known], outputs.right[known]

    def loss(temperature: float) -> float:
        found = np.where(right, probabilities(logits, temperature), 0.0).sum(1)
        return float(-np.log(np.maximum(found, 1e-9)).mean())

    return min(_TEMPERATURES, key=loss) if len(logits) else 1.0


def probabilities(logits: Array, temperature: float) -> Array:
    scaled = logits / temperature
    raised = np.exp(scaled - scaled.max(1, keepdims=True))
    found: Array = raised / raised.sum(1, keepdims=True)
    return found


def temperatures_of(answer: Outputs, verdict: Outputs, incident: Outputs) -> Temperatures:
    """The temperatures of the three heads on held-out writers."""
    return Temperatures(
        answer=temperature_of(answer), verdict=temperature_of(verdict), incident=temperature_of(incident)
    )
