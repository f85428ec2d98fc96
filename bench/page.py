"""The web page from the whole server on loopback: time to first byte, processor time, and bytes of each page."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from adapters.database import SqlStore
from adapters.server import serving
from adapters.settings import read_settings
from bench.measure import Latency
from bot.domain.effects import Unanswered

TIMES = 50  # a visitor may look at a conversation 60 times a minute
ASKED = ("does AppSec cover supply chain?", "compare", "what is SAST?", "triage")
PATHS = (
    "/",
    "/workbench/",
    "/workbench/why?q=does+apsec+cover+suply+chain",
    "/workbench/judge?q=does+apsec+cover+suply+chain",
    "/workbench/knowledge",
    "/workbench/knowledge/answers",
    "/workbench/knowledge/vocabulary",
    "/workbench/knowledge/triage",
    "/workbench/knowledge/coverage",
    "/workbench/knowledge/cell?subject=appsec&topic=supply-chain",
    "/workbench/knowledge/claim?id=appsec.con.scope.supply-chain",
    "/workbench/knowledge/answer?id=compare-all",
    "/workbench/knowledge/reach",
    "/workbench/edit/phrasing?answer=compare-all",
    "/workbench/edit/answer?answer=compare-all",
    "/workbench/edit/claim?answer=compare-all",
    "/workbench/gaps",
    "/workbench/evaluate",
)


def section() -> str:
    """The section of the report."""
    return asyncio.run(_section())


async def _section() -> str:
    lines = [
        "## The page",
        "",
        f"{len(ASKED)} messages stand in the conversation, 200 gaps and twelve weeks of counts in the database. The "
        "processor's time is that of the server and of the client that asks it, which share a process.",
        "",
        "| page | first byte, median | 99% | processor, median | HTML | with all it loads, compressed |",
        "|---|---|---|---|---|---|",
    ]
    with TemporaryDirectory() as folder:
        settings = read_settings(database_url=f"sqlite:///{Path(folder) / 'advisor.sqlite3'}", port=0)
        async with (
            serving(settings) as (port, surfaces),
            aiohttp.ClientSession(
                f"http://127.0.0.1:{port}", cookie_jar=aiohttp.CookieJar(unsafe=True), auto_decompress=False
            ) as client,
        ):
            assert surfaces.owner_link is not None, "WORKBENCH_PASSWORD is set"
            await _read(client, surfaces.owner_link.path)
            await _fill(settings.database_url.get_secret_value())
            token = re.search(rb'name="token" value="([^"]+)"', await _read(client, "/", plain=True))
            assert token is not None
            for text in ASKED:
                await _say(client, token[1].decode(), text)
            while b"being asked and grouped" in await _read(client, "/workbench/gaps", plain=True):
                pass
            for path in PATHS:
                lines.append(await _row(client, path))
    return "\n".join(lines)


async def _row(client: aiohttp.ClientSession, path: str) -> str:
    firsts, worked = [], []
    for _ in range(TIMES):
        start, busy = time.perf_counter(), time.process_time()
        async with client.get(path) as response:
            firsts.append(time.perf_counter() - start)
            body = await response.read()
            worked.append(time.process_time() - busy)
            assert response.status == 200, path
    plain = await _read(client, path, plain=True)
    files = sorted(set(re.findall(rb'(?:src|href)="(/static/[^"]+)"', plain)))
    size = len(body) + sum([len(await _read(client, file.decode())) for file in files])
    first, work = Latency.of(firsts), Latency.of(worked)
    return (
        f"| `{path.partition('?')[0]}` | {first.median:.1f} ms | {first.p99:.1f} ms | {work.median:.1f} ms "
        f"| {len(plain) / 1000:.1f} KB | {size / 1000:.1f} KB |"
    )


async def _read(client: aiohttp.ClientSession, path: str, *, plain: bool = False) -> bytes:
    headers = {"Accept-Encoding": "identity" if plain else "gzip"}
    async with client.get(path, headers=headers) as response:
        return await response.read()


async def _say(client: aiohttp.ClientSession, token: str, text: str) -> None:
    async with client.post(
        "/say", data={"token": token, "nonce": text, "text": text}, allow_redirects=False
    ) as response:
        assert response.status == 303, response.status


async def _fill(database: str) -> None:
    store, today = SqlStore.at(database), datetime.now(UTC)
    async with store.transaction() as unit:
        for week in range(12):
            day = (today - timedelta(weeks=week)).date().isoformat()
            counts = {
                "question:answer": 90,
                "question:unstated": 9,
                "question:offtopic": 5,
                "vote:yes": 7,
                "triage:": 3,
            }
            await unit.counts.add(day, counts)
        for number in range(200):
            question = f"which {number % 50} tools would the vendor sell us in year {number}?"
            await unit.gaps.add(Unanswered(question, "unstated"), day=today.date().isoformat())
    await store.close()
