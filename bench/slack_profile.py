"""Where the time of a signed `/advisor` question goes, by a profile of the server."""

from __future__ import annotations

import contextlib
import pstats
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from bench.measure import table
from bench.slack import command, running, send
from tests.slack_workspace.person import HttpWire
from tests.slack_workspace.service import Service
from tests.slack_workspace.workspace import Workspace

REQUESTS = 1000
AT_ONCE = 4
ROOT = str(Path(__file__).parents[1])
OFTEN = REQUESTS * 0.9  # what is called less often belongs to the start

# Part of a file's path, and what it does; the first that fits counts.
PARTS = {
    "select.epoll": "waiting, for the database's thread above all",
    f"{ROOT}/bot/plaindata": "what is remembered, as JSON and back",
    f"{ROOT}/bot/session": "the transaction around a turn",
    f"{ROOT}/bot": "reading, finding, deciding, composing",
    f"{ROOT}/adapters/slack": "translating and drawing for Slack",
    f"{ROOT}/adapters": "the rest of the adapters",
    "slack_bolt": "Bolt",
    "slack_sdk": "Bolt",
    "sqlalchemy": "SQLAlchemy and its driver",
    "aiosqlite": "SQLAlchemy and its driver",
    "greenlet": "SQLAlchemy and its driver",
    "aiohttp": "aiohttp and the event loop",
    "asyncio": "aiohttp and the event loop",
    "json": "JSON",
}
REST = "other parts of Python"


async def report() -> str:
    with tempfile.TemporaryDirectory() as folder:
        parts = by_part(await _profiled(Path(folder) / "profile"))
    whole = sum(parts.values())
    rows = [[part, f"{100 * seconds / whole:.0f} %"] for part, seconds in parts.most_common()]
    return (
        f"### Where the time of a command goes\n\nOf {REQUESTS} questions, {AT_ONCE} at once, by cProfile, which makes "
        "Python's own part look larger than it is.\n\n" + table(["", "of the time"], rows)
    )


def by_part(stats: pstats.Stats) -> Counter[str]:
    """Seconds spent in each part itself, without what it calls."""
    functions: Mapping[tuple[str, int, str], tuple[int, int, float, float, object]] = stats.stats  # type: ignore[attr-defined]
    parts: Counter[str] = Counter()
    for (file, _, name), (_, calls, seconds, _, _) in functions.items():
        if calls >= OFTEN:
            parts[next((part for mark, part in PARTS.items() if mark in f"{file} {name}"), REST)] += seconds
    return parts


async def _profiled(out: Path) -> pstats.Stats:
    async with Service() as service, contextlib.AsyncExitStack() as stack:
        workspace = service.add(Workspace())
        http = await stack.enter_async_context(aiohttp.ClientSession())
        profiled = ["cProfile", "-o", str(out), "-m", "adapters.cli", "serve"]
        async with running(service, profiled) as app:
            await send(HttpWire(app.url, http), [command(workspace) for _ in range(REQUESTS)], AT_ONCE)
    return pstats.Stats(str(out))
