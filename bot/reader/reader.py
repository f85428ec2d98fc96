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
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bot.reader.manifest import Manifest, ReaderError, read_manifest

FOLDER = "reader"  # within a knowledge folder
MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
VERDICTS = ("none", "yes", "no", "partly", "bound")  # of the verdict head, in its order
RECURRING = 512  # readings that are cached: frequent questions recur, and one turn reads a text several times
CONTEXT = 200  # characters at most of the question before, its end
_DECIMALS = 4  # of probabilities; what is smaller differs between processors

Probabilities = NDArray[np.float64]


class Reading(NamedTuple):
    """What the encoder makes of one question. All probabilities are calibrated, from 0 to 1, with four decimals."""

    answers: Mapping[str, float]  # by label, the most probable first
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

    def __init__(self, manifest: Manifest, session: onnxruntime.InferenceSession, tokenizer: Tokenizer) -> None:
        self.manifest = manifest
        self._session = session
        self._tokenizer = tokenizer
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(manifest.tokens, direction="left")  # the end of a story asks
        self._recurring = lru_cache(RECURRING)(self._read)

    @classmethod
    def load(cls, knowledge: Path) -> Reader | None:
        """The reader that was learnt from the folder `knowledge`; None where none was. Raises ReaderError."""
        folder = knowledge / FOLDER
        if not folder.is_dir():
            return None
        manifest = read_manifest(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            session = onnxruntime.InferenceSession(str(folder / MODEL), options, providers=["CPUExecutionProvider"])
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception:  # both libraries raise their own of many kinds
            raise ReaderError(
                f"{folder} has no {MODEL} and {TOKENIZER} that can be read; learn the reader anew, or delete the folder"
            ) from None
        return cls(manifest, session, tokenizer)

    def read(self, text: str, before: str = "") -> Reading:
        """The reading of the cleaned `text`, after the same person's question `before` in this conversation."""
        return self._recurring(text, before[-CONTEXT:])

    def _read(self, text: str, before: str) -> Reading:
        tokens = self._tokenizer.encode(before, text) if before else self._tokenizer.encode(text)
        inputs = {
            "input_ids": np.array([tokens.ids], dtype=np.int64),
            "attention_mask": np.array([tokens.attention_mask], dtype=np.int64),
            "token_type_ids": np.array([tokens.type_ids], dtype=np.int64),
        }
        answer, verdict, incident = (logits[0] for logits in self._session.run(None, inputs))
        by = self.manifest.temperatures
        answers = softmax(answer, by.answer)
        order = sorted(range(len(answers)), key=lambda at: (-answers[at], at))
        return Reading(
            {self.manifest.labels[at]: float(answers[at]) for at in order},
            dict(zip(VERDICTS, softmax(verdict, by.verdict).tolist(), strict=True)),
            float(softmax(incident, by.incident)[1]),
        )


def softmax(logits: NDArray[np.float32], temperature: float) -> Probabilities:
    """Probabilities of `logits` divided by `temperature`, rounded so that they are the same on every machine."""
    scaled = logits.astype(np.float64) / temperature
    raised = np.exp(scaled - scaled.max())
    found: Probabilities = np.round(raised / raised.sum(), _DECIMALS)
    return found
