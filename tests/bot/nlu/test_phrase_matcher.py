from __future__ import annotations

import pytest

from bot.nlu.phrase_matcher import PhraseMatcher

PHRASES = PhraseMatcher(["can you", "can you please", "left out", "only", "  "])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("what is left out here", True),
        ("left out", True),
        ("it is left", False),
        ("leftout", False),
        ("only this", True),
        ("lonely", False),
        ("", False),
    ],
)
def test_a_phrase_is_found_where_its_words_stand_together(text: str, found: bool) -> None:
    assert PHRASES.occur_in(text.split()) is found


@pytest.mark.parametrize(
    ("text", "length"), [("can you help", 2), ("can you please help", 2), ("can you", 0), ("you can", 0), ("", 0)]
)
def test_a_phrase_opens_a_text_that_goes_on_after_it(text: str, length: int) -> None:
    assert PHRASES.prefix_length(text.split()) == length
