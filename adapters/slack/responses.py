"""Errors of Slack's Web API, and which of them are retried within a request."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

import aiohttp
import orjson
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncServerErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.answers import NotSlacksAnswer

log = structlog.get_logger(__name__)

POSTING = frozenset({"chat.postMessage", "chat.postEphemeral"})
TIMEOUT = aiohttp.ClientTimeout(total=30)  # seconds for a call of a response_url
TRANSIENT = frozenset({"ratelimited", "service_unavailable", "request_timeout"})  # nothing was done
UNKNOWN = frozenset({"internal_error", "fatal_error"})  # "some aspect of the operation" may have succeeded
LONGEST_WAIT = 1.0  # seconds that a request waits before a retry; longer waits are left to the outbox


def as_json(value: object) -> str:
    """`value` in JSON, without spaces."""
    return orjson.dumps(value).decode()


def error_of(error: SlackApiError) -> str:
    """Slack's error code, such as "channel_not_found"; "no_json" where it sent none."""
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else "no_json"


def needed_scope(error: SlackApiError) -> str:
    """The scope that Slack misses in the token; empty where it names none."""
    data = getattr(error.response, "data", None)
    return str(data.get("needed") or "") if isinstance(data, dict) else ""


def outcome(error: SlackApiError) -> Literal["later", "unknown", "refused"]:
    """What Slack's error says of the call: it did nothing and may be made again later; whether it did anything is
    unknown; or it is refused for good."""
    status, code = error.response.status_code, error_of(error)
    if status == 429 or (code in TRANSIENT and status < 500):
        return "later"
    return "unknown" if status >= 500 or code in UNKNOWN else "refused"


async def responded(respond: Any, client: AsyncWebClient, *, reference: str, **message: Any) -> bool:
    """True if Slack accepted `message` at the request's `response_url`. False where there is none that may be used
    (`adapters.slack.response_urls`), or it has expired: it is valid for half an hour and five messages. Sent without
    Bolt's client, which follows redirects to any address. Raises aiohttp.ClientError and TimeoutError."""
    if not respond.response_url or client.session is None:
        return False
    body = {name: value for name, value in message.items() if value is not None}
    async with client.session.post(
        respond.response_url, json=body, proxy=client.proxy, timeout=TIMEOUT, allow_redirects=False
    ) as response:
        accepted = response.status == 200
        if not accepted:
            log.warning("slack.response_url_refused", status=response.status, reference=reference)
    return accepted


def retry_after(headers: Any) -> float | None:
    """Seconds in the header Retry-After; None without it."""
    found = next((value for name, value in dict(headers or {}).items() if name.lower() == "retry-after"), None)
    value = str(found[0] if isinstance(found, list) and found else found)
    return float(value) if value.isdigit() else None


def is_unsent(error: BaseException) -> bool:
    """True if an error of aiohttp means that the request never reached Slack: no connection was made (DNS, TCP, TLS or
    proxy)."""
    no_connection = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)
    return isinstance(error, no_connection)


class BriefRateLimitRetryHandler(AsyncRetryHandler):
    """Retries after a rate limit of at most `LONGEST_WAIT`. The SDK's own handler waits however long it takes, and
    reads only the first digit of Retry-After."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or response.status_code != 429:
            return False
        wait = retry_after(response.headers)
        return wait is not None and wait <= LONGEST_WAIT

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        await asyncio.sleep(retry_after(response.headers) or 0.0 if response else 0.0)
        state.next_attempt_requested = True
        state.increment_current_attempt()


class ServerErrorRetryHandler(AsyncServerErrorRetryHandler):
    """Does not retry methods that post: Slack may have posted the message and still answered with an error."""

    async def _can_retry_async(self, *, request: HttpRequest, error: Exception | None = None, **rest: Any) -> bool:
        if request.url.rpartition("/")[2] in POSTING:
            return False
        return isinstance(error, NotSlacksAnswer) or await super()._can_retry_async(
            request=request, error=error, **rest
        )


def retry_handlers() -> list[AsyncRetryHandler]:
    """None for a lost connection: whether the message was posted is unknown, and the outbox handles that."""
    return [BriefRateLimitRetryHandler(), ServerErrorRetryHandler()]
