"""docs/privacy.md and the page /privacy say what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.database.archive import MOVED
from adapters.database.tables import metadata
from adapters.evaluations import MOST_RUNS
from adapters.housekeeping import RETENTION_EVERY
from adapters.server import serving
from adapters.settings import read_settings
from adapters.slack.install_pages import STATE_SECONDS
from adapters.transcripts import MOST_EXCHANGES
from adapters.web.workbench_auth import SESSION_SECONDS
from bot.advisor import Advisor
from bot.domain.conversation import DAY, Retention
from tests.adapters.web.browser import Browser

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
HOUR = 3600.0
ROWS = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|.*\| ([^|]+) \|$", PAGE, re.MULTILINE)
KEPT = {table: how_long for tables, how_long in ROWS for table in re.findall(r"\w+", tables)}

RETENTION = Retention()
PERIODS = {  # seconds, by table
    "conversations": (RETENTION.conversation, RETENTION.triage),
    "deliveries": (RETENTION.deliveries,),
    "outbox": (RETENTION.deliveries,),
    "recommendations": (RETENTION.recommendations,),
    "questions": (RETENTION.questions,),
    "votes": (RETENTION.votes,),
    "shown_replies": (RETENTION.votes,),
    "gaps": (RETENTION.gaps,),
    "daily_counts": (RETENTION.counts,),
    "web_exchanges": (RETENTION.conversation,),
    "web_shared_replies": (RETENTION.recommendations,),
    "web_ended_sessions": (SESSION_SECONDS,),
    "slack_oauth_states": (STATE_SECONDS,),
}


def in_seconds(text: str) -> tuple[float, ...]:
    """The exact periods that a text names; "about 16 hours" is none."""
    sizes = {"minute": 60.0, "hour": HOUR, "day": DAY}
    found = re.findall(r"(?<!about )\b(\d+) (minute|hour|day)s?\b", text)
    return tuple(int(number) * sizes[unit] for number, unit in found)


def test_every_table_of_the_database_is_listed() -> None:
    assert KEPT.keys() == metadata.tables.keys()
    assert PERIODS.keys() <= KEPT.keys()


def test_what_is_not_exported_is_named_where_exporting_is_described() -> None:
    deploy = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in deploy for name in metadata.tables.keys() - MOVED.keys())


@pytest.mark.parametrize("table", metadata.tables)
def test_a_table_is_kept_as_long_as_the_document_says(table: str) -> None:
    assert in_seconds(KEPT[table]) == PERIODS.get(table, ())


def test_other_figures_of_the_document_are_those_of_the_program() -> None:
    assert f"the latest {MOST_EXCHANGES} exchanges" in PAGE
    assert f"the latest {MOST_RUNS} evaluations" in PAGE
    assert RETENTION_EVERY == 10 * 60 and re.search(r"every\s+ten\s+minutes", PAGE)


async def test_the_page_that_people_read_names_the_same_periods(advisor: Advisor, sqlite_url: str) -> None:
    hours, triage, days = (f"{RETENTION.conversation / HOUR:g}", *(f"{RETENTION.triage / DAY:g}", "180"))
    assert RETENTION.recommendations == RETENTION.gaps == int(days) * DAY
    assert RETENTION.counts == 365 * DAY
    told = (
        f"was replied: {hours} hours",
        f"that was begun: {triage} days",
        f"“another one”: {days} days",
        f"stop sharing it, {days} days",
        f"send to a person: {RETENTION.questions / DAY:g} days",
        f"after {RETENTION.votes / DAY:g} days nobody can tell",
        f"which answer, {RETENTION.votes / DAY:g} days",
        f"deleted after {days} days",
        "deleted after a year",
    )
    async with serving(read_settings(database_url=sqlite_url, port=0), advisor) as (port, _):
        browser = Browser(f"http://127.0.0.1:{port}")
        page = " ".join((await browser.open("/privacy")).text.split())
        await browser.close()
    assert [text for text in told if text not in page] == []
