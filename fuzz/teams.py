"""What Teams sends: activities and invokes, with a valid token of the issuer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any

import aiohttp
import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.database import SqlStore
from adapters.outbox_relay import OutboxRelay
from adapters.teams.activity import read_activity
from adapters.teams.surface import TeamsSurface, open_surface
from adapters.teams.timing import Timing
from adapters.teams.translate import asked_alone, message_from, place_of, references_in
from bot.domain.outbox import Sender
from bot.service.session import Session
from fuzz import doors
from fuzz.knowledge import advisor
from fuzz.requests import JSON, ask, became
from fuzz.rounds import Take
from fuzz.sources import Source
from fuzz.values import Changed, wild
from fuzz.watch import Fault
from tests.adapters.teams.card_schema import check_limits
from tests.adapters.teams.conftest import WITH_APP_ID, FakeTime
from tests.teams_connector.activities import (
    BOT,
    CHANNEL,
    DANA,
    activity,
    executed,
    in_channel,
    in_group_chat,
    mention,
    message,
    pressed,
    rated,
)
from tests.teams_connector.connector import ConnectorService
from tests.teams_connector.issuer import Issuer

SERVICE = "https://service.example/"  # stands for the connector's address until there is one
MESSAGE = 28_000 + 4_000  # bytes: a card, and the message around it
QUERY = {
    "commandId": "ask",
    "parameters": [{"name": "question", "value": "what is SAST?"}],
    "queryOptions": {"skip": 0},
}
QUOTED = {
    "messagePayload": {"id": "1", "body": {"contentType": "html", "content": "<p>what is SAST?</p>"}},
    "commandId": "advise",
}
COMMANDS = ("triage", "help", "compare", "share", "forget me", "topics", "triage-form", "answer:compare")
HTML = {"contentType": "text/html", "content": "<div><at>Security Advisor</at> what is SAST?</div>"}


def _bodies() -> list[dict[str, Any]]:
    url, group, channel = SERVICE, in_group_chat(), in_channel()
    named = {"entities": [mention(BOT)], "attachments": [HTML]}
    text = "<at>Security Advisor</at> what is SAST?"
    return [
        message(url, "what is SAST?"),
        message(url, text, **named, **channel),
        message(url, text, **named, **group),
        message(url, "triage"),
        *(pressed(url, {"command": command}) for command in COMMANDS),
        pressed(url, {"command": "more", "more": "help"}),
        *(executed(url, {"command": command, "owner": "aad-dana"},
            **where) for command in COMMANDS for where in ({}, group)),
        executed(url, {"command": "triage-form", "field:size": "s", "keep": True}),
        rated(url, "like", "card-1"),
        rated(url, "dislike", "card-1", "no good"),
        activity(url, "invoke", name="composeExtension/query", value=QUERY),
        activity(url, "invoke", name="composeExtension/fetchTask", value=QUOTED, **group),
        activity(url, "invoke", name="composeExtension/submitAction",
            value={"data": {"command": "help"}, "commandId": "advise"}),
        activity(url, "conversationUpdate", membersAdded=[BOT, DANA], **channel),
        activity(url, "conversationUpdate", membersRemoved=[DANA], **group),
        activity(url, "conversationUpdate", channelData={"eventType": "channelDeleted",
            "channel": {"id": CHANNEL}, "team": {"id": CHANNEL}}),
        activity(url, "installationUpdate", action="add"),
        activity(url, "messageReaction", reactionsAdded=[{"type": "like"}]),
        activity(url, "typing"),
    ]  # fmt: skip


_CHANGED = [Changed(body, ("text", "value", "content", "command", "feedback")) for body in _bodies()]


def requests(source: Source) -> str:
    """The body as JSON."""
    if not source.number(0, 7):
        return wild(source)
    body = source.one_of(_CHANGED).make(source)
    if isinstance(body.get("id"), str) and body["id"].startswith("activity-"):
        # What was delivered before is not answered again. Invokes and messages have ids of their own.
        body["id"] = f"{body.get('type')}-{source.number(1, 10**9)}"[:200]
    return json.dumps(body)


@contextmanager
def reading() -> Iterator[Take]:
    """The reading of activities alone, up to the message in them."""

    def take(body: str) -> str:
        try:
            found = read_activity(orjson.loads(body.encode(errors="surrogatepass")))
        except ValueError:
            return "no JSON"
        if found is None:
            return "refused"
        message_from(found), place_of(found), references_in(found), asked_alone(found)
        return "read"

    yield take


class Door:
    """The surface with its outbox, the connector and the issuer behind it."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self.runner = runner
        self._stack = AsyncExitStack()
        self.time = FakeTime()

    async def open(self, database: str) -> None:
        enter = self._stack.enter_async_context
        self.connector, issuer = await enter(ConnectorService()), await enter(Issuer())
        self.connector.members = {name: [DANA] for name in ("a:dana-and-bot", CHANNEL, "19:chat@thread.v2")}
        self.connector.teams = {CHANNEL: {"name": "Team", "channels": [{"id": CHANNEL}, {"id": "19:b@t", "name": "b"}]}}
        store = SqlStore.at(database)
        self._stack.push_async_callback(store.close)
        senders: dict[str, Sender] = {}
        relay = OutboxRelay(store, senders, lambda: advisor().phrases, clock=lambda: self.time.date)
        timing = Timing(60.0, self.time.clock, self.time.sleep, lambda: self.time.date, 60.0, 60.0)
        session = Session(advisor(), store, wake_outbox=relay.wake)
        surface: TeamsSurface = open_surface(WITH_APP_ID, session, store, relay, cloud=issuer.cloud(), timing=timing)
        self.app = web.Application()
        self.app.add_routes(surface.routes())
        await surface.start()
        self._stack.push_async_callback(surface.stop)
        senders["teams"] = surface.sender
        server = TestServer(self.app)
        await server.start_server(auto_decompress=False)
        self._stack.push_async_callback(server.close)
        self.http = await enter(aiohttp.ClientSession())
        self.url = str(server.make_url("/api/messages"))
        self.token = issuer.token(issuer.claims(self.connector.url))

    async def close(self) -> None:
        await self._stack.aclose()

    def written(self, body: str) -> bytes:
        self.time.now += 60
        self.connector.sent.clear()
        return body.replace(SERVICE, self.connector.url).encode(errors="surrogatepass")

    def headers(self) -> dict[str, str]:
        return {"Content-Type": JSON, "Authorization": f"Bearer {self.token}"}

    def check(self, answer: bytes) -> None:
        """Raises Fault where Teams would refuse what it was sent."""
        for sent in [*(one.activity for one in self.connector.sent), json.loads(answer) if answer[:1] == b"{" else {}]:
            for card in _cards(sent):
                check_limits(card)
            if "composeExtension" not in sent and len(json.dumps(sent)) > MESSAGE:
                raise Fault(f"{len(json.dumps(sent))} bytes")


def _cards(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if part.get("type") == "AdaptiveCard":
            yield part
        else:
            for value in part.values():
                yield from _cards(value)
    elif isinstance(part, list):
        for value in part:
            yield from _cards(value)


@contextmanager
def in_process() -> Iterator[Take]:
    with doors.opened(Door) as made:

        def take(one: str) -> str:
            body = made.written(one)
            status, answer = made.runner.run(ask(made.app, "POST", "/api/messages", made.headers(), body))
            made.check(answer)
            return became(status, answer)

        yield take


@contextmanager
def over_http() -> Iterator[Take]:
    with doors.opened(Door) as made:

        async def post(body: bytes) -> tuple[int, bytes]:
            async with made.http.post(made.url, data=body, headers=made.headers()) as response:
                return response.status, await response.read()

        def take(one: str) -> str:
            status, answer = made.runner.run(post(made.written(one)))
            made.check(answer)
            return became(status, answer)

        yield take
