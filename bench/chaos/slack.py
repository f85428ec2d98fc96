"""Slack on this machine, over HTTP or a websocket: people who ask, command and share, and an API that fails."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp

from bench.chaos.history import Asked, Confirmed, Shown
from bench.chaos.platform import PATIENCE, Happened, question, until_acknowledged
from bench.chaos.servers import Fleet, Given
from tests.adapters.slack.installing import APP, begin, finish
from tests.slack_workspace.person import HttpWire, Sent, Slack, SocketWire
from tests.slack_workspace.reading import fields, texts
from tests.slack_workspace.service import Fault, Service
from tests.slack_workspace.workspace import APP_TOKEN, SECRET, Called, Workspace, new_ts

FAULTS = {
    "answers 429": Fault(429, "ratelimited", {"Retry-After": "1"}),
    "answers 503": Fault(503, "service_unavailable"),
    "answers 500": Fault(500, "internal_error"),
    "answers 500, having acted": Fault(500, "internal_error", after=True),
    "answers 200 with HTML": Fault(page="<html>no gateway today</html>"),
    "answers 200 with HTML, having acted": Fault(page="<html>no gateway today</html>", after=True),
    "answers garbage, having acted": Fault(page="{]\x00", kind="application/json", after=True),
    "answers slowly": Fault(late=2.5, after=True),
    "cut before it acted": Fault(cut=True),
    "cut in the middle of the answer": Fault(torn=True, after=True),
    "acted, and its answer never came": Fault(cut=True, after=True),
}
TIMEOUT = 5.0  # seconds; Slack waits three
_numbers = itertools.count(1)
_acting: ContextVar[str] = ContextVar("acting", default="")  # the direct messages of who acts


class Watched(Service):
    """Knows whose each response_url is: `owners`, the person's direct messages by its id."""

    def __init__(self) -> None:
        super().__init__()
        self.owners: dict[str, str] = {}

    def response_url(self, workspace: Workspace) -> str:
        url = super().response_url(workspace)
        self.owners[url.rpartition("/")[2]] = _acting.get()
        return url


class Team(Workspace):
    """Says when its API is called, and knows whose each trigger is: `owners`, as above."""

    def __init__(self, name: str, happened: Happened) -> None:
        super().__init__(name)
        self._happened = happened
        self.owners: dict[str, str] = {}

    def trigger(self, state: str = "fresh") -> str:
        id = super().trigger(state)
        self.owners[id] = _acting.get()
        return id

    async def note(self, call: Called) -> None:
        self._happened.called.set()
        await super().note(call)


@dataclass
class Line:
    """Delivers to any server that listens. What does not arrive has the status 0."""

    fleet: Fleet
    happened: Happened
    http: aiohttp.ClientSession
    socket: SocketWire | None

    async def deliver(self, kind: str, body: dict[str, Any], retry: int = 0) -> Sent:
        try:
            async with asyncio.timeout(TIMEOUT):
                if self.socket is not None:
                    return await self.socket.deliver(kind, body, retry)
                if not (url := self.fleet.url(self.happened.seed)):
                    return 0, ""
                return await HttpWire(url, self.http).deliver(kind, body, retry)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return 0, ""


@dataclass(frozen=True)
class Door:
    """What the pages for installing are opened at."""

    url: str
    http: aiohttp.ClientSession


@dataclass
class SlackPlatform:
    """`websocket`: Socket Mode with a token that was set; else HTTP, for workspaces that installed the app."""

    service: Watched
    happened: Happened
    http: aiohttp.ClientSession
    websocket: bool
    team: Team
    doomed: Team  # takes the app out meanwhile
    people: list[Slack] = field(default_factory=list)
    answers: list[Shown] = field(default_factory=list)  # what modals became
    injected: list[tuple[str, Fault]] = field(default_factory=list)

    def settings(self) -> dict[str, object]:
        common = {"slack_api_url": self.service.api_url, "slack_seconds_apart": 0}
        if self.websocket:
            return {**common, "slack_bot_token": self.team.token, "slack_app_token": APP_TOKEN}
        return {**common, **APP, "slack_signing_secret": SECRET}

    def given(self, settings: dict[str, object], log: Path) -> Given:
        return Given({**settings, **self.settings()}, log)

    async def open(self, fleet: Fleet) -> None:
        """Before anything goes wrong: the app is installed."""
        if self.websocket:
            self.service.add(self.team)
            return
        for team in (self.team, self.doomed):
            door: Any = Door(fleet.alive[0].url, self.http)
            code = f"code-{next(_numbers)}"
            self.service.codes[code] = team
            status, page = await finish(door, *await begin(door), code)
            assert status == 200 and "is installed" in page, status

    @property
    def acts(self) -> list[Callable[[Fleet], Awaitable[None]]]:
        return [self.direct, self.direct, self.mention, self.command, self.share]

    @property
    def once(self) -> list[Callable[[Fleet], Awaitable[None]]]:
        return [self.cut, self.cut] if self.websocket else [self.uninstall]

    def inject(self) -> None:
        if len(self.service.faults) < 2:
            name = self.happened.next_of(list(FAULTS))
            self.injected.append((name, replace(FAULTS[name])))
            self.service.faults.append(self.injected[-1][1])

    @property
    def enough(self) -> bool:
        """Whether each kind of fault has happened."""
        return len(self.injected) - len(self.service.faults) >= len(FAULTS)

    def heal(self) -> None:
        left = self.service.faults
        self.happened.faults.update(name for name, one in self.injected if not any(one is fault for fault in left))
        left.clear()
        self.injected.clear()

    # What people do

    async def direct(self, fleet: Fleet) -> None:
        """One or two questions in direct messages; the second may be delivered first."""
        person = self._join(fleet)
        count = 2 if self.happened.chance(0.4) else 1
        late = self.happened.chance(0.5)
        self.happened.faults["reordered"] += late and count == 2
        asking = [
            self._ask(person, thing, person.dm, person.direct, wait=0.3 if late and number == 0 else 0.0)
            for number, thing in enumerate(self.happened.things(count))
        ]
        await asyncio.gather(*asking)

    async def mention(self, fleet: Fleet) -> None:
        person = self._join(fleet)
        await self._ask(person, self.happened.things(1)[0], person.channel, person.mention)

    async def _ask(
        self, person: Slack, thing: int, channel: str, say: Callable[..., Awaitable[Sent]], *, wait: float = 0.0
    ) -> None:
        ts, id = new_ts(), f"Ev{next(_numbers):06}"
        text = question(thing) if channel == person.dm else f"<@{person.workspace.bot}> {question(thing)}"
        await asyncio.sleep(wait)

        async def deliver(retry: int) -> bool:
            return (await say(text, event_id=id, retry=retry, ts=ts))[0] == 200

        acknowledged = await until_acknowledged(deliver, self.happened)
        gone = person.workspace is self.doomed
        self.happened.asked.append(Asked(id, f"{channel}/{ts}", person.dm, thing, acknowledged, gone=gone))

    async def command(self, fleet: Fleet) -> None:
        person, thing = self._join(fleet), self.happened.things(1)[0]
        until = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < until:
            status, answer = await person.command(question(thing))
            if status == 200:
                read = "\n".join(texts(answer.get("blocks", []))) if isinstance(answer, dict) else str(answer)
                asked = Asked(f"C{next(_numbers):06}", f"{person.channel}/", person.dm, thing, True, response=read)
                self.happened.asked.append(asked)
                return
            await asyncio.sleep(0.3)  # then the person types it again

    async def share(self, fleet: Fleet) -> None:
        """Fill in the form with a note of one's own, look at the preview, and confirm it."""
        person, thing = self._join(fleet), self.happened.things(1)[0]
        note = f"note-{next(_numbers)}-end"
        until = asyncio.get_running_loop().time() + PATIENCE
        preview = ""
        while not preview and asyncio.get_running_loop().time() < until:
            await person.press(f"share:answer/thing-{thing}", channel=person.dm)
            if modal := self._form_of(person):
                _, answer = await person.submit(modal, {"place": [person.channel], "note": [note]})
                if isinstance(answer, dict) and answer.get("response_action") == "push":
                    preview = await self._confirming(list(self.team.views)[-1])
            await asyncio.sleep(0.0 if preview else 0.3)
        acknowledged = False
        while preview and not acknowledged and asyncio.get_running_loop().time() < until:
            status, answer = await person.submit(preview)
            acknowledged = status == 200
            self.answers.append(Shown("", "\n".join(texts(answer)) if acknowledged else "", person.dm))
            await asyncio.sleep(0.0 if acknowledged else 0.3)
        id = f"P{next(_numbers):06}"
        self.happened.confirmed.append(Confirmed(id, f"{person.channel}/", person.dm, note, acknowledged))

    def _form_of(self, person: Slack) -> str:
        """The modal with the form that was opened for them last; empty where there is none."""
        opened = [one for one in self.team.called("views.open") if one.made and self._is_whose(one, person)]
        views = [one.made for one in opened if fields(self.team.views[one.made].view["blocks"])]
        return views[-1] if views else ""

    def _is_whose(self, call: Called, person: Slack) -> bool:
        return self.team.owners[call.arguments["trigger_id"]] == person.dm

    async def _confirming(self, view: str) -> str:
        """`view` as soon as it is the preview; empty where it does not become one."""
        for _ in range(50):
            if '"confirm:' in self.team.views[view].view.get("private_metadata", ""):
                return view
            await asyncio.sleep(0.1)
        return ""

    async def uninstall(self, fleet: Fleet) -> None:
        """People ask, and the app is taken out while it works."""
        people = [self._join(fleet, self.doomed) for _ in range(3)]
        asking = [self._ask(one, self.happened.things(1)[0], one.dm, one.direct) for one in people]
        tasks = [asyncio.create_task(one) for one in asking]
        await asyncio.sleep(self.happened.seed.uniform(0.0, 0.3))
        self.doomed.installed = False
        self.happened.faults["uninstalled during work"] += 1

        async def deliver(retry: int) -> bool:
            return (await people[0].event({"type": "app_uninstalled"}, "EvGone", retry))[0] == 200

        await until_acknowledged(deliver, self.happened)
        await asyncio.gather(*tasks)

    async def cut(self, fleet: Fleet) -> None:
        self.happened.faults["websocket cut"] += self.service.cut()

    def _join(self, fleet: Fleet, team: Team | None = None) -> Slack:
        socket = SocketWire(self.service) if self.websocket else None
        person = Slack.join(Line(fleet, self.happened, self.http, socket), self.service, team or self.team)
        self.people.append(person)
        _acting.set(person.dm)
        return person

    def shown(self) -> list[Shown]:
        directs = {person.person: person.dm for person in self.people}
        found = [*self.answers]
        for team in (self.team, self.doomed):
            for said in team.standing.values():
                found.append(Shown(_where(said), _text(said), ""))
            for call in team.called("chat.postEphemeral"):
                found.append(Shown(_where(call.arguments), _text(call.arguments), directs[call.arguments["user"]]))
            for call in team.called("response_url"):
                found.append(Shown("", _text(call.arguments), self.service.owners[call.made]))
        return found


def _where(said: dict[str, Any]) -> str:
    return f"{said['channel']}/{said.get('thread_ts') or ''}"


def _text(said: dict[str, Any]) -> str:
    return "\n".join([str(said.get("text", "")), *texts(said.get("blocks", []))])


@asynccontextmanager
async def slack(happened: Happened, *, websocket: bool) -> AsyncIterator[SlackPlatform]:
    async with Watched() as service, aiohttp.ClientSession() as http:
        teams = Team("T1", happened), Team("T2", happened)
        yield SlackPlatform(service, happened, http, websocket, *teams)
