"""Every test is in one tier, and every tier can be run alone."""

from __future__ import annotations

from pathlib import Path, PurePath

import pytest

from tests.tiers import PLACES, TIERS, tier_of

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("file", "fixtures", "tier"),
    [
        ("bot/test_text.py", (), "unit"),
        ("bot/knowledge/test_loading.py", ("tmp_path",), "unit"),
        ("bot/test_session.py", ("memory",), "integration"),
        ("adapters/slack/test_blocks.py", (), "integration"),
        ("adapters/slack/test_conversations.py", (), "e2e"),
        ("bot/test_conversations.py", (), "unit"),
        ("test_wheel.py", ("installed",), "e2e"),
        ("adapters/web/test_browser.py", (), "browser"),
    ],
)
def test_the_tier_follows_from_the_place_and_from_what_is_asked_for(
    file: str, fixtures: tuple[str, ...], tier: str
) -> None:
    assert tier_of(PurePath(file), fixtures) == tier


def test_every_place_that_is_named_is_there() -> None:
    assert [pattern for pattern, _ in PLACES if not any(HERE.glob(pattern))] == []


def test_this_very_test_carries_the_mark_of_its_tier_and_no_other(request: pytest.FixtureRequest) -> None:
    assert {mark.name for mark in request.node.iter_markers()} & TIERS == {"unit"}


def test_the_makefile_has_a_target_for_each_tier() -> None:
    makefile = (HERE.parent / "Makefile").read_text(encoding="utf-8")
    [named] = [line for line in makefile.splitlines() if line.startswith("TIERS := ")]
    assert set(named.removeprefix("TIERS := ").split()) == TIERS
