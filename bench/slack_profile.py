"""Where the time of a signed `/advisor` question goes, by a profile of the server."""

from __future__ import annotations

import asyncio
import contextlib
import pstats
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path

import aiohttp

from bench.measure import table
from bench.questions import on_everything
from bench.slack import COMMON, KNOWLEDGE, command, running, send
from bot.knowledge import load
from tests.slack_workspace.person import HttpWire
from tests.slack_workspace.service import Service
from tests.slack_workspace.workspace import Workspace

REQUESTS = 1000
AT_ONCE = 4
ROOT = str(Path(__file__).parents[1])

WAITING = "waiting"

# (part of a file's path, what it does); the first match counts.
PARTS = {
    "select.epoll": WAITING,
    f"{ROOT}/bot/domain/serialization": "what is remembered, as JSON and back",
    f"{ROOT}/bot/service/session": "the transaction around a turn",
    f"{ROOT}/bot/retrieval": "comparing with the examples",
    f"{ROOT}/bot": "reading, finding, deciding, composing",
    f"{ROOT}/adapters/slack": "translating and drawing for Slack",
    f"{ROOT}/adapters/database": "the database",
    f"{ROOT}/adapters": "the rest of the adapters",
    "slack_bolt": "Bolt",
    "slack_sdk": "Bolt",
    "sqlalchemy": "the database",
    "sqlite3": "the database",
    "aiohttp": "aiohttp and the event loop",
    "asyncio": "aiohttp and the event loop",
    "json": "JSON",
}
REST = "other parts of Python"

Function = tuple[str, int, str]
"""A function's file, line and name."""


def section() -> str:
    return asyncio.run(report())


async def report() -> str:
    new = on_everything(load(KNOWLEDGE))
    with tempfile.TemporaryDirectory() as folder:
        start = by_part(await _profiled(Path(folder) / "start", []))
        common = by_part(await _profiled(Path(folder) / "common", list(islice(cycle(COMMON), REQUESTS))))
        never = by_part(await _profiled(Path(folder) / "new", list(islice(cycle(new), REQUESTS))))
    shares = [_shares(loaded, start) for loaded in (common, never)]
    by_time = sorted(shares[0].keys() | shares[1].keys(), key=lambda part: (-shares[0].get(part, 0.0), part))
    rows = [[part, *(f"{100 * share.get(part, 0.0):.0f} %" for share in shares)] for part in by_time]
    return (
        f"### Where the time of a command goes\n\nOf {REQUESTS} questions, {AT_ONCE} at once, without the start and "
        "without waiting, by cProfile, which makes Python's own part look larger than it is.\n\n"
        + table(["", "five questions, again and again", "never asked before"], rows)
    )


def _shares(loaded: Mapping[str, float], start: Mapping[str, float]) -> dict[str, float]:
    """The profile without start-up and idle time."""
    parts = {part: max(0.0, loaded[part] - start.get(part, 0.0)) for part in loaded if part != WAITING}
    return {part: seconds / sum(parts.values()) for part, seconds in parts.items()}


def by_part(stats: pstats.Stats) -> dict[str, float]:
    """CPU seconds in each part. Time in the standard library counts for its caller."""
    functions: Mapping[Function, tuple[int, int, float, float, Mapping[Function, tuple[int, int, float, float]]]]
    functions = stats.stats  # type: ignore[attr-defined]
    parts: dict[str, float] = defaultdict(float)
    for function, (_, _, seconds, _, callers) in functions.items():
        part = _part(function)
        if part != REST:
            parts[part] += seconds
        else:
            for caller, (_, _, of_caller, _) in callers.items():
                parts[_part(caller)] += of_caller
    return parts


def _part(function: Function) -> str:
    file, _, name = function
    return next((part for mark, part in PARTS.items() if mark in f"{file} {name}"), REST)


async def _profiled(out: Path, texts: Sequence[str]) -> pstats.Stats:
    async with Service() as service, contextlib.AsyncExitStack() as stack:
        workspace = service.add(Workspace())
        http = await stack.enter_async_context(aiohttp.ClientSession())
        profiled = ["cProfile", "-o", str(out), "-m", "adapters.cli", "serve"]
        async with running(service, profiled) as app:
            await send(HttpWire(app.url, http), [command(service, workspace, text) for text in texts], AT_ONCE)
    return pstats.Stats(str(out))
