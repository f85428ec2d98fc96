"""Writes a learnt reader: the network as int8 ONNX, the tokenizer, and the manifest."""

from __future__ import annotations

import logging
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import onnx
import torch
from torch import nn

from bot.encoder.onnx_encoder import MODEL, TOKENIZER
from bot.learning.network import HEADS, Network
from bot.learning.quantization import quantize
from bot.reader.manifest import MANIFEST, Manifest

_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_OPSET = 17


def write_model(network: Network, file: Path) -> None:
    """The network as ONNX with 8-bit weights; activations are quantized as they come."""
    network.encoder.set_attn_implementation("eager")  # the same numbers, in the operators that are quantized
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder, MODEL)
        trace(network, HEADS, full)
        model = onnx.load(full)
    quantize(model)
    onnx.save(model, file)


def trace(network: nn.Module, outputs: Sequence[str], file: Path) -> None:
    """A network of token ids, mask and types, each (texts, tokens), as ONNX in full precision."""
    network.eval()
    warnings.filterwarnings("ignore", module="torch|transformers")  # of tracing: the shapes that matter are dynamic
    logging.disable(logging.WARNING)
    ids = torch.ones(2, 9, dtype=torch.long)
    torch.onnx.export(
        network,
        (ids, torch.ones_like(ids), torch.zeros_like(ids)),
        str(file),
        input_names=list(_INPUTS),
        output_names=list(outputs),
        dynamic_axes={name: {0: "texts", 1: "tokens"} for name in _INPUTS},
        opset_version=_OPSET,
        dynamo=False,
    )
    logging.disable(logging.NOTSET)


def write_reader(folder: Path, model: Path, tokenizer: Path, manifest: Manifest) -> None:
    """Replaces what stands in `folder` by these files."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(tokenizer, folder / TOKENIZER)
    shutil.copyfile(model, folder / MODEL)
    write_manifest(folder, manifest)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
