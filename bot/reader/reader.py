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
    verdicts: Mapping[str, Mapping[str, float]]  # by label, how the question stands to it, by verdict: see VERDICTS
    incident: float  # that a security incident is reported

    @property
    def best(self) -> str:
        return next(iter(self.answers))

    def verdicts_on(self, answer: str) -> Mapping[str, float]:
        """How the question stands to `answer`; to the likeliest one where that has no probability."""
        return self.verdicts.get(answer, self.verdicts[self.best])


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
        labels = [self.manifest.labels[at] for at in order]
        verdicts = (dict(zip(VERDICTS, row, strict=True)) for row in softmax(verdict[order], by.verdict).tolist())
        return Reading(
            dict(zip(labels, answers[order].tolist(), strict=True)),
            dict(zip(labels, verdicts, strict=True)),
            float(softmax(incident, by.incident)[1]),
        )


def softmax(logits: NDArray[np.float32], temperature: float) -> Probabilities:
    """Probabilities along the last axis of `logits` divided by `temperature`, rounded so that they are the same on
    every machine."""
    scaled = logits.astype(np.float64) / temperature
    raised = np.exp(scaled - scaled.max(-1, keepdims=True))
    found: Probabilities = np.round(raised / raised.sum(-1, keepdims=True), _DECIMALS)
    return found
