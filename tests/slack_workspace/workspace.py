"""A Slack workspace on this machine: the Web API that the advisor calls, and signed requests as Slack sends them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.slack_workspace.limits import problems

SECRET = "a-signing-secret"
TOKEN = "xoxb-a-token"
BOT = "U0BOT"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Called:
    """One call of the Web API, or of a response_url."""

    method: str
    arguments: dict[str, Any]
    ts: str = ""

    @property
    def shown(self) -> str:
        """Everything that a person reads in its blocks."""
        return "\n".join(texts(self.arguments.get("blocks", [])))


@dataclass
class Fault:
    status: int = 200
    error: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class Workspace:
    """Answers as Slack does: refuses a wrong token, an unknown channel, blocks over its limits; keeps what stands."""

    def __init__(self, team: str = "T1", token: str = TOKEN) -> None:
        self.team = team
        self.token = token
        self.channels: set[str] = {"C1", "D1"}  # those that the bot is in
        self.calls: list[Called] = []
        self.standing: dict[str, dict[str, Any]] = {}  # messages by ts
        self.faults: list[Fault] = []  # used up first, one a call
        self.refused: list[str] = []  # why blocks were refused
        self._changed = asyncio.Condition()
        app = web.Application()
        app.router.add_post("/api/{method}", self._api)
        app.router.add_post("/response/{id}", self._response)
        self._server = TestServer(app)

    async def __aenter__(self) -> Workspace:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    @property
    def api_url(self) -> str:
        return str(self._server.make_url("/api/"))

    @property
    def response_url(self) -> str:
        return str(self._server.make_url(f"/response/{next(_numbers)}"))

    def called(self, method: str) -> list[Called]:
        return [call for call in self.calls if call.method == method]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(condition)

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        if self.faults and method != "auth.test":
            fault = self.faults.pop(0)
            body = {"ok": not fault.error, "error": fault.error}
            return web.json_response(body, status=fault.status, headers=fault.headers)
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        ts = f"1700000000.{next(_numbers):06}"
        answer = self._answer(method, arguments, ts)
        async with self._changed:
            self.calls.append(Called(method, arguments, ts))
            self._changed.notify_all()
        return web.json_response(answer)

    def _answer(self, method: str, arguments: dict[str, Any], ts: str) -> dict[str, Any]:
        channel = arguments.get("channel", "")
        if method == "auth.test":
            return {"ok": True, "team_id": self.team, "user_id": BOT, "bot_id": "B0BOT", "team": "Team", "url": ""}
        if method.startswith("chat.") and channel not in self.channels:
            return {"ok": False, "error": "not_in_channel" if channel.startswith("C") else "channel_not_found"}
        wrong = problems(arguments.get("blocks", []))
        if wrong:
            self.refused += wrong
            return {"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": wrong}}
        match method:
            case "chat.postMessage":
                self.standing[ts] = arguments
                return {"ok": True, "ts": ts, "channel": channel}
            case "chat.postEphemeral":
                return {"ok": True, "message_ts": ts}
            case "chat.update" | "chat.delete":
                if arguments["ts"] not in self.standing:
                    return {"ok": False, "error": "message_not_found"}
                if method == "chat.delete":
                    del self.standing[arguments["ts"]]
                else:
                    self.standing[arguments["ts"]] |= arguments
                return {"ok": True, "ts": arguments["ts"], "channel": channel}
            case "conversations.history" | "conversations.replies":
                found = [{"ts": ts, **said} for ts, said in self.standing.items() if said["channel"] == channel]
                return {"ok": True, "messages": found}
        return {"ok": False, "error": "unknown_method"}

    async def _response(self, request: web.Request) -> web.Response:
        arguments = await _arguments(request)
        wrong = problems(arguments.get("blocks", []))
        self.refused += wrong
        async with self._changed:
            self.calls.append(Called("response_url", arguments))
            self._changed.notify_all()
        return web.Response(text="invalid_blocks" if wrong else "ok", status=400 if wrong else 200)


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    given: dict[str, Any] = {key: str(value) for key, value in (await request.post()).items()}
    for key in ("blocks", "metadata", "view"):
        if isinstance(given.get(key), str):
            given[key] = json.loads(given[key])
    return given


@dataclass
class Slack:
    """Slack's side of the wire: sends what a person does to the advisor, signed."""

    url: str  # of the advisor
    http: aiohttp.ClientSession
    workspace: Workspace
    person: str = "U1"

    async def command(self, text: str, channel: str = "C1", **changed: str) -> tuple[int, Any]:
        body = {
            "command": "/advisor",
            "text": text,
            "team_id": self.workspace.team,
            "channel_id": channel,
            "channel_name": "directmessage" if channel.startswith("D") else "general",
            "user_id": self.person,
            "trigger_id": f"trigger-{next(_numbers)}",
            "response_url": self.workspace.response_url,
            **changed,
        }
        return await self.send(urlencode(body), "application/x-www-form-urlencoded")

    async def direct(self, text: str, *, event_id: str = "", retry: int = 0, **changed: Any) -> tuple[int, Any]:
        event = {"type": "message", "channel_type": "im", "channel": "D1", "user": self.person, "text": text, **changed}
        return await self.event({"ts": _ts(), **event}, event_id, retry)

    async def mention(self, text: str, *, channel: str = "C1", **changed: Any) -> tuple[int, Any]:
        event = {"type": "app_mention", "channel": channel, "user": self.person, "text": text, **changed}
        return await self.event({"ts": _ts(), **event})

    async def event(self, event: dict[str, Any], event_id: str = "", retry: int = 0) -> tuple[int, Any]:
        body = {
            "type": "event_callback",
            "team_id": self.workspace.team,
            "event_id": event_id or f"Ev{next(_numbers)}",
            "event": event,
            "authorizations": [{"team_id": self.workspace.team, "user_id": BOT, "is_bot": True}],
        }
        headers = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"} if retry else {}
        return await self.send(json.dumps(body), "application/json", headers)

    async def press(
        self, command: str, *, channel: str = "C1", thread: str = "", ephemeral: bool = False, **changed: Any
    ) -> tuple[int, Any]:
        """A button of a message that carries `command`."""
        body = {
            "type": "block_actions",
            "team": {"id": self.workspace.team},
            "user": {"id": self.person, "team_id": self.workspace.team},
            "channel": {"id": channel, "name": "directmessage" if channel.startswith("D") else "general"},
            "container": {
                "type": "message",
                "channel_id": channel,
                "message_ts": _ts(),
                "is_ephemeral": ephemeral,
                **({"thread_ts": thread} if thread else {}),
            },
            "trigger_id": f"trigger-{next(_numbers)}",
            "response_url": self.workspace.response_url,
            "actions": [{"type": "button", "action_id": "command-0", "block_id": "b", "value": command}],
            **changed,
        }
        return await self.send(urlencode({"payload": json.dumps(body)}), "application/x-www-form-urlencoded")

    async def send(
        self,
        body: str,
        content_type: str,
        headers: dict[str, str] | None = None,
        *,
        age: float = 0,
        secret: str = SECRET,
    ) -> tuple[int, Any]:
        at = str(int(time.time() - age))
        signature = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        signed = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": f"v0={signature}",
            **(headers or {}),
        }
        async with self.http.post(f"{self.url}/slack/events", data=body, headers=signed) as response:
            text = await response.text()
            return response.status, json.loads(text) if text.startswith("{") else text


def _ts() -> str:
    return f"1700000001.{next(_numbers):06}"


def texts(element: Any) -> list[str]:
    """Every text in blocks, in reading order."""
    if isinstance(element, list):
        return [text for inner in element for text in texts(inner)]
    if not isinstance(element, dict):
        return []
    own = [element["text"]] if isinstance(element.get("text"), str) else []
    return own + [text for value in element.values() if isinstance(value, dict | list) for text in texts(value)]


def buttons(blocks: list[dict[str, Any]]) -> dict[str, str]:
    """Label to command of every button."""
    return {
        element["text"]["text"]: element["value"]
        for block in blocks
        if block["type"] == "actions"
        for element in block["elements"]
    }
