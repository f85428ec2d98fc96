"""Requests of browsers: forms, cookies, queries, headers, paths, and pages as JSON."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from yarl import URL

from adapters.advisor_host import AdvisorHost
from adapters.database import SqlStore
from adapters.owner_link import OwnerLink
from adapters.slack import blocks
from adapters.teams import cards
from adapters.web.gold_scores import no_scores
from adapters.web.surface import open_surface
from adapters.web.visitor import Visitor
from bot.service.session import Session
from fuzz.doors import opened
from fuzz.knowledge import CACHE
from fuzz.requests import FORM, ask, became
from fuzz.rounds import Take
from fuzz.sources import Source
from fuzz.texts import COMMAND_WORDS, any_text, short_texts, texts
from fuzz.watch import Fault
from tests.bot.knowledge.folders import SOUND, TRIAGE, write

LARGEST_PAGE = 4_000_000  # bytes
VISITOR = Visitor("v" * 43)
OWNER = "OWNER"  # stands for the cookie of a browser that is in the workbench
_IDS = (f"/reply/{'0' * 32}", f"/shared/{'a' * 22}")
READ = (
    *("/", "/help", "/support", "/privacy", "/terms", "/static/site.css", "/workbench", "/workbench/",
        "/workbench/why", *_IDS),
    *(f"/workbench/knowledge{part}" for part in ("", "/answer", "/answers", "/cell", "/claim", "/coverage",
        "/reach", "/triage")),
    *("/workbench/knowledge/vocabulary", "/workbench/gaps", "/workbench/gaps.csv", "/workbench/judge",
        "/workbench/enter"),
    *(f"/workbench/edit/{kind}" for kind in ("saved", "answer", "phrasing", "claim")),
    *(f"/workbench/evaluate{part}" for part in ("", "/run", "/download")),
)  # fmt: skip
POSTED = (
    *("/say", "/start-over", "/start-over/undo", *(f"{path}{end}" for path in _IDS for end in ("/share", "/end"))),
    *(f"/workbench/edit/{kind}" for kind in ("answer", "phrasing", "claim", "undo")),
    *(f"/workbench/evaluate{part}" for part in ("", "/again", "/delete")),
    *(f"/workbench/{page}" for page in ("gaps", "judge", "judge/undo", "reload", "enter", "leave")),
)
FIELDS = (
    *("text", "command", "token", "nonce", "view", "field:size", "field:", "password", "question", "id", "id",
        "id", "kind", "file"),
    *("claims", "questions", "title", "verdict", "mark", "marked", "q", "q", "page", "to", "against", "find",
        "find", "earlier", "next"),
    *("subject", "topic", "stance", "place", "reason", "was", "save", "sort", "show", "should", "seen", "revision",
        "path", "pasted"),
    *("style", "step", "open", "near", "must", "line", "key", "group", "csv", "as", "answer_id", "answer",
        "reloaded", "statement"),
)  # fmt: skip
HEADERS = ("X-Part", "Sec-Fetch-Site", "X-Forwarded-For", "X-Forwarded-Proto", "Content-Type", "Cookie", "Accept",
    "Range", "Host",
           "Accept-Language", "If-None-Match", "Referer", "Origin", "Content-Encoding", "Accept-Encoding")  # fmt: skip
ODD = ("", "exchange", "cross-site", "https", "1.2.3.4, ::1", "[::1]:80", "platforms", "..", "%00", "%2e%2e%2f",
    "%ff", "%ud800",
       "multipart/form-data; boundary=x", "text/plain; charset=utf-7", "application/json", "bytes=0-1", "*/*;q=x",
           "visitor=x; before=y",
       "help", "triage", "forget me", "triage-form", "roses", "tulips", "compare", "roses.water", "both.rain",
           "pests", "yes", "-1", "1e9", "é")  # fmt: skip
Asked = tuple[str, str, dict[str, str], list[tuple[str, str]], str]  # method, path and query, headers, form, who


def _pairs(source: Source) -> list[tuple[str, str]]:
    return [
        (
            source.one_of(FIELDS) if source.number(0, 5) else source.part(any_text),
            source.one_of((*ODD, *COMMAND_WORDS)) if source.number(0, 1) else source.part(short_texts),
        )
        for _ in range(source.number(0, 4))
    ]


def requests(source: Source) -> Asked:
    if source.number(0, 2) == 0:  # something that is said
        command = source.one_of(("", "", *COMMAND_WORDS))
        form = [("text", source.part(texts)), *([("command", command)] if command else [])]
        return "POST", "/say", {}, [("token", VISITOR.token), ("nonce", str(source.number(0, 10**9))), *form], "visitor"
    posts = bool(source.number(0, 1))
    path = source.one_of(POSTED if posts else READ)
    match source.number(0, 5):
        case 0:
            path += quote(source.part(any_text).encode(errors="replace"), safe=source.one_of(("", "/", "/%", "/?&=;")))
        case 1:
            path += source.one_of(
                (".json", "/", ".json/", "//", "/.json", ".md", "%00", "/..", "/%2e%2e/", "%0a", ";a")
            )
    if query := _pairs(source):
        path += "?" + urlencode(query, errors="replace")
    headers = {}
    for _ in range(source.number(0, 2)):
        value = source.one_of(ODD) if source.number(0, 1) else source.part(any_text)
        headers[source.one_of(HEADERS)] = "".join(c for c in value if c.isprintable() and ord(c) < 0xD800)[:300]
    form = _pairs(source)
    if source.number(0, 2):
        form = [("token", VISITOR.token), *form]
    usual = "POST" if posts else "GET"
    method = source.one_of((*[usual] * 9, "HEAD", "GET", "POST", "PUT", "OPTIONS"))
    return method, path, headers, form, source.one_of(("visitor", "owner", "owner", "nobody"))


class Door:
    """The page and the workbench, with edits, on a small knowledge folder."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self.runner = runner
        self._stack = AsyncExitStack()
        self.ahead = 0.0
        self._left = False

    async def open(self, database: str) -> None:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        knowledge = write(folder / "knowledge", {**SOUND, "triage.yaml": TRIAGE})
        self._store = SqlStore.at(database)
        self._stack.push_async_callback(self._store.close)
        host = AdvisorHost(knowledge, cache=CACHE)
        settings: Any = SimpleNamespace(
            public_url="", trusted_proxies=1, conversation_hours=24.0, triage_days=7.0, privacy_url="", support_url="",
            security_contact="", on_loopback=True, knowledge=knowledge, workbench_password=SecretStr(""),
            workbench_edits=True, gold_file=None,
        )  # fmt: skip
        previews = {
            "Slack": lambda reply: blocks.message(host.phrases, reply),
            "Teams": lambda reply: cards.draw(host.phrases, reply),
        }
        link = OwnerLink()

        async def no_sleep(seconds: float) -> None:
            """Returns at once."""

        surface = open_surface(
            settings, Session(host, self._store), self._store, host, previews, link,
            gold_scores=no_scores, now=lambda: time.time() + self.ahead, clock=lambda: self.ahead, sleep=no_sleep,
        )  # fmt: skip
        self.app = web.Application()
        self.app.add_routes(surface.routes())
        self.server = TestServer(self.app)
        await self._stack.enter_async_context(self.server)
        self.http = await self._stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        self._link = link
        await self._enter()

    async def _enter(self) -> None:
        """Enter the workbench, where an input may have left it."""
        async with self.http.get(self.server.make_url(self._link.path), allow_redirects=False) as entered:
            self._owner = "; ".join(f"{name}={one.value}" for name, one in entered.cookies.items())

    async def close(self) -> None:
        await self._stack.aclose()

    def written(self, asked: Asked) -> tuple[str, str, dict[str, str], bytes]:
        self.ahead += 3
        method, path, headers, form, who = asked
        if self._left:
            self.runner.run(self._enter())
        self._left = "leave" in path
        cookies = {
            "visitor": f"visitor={VISITOR.secret}",
            "owner": f"visitor={VISITOR.secret}; {self._owner}",
            "nobody": "",
        }
        given = {"Content-Type": FORM, "Cookie": cookies[who], **headers}
        return method, path, given, urlencode(form, errors="replace").encode() if method in ("POST", "PUT") else b""


def check(status: int, body: bytes, path: str) -> str:
    if len(body) > LARGEST_PAGE:
        raise Fault(f"a page of {len(body)} bytes")
    if status == 200 and path.partition("?")[0].endswith(".json") and body:
        json.loads(body)
    return became(status, body)


@contextmanager
def in_process() -> Iterator[Take]:
    with opened(Door) as made:

        def take(asked: Asked) -> str:
            method, path, headers, body = made.written(asked)
            return check(*made.runner.run(ask(made.app, method, path, headers, body)), path)

        yield take


@contextmanager
def over_http() -> Iterator[Take]:
    with opened(Door) as made:

        async def post(method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
            url = URL(f"{str(made.server.make_url('')).rstrip('/')}{path}", encoded=True)
            headers = {name: value for name, value in headers.items() if name != "Content-Encoding"}
            async with made.http.request(
                method, url, headers=headers, data=body or None, allow_redirects=False
            ) as response:
                return response.status, await response.read()

        def take(asked: Asked) -> str:
            method, path, headers, body = made.written(asked)
            return check(*made.runner.run(post(method, path, headers, body)), path)

        yield take
