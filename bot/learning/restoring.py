"""Restores a network from the int8 model that was made of it, so that learning can go on from a reader."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from bot.learning.network import BY_LABEL, Network
from bot.learning.quantization import SCALE, WHOLE
from bot.reader.manifest import ReaderError

_SMALLEST = 2  # dimensions of a matrix


def restore(network: Network, file: Path, labels: Sequence[str], known: Sequence[str]) -> None:
    """Gives `network`, whose answers are `labels`, the weights of the model in `file`, whose answers are `known`.

    What is frozen keeps the base weights; answers that are new keep what they began with. Raises ReaderError where the
    model is not as `bot.learning.quantization` makes it.
    """
    stored = _weights(onnx.load(file))
    rows = {label: row for row, label in enumerate(known)}
    both = [(row, rows[label]) for row, label in enumerate(labels) if label in rows]
    new, old = (torch.tensor(places) for places in zip(*both, strict=True))
    with torch.no_grad():
        for name, weights in network.named_parameters():
            if not weights.requires_grad:
                continue
            found = torch.from_numpy(stored[name])
            if name.startswith(BY_LABEL):
                weights.view(len(labels), -1)[new] = found.view(len(known), -1)[old]
            else:
                weights.copy_(found)


def _weights(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    """The weights by their names in the network. A matrix stands under the name of the bias that is added to it."""
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    made = {output: node for node in model.graph.node for output in node.output}
    found = {name: np.array(values) for name, values in stored.items() if "." in name and values.ndim < _SMALLEST}
    for node in model.graph.node:
        bias = next((name for name in node.input if name.endswith(".bias") and name in stored), None)
        if node.op_type != "Add" or bias is None:
            continue
        step = made[next(name for name in node.input if name != bias)]
        while step.op_type != "MatMulInteger":
            step = made[step.input[0]]
        if not step.input[1].endswith(WHOLE):
            raise ReaderError("the reader was written by another version of this program; learn it anew, not onward")
        matrix = step.input[1].removesuffix(WHOLE)
        values = stored[matrix + WHOLE].astype(np.float32) * stored[matrix + SCALE]
        found[f"{bias.removesuffix('.bias')}.weight"] = np.ascontiguousarray(values.T)
    return found
