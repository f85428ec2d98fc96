"""Which verdict is said, of what is known of it."""

from __future__ import annotations

import pytest

from bot.answering.verdict_fusion import rightness, verdict_of

LEAST = 0.8


def likely(**probabilities: float) -> dict[str, float]:
    return {"none": 0.0, "yes": 0.0, "no": 0.0, "partly": 0.0, "bound": 0.0, **probabilities}


@pytest.mark.parametrize(
    ("probabilities", "verdict"),
    [
        ({"yes": 0.9, "none": 0.1}, "yes"),
        ({"no": 0.9, "yes": 0.1}, "no"),
        ({"partly": 0.8, "no": 0.2}, "partly"),
        ({"yes": 0.79, "no": 0.21}, None),
        ({"none": 0.9, "yes": 0.1}, None),
    ],
)
def test_a_verdict_is_said_from_its_least_probability_on(probabilities: dict[str, float], verdict: str | None) -> None:
    assert verdict_of(likely(**probabilities), LEAST) == verdict


def test_what_is_not_promised_is_no_or_partly_and_never_yes() -> None:
    assert rightness(likely(bound=0.7, no=0.2, yes=0.1)) == pytest.approx({"yes": 0.1, "no": 0.9, "partly": 0.7})
    assert verdict_of(likely(bound=0.7, no=0.2), LEAST) == "no"
    assert verdict_of(likely(bound=0.7, partly=0.2), LEAST) == "partly"
