"""What strangers send to the Slack surface: nothing of it is read, and nothing comes of it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from multidict import CIMultiDict
from structlog.testing import capture_logs

from tests.adapters.slack.conftest import SHARED
from tests.adapters.slack.test_reliability import Echo
from tests.adapters.slack.world import Clock, World, opened
from tests.overheard import note_body
from tests.slack_workspace.person import FORM, JSON, HttpWire, Slack, signature
from tests.slack_workspace.service import Fault, Service
from tests.slack_workspace.workspace import APP_TOKEN, Workspace, numbers

pytestmark = SHARED
Headers = list[tuple[str, str]]
TIME, SIGN = "X-Slack-Request-Timestamp", "X-Slack-Signature"


class Elsewhere:
    """A server that is not Slack's. `called`: what was asked of it."""

    def __init__(self) -> None:
        self.called: list[str] = []
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._note)
        self._server = TestServer(app)

    async def _note(self, request: web.Request) -> web.Response:
        self.called.append(request.path)
        return web.Response(text="ok")

    async def __aenter__(self) -> Elsewhere:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    @property
    def url(self) -> str:
        return str(self._server.make_url("/path"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def elsewhere() -> AsyncIterator[Elsewhere]:
    async with Elsewhere() as elsewhere:
        yield elsewhere


async def post(slack: Slack, body: bytes, headers: Headers, content_type: str = FORM) -> tuple[int, str]:
    """Status and answer."""
    assert isinstance(slack.wire, HttpWire)
    note_body(body)
    given = CIMultiDict([("Content-Type", content_type), *headers])
    async with slack.wire.http.post(f"{slack.wire.url}/slack/events", data=body, headers=given) as response:
        return response.status, await response.text()


def now() -> str:
    return str(int(time.time()))


def pressed(response_url: str) -> bytes:
    """A button, as the person sees it who wants the server to call an address."""
    body = {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "actions": [{"type": "button", "action_id": "command-0", "block_id": "b", "value": "help"}],
        "container": {"channel_id": "C1", "is_ephemeral": True},
        "response_url": response_url,
    }
    return urlencode({"payload": json.dumps(body)}).encode()


AGED = {
    "no headers": [],
    "no signature": [(TIME, "now")],
    "no timestamp": [(SIGN, "v0=" + "0" * 64)],
    "letters": [(TIME, "abc"), (SIGN, "v0=" + "0" * 64)],
    "a fraction": [(TIME, "1.5"), (SIGN, "v0=" + "0" * 64)],
    "nan": [(TIME, "nan"), (SIGN, "v0=" + "0" * 64)],
    "infinity": [(TIME, "inf"), (SIGN, "v0=" + "0" * 64)],
    "400 digits": [(TIME, "9" * 400), (SIGN, "v0=" + "0" * 64)],
    "5000 digits": [(TIME, "9" * 5000), (SIGN, "v0=" + "0" * 64)],
    "digits of another script": [(TIME, "١٧٠٠٠٠٠٠٠٠"), (SIGN, "v0=" + "0" * 64)],
    "a signature that is no ASCII": [(TIME, "now"), (SIGN, "v0=é")],
    "a wrong signature": [(TIME, "now"), (SIGN, "v0=" + "0" * 64)],
    "an empty signature": [(TIME, "now"), (SIGN, "")],
    "two timestamps": [(TIME, "now"), (TIME, "now"), (SIGN, "v0=" + "0" * 64)],
    "two signatures": [(TIME, "now"), (SIGN, "v0=" + "0" * 64), (SIGN, "v0=" + "1" * 64)],
    "another charset": [(TIME, "now"), (SIGN, "v0=" + "0" * 64)],
    "an encoding that does not open": [(TIME, "now"), (SIGN, "v0=" + "0" * 64), ("Content-Encoding", "gzip")],
}


@pytest.mark.parametrize("how", list(AGED))
async def test_what_is_not_signed_gets_401_and_calls_nobody(slack: Slack, elsewhere: Elsewhere, how: str) -> None:
    headers = [(name, now() if value == "now" else value) for name, value in AGED[how]]
    content_type = f"{FORM}; charset=nonsense" if how == "another charset" else FORM
    with capture_logs() as logs:
        assert await post(slack, pressed(elsewhere.url), headers, content_type) == (401, "")
    assert elsewhere.called == [] and slack.workspace.calls == []
    assert {line["event"] for line in logs} <= {"slack.request_refused"}


async def test_however_many_are_refused_the_log_has_a_line_a_minute(service: Service, sqlite_url: str) -> None:
    own = service.add(Workspace(f"TFLOOD{next(numbers)}"))
    clock = Clock()
    async with opened(service, sqlite_url, lambda *_: Echo(), clock, slack_bot_token=own.token) as world:
        anna = Slack.join(world.wire, service, own)
        with capture_logs() as logs:
            for _ in range(20):
                await post(anna, b"{", [])
            clock.now += 59
            await post(anna, b"{", [(TIME, now()), (SIGN, "v0=" + "0" * 64)])
            assert [(line["count"], line["why"]) for line in logs] == [(1, "headers")]
            clock.now += 1
            await post(anna, b"{", [])
    assert [(line["count"], line["why"]) for line in logs] == [(1, "headers"), (21, "headers, signature")]
    assert {line["event"] for line in logs} == {"slack.request_refused"}


BODIES = {
    "nothing": b"",
    "half an object": b"{",
    "a list": b"[]",
    "a number": b"1",
    "null": b"payload=null",
    "deep": b"[" * 100_000,
    "deep in a form": b"payload=" + b"[" * 100_000,
    "no text": b"\xff\xfe\x00",
    "ssl_check": b"ssl_check=1&token=x",
    "url_verification": b'{"type": "url_verification", "challenge": "a challenge of a stranger"}',
    "a megabyte and more": b"text=" + b"x" * 1_100_000,
}


@pytest.mark.parametrize("headers", [[], [(TIME, "now"), (SIGN, "v0=" + "0" * 64)]], ids=["bare", "wrong signature"])
@pytest.mark.parametrize("content_type", [FORM, JSON])
@pytest.mark.parametrize("what", list(BODIES))
async def test_s16_s30_whatever_it_is_that_is_not_signed_gets_401(
    slack: Slack, what: str, content_type: str, headers: Headers
) -> None:
    headers = [(name, now() if value == "now" else value) for name, value in headers]
    assert await post(slack, BODIES[what], headers, content_type) == (401, "")


@pytest.mark.parametrize(
    "what",
    ["nothing", "half an object", "a list", "a number", "null", "deep", "deep in a form", "no text"],
)
@pytest.mark.parametrize("content_type", [FORM, JSON])
async def test_s30_what_is_signed_and_no_object_is_a_bad_request(slack: Slack, what: str, content_type: str) -> None:
    if (what, content_type) in {("a list", FORM), ("a number", FORM), ("deep", FORM)}:
        return  # a form with one field that nobody knows
    assert isinstance(slack.wire, HttpWire)
    with capture_logs() as logs:
        assert await slack.wire.send(BODIES[what], content_type) == (400, "")
    assert [line["event"] for line in logs] == ["slack.request_unreadable"]


ODD: list[dict[str, Any]] = [
    {},
    {"type": 7},
    {"type": "event_callback", "event": "a text"},
    {"type": "event_callback", "event": {}, "authorizations": [7]},
    {"type": "event_callback", "event": {"type": "message"}, "authorizations": {}},
    {"type": "block_actions", "user": "U1", "actions": []},
    {"type": "block_actions", "actions": ["x"]},
    {"type": "view_submission", "view": []},
    {"type": "block_actions", "team": 7},
    {"type": "block_actions", "enterprise": 7},
    {"type": "view_submission", "response_urls": ["x"]},
]


@pytest.mark.parametrize("body", ODD, ids=str)
async def test_what_is_signed_and_shaped_like_nothing_of_slacks_is_a_bad_request(
    slack: Slack, body: dict[str, Any]
) -> None:
    assert isinstance(slack.wire, HttpWire)
    assert await slack.wire.send(json.dumps(body), JSON) == (400, "")


@pytest.mark.parametrize("depth", [50, 500, 900])
async def test_however_deep_it_is_nothing_overflows(slack: Slack, depth: int) -> None:
    assert isinstance(slack.wire, HttpWire)
    deep = '{"a":' * depth + "1" + "}" * depth
    body = f'{{"type": "event_callback", "team_id": "T1", "event": {{"type": "message", "deep": {deep}}}}}'
    status, _ = await slack.wire.send(body, JSON)
    assert status in (200, 400)


async def test_a_signed_ssl_check_is_answered(slack: Slack) -> None:
    assert isinstance(slack.wire, HttpWire)
    assert await slack.wire.send("ssl_check=1&token=x", FORM) == (200, "")


async def test_a_command_that_speaks_of_a_payload_is_answered(slack: Slack) -> None:
    status, answer = await slack.command("what is a malicious payload=?")
    assert status == 200 and answer["blocks"]


async def test_a_request_that_comes_in_too_slowly_is_let_go(service: Service, sqlite_url: str) -> None:
    own = service.add(Workspace(f"TSLOW{next(numbers)}"))
    make = lambda *_: Echo()  # noqa: E731
    async with opened(service, sqlite_url, make, Clock(), patience=0.05, slack_bot_token=own.token) as world:
        status = await _send_slowly(world)
    assert status == b"HTTP/1.1 401 Unauthorized\r\n"


async def _send_slowly(world: World) -> bytes:
    """Announces a body, brings a part of it and waits. Returns the first line of the answer."""
    host, _, port = world.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    claims = {**signature(b"x" * 100, now()), "Host": host, "Content-Length": "100", "Content-Type": FORM}
    lines = ["POST /slack/events HTTP/1.1", *(f"{name}: {value}" for name, value in claims.items()), "", "x"]
    writer.write("\r\n".join(lines).encode())
    await writer.drain()
    answered = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return answered


async def test_without_a_signing_secret_the_address_does_not_exist(service: Service, sqlite_url: str) -> None:
    own = service.add(Workspace(f"TSOCKET{next(numbers)}"))
    secrets = {"slack_signing_secret": " ", "slack_app_token": APP_TOKEN, "slack_bot_token": own.token}
    async with opened(service, sqlite_url, lambda *_: Echo(), Clock(), **secrets) as world:
        for secret in ("", " "):
            status, _ = await world.wire.send("{}", JSON, secret=secret)
            assert status == 404


# --- where answers go


@pytest.mark.parametrize("ephemeral", [True, False])
async def test_an_address_that_is_not_slacks_is_not_called_for_slack_itself_and_the_answer_comes_another_way(
    either_way: Slack, elsewhere: Elsewhere, ephemeral: bool
) -> None:
    with capture_logs() as logs:
        status, _ = await either_way.press("retract:x", ephemeral=ephemeral, response_url=elsewhere.url)
    assert status == 200
    assert elsewhere.called == [] and either_way.workspace.called("response_url") == []
    [told] = either_way.workspace.called("chat.postEphemeral")
    assert told.arguments["user"] == either_way.person
    assert "slack.response_url_not_slacks" in [line["event"] for line in logs]


async def test_nor_is_it_called_where_something_fails(service: Service, sqlite_url: str, elsewhere: Elsewhere) -> None:
    own = service.add(Workspace(f"TBREAK{next(numbers)}"))
    async with opened(service, sqlite_url, lambda *_: Echo(), Clock(), slack_bot_token=own.token) as world:
        anna = Slack.join(world.wire, service, own)
        await anna.press("break", ephemeral=True, response_url=elsewhere.url)
    assert elsewhere.called == []
    [told] = own.called("chat.postMessage")
    assert "did not work" in told.shown


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("pressed", ["retract:x", "again", "break"])
async def test_a_redirect_from_slacks_address_is_not_followed_and_the_answer_comes_another_way(
    service: Service, sqlite_url: str, elsewhere: Elsewhere, status: int, pressed: str
) -> None:
    own = service.add(Workspace(f"TREDIRECT{next(numbers)}"))
    service.refusing["response_url"] = Fault(status, headers={"Location": elsewhere.url})
    try:
        async with opened(service, sqlite_url, lambda *_: Echo(), Clock(), slack_bot_token=own.token) as world:
            anna = Slack.join(world.wire, service, own)
            assert await anna.press(pressed, ephemeral=True) == (200, "")
    finally:
        del service.refusing["response_url"]
    assert elsewhere.called == []
    assert own.called("chat.postMessage" if pressed == "break" else "chat.postEphemeral")


async def test_nor_is_it_followed_where_the_app_is_not_installed(
    service: Service, sqlite_url: str, elsewhere: Elsewhere
) -> None:
    own = service.add(Workspace(f"TGONE{next(numbers)}"))
    own.installed = False
    service.refusing["response_url"] = Fault(307, headers={"Location": elsewhere.url})
    try:
        async with opened(service, sqlite_url, lambda *_: Echo(), Clock(), slack_bot_token=own.token) as world:
            status, answer = await Slack.join(world.wire, service, own).press("help")
    finally:
        del service.refusing["response_url"]
    assert status == 200 and "not installed" in answer
    assert elsewhere.called == []


@pytest.mark.parametrize("named", ["response_url", "response_urls"])
async def test_nor_where_the_app_is_not_installed(
    service: Service, sqlite_url: str, elsewhere: Elsewhere, named: str
) -> None:
    own = service.add(Workspace(f"TGONE{next(numbers)}"))
    own.installed = False
    address: Any = elsewhere.url if named == "response_url" else [{"response_url": elsewhere.url}]
    async with opened(service, sqlite_url, lambda *_: Echo(), Clock(), slack_bot_token=own.token) as world:
        anna = Slack.join(world.wire, service, own)
        pressed = {"actions": [{"action_id": "command-0"}], "container": {"channel_id": anna.channel}}
        body = {**anna._interaction("block_actions"), **pressed, named: address}
        status, answer = await anna.wire.deliver("interactive", body)
    assert status == 200 and "not installed" in answer
    assert elsewhere.called == []
