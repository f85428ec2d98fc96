"""Whatever stands in the files, a folder loads or is refused with problems; nothing else is raised."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge import KnowledgeError, check, load
from bot.knowledge.readers import ANSWER_KEYS, CLAIM_KEYS, SOURCE_KEYS, SUBJECT_KEYS, TOPIC_KEYS, VOCABULARY_KEYS
from bot.knowledge.triage_conditions import BALANCE_KEYS, HOWS
from bot.knowledge.triage_reader import (
    OPTION_KEYS,
    OUTCOME_KEYS,
    POINT_KEYS,
    QUESTION_KEYS,
    REASON_KEYS,
    TRIAGE_KEYS,
)
from tests.bot.knowledge.folders import SOUND, TRIAGE, write

FILES = st.sampled_from([*SOUND, "triage.yaml", "claims/more.yaml"])
TRIAGE_WORDS = (
    *(*TRIAGE_KEYS, *QUESTION_KEYS, *OPTION_KEYS, *REASON_KEYS, *OUTCOME_KEYS, *POINT_KEYS, *BALANCE_KEYS, *HOWS),
    *("sun", "pests", "full", "snails", "roses", "tulips"),
)
KEYS = st.sampled_from([*{*ANSWER_KEYS, *CLAIM_KEYS, *SOURCE_KEYS, *SUBJECT_KEYS, *TOPIC_KEYS, *VOCABULARY_KEYS}])
WORDS = st.sampled_from(
    ["roses", "rain", "care", "roses.water", "compare", "{folk}", "{", "}", "help", "", "é", "a" * 200]
)
SCALARS = st.one_of(
    WORDS, st.text(max_size=10), st.booleans(), st.none(), st.integers(), st.floats(), st.dates(), st.binary(max_size=4)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | WORDS, inner, max_size=5), max_leaves=20
)
YAML_SIGNS = st.text(st.sampled_from(list("ab:-?&*!|>'\"%@`{}[],#<\t\n \r~=.0é\x85\u2028\ufeff")), max_size=60)


def survives(files: Mapping[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = write(Path(name), {**SOUND, **files})
        found = check(folder)
        assert all(problem.file and problem.message and "\n" not in str(problem) for problem in found)
        try:
            load(folder)
        except KnowledgeError as error:
            assert set(error.problems) <= set(found)


@settings(max_examples=50)
@given(FILES, st.binary(max_size=80))
def test_random_bytes_never_raise_anything_else(file: str, content: bytes) -> None:
    survives({file: content})


@settings(max_examples=100)
@given(FILES, YAML_SIGNS)
def test_random_signs_of_yaml_never_raise_anything_else(file: str, content: str) -> None:
    survives({file: content.encode()})


@settings(max_examples=100)
@given(FILES, VALUES)
def test_random_values_never_raise_anything_else(file: str, value: object) -> None:
    survives({file: yaml.safe_dump(value, allow_unicode=True).encode()})


@settings(max_examples=150)
@given(st.data())
def test_random_changes_to_a_sound_dialogue_never_raise_anything_else(data: st.DataObject) -> None:
    """Words of the dialogue in the place of others: keys, conditions and references get mixed up."""
    words = re.split(r"([\w.]+)", TRIAGE)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(words) // 2 - 1)) * 2 + 1
        words[place] = data.draw(st.sampled_from(TRIAGE_WORDS))
    survives({"triage.yaml": "".join(words).encode()})


@settings(max_examples=100)
@given(FILES, st.data())
def test_a_random_change_to_a_sound_file_never_raises_anything_else(file: str, data: st.DataObject) -> None:
    lines = {"triage.yaml": TRIAGE, **SOUND}.get(file, SOUND["claims.yaml"]).splitlines()
    row = data.draw(st.integers(0, len(lines) - 1))
    column = data.draw(st.integers(0, len(lines[row])))
    lines[row] = lines[row][:column] + data.draw(YAML_SIGNS) + lines[row][column + data.draw(st.integers(0, 5)) :]
    survives({file: "\n".join(lines).encode()})
