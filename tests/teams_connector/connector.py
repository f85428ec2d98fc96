"""The connector service: takes what a bot sends into conversations, and fails on demand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.slack_workspace.service import torn
from tests.teams_connector.activities import TENANT


@dataclass(frozen=True)
class Sent:
    """One thing that the bot did in a conversation."""

    action: str  # send, reply, update, delete, create
    conversation: str
    activity: dict[str, Any]
    id: str  # of the activity that this made or changed
    reply_to: str = ""
    authorization: str = ""
    targeted: str = ""  # the id of the one person who sees it; empty: everybody

    @property
    def card(self) -> dict[str, Any]:
        [attachment] = self.activity["attachments"]
        assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
        content: dict[str, Any] = attachment["content"]
        return content

    @property
    def has_feedback(self) -> bool:
        """Whether Teams shows its own buttons below the message."""
        return "feedbackLoop" in (self.activity.get("channelData") or {})


@dataclass
class Fault:
    """`after`: what was asked for is done all the same. `body`: as Teams words it. `page`: what is answered instead of
    JSON; `cut`: the connection breaks; `torn`: in the middle of the answer; `late`: seconds until it is answered."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    after: bool = False
    body: dict[str, Any] = field(default_factory=lambda: {"error": {"code": "Fault"}})
    page: str | None = None
    cut: bool = False
    torn: bool = False
    late: float = 0.0

    @property
    def fails(self) -> bool:
        """False where it is only late."""
        return self.status >= 300 or self.page is not None or self.cut or self.torn


class ConnectorService:
    """Conversations as a bot sees them. `faults` are used up first, one a request."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.requests = 0
        self.faults: list[Fault] = []
        self.members: dict[str, list[dict[str, Any]]] = {}  # by team, channel or chat
        self.teams: dict[str, dict[str, Any]] = {}  # by id: name and channels
        self.lookups: list[str] = []
        self.broken: dict[str, int] = {}  # teams that are answered for with that status
        self.silent: set[str] = set()  # teams that are not answered for
        self.refuses_targeted = 0  # the status with which messages for one person alone are refused; 0: they are taken
        self.accepts: Callable[[str], bool] = lambda authorization: True
        self._changed = asyncio.Condition()
        app = web.Application()
        base = "/v3/conversations"
        app.router.add_post(base, self._create)
        app.router.add_post(base + "/{conversation}/activities", self._send)
        app.router.add_post(base + "/{conversation}/activities/{activity}", self._reply)
        app.router.add_put(base + "/{conversation}/activities/{activity}", self._update)
        app.router.add_delete(base + "/{conversation}/activities/{activity}", self._delete)
        app.router.add_get(base + "/{conversation}/members", self._members)
        app.router.add_get(base + "/{conversation}/members/{member}", self._member)
        app.router.add_get("/v3/teams/{team}", self._team)
        app.router.add_get("/v3/teams/{team}/conversations", self._channels)
        self._server = TestServer(app)

    async def __aenter__(self) -> ConnectorService:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    @property
    def url(self) -> str:
        return str(self._server.make_url("/"))

    @property
    def messages(self) -> list[Sent]:
        return [sent for sent in self.sent if sent.activity.get("type") == "message"]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return as soon as `condition` holds for what was sent."""
        async with self._changed:
            await self._changed.wait_for(condition)

    async def _record(self, request: web.Request, action: str, id: str = "", reply_to: str = "") -> web.StreamResponse:
        self.requests += 1
        authorization = request.headers.get("Authorization", "")
        fault = self.faults.pop(0) if self.faults else None
        if fault and not fault.after:
            return await _failed(fault, request)
        if not self.accepts(authorization):
            return web.json_response({"error": {"code": "Unauthorized"}}, status=401)
        activity = await request.json() if request.can_read_body else {}
        conversation = request.match_info.get("conversation") or activity.get("channelData", {}).get("channel", {}).get(
            "id", ""
        )
        if not _is_rightly_rated(activity):
            return web.json_response({"error": {"code": "BadArgument"}}, status=400)
        targeted = ""
        if request.query.get("isTargetedActivity") == "true":
            refused, targeted = self._targeted(action, activity, id)
            if refused:
                return refused
            if action == "reply":  # where it stands: in the thread below that message
                conversation = f"{conversation};messageid={reply_to}"
        id = id or f"sent-{len(self.sent) + 1}"
        async with self._changed:
            self.sent.append(Sent(action, conversation, activity, id, reply_to, authorization, targeted))
            self._changed.notify_all()
        return await _failed(fault, request) if fault else web.json_response({"id": id})

    def _targeted(self, action: str, activity: dict[str, Any], id: str) -> tuple[web.Response | None, str]:
        """The refusal of a targeted message, if any, and who sees it: as Microsoft's page on targeted messages says."""
        if self.refuses_targeted:
            return web.json_response({"error": {"code": "BadArgument"}}, status=self.refuses_targeted), ""
        recipient = activity.get("recipient") or {}
        if action in ("send", "reply"):
            wrong = not recipient.get("id")
            return (web.json_response({"error": {"code": "BadArgument"}}, status=400) if wrong else None), str(
                recipient.get("id") or ""
            )
        if recipient:  # the recipient can't be edited
            return web.json_response({"error": {"code": "BadArgument"}}, status=400), ""
        known = next((sent.targeted for sent in self.sent if sent.id == id and sent.targeted), "")
        if not known:
            return web.json_response({"error": {"code": "ActivityNotFoundInConversation"}}, status=404), ""
        return None, known

    async def _create(self, request: web.Request) -> web.StreamResponse:
        return await self._record(request, "create")

    async def _send(self, request: web.Request) -> web.StreamResponse:
        return await self._record(request, "send")

    async def _reply(self, request: web.Request) -> web.StreamResponse:
        return await self._record(request, "reply", reply_to=request.match_info["activity"])

    async def _update(self, request: web.Request) -> web.StreamResponse:
        return await self._record(request, "update", id=request.match_info["activity"])

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        return await self._record(request, "delete", id=request.match_info["activity"])

    async def _members(self, request: web.Request) -> web.Response:
        return web.json_response(self.members.get(request.match_info["conversation"], []))

    async def _team(self, request: web.Request) -> web.StreamResponse:
        return await self._of_team(request, lambda team: {"id": request.match_info["team"], "name": team["name"]})

    async def _channels(self, request: web.Request) -> web.StreamResponse:
        return await self._of_team(request, lambda team: {"conversations": team["channels"]})

    async def _of_team(
        self, request: web.Request, answer: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> web.StreamResponse:
        self.lookups.append(request.path)
        if status := self.broken.get(request.match_info["team"]):
            return web.json_response({"error": {"code": "ServiceError"}}, status=status)
        fault = self.faults.pop(0) if self.faults else Fault(200)
        if fault.fails:
            return await _failed(fault, request)
        await asyncio.sleep(fault.late)
        team = self.teams.get(request.match_info["team"])
        if team is None:
            return web.json_response({"error": {"code": "BotNotInConversationRoster"}}, status=403)
        return web.json_response(answer(team))

    async def _member(self, request: web.Request) -> web.Response:
        self.lookups.append(request.path)
        if request.match_info["conversation"] in self.silent:
            await asyncio.Event().wait()
        if status := self.broken.get(request.match_info["conversation"]):
            return web.json_response({"error": {"code": "ServiceError"}}, status=status)
        for member in self.members.get(request.match_info["conversation"], []):
            if request.match_info["member"] in (member.get("id"), member.get("aadObjectId")):
                return web.json_response({"tenantId": TENANT, "userRole": "user", **member})
        return web.json_response({"error": {"code": "MemberNotFound"}}, status=404)


async def _failed(fault: Fault, request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(fault.late)
    if fault.torn:
        return await torn(request)
    if fault.cut and request.transport is not None:
        request.transport.close()
    if fault.page is not None:
        return web.Response(text=fault.page, status=fault.status, headers=fault.headers, content_type="text/html")
    return web.json_response(fault.body, status=fault.status, headers=fault.headers)


def _is_rightly_rated(activity: dict[str, Any]) -> bool:
    """Teams rejects a message with both the new setting for feedback buttons and the old one."""
    data = activity.get("channelData") or {}
    if "feedbackLoop" not in data:
        return True
    return "feedbackLoopEnabled" not in data and data["feedbackLoop"].get("type") in ("default", "custom")
