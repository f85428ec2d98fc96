"""Prometheus metrics, served at `/metrics` to who may read them. This module alone holds the registry.

Labels are surfaces, kinds and known codes, never people, places or texts.
"""

from __future__ import annotations

import asyncio
import hmac
import platform
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Protocol, get_args

from aiohttp import web
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from adapters import __version__
from adapters.counting import Kind, Phase
from adapters.loopback import is_loopback_host
from adapters.outbox_age import OutboxAge
from adapters.timed_store import TimedStore
from bot.domain.messages import Message, Reply
from bot.domain.phrases import Phrases
from bot.domain.records import Person
from bot.service.overview import Overview
from bot.service.ports import StoreUnavailable
from bot.service.session import HandOver, PostingCheck

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)  # seconds
DATABASE_WAIT = 2.0  # seconds in which the database has to answer a scrape
# Why an item is given up, in codes of ours. Other codes are the platforms'.
OWN_REASONS = frozenset({"tried_too_often", "unsure", "no_chat", "service-url-unusable"})
OTHER = "other"

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


class Metrics:
    """Counts what the process does (`adapters.counting.Counting`). `known`: the platform's codes, by surface, under
    which refusals are counted; any other one counts as "other"."""

    def __init__(self, known: Mapping[str, Collection[str]], clock: Callable[[], float] = time.monotonic) -> None:
        self._known = known
        self._age = OutboxAge(clock)
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which nobody asks for
        registry = self._registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        build = Info("advisor_build", "The program and its Python", registry=registry)
        build.info({"version": __version__, "python": platform.python_version()})
        self._knowledge = Info("advisor_knowledge", "The knowledge that is served", registry=registry)
        by_surface = ("surface",)
        self._turns = Counter("advisor_turns", "Turns taken", ("surface", "kind"), registry=registry)
        self._seconds = Histogram(
            "advisor_turn_seconds", "Time of a turn", by_surface, buckets=BUCKETS, registry=registry
        )
        self._repeated = Counter(
            "advisor_repeated_deliveries",
            "Messages that were delivered again, and not handled again",
            by_surface,
            registry=registry,
        )
        self._turned_away = Counter(
            "advisor_turned_away",
            "Requests and messages that were refused before their turn",
            ("surface", "reason"),
            registry=registry,
        )
        self._sent = Counter("advisor_outbox_sent", "Outbox items that arrived", by_surface, registry=registry)
        self._retries = Counter(
            "advisor_outbox_retries", "Attempts that failed and are repeated later", by_surface, registry=registry
        )
        self._given_up = Counter(
            "advisor_outbox_given_up",
            "Outbox items that will not be sent, by the platform's code",
            ("surface", "reason"),
            registry=registry,
        )
        self._waiting = Gauge("advisor_outbox_waiting", "Outbox items that wait", by_surface, registry=registry)
        self._oldest = Gauge(
            "advisor_outbox_oldest_seconds",
            "How long the oldest item has waited, at least",
            by_surface,
            registry=registry,
        )
        self._database = Gauge("advisor_database_up", "1 if the database answered this scrape", registry=registry)
        self._transactions = Histogram(
            "advisor_transaction_seconds",
            "Time of a transaction: until it begins, of what runs in it, of its commit",
            ("kind", "phase"),
            buckets=BUCKETS,
            registry=registry,
        )
        self._failures = Counter(
            "advisor_transaction_failures", "Transactions that the database did not take", ("kind",), registry=registry
        )
        for kind in get_args(Kind):  # a rate can be told from the first failure on only where there was a 0 before
            self._failures.labels(kind)

    def turn(self, surface: str, kind: str, seconds: float) -> None:
        self._seconds.labels(surface).observe(seconds)
        self._turns.labels(surface, kind).inc()

    def repeated(self, surface: str) -> None:
        self._repeated.labels(surface).inc()

    def turned_away(self, surface: str, why: str) -> None:
        self._turned_away.labels(surface, why).inc()

    def sent(self, surface: str) -> None:
        self._sent.labels(surface).inc()

    def retried(self, surface: str) -> None:
        self._retries.labels(surface).inc()

    def given_up(self, surface: str, why: str) -> None:
        known = why in OWN_REASONS or why in self._known.get(surface, ())
        self._given_up.labels(surface, why if known else OTHER).inc()

    def transaction(self, kind: Kind, phase: Phase, seconds: float) -> None:
        self._transactions.labels(kind, phase).observe(seconds)

    def transaction_failed(self, kind: Kind) -> None:
        self._failures.labels(kind).inc()

    def page(self, store: TimedStore, knowledge: Callable[[], str], surfaces: Collection[str]) -> Handler:
        """`GET /metrics`. What the database tells is left out where it does not answer in time. `knowledge`: the
        version that is served now. `surfaces`: those that are on, of which is told too that nothing happened."""
        for surface in surfaces:
            for counter in (self._repeated, self._sent, self._retries):
                counter.labels(surface)

        async def handle(request: web.Request) -> web.Response:
            await self._look_at_outbox(store, surfaces)
            self._knowledge.info({"version": knowledge()})
            return web.Response(text=self.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

        return handle

    def text(self) -> str:
        """All metrics in Prometheus' text format."""
        return generate_latest(self._registry).decode()

    async def _look_at_outbox(self, store: TimedStore, surfaces: Collection[str]) -> None:
        self._waiting.clear()
        self._oldest.clear()
        try:
            async with asyncio.timeout(DATABASE_WAIT), store.transaction() as unit:
                backlogs, newest = await unit.outbox.backlog()
        except (StoreUnavailable, TimeoutError):
            self._database.set(0)
            return
        self._database.set(1)
        self._age.look(newest, min((one.oldest for one in backlogs), default=None))
        for surface in surfaces:
            self._waiting.labels(surface).set(0)
            self._oldest.labels(surface).set(0)
        for one in backlogs:
            self._waiting.labels(one.surface).set(one.waiting)
            self._oldest.labels(one.surface).set(self._age.of(one.oldest))


class MeteredSession:
    """A session whose turns are counted and timed."""

    def __init__(self, session: Session, metrics: Metrics) -> None:
        self._session = session
        self._metrics = metrics

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
        self._metrics.turn(message.place.surface, reply.kind, time.perf_counter() - start)

    def opening(self, message: Message) -> Reply:
        return self._session.opening(message)

    async def overview(self, person: Person) -> Overview:
        return await self._session.overview(person)


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
