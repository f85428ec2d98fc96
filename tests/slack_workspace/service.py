"""Slack's servers on this machine: the Web API of any number of workspaces, response_urls, OAuth, Socket Mode."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.overheard import note, note_body
from tests.slack_workspace.limits import problems
from tests.slack_workspace.methods import call
from tests.slack_workspace.workspace import APP_TOKEN, Called, Workspace, numbers

CLIENT_ID, CLIENT_SECRET = "111.222", "a-client-secret"


@dataclass
class Fault:
    """What goes wrong with one call of a method of the group `of`. `cut`: the connection breaks; `torn`: in the middle
    of the answer; `late`: seconds until it is answered; `after`: what was asked for is done all the same; `page`: what
    is answered instead of JSON, of the type `kind`; `more`: what is said besides the error."""

    status: int = 200
    error: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    after: bool = False
    of: str = "chat."
    page: str | None = None
    kind: str = "text/html"
    more: dict[str, str] = field(default_factory=dict)
    torn: bool = False
    late: float = 0.0


class Service:
    """Finds the workspace by the token, as Slack does. `faults` are used up first, in their order."""

    def __init__(self) -> None:
        self.workspaces: dict[str, Workspace] = {}  # by token
        self.codes: dict[str, Workspace] = {}  # what oauth.v2.access exchanges
        self.exchanged: list[str] = []  # the codes that it was asked to exchange
        self.refreshed: list[str] = []  # the tokens for which it was asked for new ones
        self.expired: set[str] = set()  # tokens
        self.faults: list[Fault] = []
        self.broken: Callable[[str], bool] = lambda method: False  # methods that answer 503 until it is mended
        self.slow: dict[str, asyncio.Event] = {}  # methods that answer when this happens; "response_url" too
        self.refusing: dict[str, Fault] = {}  # methods that this goes wrong with until it is taken out; the same
        self._sockets: list[web.WebSocketResponse] = []
        self._connected = asyncio.Condition()
        self._acknowledged: dict[str, asyncio.Future[Any]] = {}
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)  # the SDK reads by GET
        app.router.add_post("/response/{id}", self._response)
        app.router.add_get("/socket", self._socket)
        self._server = TestServer(app)

    async def __aenter__(self) -> Service:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        for socket in self._sockets:
            await socket.close()
        await self._server.close()

    @property
    def api_url(self) -> str:
        return str(self._server.make_url("/api/"))

    def add(self, workspace: Workspace) -> Workspace:
        self.workspaces[workspace.token] = workspace
        return workspace

    def response_url(self, workspace: Workspace) -> str:
        id = f"{workspace.team}-{next(numbers)}"
        workspace.responses[id] = 0
        url = str(self._server.make_url(f"/response/{id}"))
        note(url)
        return url

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if method == "oauth.v2.access":
            note_body(arguments)
            note(CLIENT_SECRET)
            if method in self.refusing:
                return await _failed(self.refusing[method], request)
            if arguments.get("grant_type") == "refresh_token":
                answer = self._refresh(arguments)
                if method in self.slow:
                    await self.slow[method].wait()
                return web.json_response(answer)
            self.exchanged.append(arguments.get("code", ""))
            return web.json_response(self._exchange(arguments))
        if method == "apps.connections.open":
            known = token == APP_TOKEN
            url = str(self._server.make_url("/socket")).replace("http", "ws", 1)
            return web.json_response({"ok": True, "url": url} if known else {"ok": False, "error": "invalid_auth"})
        workspace = self.workspaces.get(token)
        if token in self.expired:
            return web.json_response({"ok": False, "error": "token_expired"})
        if workspace is None or not workspace.installed:
            return web.json_response({"ok": False, "error": "invalid_auth"})
        if method in self.refusing:
            return await _failed(self.refusing[method], request)
        if self.broken(method):
            return web.json_response({"ok": False, "error": "service_unavailable"}, status=503)
        fault = self.faults.pop(0) if self.faults and method.startswith(self.faults[0].of) else None
        if fault and not fault.after:
            return await _failed(fault, request)
        answer = call(workspace, method, arguments)
        if method in self.slow:
            await self.slow[method].wait()
        await workspace.note(Called(method, arguments, answer.get("ts") or answer.get("view", {}).get("id", "")))
        if fault:
            return await _failed(fault, request)
        return web.json_response(answer, headers={"x-oauth-scopes": ",".join(sorted(workspace.scopes))})

    def _exchange(self, arguments: dict[str, Any]) -> dict[str, Any]:
        workspace = self.codes.pop(arguments.get("code", ""), None)  # a code is good once
        if workspace is None:
            return {"ok": False, "error": "invalid_code"}
        self.add(workspace).installed = True
        return {
            "ok": True,
            "app_id": "A1",
            "authed_user": {"id": "U-admin"},
            "scope": ",".join(sorted(workspace.scopes)),
            "token_type": "bot",
            "access_token": workspace.token,
            "bot_user_id": workspace.bot,
            "team": None if workspace.org_wide else {"id": workspace.team, "name": "Team"},
            "enterprise": {"id": workspace.enterprise, "name": "Organisation"} if workspace.enterprise else None,
            "is_enterprise_install": workspace.org_wide,
            **self._rotating(workspace),
        }

    def _rotating(self, workspace: Workspace) -> dict[str, Any]:
        """What comes besides, where the app has token rotation."""
        return {"refresh_token": workspace.refresh_token, "expires_in": 43200} if workspace.refresh_token else {}

    def _refresh(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """A new token; the one before is valid until it expires. A refresh token is good once."""
        given = arguments.get("refresh_token", "")
        self.refreshed.append(given)
        workspace = next((one for one in self.workspaces.values() if one.refresh_token == given), None)
        if workspace is None or not workspace.installed:
            return {"ok": False, "error": "invalid_refresh_token"}
        workspace.rotate()
        self.add(workspace)
        return {"ok": True, "token_type": "bot", "access_token": workspace.token, **self._rotating(workspace)}

    async def _response(self, request: web.Request) -> web.StreamResponse:
        arguments = await _arguments(request)
        id = request.match_info["id"]
        workspace = next(one for one in self.workspaces.values() if id in one.responses)
        if "response_url" in self.slow:
            await self.slow["response_url"].wait()
        if "response_url" in self.refusing:
            return await _failed(self.refusing["response_url"], request)
        workspace.responses[id] += 1
        if workspace.responses[id] > 5:
            return web.Response(text="used_url", status=404)
        wrong = problems(arguments.get("blocks", []))
        workspace.refused += wrong
        await workspace.note(Called("response_url", arguments, id))
        return web.Response(text="invalid_blocks" if wrong else "ok", status=400 if wrong else 200)

    # Socket Mode

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        async with self._connected:
            self._sockets.append(socket)
            self._connected.notify_all()
        async for message in socket:
            envelope = json.loads(message.data)
            waiting = self._acknowledged.pop(envelope["envelope_id"])
            if not waiting.done():  # nobody waits for it any more where it took too long
                waiting.set_result(envelope.get("payload", ""))
        self._sockets.remove(socket)
        return socket

    async def send_envelope(self, kind: str, payload: dict[str, Any], retry: int = 0) -> Any:
        """Send through the websocket that is open. Returns what it was acknowledged with."""
        async with self._connected:
            await self._connected.wait_for(lambda: bool(self._sockets))
        id = f"envelope-{next(numbers)}"
        self._acknowledged[id] = asyncio.get_running_loop().create_future()
        envelope = {"envelope_id": id, "type": kind, "payload": payload, "accepts_response_payload": True}
        again = {"retry_attempt": retry, "retry_reason": "timeout"} if retry else {}
        await self._sockets[-1].send_json(envelope | again)
        return await self._acknowledged[id]

    def cut(self) -> int:
        """Break all websockets that are open, without a word. Returns how many there were."""
        for transport in (open_ := [one._req.transport for one in self._sockets if one._req]):
            if transport is not None:
                transport.close()
        return len(open_)

    async def disconnect(self) -> None:
        """Ask the app to connect anew, as Slack does every few hours, and wait until it has."""
        old = self._sockets[-1]
        await old.send_json({"type": "disconnect", "reason": "refresh_requested"})
        async with self._connected:
            await self._connected.wait_for(lambda: bool(self._sockets) and self._sockets[-1] is not old)


async def _failed(fault: Fault, request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(fault.late)
    if fault.torn:
        return await torn(request)
    if fault.cut and request.transport is not None:
        request.transport.close()
    if fault.page is not None:
        note(fault.page)
        return web.Response(text=fault.page, status=fault.status, headers=fault.headers, content_type=fault.kind)
    body = {"ok": not fault.error, "error": fault.error, **fault.more}
    return web.json_response(body, status=fault.status, headers=fault.headers)


async def torn(request: web.Request) -> web.StreamResponse:
    """The beginning of an answer that promises more, after which the connection breaks."""
    answer = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "500"})
    await answer.prepare(request)
    await answer.write(b'{"ok": true, "ts": "17')
    if request.transport is not None:
        request.transport.close()
    return answer


async def _arguments(request: web.Request) -> dict[str, Any]:
    note_body(await request.read())
    if request.content_type == "application/json":
        return dict(await request.json())
    given: dict[str, Any] = {key: str(value) for key, value in (await request.post()).items()}
    given |= dict(request.query)
    for key in ("blocks", "metadata", "view", "prompts", "outputs"):
        if isinstance(given.get(key), str):
            given[key] = json.loads(given[key])
    return given
