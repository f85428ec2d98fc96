"""Makes the files of the base encoder from the pinned base weights. `python -m bot.learning.base`, by `make base`."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn
from transformers import AutoModel

from bot.encoder.base import FOLDER
from bot.encoder.onnx_encoder import MODEL, TOKENIZER
from bot.learning.export import trace
from bot.learning.network import base_folder
from bot.learning.quantization import quantize


class SentenceEncoder(nn.Module):
    """From token ids, mask and types, each (texts, tokens), to unit vectors: the mean over tokens, at length 1."""

    def __init__(self, base: Path) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(base, add_pooling_layer=False, attn_implementation="eager")

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> Tensor:
        hidden = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        return nn.functional.normalize((hidden * weights).sum(1) / weights.sum(1), dim=1)


def write_base(folder: Path) -> str:
    """Writes model and tokenizer into `folder`, and returns the model's sha256. Raises ReaderError."""
    source = base_folder()
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source / "tokenizer.json", folder / TOKENIZER)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as work:
        full = Path(work, MODEL)
        trace(SentenceEncoder(source), ("sentence",), full)
        model = onnx.load(full)
    quantize(model)
    onnx.save(model, folder / MODEL)
    return hashlib.sha256((folder / MODEL).read_bytes()).hexdigest()


if __name__ == "__main__":
    print(f"{FOLDER / MODEL}: sha256 {write_base(FOLDER)}")
