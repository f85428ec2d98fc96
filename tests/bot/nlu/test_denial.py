"""Questions that deny, and how their verdicts are put into words."""

from __future__ import annotations

import pytest

from bot.answering.labels import denial_label
from bot.domain.messages import Verdict
from bot.knowledge.shipped_phrases import shipped
from bot.nlu.denial import denial_of


@pytest.mark.parametrize(
    ("text", "verdict", "said"),
    [
        ("A plant doesn't need light, right?", "yes", "Right: it does not"),
        ("A plant doesn't need light, right?", "no", "Not so: it does"),
        ("A plant doesn't need light. Correct?", "no", "Not so: it does"),
        ("A plant does not need light, does it?", "no", "Right: it does not"),
        ("A plant does not need light, does it?", "yes", "Not so: it does"),
        ("Roses don't need light, right?", "yes", "Right: they do not"),
        ("Roses aren't thorny, are they?", "yes", "Not so: they are"),
        ("Isn't a rose a tree?", "no", "No: it is not"),
        ("Doesn't a rose need water?", "yes", "Yes: it does"),
        ("Roses can never be blue, correct?", "yes", "Right"),
        ("We don't have a garden. So a rose doesn't fit us, right?", "yes", "Right: it does not"),
    ],
)
def test_a_verdict_on_a_denial_says_what_holds(text: str, verdict: Verdict, said: str) -> None:
    denial = denial_of(text)
    assert denial is not None
    assert denial_label(shipped(), verdict, denial) == said


@pytest.mark.parametrize(
    "text",
    [
        "Does a rose need water?",
        "We have no garden. Are roses red?",
        "Roses are red?",
        "Roses need light, don't they?",
        "",
    ],
)
def test_what_denies_nothing_has_no_denial(text: str) -> None:
    assert denial_of(text) is None
