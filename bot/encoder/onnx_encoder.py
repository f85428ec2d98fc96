"""Runs a text encoder from its folder: a tokenizer and an int8 ONNX model, on one thread and without a network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

MODEL, TOKENIZER = "model.onnx", "tokenizer.json"


class EncoderError(Exception):
    """The files of an encoder cannot be read."""


class OnnxEncoder:
    """From texts to what the model makes of them."""

    def __init__(self, folder: Path, tokens: int, threads: int = 1) -> None:
        """`tokens`: of a text at most, its last ones: the end of a story asks. Raises EncoderError."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = threads
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / MODEL), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception:  # both libraries raise their own of many kinds
            raise EncoderError(f"{folder} has no {MODEL} and {TOKENIZER} that can be read") from None
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(tokens, direction="left")

    def tokens(self, text: str, before: str = "") -> Encoding:
        """The tokens of `text`, after those of another text where there is one."""
        return self._tokenizer.encode(before, text) if before else self._tokenizer.encode(text)

    def run(self, texts: Sequence[Encoding]) -> list[NDArray[np.float32]]:
        """All outputs of the model, each (texts, …), for texts that have equally many tokens."""
        inputs = {
            "input_ids": np.array([text.ids for text in texts], dtype=np.int64),
            "attention_mask": np.array([text.attention_mask for text in texts], dtype=np.int64),
            "token_type_ids": np.array([text.type_ids for text in texts], dtype=np.int64),
        }
        outputs: list[NDArray[np.float32]] = self._session.run(None, inputs)
        return outputs
