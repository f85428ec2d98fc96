"""Signed requests, as the platforms send them, and what their answers mean."""

from __future__ import annotations

import hmac
import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from bench.load.wire import BUSY, Answer, Platforms
from bench.slack import COMMON
from tests.slack_workspace.workspace import SECRET

MESSAGES_EACH = 5  # of one person, as Teams takes few replies a second in one chat
SLACK_WINDOW, TEAMS_WINDOW = 3.0, 15.0  # seconds
TRIAGE = ("triage", *["the first one"] * 5)

Outcome = Literal["answered", "busy", "failed"]
Script = Iterator[tuple[bytes, bytes]]
"""Requests to be sent one after the other, each with the id that its reply refers to, if that does not come with the
response."""

_numbers = itertools.count(1)
_texts = itertools.cycle(COMMON)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message. `window`: seconds that its platform waits. `replies`: they are sent by themselves."""

    name: str
    script: Callable[[int], Script]  # of one person; takes the port of the platforms
    window: float
    replies: bool

    def outcome(self, answer: Answer, id: bytes, platforms: Platforms) -> Outcome:
        if self.window == SLACK_WINDOW and self.replies and answer.status == 503:
            return "busy"  # Slack delivers it again
        if answer.status != 200:
            return "failed"
        return "busy" if BUSY in answer.body or id in platforms.busy else "answered"


def commands(port: int) -> Script:
    number = next(_numbers)
    for _ in range(MESSAGES_EACH):
        yield _command(number, next(_texts)), b""


def triages(port: int) -> Script:
    number = next(_numbers)
    for text in TRIAGE:
        yield _command(number, text), b""


def events(port: int) -> Script:
    person = next(_numbers)
    for _ in range(MESSAGES_EACH):
        number = next(_numbers)
        said = {"type": "message", "channel_type": "im", "channel": f"D{person}", "user": f"U{person}"}
        body = {
            "type": "event_callback",
            "team_id": "T1",
            "event_id": f"Ev{number}",
            "event": {**said, "ts": f"1.{number}", "text": next(_texts)},
            "authorizations": [{"team_id": "T1", "user_id": "U0BOT", "is_bot": True}],
        }
        yield _signed(json.dumps(body).encode(), b"application/json"), b"1.%d" % number


def teams_messages(port: int) -> Script:
    person = f"person-{next(_numbers)}"
    for _ in range(MESSAGES_EACH):
        number = next(_numbers)
        body = {
            "type": "message",
            "id": f"m{number}",
            "channelId": "msteams",
            "serviceUrl": f"http://127.0.0.1:{port}/",
            "from": {"id": f"29:{person}", "aadObjectId": person, "name": person},
            "recipient": {"id": "28:bot", "name": "Bot"},
            "conversation": {"id": f"a:{person}", "conversationType": "personal", "tenantId": "tenant"},
            "channelData": {"tenant": {"id": "tenant"}},
            "text": next(_texts),
        }
        yield _post(b"/api/messages", json.dumps(body).encode(), b"application/json"), b"m%d" % number


KINDS = {
    "command": Kind("a Slack command", commands, SLACK_WINDOW, replies=False),
    "event": Kind("a Slack event and its reply", events, SLACK_WINDOW, replies=True),
    "teams": Kind("a message in Teams", teams_messages, TEAMS_WINDOW, replies=True),
    "triage": Kind("a step of a triage in Slack", triages, SLACK_WINDOW, replies=False),
}


def _command(person: int, text: str) -> bytes:
    body = {
        "command": "/advisor",
        "text": text,
        "team_id": "T1",
        "channel_id": "C1",
        "channel_name": "general",
        "user_id": f"U{person}",
        "trigger_id": f"trigger-{next(_numbers)}",
    }
    return _signed(urlencode(body).encode(), b"application/x-www-form-urlencoded")


def _signed(body: bytes, content_type: bytes) -> bytes:
    at = b"%d" % time.time()
    signature = hmac.digest(SECRET.encode(), b"v0:" + at + b":" + body, "sha256").hex().encode()
    headers = b"X-Slack-Request-Timestamp: %b\r\nX-Slack-Signature: v0=%b\r\n" % (at, signature)
    return _post(b"/slack/events", body, content_type, headers)


def _post(path: bytes, body: bytes, content_type: bytes, headers: bytes = b"") -> bytes:
    return b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: %b\r\nContent-Length: %d\r\n%b\r\n%b" % (
        path,
        content_type,
        len(body),
        headers,
        body,
    )
