"""Encoding word by word comes to the same as projecting the whole text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.retrieval import encoding
from bot.retrieval.embeddings import Embeddings
from bot.retrieval.encoding import Encoder
from bot.retrieval.features import Features, Matrix

TEXTS = [["how", "many", "books"], ["what", "is", "<fine>"], ["<fine>", "<topic:late>"], ["opening", "hours", "today"]]
WORDS = ["how", "many", "books", "hours", "what", "<fine>", "<topic:late>", "never-seen", "qzx", "<nothing>"]


def features(embeddings: Embeddings | None) -> Features:
    return Features.learn(TEXTS, embeddings)


def projection(size: int, dimensions: int = 40) -> Matrix:
    random = np.random.default_rng(7).standard_normal((size, dimensions))
    return np.ascontiguousarray(np.linalg.qr(random)[0], dtype=np.float32)


WITH_MEANING = features(Embeddings.load())
SPELLING_ALONE = features(None)
ENCODERS = [(one, Encoder(one, projection(one.size)), projection(one.size)) for one in (WITH_MEANING, SPELLING_ALONE)]


@pytest.mark.parametrize("made", ENCODERS, ids=["meaning and spelling", "spelling alone"])
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
def test_a_text_is_its_features_projected(made: tuple[Features, Encoder, Matrix], words: list[str]) -> None:
    features, encoder, projection = made
    assert encoder.vector(words) == pytest.approx(features.vector(words) @ projection, abs=2e-6)


def test_the_cache_of_words_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_CACHED_WORDS", 8)
    encoder = Encoder(WITH_MEANING, projection(WITH_MEANING.size))
    first = encoder.vector(["how", "many", "books"])
    for number in range(20):
        encoder.vector([f"word{number}", f"other{number}", "how"])
    assert len(encoder._row_of) <= 8
    assert encoder.vector(["how", "many", "books"]) == pytest.approx(first)


def test_a_text_longer_than_the_cache_is_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_CACHED_WORDS", 8)
    made = projection(WITH_MEANING.size)
    words = [f"word{number}" for number in range(30)]
    encoded = Encoder(WITH_MEANING, made).vector(words)
    assert encoded == pytest.approx(WITH_MEANING.vector(words) @ made, abs=2e-6)
