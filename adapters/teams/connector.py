"""Requests to the connector service of Teams: the SDK's client on a transport of our own.

The SDK's transport sends through `requests` in a thread pool, without time limits, and gives up at the first 429.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import random
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NoReturn
from urllib.parse import quote, unquote

import aiohttp
import structlog
from botframework.connector import BotFrameworkConnectorConfiguration
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth import ConnectorFactory, MicrosoftAppCredentials
from msrest.exceptions import DeserializationError  # type: ignore[attr-defined]
from msrest.pipeline import Response
from msrest.pipeline.universal import RawDeserializer
from msrest.universal_http import ClientRequest
from yarl import URL

from adapters.loopback import is_loopback_url
from adapters.teams.activity import Activity
from adapters.teams.credentials import Credentials, LoginFailed
from adapters.teams.pace import LIMITS, LOOKUP_LIMITS, LOOKUPS_IN_ALL, Pace
from adapters.teams.remedies import code_in, remedy_of
from bot.domain.outbox import Refused, TryLater

log = structlog.get_logger(__name__)

RETRIED = frozenset({412, 429, 502, 503, 504})  # what Microsoft asks bots to try again
NOT_DONE = frozenset({412, 429})  # those after which it is certain that nothing was sent
ATTEMPTS = 5
FIRST_WAIT = 0.5  # seconds; doubled each time, with jitter
LONGEST_WAIT = 12.0  # seconds in all, then it is left to the outbox; Teams delivers a message again after 15
LONGEST_LOOKUP_WAIT = 3.0  # the same for a question about teams and members, whose answer somebody waits for
TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
LOOKUP_TIMEOUT = aiohttp.ClientTimeout(total=5)
MAX_CLIENTS = 100

_SUBJECT = re.compile(r"/v3/(?:conversations|teams)/([^/]+)")

Sleep = Callable[[float], Awaitable[None]]


class SendFailed(Exception):
    """A request failed: it did nothing, or its outcome is unknown. `status`: the HTTP status of the response, 0 for
    none. `code`: Teams' own, if it is known. `retry_after`: seconds. `unsent`: no connection was made."""

    def __init__(self, status: int, retry_after: float | None = None, *, code: str = "", unsent: bool = False) -> None:
        super().__init__(f"the connector answered {status}" if status else "the connector did not answer")
        self.status = status
        self.code = code
        self.retry_after = retry_after
        self.unsent = unsent

    @property
    def is_final(self) -> bool:
        """True if it did nothing and would fail again."""
        return 400 <= self.status < 500 and self.status not in RETRIED and self.status != 401  # a secret is renewed


def raise_for_outbox(error: SendFailed) -> NoReturn:
    """Raises what `bot.domain.outbox.Sender` has to: TryLater, Refused, or `error` itself where the outcome is
    unknown. Logs what Teams refused."""
    if error.status:
        event = "teams.put_off" if error.status in RETRIED or error.status >= 500 else "teams.refused"
        remedy = remedy_of(error.status, error.code)
        log.warning(event, status=error.status, code=error.code or f"http-{error.status}", remedy=remedy)
    if error.status in (401, 412, 429) or error.unsent:
        raise TryLater(error.retry_after or 0.0) from error
    if error.is_final:
        raise Refused(f"http-{error.status}") from error
    raise error


class _Response:
    """A response in the shape that the SDK's operations read."""

    def __init__(self, status: int, headers: Any, body: bytes) -> None:
        self.status_code = status
        self.headers = headers
        self.reason = ""
        self.context: dict[str, Any] = {}
        self.body = body

    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")


class Connector(ConnectorFactory):  # type: ignore[misc]
    """Makes the SDK's connector client for each service URL, and sends the requests of all of them."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        loopback: aiohttp.ClientSession,
        credentials: Credentials,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._http = http
        self._loopback = loopback
        self._credentials = credentials
        self._pace = Pace(LIMITS, clock, sleep)
        self._lookup_pace = Pace(LOOKUP_LIMITS, clock, sleep)
        self._lookups_in_all = Pace(LOOKUPS_IN_ALL, clock, sleep)
        self._sleep = sleep
        self._clients: OrderedDict[str, Any] = OrderedDict()

    async def create(self, service_url: str, audience: str = "") -> Any:
        """The SDK's client for `service_url`, which has been checked. Cached, because making one is slow."""
        client = self._clients.get(service_url)
        if client is None:
            configuration = BotFrameworkConnectorConfiguration(MicrosoftAppCredentials("", ""), service_url)
            configuration.custom_pipeline = self
            client = ConnectorClient(None, custom_configuration=configuration)
            # Cards are plain JSON already. The SDK would look at every string in them twice more.
            client._serialize.serialize_type["object"] = _unchanged
            client._serialize.client_side_validation = False
            self._clients[service_url] = client
            if len(self._clients) > MAX_CLIENTS:
                self._clients.popitem(last=False)
        self._clients.move_to_end(service_url)
        return client

    async def get(self, service_url: str, *path: str) -> dict[str, Any]:
        """The JSON object at `path`, for requests that the SDK has no method for. Raises SendFailed."""
        request = ClientRequest("GET", "/".join([service_url.rstrip("/"), *(quote(part, safe="") for part in path)]))
        request.headers["Accept"] = "application/json"
        try:
            response = json.loads((await self._send(request)).text())
        except ValueError as error:
            raise SendFailed(0) from error
        return response if isinstance(response, dict) else {}

    async def targeted(self, method: str, service_url: str, path: Sequence[str], body: dict[str, Any]) -> str:
        """The id of a message for one person alone that was sent (POST) or changed (PUT) at `path` below the
        conversations. Raises SendFailed."""
        parts = [service_url.rstrip("/"), "v3/conversations", *(quote(part, safe="") for part in path)]
        request = ClientRequest(method, "/".join(parts) + "?isTargetedActivity=true")
        request.headers["Content-Type"] = "application/json"
        request.data = json.dumps(body)
        await self._pace.wait(path[0])
        try:
            sent = json.loads((await self._send(request)).text() or "{}")
        except ValueError as error:  # the page of a proxy, say: nobody knows whether it arrived
            raise SendFailed(0) from error
        if not isinstance(sent, dict):
            raise SendFailed(0)
        return str(sent.get("id") or "")

    async def say(self, to: Activity, text: str) -> None:
        """Reply to an activity in plain text: not by the SDK, which takes longer to write one than all the rest does.
        Raises SendFailed."""
        where = to.conversation.id
        parts = [
            to.service_url.rstrip("/"),
            "v3/conversations",
            *(quote(part, safe="") for part in (where, "activities")),
        ]
        request = ClientRequest("POST", "/".join([*parts, *([quote(to.id, safe="")] if to.id else [])]))
        request.headers["Content-Type"] = "application/json"
        said = {
            "type": "message",
            "text": text,
            "textFormat": "plain",
            "replyToId": to.id,
            "conversation": {"id": where},
        }
        between = {"from": {"id": to.recipient.id}, "recipient": {"id": to.from_property.id}}
        request.data = json.dumps({**said, **between})
        await self._send(request)

    async def run(self, request: Any, **_: Any) -> Any:
        """Send one request of the SDK's and return its response (msrest's AsyncPipeline.run). Raises SendFailed."""
        response = await self._send(request)
        try:
            data = RawDeserializer.deserialize_from_http_generics(response.text(), response.headers)
        except DeserializationError as error:  # the page of a proxy, say: nobody knows whether it arrived
            raise SendFailed(0) from error
        return Response(request, response, {RawDeserializer.CONTEXT_NAME: data})

    async def _send(self, request: Any) -> _Response:
        renewed = False
        conversation, posts = _conversation(request.url), request.method == "POST"
        longest = LONGEST_WAIT if request.method != "GET" else LONGEST_LOOKUP_WAIT
        await self._wait_for_turn(request, conversation)
        waited = 0.0
        for attempt in range(ATTEMPTS):
            token = await self._token()
            response = await self._once(request, token)
            if response is not None and response.status_code < 300:
                return response
            status = response.status_code if response is not None else 0
            if status == 401 and token and not renewed:
                renewed = True
                self._credentials.discard(token)
                continue
            wait = _retry_after(response) if response is not None else None
            code = code_in(response.body) if response is not None else ""
            # A message that may have arrived is the outbox's, which says so where it sends it again.
            if response is not None and status not in (NOT_DONE if posts else RETRIED):
                raise SendFailed(status, wait, code=code)
            # Jitter spreads the retries of bots that were refused together; it is no secret.
            pause = max(FIRST_WAIT * 2**attempt * (0.5 + random.random()), wait or 0.0)  # noqa: S311
            waited += pause
            if waited > longest or attempt == ATTEMPTS - 1:
                break
            await self._sleep(pause)
        raise SendFailed(status, wait, code=code, unsent=response is None)

    async def _wait_for_turn(self, request: Any, conversation: str) -> None:
        if request.method != "GET":
            await self._pace.wait(conversation)
            return
        await self._lookups_in_all.wait(str(URL(request.url, encoded=True).origin()))
        await self._lookup_pace.wait(conversation)

    async def _token(self) -> str:
        try:
            return await self._credentials.token()
        except LoginFailed as error:  # it is logged
            raise SendFailed(0, unsent=True) from error

    async def _once(self, request: Any, token: str) -> _Response | None:
        """The response, or None where no connection was made, so that it can be sent again. Raises SendFailed."""
        headers = dict(request.headers)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        # A proxy of the environment must not get what stays on this machine.
        http = self._loopback if is_loopback_url(request.url) else self._http
        try:
            async with http.request(
                request.method,
                URL(request.url, encoded=True),
                data=request.data,
                headers=headers,
                allow_redirects=False,  # a token goes to the service URL and nowhere else
                timeout=LOOKUP_TIMEOUT if request.method == "GET" else TIMEOUT,
            ) as response:
                return _Response(response.status, response.headers, await response.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError):
            return None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SendFailed(0) from error


def is_shared(conversation: str) -> bool:
    """True for a channel or a group chat, which several people read."""
    return conversation.startswith("19:")


def _unchanged(data: Any, **_: Any) -> Any:
    return data


def _conversation(url: str) -> str:
    """The id of the conversation or team in a connector URL, without the thread: the rate limits are those of the
    channel."""
    found = _SUBJECT.search(URL(url, encoded=True).raw_path)
    return unquote(found[1]).partition(";")[0] if found else ""


def _retry_after(response: _Response) -> float | None:
    """Seconds to wait by the Retry-After header in either of its two forms (RFC 9110, 10.2.3); None without one."""
    value = response.headers.get("Retry-After")
    if value is None:
        return None
    try:
        return max(float(value), 0.0)
    except ValueError:
        pass
    try:
        return max(email.utils.parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    except ValueError:
        return None
