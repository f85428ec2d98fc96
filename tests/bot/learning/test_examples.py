"""What a reader learns from: examples as numbers, noise, and calibration."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from bot.knowledge import load
from bot.knowledge.examples import load_examples
from bot.knowledge.problems import KnowledgeError
from bot.learning.calibration import (
    Outputs,
    temperature_of,
)
from bot.learning.examples import examples_of, hash_of, labels_of
from bot.learning.noise import noisy
from bot.reader.reader import VERDICTS

ANSWERS = """
- id: roses
  questions: [how do roses grow, are roses red]
  answer: They grow.
- id: no-prices
  kind: unstated
  questions: [what does a rose cost]
  answer: No price is stated.
"""
LABELLED = """
writers: A gardener
questions:
  roses:
    open: [how tall does it get]
    yes: [do roses grow, ["I have a rose.", "Will it grow?"]]
    bound: [do roses always grow]
  unstated:
    open: [who bred the first rose]
"""
INCIDENTS = """
reports: [my rose is on fire, [do roses burn, mine does]]
not_reports: [do roses burn]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "answers").mkdir()
    (tmp_path / "examples" / "labelled").mkdir(parents=True)
    (tmp_path / "answers" / "all.yaml").write_text(ANSWERS)
    (tmp_path / "examples" / "labelled" / "gardener.yaml").write_text(LABELLED)
    (tmp_path / "incidents.yaml").write_text(
        "reports: [my rose is on fire, [do roses burn, mine does]]\nnot_reports: [do roses burn]\n"
    )
    return tmp_path


def test_every_example_has_the_answers_and_verdicts_that_serve_it(folder: Path) -> None:
    knowledge = load(folder)
    examples = {one.text: one for one in examples_of(knowledge, *load_examples(folder))}
    labels = labels_of(knowledge)
    assert labels == ("roses", "no-prices", "unstated")
    assert examples["do roses grow"].verdicts == (VERDICTS.index("yes"),)
    assert examples["do roses always grow"].verdicts == (VERDICTS.index("bound"),)
    assert examples["how tall does it get"].verdicts == (VERDICTS.index("none"),)
    assert examples["are roses red"].verdicts == ()  # a phrasing tells no verdict …
    assert examples["how do roses grow"].verdicts == (VERDICTS.index("none"),)  # … unless it asks for none
    assert examples["Will it grow?"].before == "I have a rose."
    assert examples["who bred the first rose"].answers == (2, 1)  # any answer on which the sources are silent
    assert examples["my rose is on fire"].incident is True
    assert (examples["mine does"].incident, examples["mine does"].before) == (True, "do roses burn")
    assert examples["do roses burn"].incident is False


def test_the_hash_tells_whether_the_examples_have_changed(folder: Path) -> None:
    knowledge = load(folder)
    questions, incidents = load_examples(folder)
    whole = examples_of(knowledge, questions, incidents)
    assert hash_of(whole) == hash_of(whole[::-1])
    assert hash_of(whole) != hash_of(examples_of(knowledge, questions[1:], incidents))


def test_an_error_in_an_example_names_its_place(folder: Path) -> None:
    file = folder / "examples" / "labelled" / "gardener.yaml"
    file.write_text(LABELLED.replace("bound:", "bond:"))
    with pytest.raises(
        KnowledgeError, match=r"examples/labelled/gardener\.yaml:7: unknown verdict 'bond'; did you mean"
    ):
        load_examples(folder)


def test_noise_changes_some_texts_and_is_the_same_for_one_seed() -> None:
    texts = [f"Does the red rose need {count} litres of water?" for count in range(200)]
    names = {"red rose": ["crimson rose"]}
    once = [noisy(text, names, random.Random(seed)) for seed, text in enumerate(texts)]
    again = [noisy(text, names, random.Random(seed)) for seed, text in enumerate(texts)]
    changed = sum(one != text for one, text in zip(once, texts, strict=True))
    assert once == again
    assert 30 < changed < 100
    assert any("crimson rose" in text for text in once)


def outputs(logits: list[list[float]], right: list[list[int]]) -> Outputs:
    mask = np.zeros((len(logits), len(logits[0])), dtype=np.bool_)
    for row, classes in enumerate(right):
        mask[row, classes] = True
    return Outputs(np.array(logits), mask)


def test_a_temperature_makes_too_sure_logits_less_sure() -> None:
    sure = [[9.0, 0.0]] * 10
    assert temperature_of(outputs(sure, [[0]] * 10)) == 0.5
    assert temperature_of(outputs(sure, [[0]] * 6 + [[1]] * 4)) == 3.0
