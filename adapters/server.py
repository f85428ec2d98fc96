"""The composition root: wires knowledge, store, surfaces and outbox into one process on one port.

A surface that is not configured is off; the announcement at start says how to switch it on.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from adapters.admission import Admission, AdmittedSession
from adapters.advisor_host import AdvisorHost
from adapters.announcement import announce
from adapters.application import HEADERS, application_of
from adapters.counting import Kind
from adapters.database import SchemaNotCurrent, SqlStore, UnusableUrl, prepare
from adapters.housekeeping import Housekeeper
from adapters.malformed_requests import Runner
from adapters.metrics import MeteredSession, Metrics
from adapters.outbox_relay import OutboxRelay
from adapters.owner_link import OwnerLink
from adapters.progress import in_lines, learning
from adapters.readiness import Readiness
from adapters.settings import Settings
from adapters.surface import Surface, SurfaceOff, Surfaces
from adapters.surface_check import check_surfaces
from adapters.timed_store import TimedStore
from adapters.unknown_settings import unknown_settings
from bot.advisor import Advisor
from bot.domain.conversation import Retention
from bot.domain.messages import Reply
from bot.domain.outbox import Sender
from bot.nlu import languages
from bot.service.error_location import error_location
from bot.service.session import Session

log = structlog.get_logger(__name__)

LINGERING = 2.0  # seconds in which the rest of a rejected body is read
# Most platforms kill a process ten seconds after SIGTERM. What is not sent by then is in the outbox.
REQUEST_GRACE = 3.0  # seconds for open requests at shutdown
TASK_GRACE = 3.0  # seconds for background tasks at shutdown
SQLITE_GRACE = 1.0  # seconds for which units still wait for another process that writes to the SQLite file
# Connections that wait to be accepted. Beyond it a client tries again after a second.
BACKLOG = 2048
SHORT_PASSWORD = 12  # characters; a shorter password is worth a warning
HTTP: dict[str, Any] = {
    "access_log": None,
    "lingering_time": LINGERING,
    "shutdown_timeout": REQUEST_GRACE,
    # Neither platforms nor browsers send compressed bodies, and a small one can expand to hundreds of MB.
    "auto_decompress": False,
}


class ServeError(Exception):
    """Why the server can't start and what to do, for the operator."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What a surface is created with."""

    settings: Settings
    session: MeteredSession
    timed: Callable[[Kind], TimedStore]  # the store, with its transactions counted as one kind
    host: AdvisorHost
    relay: OutboxRelay
    owner_link: OwnerLink | None
    metrics: Metrics


def surface_factories() -> dict[str, Callable[[Dependencies], Surface]]:
    """The factory of each surface, by name."""
    from adapters.slack import blocks
    from adapters.slack.surface import open_surface as open_slack
    from adapters.teams import cards
    from adapters.teams.surface import open_surface as open_teams
    from adapters.web.surface import open_surface as open_web

    def previews(given: Dependencies) -> dict[str, Callable[[Reply], dict[str, Any]]]:
        return {
            "Slack": lambda reply: blocks.message(given.host.phrases, reply),
            "Teams": lambda reply: cards.draw(given.host.phrases, reply),
        }

    return {
        "web": lambda given: open_web(
            given.settings,
            given.session,
            given.timed("web"),
            given.host,
            previews(given),
            given.owner_link,
            counting=given.metrics,
        ),
        "slack": lambda given: open_slack(
            given.settings, given.session, given.timed("slack"), given.relay, counting=given.metrics
        ),
        "teams": lambda given: open_teams(
            given.settings, given.session, given.timed("teams"), given.relay, counting=given.metrics
        ),
    }


def _known_refusals() -> dict[str, frozenset[str]]:
    """The codes under which refusals of the platforms are counted."""
    from adapters.slack.remedies import REFUSALS as SLACK
    from adapters.teams.remedies import REFUSALS as TEAMS

    return {"slack": frozenset(SLACK), "teams": frozenset(f"http-{refusal.status}" for refusal in TEAMS.values())}


def run(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM. Raises SettingsError, ServeError and KnowledgeError before the first request."""
    for name, nearest in unknown_settings():
        log.warning("settings.unknown", setting=name, remedy=f"set {nearest}" if nearest else "take it away")
    # Ctrl+C is a regular way to stop.
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=_event_loop()) as runner:
        runner.run(_run(settings))


def _event_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's loop factory, for 5% more throughput; None (asyncio's own) on Windows, which it does not support."""
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    readiness = Readiness()
    async with serving(settings, readiness=readiness) as (port, surfaces):
        announce(settings, port, surfaces)
        # Without this, a garbage collection of all loaded objects stops the process for a tenth of a second.
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000)  # reference counting frees nearly all that a turn allocates
        await stop.wait()
        readiness.drain()
        if settings.drain_seconds:
            log.info("server.draining", seconds=settings.drain_seconds)
            stop.clear()
            with contextlib.suppress(TimeoutError):  # a second signal ends it at once
                await asyncio.wait_for(stop.wait(), settings.drain_seconds)
        log.info("server.stopping")


@asynccontextmanager
async def serving(
    settings: Settings,
    advisor: Advisor | None = None,
    readiness: Readiness | None = None,
    admission: Admission | None = None,
) -> AsyncIterator[tuple[int, Surfaces]]:
    """Serve while the block runs; yields the port and the surfaces. Raises SettingsError, ServeError, KnowledgeError.

    `advisor`: the one on the knowledge of the settings, where it is loaded already. `readiness`: what `/readyz`
    says. `admission`: instead of the usual one."""
    check_surfaces(settings)
    url = settings.database_url.get_secret_value()
    try:
        await asyncio.to_thread(prepare, url)
        store = SqlStore.at(url)
    except (SchemaNotCurrent, UnusableUrl) as error:
        raise ServeError(str(error)) from None
    except (SQLAlchemyError, OSError, ValueError) as error:
        raise ServeError(f"The database does not answer ({type(error).__name__}). Check DATABASE_URL.") from None
    async with AsyncExitStack() as stack:
        stack.push_async_callback(store.close)
        report = in_lines if settings.log_format == "json" else learning  # JSON has no line that is drawn anew
        progress = report(lambda line: log.info("knowledge.learning", progress=line))
        host = await asyncio.to_thread(
            AdvisorHost, settings.knowledge, settings.security_contact, settings.cache, progress, advisor
        )
        loop = asyncio.get_running_loop()
        with contextlib.suppress(NotImplementedError):  # on Windows
            # In a thread: it may learn for seconds, while this one serves.
            loop.add_signal_handler(signal.SIGHUP, loop.run_in_executor, None, host.reload)
        metrics = Metrics(_known_refusals())

        def timed(kind: Kind) -> TimedStore:
            return TimedStore(store, kind, metrics)

        senders: dict[str, Sender] = {}
        relay = OutboxRelay(timed("outbox"), senders, lambda: host.phrases, counting=metrics)
        housekeeper = Housekeeper(
            timed("housekeeping"),
            lambda: host.advisor.drafts,
            retention=settings.retention,
            on_enqueued=relay.wake,
            prune_more=_transcript_pruning(timed("housekeeping"), settings.retention),
        )
        turns = Session(
            host,
            timed("turn"),
            retention=settings.retention,
            wake_outbox=relay.wake,
            on_subscribed=housekeeper.wake,
            on_repeated=lambda message: metrics.repeated(message.place.surface),
        )
        admission = admission or Admission(count=lambda surface: metrics.turned_away(surface, "busy"))
        session = MeteredSession(AdmittedSession(turns, admission), metrics)
        owner_link = _owner_link_for(settings)
        surfaces = await _start(Dependencies(settings, session, timed, host, relay, owner_link, metrics), stack)
        senders.update(_senders(surfaces))
        loop.run_in_executor(None, languages.load_model)  # so that nobody has to wait for it
        running = [_running(relay.run(), relay.close), _running(housekeeper.run(), housekeeper.close)]
        if settings.on_loopback:  # where knowledge is written; elsewhere SIGHUP reloads it
            running.append(_running(host.watch(), host.close))
        stack.push_async_callback(_end, running)

        def malformed() -> web.Response:
            return web.Response(status=400, text=host.phrases("web-malformed"), headers=HEADERS)

        ready = partial((readiness or Readiness()).answer, timed("probe"))
        shown = metrics.page(timed("probe"), lambda: host.advisor.knowledge.version, [one.name for one in surfaces.on])
        application = application_of(settings, ready, shown, surfaces, admission)
        count = partial(metrics.turned_away, "server")
        port = await _listen(Runner(application, malformed, count, **HTTP), settings, stack)
        stack.callback(store.stop_waiting, SQLITE_GRACE)
        yield port, surfaces


def _owner_link_for(settings: Settings) -> OwnerLink | None:
    password = settings.workbench_password.get_secret_value()
    if 0 < len(password) < SHORT_PASSWORD:
        log.warning("server.short_password", remedy=f"set WORKBENCH_PASSWORD to {SHORT_PASSWORD} characters or more")
    on_console = settings.log_format == "text"  # else there is nothing but the log, which is no place for a secret
    return OwnerLink() if settings.on_loopback and on_console and not password else None


async def _start(given: Dependencies, stack: AsyncExitStack) -> Surfaces:
    on: list[Surface] = []
    off: dict[str, str] = {}
    for name, open_surface in surface_factories().items():
        try:
            surface = open_surface(given)
        except SurfaceOff as reason:
            off[name] = str(reason)
            continue
        await surface.start()
        stack.push_async_callback(surface.stop)
        on.append(surface)
    return Surfaces(tuple(on), off, given.owner_link)


async def _listen(runner: Runner, settings: Settings, stack: AsyncExitStack) -> int:
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, settings.host, settings.port, backlog=BACKLOG)
    try:
        await site.start()
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise ServeError(
            f"{where} can't be listened on: {error.strerror}. Set PORT or HOST to another value."
        ) from None
    port: int = runner.addresses[0][1]
    return port


def _transcript_pruning(store: TimedStore, retention: Retention) -> Callable[[float], Awaitable[None]]:
    """Deletes old transcripts and links of the web page, also when nobody uses the page any more."""

    async def prune(now: float) -> None:
        async with store.transaction() as unit:
            await unit.transcripts.prune(now - retention.conversation)
            await unit.shared_replies.prune(now - retention.recommendations)

    return prune


def _senders(surfaces: Surfaces) -> dict[str, Sender]:
    return {surface.name: sender for surface in surfaces.on if (sender := surface.sender) is not None}


Running = tuple[asyncio.Task[None], Callable[[], None]]
"""A background task, and what asks it to return."""


def _running(work: Coroutine[None, None, None], close: Callable[[], None]) -> Running:
    task = asyncio.create_task(work)
    task.add_done_callback(_log_failure)
    return task, close


async def _end(running: Sequence[Running]) -> None:
    """End all of it at the same time; what takes longer than `TASK_GRACE` is cancelled."""
    for _, close in running:
        close()
    _, late = await asyncio.wait({task for task, _ in running}, timeout=TASK_GRACE)
    for task in late:
        task.cancel()


def _log_failure(task: asyncio.Task[None]) -> None:
    """Log a background task that ended with an error."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("server.task_failed", error=type(error).__name__, at=error_location(error))
