"""Fits the weights by which `bot.answering.verdict_fusion` weighs a verdict."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from bot.answering.verdict_fusion import Observations
from bot.reader.reader import VERDICTS

Weights = dict[str, tuple[float, ...]]
PENALTY = 0.5  # of the squared weights, as in scikit-learn's C = 1
STEPS = 200
_DECIMALS = 4


def fit(seen: Sequence[Observations], right: Sequence[int]) -> Weights:
    """The weights of a multinomial logistic regression with an L2 penalty. `right`: positions in VERDICTS."""
    names = sorted({name for one in seen for name in one})
    rows = torch.tensor([[one.get(name, 0.0) for name in names] for one in seen], dtype=torch.float64)
    wanted = torch.tensor(right)
    weights = torch.zeros(len(names), len(VERDICTS), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        found = torch.nn.functional.cross_entropy(rows @ weights, wanted, reduction="sum")
        found = found + PENALTY * (weights**2).sum()
        found.backward()
        return found

    optimizer.step(loss)
    values = weights.detach().tolist()
    return {name: tuple(round(one, _DECIMALS) for one in row) for name, row in zip(names, values, strict=True)}
