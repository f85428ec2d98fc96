"""Features: what a text means, by the base encoder, beside the concepts of a vocabulary that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from bot.encoder import base

Vector = NDArray[np.float32]
Matrix = NDArray[np.float32]

_CONCEPT_SHARE = 0.2  # weight of the concepts in the inner product of two texts, if there are plain words too


def is_concept(word: str) -> bool:
    """True for a concept token, in angle brackets: it is opaque, without a meaning of its own."""
    return word.startswith("<") and word.endswith(">")


def concepts_of(texts: Iterable[Sequence[str]]) -> dict[str, int]:
    """The concept tokens of the texts, each with its place among them."""
    return {
        concept: at for at, concept in enumerate(sorted({word for text in texts for word in text if is_concept(word)}))
    }


def matrix(
    texts: Sequence[Sequence[str]], concepts: Mapping[str, int], progress: Callable[[int], None] | None = None
) -> Matrix:
    """The vectors of texts as rows, (texts, size of a meaning + concepts)."""
    meanings = base.vectors([_plain(words) for words in texts], progress)
    return np.stack([_joined(meaning, words, concepts) for meaning, words in zip(meanings, texts, strict=True)])


def vector(words: Sequence[str], concepts: Mapping[str, int]) -> Vector:
    """The vector of one text, as in `matrix`."""
    return _joined(base.vector(_plain(words)), words, concepts)


def _plain(words: Sequence[str]) -> str:
    return " ".join(word for word in words if not is_concept(word))


def _joined(meaning: Vector, words: Sequence[str], concepts: Mapping[str, int]) -> Vector:
    """Meaning and concepts, each normalized on its own: an inner product is a weighted mean of two cosines."""
    named = [word for word in words if is_concept(word)]
    share = 0.0 if not named else _CONCEPT_SHARE if len(named) < len(words) else 1.0
    row = np.zeros(len(meaning) + len(concepts), dtype=np.float32)
    row[: len(meaning)] = meaning * np.float32(sqrt(1 - share))
    places = [len(meaning) + concepts[word] for word in named if word in concepts]
    if places:
        np.add.at(row, places, np.float32(1))
        row[len(meaning) :] *= np.float32(sqrt(share / float(row[len(meaning) :] @ row[len(meaning) :])))
    return row
