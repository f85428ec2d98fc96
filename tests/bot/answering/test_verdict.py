"""Verdicts where an answer rests on no claims. Those on our own claims are in `tests/gold/reading.jsonl`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.advisor import Advisor
from tests.bot.knowledge.folders import write

VOCABULARY = """
subjects:
  - {id: rose, name: Rose}
topics:
  - {id: shade, name: shade, names: [shadow]}
"""
ANSWERS = """
- id: rose-shade
  subject: rose
  topic: shade
  answer: Roses grow in the shade.
  questions: ["do roses grow in the shade", "can a rose stand in the shade", "does a rose like shade"]
- id: rose-red
  subject: rose
  answer: Roses are red.
  questions: ["are roses red", "what colour is a rose"]
"""


@pytest.mark.parametrize("question", ["do roses grow only in the shade?", "do roses always grow in the shade?"])
def test_an_answer_without_claims_denies_nothing_that_it_does_not_speak_of(tmp_path: Path, question: str) -> None:
    folder = write(tmp_path, {"vocabulary.yaml": VOCABULARY, "answers/roses.yaml": ANSWERS})
    reply = Advisor.load(folder).ask(question)
    assert (reply.entry, reply.verdict) == ("rose-shade", "yes")
