"""The base encoder that ships: what it is, like vectors for texts that mean alike, and the same ones in any batch."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bot.encoder import base
from bot.encoder.onnx_encoder import MODEL, TOKENIZER, EncoderError, OnnxEncoder

READER = Path(__file__).parents[3] / "knowledge" / "reader"
TEXTS = ["may I borrow a book", "can I take out a novel", "the engine is too hot", "?", "", "so many words " * 200]


def test_the_files_are_those_that_are_stated_and_fit_into_a_repository() -> None:
    files = [base.FOLDER / MODEL, base.FOLDER / TOKENIZER]
    assert hashlib.sha256(files[0].read_bytes()).hexdigest() == base.MODEL_HASH
    assert sum(file.stat().st_size for file in files) < 25e6


def test_it_is_what_the_learnt_reader_was_begun_with() -> None:
    manifest = json.loads((READER / "manifest.json").read_text())
    assert (manifest["base"], manifest["licence"]) == (base.WEIGHTS, base.LICENCE)
    assert (base.FOLDER / TOKENIZER).read_bytes() == (READER / TOKENIZER).read_bytes()


def test_texts_that_mean_alike_have_like_vectors_of_length_one() -> None:
    borrow, take_out, engine = base.vectors(TEXTS[:3])
    assert borrow @ take_out > 0.4 > 0.2 > borrow @ engine
    assert np.linalg.norm(base.vectors(TEXTS), axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


def test_a_text_has_the_same_vector_alone_and_in_any_batch() -> None:
    others = [f"{text} {number}" for number in range(40) for text in TEXTS[:3]]
    for text, found in zip(TEXTS, base.vectors(TEXTS + others), strict=False):
        assert found == pytest.approx(base.vector(text), abs=1e-6)


def test_of_a_long_text_the_end_is_read() -> None:
    story = "We are a small company and we make parts of machines. " * 30
    assert base.vector(story + TEXTS[0]) @ base.vector("We make machines. " + TEXTS[0]) > 0.5


def test_the_same_with_any_number_of_threads() -> None:
    two = OnnxEncoder(base.FOLDER, 80, threads=2)
    for text in TEXTS:
        assert two.run([two.tokens(text)])[0][0] == pytest.approx(base.vector(text), abs=1e-6)


def test_nothing_was_told_is_no_vectors() -> None:
    assert base.vectors([]).shape == (0, base.SIZE)


def test_progress_is_told_up_to_the_last_text() -> None:
    heard: list[int] = []
    base.vectors(TEXTS, heard.append)
    assert heard == sorted(heard) and heard[-1] == len(TEXTS)


def test_a_folder_without_its_files_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=str(tmp_path)):
        OnnxEncoder(tmp_path, 80)


def test_it_is_not_loaded_where_a_reader_was_learnt() -> None:
    script = (
        "from pathlib import Path; from bot.advisor import Advisor; from bot.encoder import base\n"
        "base._encoder = None  # loading would fail\n"
        "print(Advisor.load(Path('knowledge')).ask('what is static application security testing').entry)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=READER.parents[1], capture_output=True, text=True)
    assert done.stdout.strip() == "sast", done.stderr
