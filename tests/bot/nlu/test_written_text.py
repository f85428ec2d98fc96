"""The sentences of written text are whole; how much of one text another one says."""

from __future__ import annotations

import pytest

from bot.nlu.written_text import denies, first_sentence, sentences, share_said


@pytest.mark.parametrize(
    "text",
    [
        "Tools such as shears, e.g. Felco's, are kept dry.",
        "Tools, i.e. Shears and saws, are kept dry.",
        "Roses vs. Tulips: both like rain.",
        "See No. 5 of the list.",
        "Prune approx. 3 cm above the bud.",
        "Dr. Green and J. Brown grow roses.",
        "It takes 2.5 hours in all.",
        "Roses, tulips, etc. and shrubs like rain.",
        "He said (e.g. Once a week) what he does.",
    ],
)
def test_a_full_stop_within_a_sentence_does_not_cut_it(text: str) -> None:
    assert sentences(f"{text} Then it rains.") == [text, "Then it rains."]
    assert first_sentence(text) == text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("No. Roses don't.", ["No.", "Roses don't."]),
        ("Is it? It is! So it “is.” Yes.", ["Is it?", "It is!", "So it “is.”", "Yes."]),
        ("Roses, tulips, etc. All like rain.", ["Roses, tulips, etc.", "All like rain."]),
        ("one line\nwithout a stop", ["one line\nwithout a stop"]),
        ("  ", []),
    ],
)
def test_a_sentence_ends_at_its_full_stop(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


def test_the_share_said_counts_the_words_that_carry_the_content() -> None:
    says = "Roses want water every week."
    assert share_said(says, "Every week, water is what the roses want.") == 1.0
    assert share_said(says, "Roses want sun.") == pytest.approx(1 / 3)
    assert share_said("", says) == 0.0


def test_a_negation_is_told_apart() -> None:
    assert denies("Roses never want water.")
    assert not denies("Roses want water.")
