"""A person in a workspace: what they do reaches the advisor as Slack sends it, signed, or through a websocket."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp

from tests.overheard import note, note_body
from tests.slack_workspace.limits import view_problems
from tests.slack_workspace.reading import button, state_of
from tests.slack_workspace.service import Service
from tests.slack_workspace.workspace import SECRET, View, Workspace, new_ts, numbers

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
Sent = tuple[int, Any]  # status and answer


class Wire(Protocol):
    async def deliver(self, kind: str, body: dict[str, Any], retry: int = 0) -> Sent:
        """`kind` as Socket Mode names it: events_api, slash_commands, interactive."""
        ...


@dataclass
class HttpWire:
    url: str  # of the advisor
    http: aiohttp.ClientSession

    async def deliver(self, kind: str, body: dict[str, Any], retry: int = 0) -> Sent:
        again = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"} if retry else {}
        match kind:
            case "events_api":
                return await self.send(json.dumps(body), JSON, again)
            case "slash_commands":
                return await self.send(urlencode(body), FORM)
            case _:
                return await self.send(urlencode({"payload": json.dumps(body)}), FORM)

    async def send(
        self,
        body: str | bytes,
        content_type: str,
        headers: dict[str, str] | None = None,
        *,
        age: float = 0,
        secret: str = SECRET,
    ) -> Sent:
        body = body.encode() if isinstance(body, str) else body
        note_body(body)
        note(secret)
        at = str(int(time.time() - age))
        signed = {"Content-Type": content_type, **signature(body, at, secret), **(headers or {})}
        async with self.http.post(f"{self.url}/slack/events", data=body, headers=signed) as response:
            text = await response.text()
            note_body(text.encode())
            return response.status, json.loads(text) if text.startswith("{") else text


def signature(body: bytes, at: str, secret: str = SECRET) -> dict[str, str]:
    """The headers by which Slack shows that `body` is its own."""
    digest = hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}


@dataclass
class SocketWire:
    service: Service

    async def deliver(self, kind: str, body: dict[str, Any], retry: int = 0) -> Sent:
        note_body(json.dumps(body).encode())
        return 200, await self.service.send_envelope(kind, body, retry)


@dataclass
class Slack:
    """One person, in one channel (`channel`, with the bot in it) and in direct messages with the bot (`dm`).

    `belongs_to`: their own workspace, where that is another one, of the same organisation or with which the channel is
    shared; also the organisation, which Slack sometimes names in its place. `at`: the workspace of the organisation in
    which they are, where the app is in all of it."""

    wire: Wire
    service: Service
    workspace: Workspace
    person: str
    channel: str
    dm: str
    belongs_to: str = ""
    at: str = ""
    talk: str = ""  # the thread of their last direct message: the buttons that they see are there

    @classmethod
    def join(cls, wire: Wire, service: Service, workspace: Workspace) -> Slack:
        """A new person with a new channel."""
        person = f"U{next(numbers):04}"
        channel, direct = workspace.add_channel(person), workspace.add_direct(person)
        at = workspace.channels[channel].team
        return cls(wire, service, workspace, person, channel, direct, at=at)

    def said(self) -> list[dict[str, Any]]:
        """What the bot said in their direct messages and their channel, oldest first."""
        return [said for said in self.workspace.standing.values() if said["channel"] in (self.dm, self.channel)]

    async def command(self, text: str, channel: str = "", **changed: str) -> Sent:
        channel = channel or self.channel
        body = {
            "command": "/advisor",
            "text": text,
            **self._where(form=True),
            "channel_id": channel,
            "channel_name": "directmessage" if channel.startswith("D") else "general",
            "user_id": self.person,
            "trigger_id": self.workspace.trigger(),
            "response_url": self.service.response_url(self.workspace),
            **changed,
        }
        return await self.wire.deliver("slash_commands", body)

    async def direct(self, text: str, *, event_id: str = "", retry: int = 0, **changed: Any) -> Sent:
        event = {"type": "message", "channel_type": "im", "channel": self.dm, "user": self.person, "text": text}
        said: dict[str, Any] = {"ts": new_ts(), **event, **self._home(), **changed}
        self.talk = str(said.get("thread_ts") or said["ts"])
        self.workspace.heard[str(said["ts"])] = said
        if self.workspace.agent:  # every message opens a thread
            self.workspace.threads.add((self.dm, self.talk))
        return await self.event(said, event_id, retry)

    async def mention(
        self, text: str, *, channel: str = "", event_id: str = "", retry: int = 0, **changed: Any
    ) -> Sent:
        event = {"type": "app_mention", "channel": channel or self.channel, "user": self.person, "text": text}
        return await self.event({"ts": new_ts(), **event, **self._home(), **changed}, event_id, retry)

    async def event(self, event: dict[str, Any], event_id: str = "", retry: int = 0) -> Sent:
        """Send `event`; once more what was sent with this `event_id` before, if anything was."""
        event_id = event_id or f"Ev{next(numbers)}"
        workspace = self.workspace
        authorization = {
            "enterprise_id": workspace.enterprise or None,
            "team_id": None if workspace.org_wide else workspace.team,
            "user_id": workspace.bot,
            "is_bot": True,
            "is_enterprise_install": workspace.org_wide,
        }
        channel = workspace.channels.get(event.get("channel", ""))
        body = {
            "type": "event_callback",
            **self._where(),
            "event_id": event_id,
            "event_time": int(time.time()),
            "event": workspace.events.setdefault(event_id, event),
            "authorizations": [authorization],
            "is_ext_shared_channel": bool(channel and channel.ext_shared),
        }
        return await self.wire.deliver("events_api", body, retry)

    async def step(self, channel: str, topic: str | None = None, id: str = "") -> Sent:
        """A workflow comes to the step that posts. `id`: of its execution."""
        id = id or f"Fx{next(numbers)}"
        self.workspace.steps.setdefault(id, None)
        function = {"id": "Fn1", "callback_id": "post_recommendation", "type": "app", "app_id": "A1"}
        inputs = {"channel": channel} | ({} if topic is None else {"topic": topic})
        return await self.event({
            "type": "function_executed", "function": function, "inputs": inputs, "function_execution_id": id,
            "workflow_execution_id": "Wx1", "bot_access_token": "xwfp-a-token",
        })  # fmt: skip

    async def press(
        self,
        command: str,
        *,
        channel: str = "",
        thread: str = "",
        ephemeral: bool = False,
        block: str = "b",
        **new: Any,
    ) -> Sent:
        """A button of a message that carries `command`. `new`: what is different in the payload."""
        channel = channel or self.channel
        thread = thread or (self.talk if channel == self.dm else "")
        container = {"type": "message", "channel_id": channel, "message_ts": new_ts(), "is_ephemeral": ephemeral}
        where = {
            "channel": {"id": channel, "name": "directmessage" if channel.startswith("D") else "general"},
            "container": container | ({"thread_ts": thread} if thread else {}),
            "response_url": self.service.response_url(self.workspace),
        }
        return await self._act("command-0", command, block, {**where, **new})

    async def press_label(self, blocks: Sequence[Mapping[str, Any]], label: str, **where: Any) -> Sent:
        """The button with this label in `blocks` of a message."""
        block, element = button(blocks, label)
        return await self.press(element["value"], actions=[{**element, "block_id": block}], **where)

    async def press_in_view(self, view_id: str, label: str) -> Sent:
        """The button with this label in a modal."""
        view = self.workspace.views[view_id].view
        block, element = button(view["blocks"], label)
        shown = self._shown(view_id, view) | {"state": {"values": {}}}
        where = {"container": {"type": "view", "view_id": view_id}, "view": shown}
        return await self._act(element["action_id"], element["value"], block, where)

    async def press_at_home(self, label: str) -> Sent:
        """The button with this label on the Home tab."""
        view = self.workspace.homes[self.person]
        block, element = button(view["blocks"], label)
        where = {"container": {"type": "view", "view_id": "VHOME"}, "view": self._shown("VHOME", view)}
        return await self._act(element["action_id"], element["value"], block, where)

    async def submit(self, view_id: str, given: Mapping[str, Sequence[str]] | None = None) -> Sent:
        """Submit a modal with these values by field. What it is answered with becomes of the modal what Slack makes."""
        kept = self.workspace.views[view_id]
        entered = state_of(kept.view["blocks"], given or {})
        shown = self._shown(view_id, kept.view) | {"state": {"values": entered}}
        body = self._interaction("view_submission") | {"view": shown, "response_urls": []}
        status, answer = await self.wire.deliver("interactive", body)
        action = answer.get("response_action") if isinstance(answer, dict) else None
        if action in ("update", "push"):
            self.workspace.refused += view_problems(answer["view"])
        if action == "update":
            kept.view = answer["view"]
        elif action == "push":
            id = f"V{next(numbers)}"
            self.workspace.views[id] = View(id, answer["view"])
        return status, answer

    async def shortcut(self, callback_id: str, **message: Any) -> Sent:
        """A global shortcut, or, with a message, one on that message."""
        body = self._interaction("message_action" if message else "shortcut") | {"callback_id": callback_id}
        if message:
            body |= {
                "message": {"type": "message", "ts": new_ts(), "user": "U-somebody", **message},
                "channel": {"id": self.channel, "name": "general"},
                "response_url": self.service.response_url(self.workspace),
            }
        return await self.wire.deliver("interactive", body)

    async def _act(self, action_id: str, command: str, block: str, where: Mapping[str, Any]) -> Sent:
        pressed = {"type": "button", "action_id": action_id, "block_id": block, "value": command}
        body = self._interaction("block_actions") | {"actions": [pressed]} | where
        return await self.wire.deliver("interactive", body)

    def _shown(self, view_id: str, view: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": view_id, **view, "app_installed_team_id": self.workspace.team}

    def _interaction(self, kind: str) -> dict[str, Any]:
        workspace, home = self.workspace, self.belongs_to or self.at or self.workspace.team
        enterprise = {"id": workspace.enterprise, "name": "Organisation"} if workspace.enterprise else None
        team: dict[str, Any] | None = {"id": workspace.team, "domain": "ours"}
        if workspace.org_wide:
            team = None
        elif kind == "view_submission" and self._is_outside:
            team, enterprise = {"id": home, "domain": "theirs"}, None
        elif enterprise:
            team = {"id": workspace.team, "domain": "ours", "enterprise_id": enterprise["id"], "enterprise_name": "O"}
        return {
            "type": kind,
            "team": team,
            "enterprise": enterprise,
            "is_enterprise_install": workspace.org_wide,
            "user": {"id": self.person, "team_id": home},
            "trigger_id": self.workspace.trigger(),
        }

    @property
    def _is_outside(self) -> bool:
        workspace = self.workspace
        return self.belongs_to not in ("", workspace.team, workspace.enterprise, *workspace.colleagues)

    def _home(self) -> dict[str, str]:
        return {"user_team": self.belongs_to} if self.belongs_to else {}

    def _where(self, *, form: bool = False) -> dict[str, Any]:
        """Where they are; in a `form`, truth is a word."""
        workspace = self.workspace
        of: dict[str, Any] = {"enterprise_id": workspace.enterprise} if workspace.enterprise else {}
        if form:
            of["is_enterprise_install"] = str(workspace.org_wide).lower()
        return {"team_id": self.at or workspace.team, **of}
