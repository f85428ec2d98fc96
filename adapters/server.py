"""The composition root: wires knowledge, memory, doors and outbox into one process on one port.

A door that is not configured stays shut, and the start says how to open it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from adapters import invocation, logs
from adapters.advisor_host import AdvisorHost
from adapters.database import SchemaNotCurrent, SqlStore, prepare
from adapters.housekeeping import Housekeeper
from adapters.metrics import MeteredSession
from adapters.outbox_relay import OutboxRelay
from adapters.owner_link import OwnerLink
from adapters.progress import learning
from adapters.settings import Settings
from adapters.surface import Surface, SurfaceOff
from bot.domain.conversation import Retention
from bot.domain.messages import Reply
from bot.domain.outbox import Sender
from bot.service.ports import Store, StoreUnavailable
from bot.service.session import Session

logger = logging.getLogger(__name__)

LINGERING = 2.0  # seconds for the rest of a body that nobody wants any more
# What is stopped has ten seconds on most platforms, then it is killed. What is not done by then is in the outbox.
LONGEST_REQUEST = 3.0  # seconds that requests may still take to end; half a request never ends
LONGEST_END = 3.0  # seconds that work in the background may take to end
LONGEST_WAIT = 1.0  # seconds that is still waited for another process that writes to the SQLite file
LARGEST_BODY = 1024 * 1024  # bytes of a request; both platforms send far less
SHORT_PASSWORD = 12  # characters below which a password is worth a warning
# What every response forbids, where its door does not forbid more.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class ServeError(Exception):
    """Why the server cannot start, and what to do, in words for the operator."""


@dataclass(frozen=True, slots=True)
class Surfaces:
    """`shut`: why each of the others stays shut, by name. `entrance`: how whoever sits here gets into the workbench;
    None where a password opens it, or where others than this machine reach the server."""

    open: tuple[Surface, ...]
    shut: Mapping[str, str]
    entrance: OwnerLink | None


@dataclass(frozen=True, slots=True)
class Parts:
    """What a door is opened with."""

    settings: Settings
    session: MeteredSession
    store: SqlStore
    host: AdvisorHost
    relay: OutboxRelay
    entrance: OwnerLink | None


def surface_factories() -> dict[str, Callable[[Parts], Surface]]:
    """Every door there is, by name."""
    from adapters.slack import blocks
    from adapters.slack.surface import open_surface as open_slack
    from adapters.teams import cards
    from adapters.teams.surface import open_surface as open_teams
    from adapters.web.surface import open_surface as open_web

    def previews(made: Parts) -> dict[str, Callable[[Reply], dict[str, Any]]]:
        return {
            "Slack": lambda reply: blocks.message(made.host.phrases, reply),
            "Teams": lambda reply: cards.draw(made.host.phrases, reply),
        }

    return {
        "web": lambda made: open_web(made.settings, made.session, made.store, made.host, previews(made), made.entrance),
        "slack": lambda made: open_slack(made.settings, made.session, made.store, made.relay),
        "teams": lambda made: open_teams(made.settings, made.session, made.store, made.relay),
    }


def run(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM. Raises ServeError and KnowledgeError before the first request."""
    logs.configure(settings.log_format)
    # The end by Ctrl+C is an ordinary one.
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=_event_loop()) as runner:
        runner.run(_run(settings))


def _event_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, which carries a twentieth more; asyncio's own where uvloop does not run."""
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serving(settings) as (port, doors):
        print(announcement(settings, port, doors), flush=True)
        if doors.entrance:
            doors.entrance.on_renewed(lambda path: _print_link(_address(settings, port) + path))
        # What is there now stays: without this, everybody waits a tenth of a second while all of it is looked through.
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000)  # nearly all that a turn makes is gone by itself
        await stop.wait()
        logger.info("stopping")


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[tuple[int, Surfaces]]:
    """The server, as long as the block lasts; gives the port it listens on. Raises ServeError and KnowledgeError."""
    url = settings.database_url.get_secret_value()
    try:
        await asyncio.to_thread(prepare, url)
        store = SqlStore.at(url)
    except SchemaNotCurrent as error:
        raise ServeError(str(error)) from None
    except (SQLAlchemyError, OSError, ValueError) as error:
        raise ServeError(f"The database does not answer ({type(error).__name__}). Check DATABASE_URL.") from None
    async with AsyncExitStack() as stack:
        stack.push_async_callback(store.close)
        told = learning(logger.info)
        host = await asyncio.to_thread(AdvisorHost, settings.knowledge, settings.security_contact, settings.cache, told)
        with contextlib.suppress(NotImplementedError):  # where the system has no such signal
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, host.reload)
        senders: dict[str, Sender] = {}
        relay = OutboxRelay(store, senders, lambda: host.phrases)
        session = MeteredSession(Session(host, store, retention=settings.retention, wake_outbox=relay.wake))
        entrance = _entrance(settings)
        doors = await _open(Parts(settings, session, store, host, relay, entrance), stack)
        senders.update(_senders(doors))
        housekeeper = Housekeeper(
            store,
            lambda: host.advisor.drafts,
            retention=settings.retention,
            woken=relay.wake,
            besides=_transcripts_of(store, settings.retention),
        )
        running = [_running(relay.run(), relay.close), _running(housekeeper.run(), housekeeper.close)]
        if settings.on_loopback:  # where somebody is writing; elsewhere a signal asks for it
            running.append(_running(host.watch(), host.close))
        stack.push_async_callback(_end, running)
        port = await _listen(_application(settings, session, store, doors), settings, stack)
        stack.callback(store.stop_waiting, LONGEST_WAIT)
        yield port, doors


def _entrance(settings: Settings) -> OwnerLink | None:
    password = settings.workbench_password.get_secret_value()
    if 0 < len(password) < SHORT_PASSWORD:
        logger.warning("WORKBENCH_PASSWORD has fewer than %d characters: a longer one is safer", SHORT_PASSWORD)
    return OwnerLink() if settings.on_loopback and not password else None


async def _open(parts: Parts, stack: AsyncExitStack) -> Surfaces:
    opened: list[Surface] = []
    shut: dict[str, str] = {}
    for name, open_surface in surface_factories().items():
        try:
            door = open_surface(parts)
        except SurfaceOff as reason:
            shut[name] = str(reason)
            continue
        await door.start()
        stack.push_async_callback(door.stop)
        opened.append(door)
    return Surfaces(tuple(opened), shut, parts.entrance)


def _application(settings: Settings, session: MeteredSession, store: Store, doors: Surfaces) -> web.Application:
    async def alive(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(request: web.Request) -> web.Response:
        """Whether the memory answers, so that a turn could be taken now."""
        try:
            async with asyncio.timeout(2), store.transaction():
                return web.json_response({"status": "ready"})
        except (StoreUnavailable, TimeoutError):
            return web.json_response({"status": "the database does not answer"}, status=503)

    async def made_safe(request: web.Request, response: web.StreamResponse) -> None:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)

    application = web.Application(client_max_size=LARGEST_BODY)
    application.on_response_prepare.append(made_safe)
    application.add_routes([web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", session.handle)])
    for door in doors.open:
        application.add_routes(door.routes())
    return application


async def _listen(application: web.Application, settings: Settings, stack: AsyncExitStack) -> int:
    runner = web.AppRunner(
        application,
        access_log=None,
        lingering_time=LINGERING,
        shutdown_timeout=LONGEST_REQUEST,
        # Neither platform nor browser sends compressed bodies, and a few hundred kilobytes unfold to hundreds of MB.
        auto_decompress=False,
    )
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, settings.host, settings.port)
    try:
        await site.start()
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise ServeError(f"{where} can't be listened on: {error.strerror}. Set PORT or HOST to another.") from None
    port: int = runner.addresses[0][1]
    return port


def _transcripts_of(store: SqlStore, retention: Retention) -> Callable[[float], Awaitable[None]]:
    """Sweeps what was said on the page, also where nobody says anything there any more."""

    async def prune(now: float) -> None:
        async with store.transaction() as unit:
            await unit.transcripts.prune(now - retention.conversation)

    return prune


def _senders(doors: Surfaces) -> dict[str, Sender]:
    return {door.name: sender for door in doors.open if (sender := door.sender) is not None}


Running = tuple[asyncio.Task[None], Callable[[], None]]
"""Work in the background, and what lets it end after what it is at."""


def _running(work: Coroutine[None, None, None], close: Callable[[], None]) -> Running:
    task = asyncio.create_task(work)
    task.add_done_callback(_told)
    return task, close


async def _end(running: Sequence[Running]) -> None:
    """End all of it at the same time; what takes longer than `LONGEST_END` is cancelled."""
    for _, close in running:
        close()
    _, late = await asyncio.wait({task for task, _ in running}, timeout=LONGEST_END)
    for task in late:
        task.cancel()


def _told(task: asyncio.Task[None]) -> None:
    """What works in the background must not end unheard."""
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("background work ended: error=%s", type(error).__name__)


def _address(settings: Settings, port: int) -> str:
    host = "127.0.0.1" if settings.host in ("", "0.0.0.0") else settings.host  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _print_link(link: str) -> None:
    """On the console, and in no log: whoever has it gets in."""
    try:
        print(f"The link to the workbench was used. The next one: {link}", flush=True)
    except OSError as error:
        logger.error("the next link to the workbench can't be shown: error=%s", type(error).__name__)


def announcement(settings: Settings, port: int, doors: Surfaces) -> str:
    """What is open and what is shut, how to open that, and where to try the advisor at once."""
    address = _address(settings, port)
    lines = ["", f"The security advisor is running: {address}", ""]
    lines += [f"  {door.name:9} open" for door in doors.open]
    lines += [f"  {name:9} shut. {why}" for name, why in doors.shut.items()]
    lines += [
        "",
        f"Try it now: open {address}/ or, in another terminal: {invocation.command()} chat",
    ]
    if doors.entrance:
        lines.append(
            f"Open the workbench: {address}{doors.entrance.path} (lets in once; then the next link stands here)"
        )
    lines += [
        "Ctrl+C stops it.",
        "",
    ]
    return "\n".join(lines)
