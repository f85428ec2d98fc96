"""The verdict, weighed from what the reader makes of a question, what the claims say, and the question's form.

A log-linear model (multinomial logistic regression): each observation has a weight for each verdict, fitted to writers
that the reader did not learn from (`bot.learning.fusion`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from bot.domain.messages import Verdict
from bot.nlu.question_form import Form
from bot.reader.reader import VERDICTS, Reading

Observations = dict[str, float]
_LEAST = 1e-3  # probability, below which it does not matter how little it is
_DECIMALS = 4  # of probabilities; what is smaller differs between processors


def observe(reading: Reading, judged: Verdict | None, form: Form, sure: float, *, named: bool) -> Observations:
    """What is known of the verdict. `judged`: the verdict that the claims alone give; `named`: on a topic that the
    question names; `sure`: the probability of the answer."""
    heard = {f"reader {verdict}": math.log(max(found, _LEAST)) for verdict, found in reading.verdicts.items()}
    return (
        {"always": 1.0, "answer": math.log(max(sure, _LEAST)), f"claims {judged}": 1.0, f"form {form}": 1.0}
        | ({f"claims {judged}, named": 1.0} if named else {})
        | heard
    )


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
