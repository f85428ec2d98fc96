"""Quantizes a traced network to whole numbers of eight bits.

Activations are quantized as they come, each token of each text by its own scale: where a whole tensor has one scale, as
`onnxruntime.quantization` makes it, what is made of a text depends on what else is in its batch, and is further from
what the weights in full precision give. Weights have seven bits and a scale for each column, so that no processor's
16-bit sums of products overflow, and the whole numbers are the same on all.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper, numpy_helper

_WEIGHT_TOP, _TOKEN_TOP = 63, 127  # of the whole numbers, from minus that
_ZERO = 128  # what zero is among the bytes of an activation
WHOLE, SCALE = ".whole", ".scale"  # after the name of a tensor: its whole numbers, and what they are multiplied by
_TABLE = 10_000  # rows from which on a table is one of words


def quantize(model: onnx.ModelProto) -> None:
    """Replaces products with constant matrices, and look-ups in the table of words, by those of whole numbers."""
    _Quantizer(model.graph).quantize()


class _Quantizer:
    """Replaces products with constant matrices, and look-ups in the table of words, by those of whole numbers."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self._graph = graph
        self._weights = {tensor.name: tensor for tensor in graph.initializer}
        self._nodes: list[onnx.NodeProto] = []
        self._quantized: set[str] = set()  # activations, of which several products may be taken

    def quantize(self) -> None:
        self._constant("scale", np.float32(1 / _TOKEN_TOP))
        self._constant("least", np.float32(1e-9))
        self._constant("half", np.float32(_ZERO + 0.5))
        self._constant("zero", np.uint8(_ZERO))
        for node in self._graph.node:
            if node.op_type == "MatMul" and node.input[1] in self._weights:
                self._product(node.input[0], node.input[1], node.output[0])
            elif node.op_type == "Gemm":  # a layer on vectors: the product with the transposed matrix, and a bias
                self._product(node.input[0], node.input[1], f"{node.output[0]}.product", transposed=True)
                self._node("Add", [f"{node.output[0]}.product", node.input[2]], node.output[0])
            elif node.op_type == "Gather" and self._rows(node.input[0]) >= _TABLE:
                self._look_up(node.input[0], node.input[1], node.output[0])
            else:
                self._nodes.append(node)
        del self._graph.node[:]
        self._graph.node.extend(self._nodes)
        used = {name for node in self._nodes for name in node.input}
        kept = [tensor for tensor in self._graph.initializer if tensor.name in used]
        del self._graph.initializer[:]
        self._graph.initializer.extend(kept)

    def _product(self, left: str, weight: str, output: str, *, transposed: bool = False) -> None:
        matrix = numpy_helper.to_array(self._weights[weight])
        matrix = matrix.T if transposed else matrix
        by = np.abs(matrix).max(0) / _WEIGHT_TOP
        self._constant(f"{weight}{WHOLE}", np.rint(matrix / by).astype(np.int8))
        self._constant(f"{weight}{SCALE}", by)
        if left not in self._quantized:
            self._quantized.add(left)
            self._tokens(left)
        self._node("MatMulInteger", [f"{left}.whole", f"{weight}{WHOLE}", "zero"], f"{output}.whole")
        self._node("Cast", [f"{output}.whole"], f"{output}.float", to=onnx.TensorProto.FLOAT)
        self._node("Mul", [f"{output}.float", f"{weight}{SCALE}"], f"{output}.scaled")
        self._node("Mul", [f"{output}.scaled", f"{left}.scale"], output)

    def _tokens(self, name: str) -> None:
        """Whole numbers and scales of activations, (texts, tokens, …)."""
        self._node("Abs", [name], f"{name}.abs")
        self._node("ReduceMax", [f"{name}.abs"], f"{name}.max", axes=[-1], keepdims=1)
        self._node("Mul", [f"{name}.max", "scale"], f"{name}.by")
        self._node("Add", [f"{name}.by", "least"], f"{name}.scale")
        self._node("Div", [name, f"{name}.scale"], f"{name}.divided")
        self._node("Add", [f"{name}.divided", "half"], f"{name}.moved")
        self._node("Cast", [f"{name}.moved"], f"{name}.whole", to=onnx.TensorProto.UINT8)

    def _look_up(self, table: str, ids: str, output: str) -> None:
        rows = numpy_helper.to_array(self._weights[table])
        by = np.abs(rows).max(1, keepdims=True) / np.float32(_TOKEN_TOP)
        self._constant(f"{table}.whole", np.rint(rows / by).astype(np.int8))
        self._constant(f"{table}.scale", by)
        self._node("Gather", [f"{table}.whole", ids], f"{output}.whole")
        self._node("Gather", [f"{table}.scale", ids], f"{output}.scale")
        self._node("Cast", [f"{output}.whole"], f"{output}.float", to=onnx.TensorProto.FLOAT)
        self._node("Mul", [f"{output}.float", f"{output}.scale"], output)

    def _rows(self, name: str) -> int:
        return int(self._weights[name].dims[0]) if name in self._weights and self._weights[name].dims else 0

    def _constant(self, name: str, values: np.ndarray | np.generic) -> None:
        self._graph.initializer.append(numpy_helper.from_array(np.asarray(values), name))

    def _node(self, operation: str, inputs: list[str], output: str, **attributes: object) -> None:
        self._nodes.append(helper.make_node(operation, inputs, [output], **attributes))
