"""`check` tells when the examples have moved on since the reader was learnt."""

from __future__ import annotations

import json
from pathlib import Path

from bot.knowledge import load
from bot.knowledge.examples import load_examples
from bot.learning.examples import examples_of, hash_of
from bot.learning.freshness import is_behind
from bot.reader.manifest import FORMAT

MANIFEST = {
    "format": FORMAT,
    "labels": ["roses"],
    "tokens": 80,
    "temperatures": {"answer": 1, "verdict": 1, "incident": 1},
    "thresholds": {"verdict": 0.5, "incident": 0.5},
    "verdict_weights": {},
    "base": "",
    "script": "",
    "learnt_on": "2026-01-01",
    "licence": "",
    "held_out": {},
}


def folder_with(tmp_path: Path, questions: str) -> Path:
    (tmp_path / "answers").mkdir(exist_ok=True)
    (tmp_path / "answers" / "all.yaml").write_text(f"- {{id: roses, questions: [{questions}], answer: They grow.}}\n")
    return tmp_path


def learnt(folder: Path) -> None:
    (folder / "reader").mkdir(exist_ok=True)
    examples = hash_of(examples_of(load(folder), *load_examples(folder)))
    (folder / "reader" / "manifest.json").write_text(json.dumps(MANIFEST | {"examples": examples}))


def test_a_reader_is_behind_once_an_example_is_added(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "do roses grow")
    assert not is_behind(folder)  # there is no reader
    learnt(folder)
    assert not is_behind(folder)
    folder_with(tmp_path, "do roses grow, how tall do roses get")
    assert is_behind(folder)
