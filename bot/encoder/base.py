"""The base encoder: vectors of what texts mean, alike for texts that mean alike, whatever the knowledge is about.

It is all-MiniLM-L6-v2 of the sentence-transformers project (MiniLM: Wang et al. 2020; trained to sentence similarity as
by Reimers and Gurevych 2019, "Sentence-BERT"), unchanged but for 8-bit weights; `bot.learning.base` makes its files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.encoder.onnx_encoder import OnnxEncoder

FOLDER = Path(__file__).parent / "minilm"
WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # sha256 of those it was made of
MODEL_HASH = "d663a1ca445fcc8b4b3503b2695be8dbb4ce043067fe1a9ca0b4f78c77c6f0b2"  # sha256 of the file that is shipped
LICENCE = "Apache-2.0"
SIZE = 384  # dimensions of a vector

_TOKENS = 80  # of a text
_BATCH = 32
_RECURRING = 512  # texts whose vectors are cached: one turn reads a text several times

Vectors = NDArray[np.float32]


def vector(text: str) -> Vectors:
    """The unit vector of one text, (SIZE,); not to be written to. Frequent texts are cached."""
    return _recurring(text)


def vectors(texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
    """The unit vectors of texts, (texts, SIZE). `progress`: told now and then how many are done.

    Texts are run in batches of equally many tokens. A vector does not depend on its batch, since the model quantizes
    each token by itself.
    """
    encoder = _encoder()
    found = np.empty((len(texts), SIZE), dtype=np.float32)
    tokens = [encoder.tokens(text) for text in texts]
    done = 0
    for _, alike in groupby(sorted(range(len(texts)), key=lambda at: len(tokens[at])), lambda at: len(tokens[at])):
        places = list(alike)
        for start in range(0, len(places), _BATCH):
            batch = places[start : start + _BATCH]
            [found[batch]] = encoder.run([tokens[at] for at in batch])
            done += len(batch)
            if progress:
                progress(done)
    return found


@lru_cache(_RECURRING)
def _recurring(text: str) -> Vectors:
    encoder = _encoder()
    [found] = encoder.run([encoder.tokens(text)])
    only: Vectors = found[0]
    return only


@cache
def _encoder() -> OnnxEncoder:
    """Loaded when first asked for: where a reader was learnt, nothing asks."""
    return OnnxEncoder(FOLDER, _TOKENS)
