"""Admission control: a process takes a few turns at a time. What comes meanwhile waits in line, and who has waited for
as long as their platform leaves time for is told that the advisor is busy.

All turns of a process share one thread, so beyond what it can carry each more makes all of them slower, until every
answer comes after its platform has given up. The wait in line is bounded by the age of the request: that needs no
measured rate, and holds where the database stalls too (Maurer, Fail at Scale, ACM Queue 13(8), 2015, after Nichols and
Jacobson, Controlling Queue Delay, ACM Queue 10(5), 2012). The first to come is the first served, other than there, as
two messages of one person must keep their order. Each surface has a line of its own, and they take turns, so that a
flood on one does not shut out the others.

The line is at the door, before a request is read: what waits there has cost next to nothing. Few at a time are told
that the advisor is busy, which leaves the rest of the process to the turns, and to what arrives (a quota, as in Mogul
and Ramakrishnan, Eliminating Receive Livelock, ACM TOCS 15(3), 1997). A place is held by a turn alone, and not while a
request is read, or waits for a platform.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextvars import ContextVar

from aiohttp import web

from adapters.refusals import RefusalLog
from bot.commands.notices import busy
from bot.domain.messages import Message, Place, Reply
from bot.domain.phrases import Phrases
from bot.domain.records import Person
from bot.service.overview import Overview
from bot.service.session import HandOver, PostingCheck, Session

AT_ONCE = 16  # turns; enough for a commit that they share, and for the connections to PostgreSQL
QUOTA = 16  # requests that are refused in one pass of the event loop
# Seconds. Slack waits three, Teams fifteen, the page ten; what is left is for the turn, for saying so, and for a loop
# that has fallen behind.
PATIENCE = {"slack": 1.0, "teams": 3.0, "web": 3.0}

Waiting = tuple[float, asyncio.Future[bool]]
"""Until when, in monotonic seconds, and what ends the wait: True if there is room."""
Line = deque[Waiting]

_arrived: ContextVar[float] = ContextVar("arrived")  # monotonic seconds
_until: ContextVar[float] = ContextVar("until")  # monotonic seconds until which the present request may wait
_refused: ContextVar[bool] = ContextVar("refused", default=False)


class Busy(Exception):
    """The turn was not taken, and nothing is stored of it: its message had waited for as long as its surface allows."""

    def notice(self, say: Phrases) -> Reply:
        """The reply that says so."""
        return busy(say)


def is_refused() -> bool:
    """True if the present request has waited at the door for as long as it may: a turn would raise Busy."""
    return _refused.get()


def seconds_since_arrival() -> float:
    """The age of the present request; 0 for what did not come through the door."""
    now = time.monotonic()
    return now - _arrived.get(now)


class Admission:
    """The places of one process. `at_once`: turns. `patience`: seconds that a request may wait, by surface. `count`:
    called with the surface of each request that waited for too long."""

    def __init__(
        self,
        at_once: int = AT_ONCE,
        patience: Mapping[str, float] = PATIENCE,
        count: Callable[[str], None] = lambda surface: None,
    ) -> None:
        self._free = at_once
        self._patience = patience
        self._inside: Line = deque()  # turns whose request came through the door when there was room
        self._lines: deque[Line] = deque()  # at the door; the last one whose turn it was is the first
        self._line_of: dict[str, Line] = {}
        self._opening = False
        self._refusing: tuple[float, asyncio.TimerHandle] | None = None  # when, and what calls `_refuse`
        self._log = RefusalLog("server.busy", time.monotonic, count=count)

    def door(self, surface: str, route: web.RouteDef) -> web.RouteDef:
        """The route, whose requests wait in line if they may take a turn. The request goes on in any case, to be told
        that the advisor is busy in the words and the form of its surface."""
        if route.method != "POST":
            return route

        async def handle(request: web.Request) -> web.StreamResponse:
            await self.wait(surface, getattr(request.protocol, "arrived", time.monotonic()))
            response: web.StreamResponse = await route.handler(request)
            return response

        return web.route(route.method, route.path, handle, **route.kwargs)

    async def wait(self, surface: str, arrived: float) -> None:
        """Wait until there is room; from then on `is_refused` tells whether that took too long. `arrived`: monotonic
        seconds."""
        until = arrived + self._patience[surface]
        _arrived.set(arrived)
        _until.set(until)
        admitted = (self._free > 0 and not any(self._lines)) or await self._at_door(surface, until)
        _refused.set(not admitted)
        if not admitted:
            self._log.add(surface)

    async def enter(self) -> None:
        """Take a place for a turn. Raises Busy."""
        if is_refused():
            raise Busy
        if self._free > 0:
            self._free -= 1
        elif not await self._inside_until(_until.get(time.monotonic() + min(self._patience.values()))):
            self._log.add("turn")
            raise Busy

    def leave(self) -> None:
        """Give the place to the next one."""
        self._free += 1
        self._open()

    def go_on(self) -> None:
        """Take the place again that a turn has left in between, without a wait."""
        self._free -= 1

    def _line(self, surface: str) -> Line:
        if surface not in self._line_of:
            self._line_of[surface] = deque()
            self._lines.append(self._line_of[surface])
        return self._line_of[surface]

    async def _at_door(self, surface: str, until: float) -> bool:
        """True as soon as there is room; False from `until` on."""
        waiting: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._line(surface).append((until, waiting))
        self._refuse_at(until)
        return await waiting

    async def _inside_until(self, until: float) -> bool:
        """True with a place; False from `until` on. Nearly nobody has to wait here."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[bool] = loop.create_future()
        self._inside.append((until, waiting))
        timer = loop.call_later(max(0.0, until - time.monotonic()), _settle, waiting, False)
        try:
            return await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled() and waiting.result():
                self.leave()
            raise
        finally:
            timer.cancel()

    def _refuse_at(self, until: float) -> None:
        """Call `_refuse` then, or before."""
        if self._refusing is None or until < self._refusing[0]:
            if self._refusing is not None:
                self._refusing[1].cancel()
            seconds = max(0.0, until - time.monotonic())
            self._refusing = until, asyncio.get_running_loop().call_later(seconds, self._refuse)

    def _refuse(self) -> None:
        """Refuse who has waited for too long, at most `QUOTA` of them; the others in the next pass."""
        self._refusing = None
        now, left = time.monotonic(), QUOTA
        for line in self._lines:
            while line and (line[0][1].done() or (left and line[0][0] <= now)):
                left -= _settle(line.popleft()[1], False)
            if line:
                self._refuse_at(line[0][0])

    def _open(self) -> None:
        """Give free places to turns that wait for one, then open the door for as many requests as there are places."""
        while self._free > 0 and _next(self._inside):
            self._free -= 1
        if self._opening or self._free <= 0:
            return
        for _ in range(self._free):
            if not self._next_at_door():
                return
        self._opening = True  # once more, as what comes through may need no place
        asyncio.get_running_loop().call_soon(self._open_again)

    def _open_again(self) -> None:
        self._opening = False
        self._open()

    def _next_at_door(self) -> bool:
        for _ in range(len(self._lines)):
            self._lines.rotate(-1)
            if _next(self._lines[0]):
                return True
        return False


def _next(line: Line) -> bool:
    """Let the first one in the line go on; False if nobody is waiting."""
    while line:
        if _settle(line.popleft()[1], True):
            return True
    return False


def _settle(waiting: asyncio.Future[bool], admitted: bool) -> bool:
    """Tell who waits; False if they know already, or have gone."""
    if waiting.done():
        return False
    waiting.set_result(admitted)
    return True


class AdmittedSession:
    """A session whose turns need a place. Its methods raise Busy."""

    def __init__(self, session: Session, admission: Admission) -> None:
        self._session = session
        self._admission = admission

    @property
    def phrases(self) -> Phrases:
        return self._session.phrases

    async def respond(self, message: Message, posting_check: PostingCheck | None = None) -> Reply:
        """See `bot.service.session`. Raises Busy."""
        await self._admission.enter()
        try:
            return await self._session.respond(message, self._outside(posting_check))
        finally:
            self._admission.leave()

    async def hand_over(
        self, message: Message, to: HandOver, posting_check: PostingCheck | None = None
    ) -> Reply | None:
        """See `bot.service.session`. Raises Busy."""
        await self._admission.enter()
        try:
            return await self._session.hand_over(message, to, self._outside(posting_check))
        finally:
            self._admission.leave()

    def opening(self, message: Message) -> Reply:
        return self._session.opening(message)

    async def overview(self, person: Person) -> Overview:
        return await self._session.overview(person)

    def _outside(self, posting_check: PostingCheck | None) -> PostingCheck | None:
        """The check, which asks the platform: a slow one must not keep others from their turns."""
        if posting_check is None:
            return None

        async def check(place: Place) -> str | None:
            self._admission.leave()
            try:
                return await posting_check(place)
            finally:
                self._admission.go_on()

        return check
