"""The verdict, weighed from how the reader finds a question to stand to its answer, and how the claims of that do.

A log-linear model (multinomial logistic regression): each observation has a weight for each verdict, fitted to writers
that the reader did not learn from (`bot.learning.fusion`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from bot.domain.messages import Verdict
from bot.reader.reader import VERDICTS

Observations = dict[str, float]
_LEAST = 1e-3  # probability, below which it does not matter how little it is
_DECIMALS = 4  # of probabilities; what is smaller differs between processors


class Stance(NamedTuple):
    """How the claims of an answer stand to what it is about: `verdict` of their stances, None where they have none;
    `weak`: all of them say that it may be so, or that it helps."""

    verdict: Verdict | None
    weak: bool


def observe(verdicts: Mapping[str, float], stance: Stance, sure: float) -> Observations:
    """What is known of the verdict. `verdicts`: how the reader finds the question to stand to the answer, with their
    probabilities; `stance`: that of the claims; `sure`: the probability of the answer."""
    heard = {f"reader {verdict}": math.log(max(found, _LEAST)) for verdict, found in verdicts.items()}
    claims = {f"claims {stance.verdict}": 1.0, "claims weak": float(stance.weak)}
    return {"always": 1.0, "answer": math.log(max(sure, _LEAST)), **claims, **heard}


def weighed(weights: Mapping[str, tuple[float, ...]], observations: Observations) -> dict[str, float]:
    """The probability of each of VERDICTS, rounded; observations without weights count nothing."""
    scores = [
        sum(weights[name][at] * value for name, value in observations.items() if name in weights)
        for at in range(len(VERDICTS))
    ]
    raised = [math.exp(score - max(scores)) for score in scores]
    return {verdict: round(one / sum(raised), _DECIMALS) for verdict, one in zip(VERDICTS, raised, strict=True)}


def rightness(likely: Mapping[str, float]) -> dict[Verdict, float]:
    """The probability that each verdict is right. Of a question for more than the source says No and Partly both are:
    it does not promise that."""
    more = likely["bound"]
    return {"yes": likely["yes"], "no": likely["no"] + more, "partly": likely["partly"] + more}


def verdict_of(likely: Mapping[str, float], least: float) -> Verdict | None:
    """The verdict that is most probably right; None where that is less probable than `least`."""
    right = rightness(likely)
    best = max(right, key=lambda verdict: right[verdict])
    return best if right[best] >= least else None
