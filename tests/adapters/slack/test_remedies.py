"""The table of refusals, and the page that shows it to people."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.slack.remedies import REFUSALS, Kind, kind_of

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "slack-trouble.md").read_text(encoding="utf-8")
SECTIONS: dict[Kind, str] = {
    "place": "The channel or the thread",
    "content": "The message",
    "app": "How the app is set up",
    "token": "The token",
}


def rows(heading: str) -> dict[str, str]:
    """Code to remedy in the table below a heading of the third level."""
    below = PAGE.split(f"### {heading}\n")[1].split("\n#")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in below.splitlines() if "| `" in line]
    return {code.strip("`"): remedy for code, _, remedy in cells}


@pytest.mark.parametrize("kind", list(SECTIONS))
def test_s25_the_page_has_every_refusal_with_the_remedy_that_the_log_names(kind: Kind) -> None:
    assert rows(SECTIONS[kind]) == {code: one.remedy for code, one in REFUSALS.items() if one.kind == kind}


def test_s25_the_page_has_every_event_that_is_logged_as_a_warning_or_an_error() -> None:
    logged: set[str] = set()
    for file in (ROOT / "adapters" / "slack").rglob("*.py"):
        logged |= set(re.findall(r'log\.(?:warning|error)\(\s*"([a-z_.]+)"', file.read_text(encoding="utf-8")))
    assert logged
    assert {event for event in logged if f"`{event}`" not in PAGE} == set()


def test_a_refusal_that_nobody_knows_is_worth_a_try_in_another_place() -> None:
    assert kind_of("a_code_of_tomorrow") == "place"
