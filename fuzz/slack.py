"""What Slack sends: commands, events, interactions, submissions and envelopes of Socket Mode, signed and misshapen."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any
from urllib.parse import urlencode

from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.slack import sdk_logs
from adapters.slack.message_text import said, shown
from adapters.slack.request_reader import Unreadable, bolt_request
from adapters.slack.socket_mode import SocketModeHandler
from adapters.slack.translate import team_in_log, team_of
from bot.service.session import Session
from fuzz import doors
from fuzz.knowledge import advisor
from fuzz.requests import FORM, JSON, ask, became
from fuzz.rounds import Take
from fuzz.sources import Source
from fuzz.values import Changed, wild
from fuzz.watch import Fault
from tests.adapters.slack.test_misshapen import everything_that_slack_sends
from tests.adapters.slack.world import Clock, World, opened
from tests.slack_workspace.limits import problems, size, view_problems
from tests.slack_workspace.person import signature
from tests.slack_workspace.service import Service
from tests.slack_workspace.workspace import Workspace

TEAM = "TODD"
# Where Slack itself refuses every way to the person; it may deliver that again. The log tells it from a fault of ours.
AGAIN = 500
COMMAND_RESPONSE = 50_000  # bytes that Slack takes as the response to a command


async def _bodies() -> list[tuple[str, dict[str, Any]]]:
    async with Service() as service:
        return await everything_that_slack_sends(service, service.add(Workspace(TEAM)))


BODIES = asyncio.run(_bodies())
_CHANGED = [
    (kind, Changed(body)) for kind, body in BODIES if "uninstalled" not in str(body) and "revoked" not in str(body)
]


def requests(source: Source) -> tuple[str, str]:
    """The kind of a request and its body as JSON."""
    if not source.number(0, 7):
        return source.one_of(("events_api", "interactive", "slash_commands", "raw")), wild(source)
    kind, changed = source.one_of(_CHANGED)
    body = changed.make(source)
    _renumber(body, source.number(1, 10**9))
    return kind, json.dumps(body)


def envelopes(source: Source) -> tuple[str, str, Any]:
    """The same through the websocket, with the number of the attempt."""
    return *requests(source), source.one_of((None, 0, 1, "2", -1))


def _renumber(body: Any, number: int) -> None:
    """A message of its own: what was delivered before is not answered again."""
    if isinstance(body, dict):
        event = body.get("event")
        if isinstance(event, dict) and isinstance(event.get("ts"), str) and event["ts"].startswith("1700000000."):
            event["ts"] = f"1700000000.{number:09}"
        for name in ("trigger_id", "event_id"):
            if isinstance(body.get(name), str) and body[name][:2] in ("tr", "Ev"):
                body[name] = f"{body[name][:2]}-{number}"


def written(kind: str, body: str) -> tuple[bytes, str]:
    """The bytes of a request and their type, as Slack writes them."""
    if kind == "events_api":
        return body.encode(errors="surrogatepass"), JSON
    if kind == "interactive":
        return urlencode({"payload": body}, errors="surrogatepass").encode(), FORM
    try:
        form = json.loads(body)
    except (ValueError, RecursionError):
        form = None
    if kind == "raw" or not isinstance(form, dict):
        return body.encode(errors="surrogatepass"), FORM
    return urlencode({name: _word(value) for name, value in form.items()}, errors="surrogatepass").encode(), FORM


def _word(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@contextmanager
def reading() -> Iterator[Take]:
    """The reading of bodies alone, up to the texts in them."""

    def take(one: tuple[str, str]) -> str:
        body, kind = written(*one)
        try:
            asked = bolt_request(body, kind)
        except Unreadable:
            return "refused"
        team_of(asked.body), team_in_log(asked.body)
        for part in (asked.body.get("event"), asked.body.get("message")):
            if isinstance(part, dict):
                said(part), shown(part)
        return "read"

    yield take


class Door:
    """The surface with its outbox and Slack behind it."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self.runner = runner
        self._stack = AsyncExitStack()
        self.clock = Clock()

    async def open(self, database: str) -> None:
        self.service = await self._stack.enter_async_context(Service())
        self.workspace = self.service.add(Workspace(TEAM))
        self.world: World = await self._stack.enter_async_context(
            opened(self.service, database, self._session, self.clock, slack_bot_token=self.workspace.token)
        )
        await everything_that_slack_sends(self.service, self.workspace)  # so that its people and channels are known

    def _session(self, store: Any, relay: Any) -> Session:
        return Session(advisor(), store, wake_outbox=relay.wake)

    async def close(self) -> None:
        await self._stack.aclose()

    def ready(self) -> None:
        """Before each request: nobody is slowed, and what may be used once is fresh."""
        self.clock.now += 60
        self.workspace.calls.clear()
        self.workspace.refused.clear()
        self.workspace.responses = dict.fromkeys(self.workspace.responses, 0)
        self.workspace.triggers = Fresh()

    def check(self, answer: Any = None) -> None:
        """Raises Fault where Slack would refuse what it was sent."""
        if isinstance(answer, dict):
            wrong = problems(answer.get("blocks", []))
            wrong += view_problems(answer["view"]) if "view" in answer else []
            if size(answer) > COMMAND_RESPONSE:
                wrong.append(f"{size(answer)} bytes")
            self.workspace.refused += wrong
        if self.workspace.refused:
            raise Fault(f"Slack refuses: {self.workspace.refused[:3]}")


class Fresh(dict[str, str]):
    """Every trigger is known and unused, once."""

    def get(self, name: Any, default: Any = None) -> Any:
        return super().get(name, "fresh")

    def __missing__(self, name: str) -> str:
        return "fresh"


@contextmanager
def in_process() -> Iterator[Take]:
    """Signed requests through the application's handlers."""
    with doors.opened(Door) as made:
        app = made.world.app

        def take(one: tuple[str, str]) -> str:
            made.ready()
            body, kind = written(*one)
            headers = {"Content-Type": kind, **signature(body, str(int(time.time())))}
            status, answer = made.runner.run(ask(app, "POST", "/slack/events", headers, body))
            made.check(json.loads(answer) if answer.startswith(b"{") else None)
            return became(status, answer, AGAIN)

        yield take


@contextmanager
def over_http() -> Iterator[Take]:
    """The same over HTTP."""
    with doors.opened(Door) as made:

        def take(one: tuple[str, str]) -> str:
            made.ready()
            body, kind = written(*one)
            status, answer = made.runner.run(made.world.wire.send(body, kind))
            made.check(answer)
            return became(status, str(answer).encode(), AGAIN)

        yield take


class _Socket:
    """Keeps what an envelope is acknowledged with."""

    def __init__(self) -> None:
        self.acknowledged: list[Any] = []
        self.logger = sdk_logs.BOLT

    async def send_socket_mode_response(self, response: Any) -> None:
        self.acknowledged.append(json.loads(json.dumps(response.to_dict())))


async def _handler(bolt: Any) -> SocketModeHandler:
    handler = SocketModeHandler(bolt, "xapp-none")
    await handler.client.aiohttp_client_session.close()
    return handler


@contextmanager
def through_the_socket() -> Iterator[Take]:
    """Envelopes of Socket Mode, as the SDK hands them on."""
    with doors.opened(Door) as made:
        handler = made.runner.run(_handler(made.world.surface._bolt))

        async def handle(envelope: dict[str, Any]) -> list[Any]:
            socket: Any = _Socket()
            await handler.handle(socket, SocketModeRequest.from_dict(envelope))
            return list(socket.acknowledged)

        def take(one: tuple[str, str, Any]) -> str:
            made.ready()
            kind, body, retry = one
            try:
                payload = json.loads(body)
            except (ValueError, RecursionError):
                return "no JSON"
            if not isinstance(payload, dict | str):
                return "refused by the SDK"
            envelope = {"type": kind, "envelope_id": "e", "payload": payload, "retry_attempt": retry}
            acknowledged = made.runner.run(handle(envelope))
            for answer in acknowledged:
                made.check(answer.get("payload"))
            return "acknowledged" if acknowledged else "left"

        yield take
