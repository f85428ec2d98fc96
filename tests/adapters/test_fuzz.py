"""The short form of `make fuzz`: some inputs of every kind, the same in every run."""

from __future__ import annotations

import pytest

from fuzz.kinds import kinds
from fuzz.rounds import run_round
from fuzz.watch import Bound, calls_of

NAMES = [
    *("Slack body, read", "Teams activity, read", "stored row, read", "settings", "text, read", "knowledge folder"),
    *("stored row, gone on with", "conversation", "Slack request", "Slack envelope", "Slack request over HTTP"),
    *("Teams request", "Teams request over HTTP", "page request", "page request over HTTP"),
]
QUICK = 5  # kinds whose inputs take no time


@pytest.mark.parametrize("name", NAMES)
def test_nothing_strange_does_any_harm(name: str) -> None:
    kind = next(kind for kind in kinds() if kind.name == name)
    many = NAMES.index(name) < QUICK
    tally = run_round(kind, 1, drawn=40 if many else 8, thrown=200 if many and name != "settings" else 8)
    assert not tally.fault
    assert tally.inputs and tally.most <= 1


def test_every_kind_has_its_short_form() -> None:
    assert [kind.name for kind in kinds()] == NAMES


def test_what_takes_the_square_of_its_length_is_above_a_bound() -> None:
    bound = Bound(each=20, besides=3_000)
    shares = [
        bound.share(calls_of(lambda size=size: [len("a") for _ in range(size * size)]), size) for size in (10, 300)
    ]
    assert shares[0] < 1 < shares[1]
