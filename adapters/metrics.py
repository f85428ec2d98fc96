"""Prometheus metrics: turns by surface and kind, and their duration. Served at `/metrics`, to who may read them."""

from __future__ import annotations

import hmac
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

from adapters.loopback import is_loopback_host
from bot.domain.messages import Message, Reply
from bot.domain.phrases import Phrases
from bot.domain.records import Person
from bot.service.overview import Overview
from bot.service.session import HandOver, PostingCheck

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)  # seconds

REMEDY = "Set METRICS_TOKEN where the advisor runs, and send it as a bearer token."

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Session(Protocol):
    """The part of `bot.service.session.Session` that surfaces use."""

    @property
    def phrases(self) -> Phrases: ...

    async def respond(self, message: Message, posting_check: PostingCheck | None = None) -> Reply: ...

    async def hand_over(
        self, message: Message, to: HandOver, posting_check: PostingCheck | None = None
    ) -> Reply | None: ...

    def opening(self, message: Message) -> Reply: ...

    async def overview(self, person: Person) -> Overview: ...


class MeteredSession:
    """A session that counts and times turns. Labels are surfaces and reply kinds, never people, places or texts."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._registry = CollectorRegistry()
        self._turns = Counter("advisor_turns", "Turns taken", ("surface", "kind"), registry=self._registry)
        self._seconds = Histogram(
            "advisor_turn_seconds", "Time of a turn", ("surface",), buckets=BUCKETS, registry=self._registry
        )

    @property
    def phrases(self) -> Phrases:
        return self._session.phrases

    async def respond(self, message: Message, posting_check: PostingCheck | None = None) -> Reply:
        start = time.perf_counter()
        reply = await self._session.respond(message, posting_check)
        self._count(message, reply, start)
        return reply

    async def hand_over(
        self, message: Message, to: HandOver, posting_check: PostingCheck | None = None
    ) -> Reply | None:
        start = time.perf_counter()
        reply = await self._session.hand_over(message, to, posting_check)
        if reply is not None:
            self._count(message, reply, start)
        return reply

    def _count(self, message: Message, reply: Reply, start: float) -> None:
        surface = message.place.surface
        self._seconds.labels(surface).observe(time.perf_counter() - start)
        self._turns.labels(surface, reply.kind).inc()

    def opening(self, message: Message) -> Reply:
        return self._session.opening(message)

    async def overview(self, person: Person) -> Overview:
        return await self._session.overview(person)

    async def handle(self, request: web.Request) -> web.Response:
        """`GET /metrics`."""
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def protected(handler: Handler, token: str, *, behind_proxy: bool) -> Handler:
    """`handler` for who sends `token` as a bearer token. Without a token: for this machine alone, and for nobody
    `behind_proxy`, as all requests may come from this machine there."""

    async def handle(request: web.Request) -> web.Response:
        if token:
            scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
            may_read = scheme.lower() == "bearer" and hmac.compare_digest(_bytes(sent.strip()), _bytes(token))
        else:
            may_read = not behind_proxy and is_loopback_host(request.remote or "")
        if may_read:
            return await handler(request)
        return web.json_response({"status": REMEDY}, status=401, headers={"WWW-Authenticate": "Bearer"})

    return handle


def _bytes(text: str) -> bytes:
    """A header may hold any bytes, and aiohttp keeps those that are no UTF-8 as surrogates."""
    return text.encode("utf-8", "surrogateescape")
