"""Reads a question with the learnt encoder: one run of an int8 ONNX model on one thread gives all heads.

The model is MiniLM-L6 (Wang et al. 2020, "MiniLM: Deep Self-Attention Distillation for Task-Agnostic Compression of
Pre-Trained Transformers") as fine-tuned by `bot.learning`, with mean pooling.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.encoder.onnx_encoder import EncoderError, OnnxEncoder
from bot.reader.manifest import Manifest, ReaderError, read_manifest

FOLDER = "reader"  # within a knowledge folder
VERDICTS = ("none", "yes", "no", "partly", "bound")  # of the verdict head, in its order
RECURRING = 512  # readings that are cached: frequent questions recur, and one turn reads a text several times
CONTEXT = 200  # characters at most of the question before, its end
_DECIMALS = 4  # of probabilities; what is smaller differs between processors

Probabilities = NDArray[np.float64]


class Reading(NamedTuple):
    """What the encoder makes of one question. All probabilities are calibrated, from 0 to 1, with four decimals."""

    answers: Mapping[str, float]  # by label, the most probable first; those of no probability are left out
    verdicts: Mapping[str, float]  # by verdict: see VERDICTS
    incident: float  # that a security incident is reported

    @property
    def best(self) -> str:
        return next(iter(self.answers))

    @property
    def verdict(self) -> str:
        """The most probable verdict."""
        return max(self.verdicts, key=lambda verdict: self.verdicts[verdict])


class Reader:
    """Reads questions. Make one with `load`."""

    def __init__(self, manifest: Manifest, encoder: OnnxEncoder) -> None:
        self.manifest = manifest
        self._encoder = encoder
        self._recurring = lru_cache(RECURRING)(self._read)

    @classmethod
    def load(cls, knowledge: Path) -> Reader | None:
        """The reader that was learnt from the folder `knowledge`; None where none was. Raises ReaderError."""
        folder = knowledge / FOLDER
        if not folder.is_dir():
            return None
        manifest = read_manifest(folder)
        try:
            return cls(manifest, OnnxEncoder(folder, manifest.tokens))
        except EncoderError as error:
            raise ReaderError(f"{error}; learn the reader anew, or delete the folder") from None

    def read(self, text: str, before: str = "") -> Reading:
        """The reading of the cleaned `text`, after the same person's question `before` in this conversation."""
        return self._recurring(text, before[-CONTEXT:])

    def _read(self, text: str, before: str) -> Reading:
        outputs = self._encoder.run([self._encoder.tokens(text, before)])
        answer, verdict, incident = (logits[0] for logits in outputs)
        by = self.manifest.temperatures
        answers = softmax(answer, by.answer)
        order = np.argsort(-answers, kind="stable")[: np.count_nonzero(answers)]
        return Reading(
            {self.manifest.labels[at]: chance for at, chance in zip(order, answers[order].tolist(), strict=True)},
            dict(zip(VERDICTS, softmax(verdict, by.verdict).tolist(), strict=True)),
            float(softmax(incident, by.incident)[1]),
        )


def softmax(logits: NDArray[np.float32], temperature: float) -> Probabilities:
    """Probabilities of `logits` divided by `temperature`, rounded so that they are the same on every machine."""
    scaled = logits.astype(np.float64) / temperature
    raised = np.exp(scaled - scaled.max())
    found: Probabilities = np.round(raised / raised.sum(), _DECIMALS)
    return found
