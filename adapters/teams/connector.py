"""How the bot sends: the SDK's connector client on our own transport.

The SDK's transport sends through `requests` in a thread pool, without time limits, and gives up at the first 429.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import random
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn
from urllib.parse import quote, unquote

import aiohttp
import structlog
from botframework.connector import BotFrameworkConnectorConfiguration
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth import ConnectorFactory, MicrosoftAppCredentials
from msrest.pipeline import Response
from msrest.pipeline.universal import RawDeserializer
from msrest.universal_http import ClientRequest
from yarl import URL

from adapters.loopback import is_loopback_url
from adapters.teams.credentials import Credentials, LoginFailed
from adapters.teams.pace import Pace
from bot.domain.outbox import Refused, TryLater

log = structlog.get_logger(__name__)

RETRIED = frozenset({412, 429, 502, 504})  # what Microsoft asks bots to try again
UNDONE = frozenset({412, 429})  # those of them that say that nothing was done: what others read must not come twice
ATTEMPTS = 5
FIRST_WAIT = 0.5  # seconds; doubled each time, with jitter
LONGEST_WAIT = 12.0  # in all, then whoever sends later has to; Teams itself loses patience after 15 s
TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
CLIENTS_KEPT = 100

Sleep = Callable[[float], Awaitable[None]]


class SendFailed(Exception):
    """It was not sent, or nobody knows. `status` is the connector's answer, 0 for none; `retry_after` in seconds;
    `unsent`: nothing left this machine."""

    def __init__(self, status: int, retry_after: float | None = None, *, unsent: bool = False) -> None:
        super().__init__(f"the connector answered {status}" if status else "the connector did not answer")
        self.status = status
        self.retry_after = retry_after
        self.unsent = unsent

    @property
    def is_final(self) -> bool:
        """It did not arrive, and would not at another time either."""
        return 400 <= self.status < 500 and self.status not in RETRIED and self.status != 401  # a secret is renewed


def give_back(error: SendFailed) -> NoReturn:
    """What the outbox makes of it: later, never, or, with the error itself, that nobody knows."""
    if error.status in (401, 412, 429) or error.unsent:
        raise TryLater(error.retry_after or 0.0) from error
    if error.is_final:
        raise Refused(f"http-{error.status}") from error
    raise error


class _Answer:
    """A connector's answer in the shape that the SDK's operations read."""

    def __init__(self, status: int, headers: Any, body: bytes) -> None:
        self.status_code = status
        self.headers = headers
        self.reason = ""
        self.context: dict[str, Any] = {}
        self._body = body

    def text(self) -> str:
        return self._body.decode("utf-8", errors="replace")


class Connector(ConnectorFactory):  # type: ignore[misc]
    """Gives the SDK a connector client for each service URL, and sends for all of them."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        loopback: aiohttp.ClientSession,
        credentials: Credentials,
        pace: Pace,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._http = http
        self._loopback = loopback
        self._credentials = credentials
        self._pace = pace
        self._sleep = sleep
        self._clients: OrderedDict[str, Any] = OrderedDict()

    async def create(self, service_url: str, audience: str = "") -> Any:
        """The SDK's client for `service_url`, which has been checked. Kept, because making one is slow."""
        client = self._clients.get(service_url)
        if client is None:
            configuration = BotFrameworkConnectorConfiguration(MicrosoftAppCredentials("", ""), service_url)
            configuration.custom_pipeline = self
            client = ConnectorClient(None, custom_configuration=configuration)
            # Cards are plain JSON already. The SDK would look at every string in them twice more.
            client._serialize.serialize_type["object"] = _as_it_is
            client._serialize.client_side_validation = False
            self._clients[service_url] = client
            if len(self._clients) > CLIENTS_KEPT:
                self._clients.popitem(last=False)
        self._clients.move_to_end(service_url)
        return client

    async def get(self, service_url: str, *path: str) -> dict[str, Any]:
        """What the connector service says at `path`, for what the SDK has no method. Raises SendFailed."""
        request = ClientRequest("GET", "/".join([service_url.rstrip("/"), *(quote(part, safe="") for part in path)]))
        request.headers["Accept"] = "application/json"
        try:
            answer = json.loads((await self._send(request)).text())
        except ValueError as error:
            raise SendFailed(0) from error
        return answer if isinstance(answer, dict) else {}

    async def run(self, request: Any, **_: Any) -> Any:
        """Send one request of the SDK's and return its answer (msrest's AsyncPipeline.run). Raises SendFailed."""
        if request.method != "GET":
            await self._pace.wait(_conversation(request.url))
        answer = await self._send(request)
        data = RawDeserializer.deserialize_from_http_generics(answer.text(), answer.headers)
        return Response(request, answer, {RawDeserializer.CONTEXT_NAME: data})

    async def _send(self, request: Any) -> _Answer:
        renewed = False
        about, makes_a_message = _conversation(request.url), request.method == "POST"
        waited = 0.0
        for attempt in range(ATTEMPTS):
            token = await self._token()
            answer = await self._once(request, token)
            if answer is not None and answer.status_code < 300:
                return answer
            status = answer.status_code if answer is not None else 0
            if status == 401 and token and not renewed:
                renewed = True
                self._credentials.refused(token)
                continue
            wait = _retry_after(answer) if answer is not None else None
            if answer is not None and status not in (UNDONE if makes_a_message and is_shared(about) else RETRIED):
                raise SendFailed(status, wait)
            # Jitter spreads the bots out that were refused together; it guards nothing.
            pause = max(FIRST_WAIT * 2**attempt * (0.5 + random.random()), wait or 0.0)  # noqa: S311
            waited += pause
            if waited > LONGEST_WAIT or attempt == ATTEMPTS - 1:
                break
            await self._sleep(pause)
        raise SendFailed(status, wait, unsent=answer is None)

    async def _token(self) -> str:
        try:
            return await self._credentials.token()
        except LoginFailed as error:
            log.error("teams.login_failed", error=str(error))
            raise SendFailed(0, unsent=True) from error

    async def _once(self, request: Any, token: str) -> _Answer | None:
        """The answer, or None where nothing was sent at all, so that it can be sent again."""
        headers = dict(request.headers)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        # A proxy of the environment is for the world outside: it must not get what stays on this machine.
        http = self._loopback if is_loopback_url(request.url) else self._http
        try:
            async with http.request(
                request.method,
                URL(request.url, encoded=True),
                data=request.data,
                headers=headers,
                allow_redirects=False,  # a token goes to the service URL and nowhere else
                timeout=TIMEOUT,
            ) as response:
                return _Answer(response.status, response.headers, await response.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError):
            return None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SendFailed(0) from error


def is_shared(conversation: str) -> bool:
    """Whether others than one person read what stands there: a channel or a group chat."""
    return conversation.startswith("19:")


def _as_it_is(data: Any, **_: Any) -> Any:
    return data


def _conversation(url: str) -> str:
    """The conversation that a connector URL is about; the limits count threads of a channel as one."""
    _, _, rest = URL(url, encoded=True).raw_path.partition("/v3/conversations/")
    return unquote(rest.split("/")[0]).partition(";")[0]


def _retry_after(answer: _Answer) -> float | None:
    """Seconds to wait, from a Retry-After header in either of its two forms (RFC 9110, 10.2.3)."""
    value = answer.headers.get("Retry-After")
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
