"""The crash test in short: a handful of kills, and everything else that fails. `make chaos` is the long one."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.chaos import results, slack, teams
from bench.chaos.databases import postgresql_server
from bench.chaos.round import Case, Place, run
from bench.chaos.servers import warm_up

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore")]

CASES = (
    Case("Slack by websocket", "SQLite", 1, kills=3, seed=1, hurry=4.0),
    Case("Teams", "PostgreSQL", 2, kills=3, seed=2, hurry=4.0),
)
TROUBLES = {
    *slack.FAULTS, *teams.FAULTS,
    "database locked", "disk full", "PostgreSQL stopped", "PostgreSQL frozen", "PostgreSQL slow",
    "connections to PostgreSQL cut", "websocket cut", "uninstalled during work",
}  # fmt: skip


@pytest.fixture
def place(sqlite_file: Path) -> Iterator[Place]:
    warm_up()
    with tempfile.TemporaryDirectory(prefix="chaos", dir="/tmp") as folder, postgresql_server(Path(folder)) as server:
        Path(folder).chmod(0o755)
        yield Place(Path(folder), sqlite_file, server, Path(folder))


async def test_nothing_is_lost_crossed_or_doubled_while_servers_are_killed_and_all_else_fails(
    place: Place, tmp_path: Path
) -> None:
    found = await asyncio.gather(*(run(case, place) for case in CASES))
    assert [one.verdict.violations for one in found] == [(), ()], found
    assert [one.kills for one in found] == [3, 3]
    assert set().union(*(one.faults for one in found)) >= TROUBLES
    file = tmp_path / "results.jsonl"
    for one in found:
        results.add(file, one)
    assert (results.total(file, "kills"), results.violations(file)) == (6, 0)
    assert "Teams, PostgreSQL" in results.report(file)
