"""The learnt reader that is shipped: what it reads, the same everywhere, and what is said where it cannot."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from bot.encoder.onnx_encoder import MODEL, TOKENIZER, OnnxEncoder
from bot.knowledge import load
from bot.learning.examples import labels_of
from bot.reader.manifest import MANIFEST, ReaderError, read_manifest
from bot.reader.reader import FOLDER, VERDICTS, Reader, softmax

KNOWLEDGE = Path(__file__).parents[3] / "knowledge"


@pytest.fixture(scope="module")
def reader() -> Reader:
    found = Reader.load(KNOWLEDGE)
    assert found is not None
    return found


def test_its_labels_are_the_answers_of_the_knowledge(reader: Reader) -> None:
    assert set(reader.manifest.labels) == set(labels_of(load(KNOWLEDGE)))


def test_a_question_has_probabilities_of_answers_verdicts_and_incident(reader: Reader) -> None:
    reading = reader.read("what is static application security testing")
    assert reading.best == "sast"
    assert max(reading.verdicts_on("sast"), key=reading.verdicts_on("sast").__getitem__) == "none"
    assert reading.incident < 0.1
    assert sum(reading.answers.values()) == pytest.approx(1.0, abs=0.01)
    assert list(reading.verdicts) == list(reading.answers)
    assert all(tuple(verdicts) == VERDICTS for verdicts in reading.verdicts.values())
    assert list(reading.answers.values()) == sorted(reading.answers.values(), reverse=True)


def test_the_question_before_is_its_context(reader: Reader) -> None:
    alone = reader.read("and the other one?")
    after = reader.read("and the other one?", "which tools does AppSec use?")
    assert alone.best != after.best
    assert after.best == "prodsec-tools"


def test_the_same_question_reads_the_same_with_any_number_of_threads(reader: Reader) -> None:
    two = Reader(reader.manifest, OnnxEncoder(KNOWLEDGE / FOLDER, reader.manifest.tokens, threads=2))
    for text in ("does appsec cover the supply chain?", "we were hacked last night", "x" * 3000, "?"):
        assert two.read(text) == reader.read(text)


def test_a_long_story_is_read_to_its_end(reader: Reader) -> None:
    story = "I have been here for years and I know a lot of people. " * 20
    assert reader.read(f"{story} What does IAST combine?").best == "iast"


def test_a_folder_without_a_reader_has_none(tmp_path: Path) -> None:
    assert Reader.load(tmp_path) is None


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(KNOWLEDGE / FOLDER, tmp_path / FOLDER)
    return tmp_path


@pytest.mark.parametrize("file", [MODEL, TOKENIZER])
def test_a_damaged_file_is_an_error_with_its_remedy(copy: Path, file: str) -> None:
    (copy / FOLDER / file).write_bytes(b"no such thing")
    with pytest.raises(ReaderError, match="learn the reader anew, or delete the folder"):
        Reader.load(copy)


def test_a_manifest_without_a_key_is_an_error_that_names_it(copy: Path) -> None:
    manifest = json.loads((copy / FOLDER / MANIFEST).read_text())
    manifest["thresholds"].pop("verdict")
    (copy / FOLDER / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ReaderError, match=r"thresholds\.verdict is not as it should be"):
        read_manifest(copy / FOLDER)


def test_a_manifest_of_another_format_is_not_read(copy: Path) -> None:
    manifest = json.loads((copy / FOLDER / MANIFEST).read_text()) | {"format": 99}
    (copy / FOLDER / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ReaderError, match="is of format 99"):
        read_manifest(copy / FOLDER)


def test_probabilities_are_rounded_and_follow_the_temperature() -> None:
    logits = np.array([2.0, 1.0, 0.0], dtype=np.float32)
    assert softmax(logits, 1.0).tolist() == [0.6652, 0.2447, 0.09]
    assert softmax(logits, 10.0)[0] < softmax(logits, 1.0)[0]
