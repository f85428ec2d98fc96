"""Mentions in elliptic coordinations. What our own knowledge makes of a question is in `tests/gold/reading.jsonl`."""

from __future__ import annotations

import pytest

from bot.knowledge import Concept, KnowledgeBase
from bot.nlu.entities import EntityRecognizer, Speller
from bot.nlu.question import QuestionReader
from bot.nlu.word_list import is_english

INSURANCES = {id: Concept(id, f"{id} insurance") for id in ("fire", "flood", "storm")}
READER = QuestionReader(EntityRecognizer(KnowledgeBase({}, subjects=INSURANCES)), Speller({}, is_english))


@pytest.mark.parametrize(
    ("question", "subjects"),
    [
        ("how do fire, flood and storm insurance work?", ("fire", "flood", "storm")),
        ("the fire and the flood insurance", ("fire", "flood")),
        ("what tells fire from flood insurance", ("fire", "flood")),
        ("is code fire and flood insurance slow", ("fire", "flood")),
        ("is our house on fire or do we need insurance", ()),
    ],
)
def test_names_that_share_their_last_word_are_all_found(question: str, subjects: tuple[str, ...]) -> None:
    assert READER.read(question).subjects == subjects
