"""What Slack's Web API says went wrong, and which of it is worth another try within the three seconds of a request."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import orjson
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncServerErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

log = structlog.get_logger(__name__)

MAKES_A_MESSAGE = frozenset({"chat.postMessage", "chat.postEphemeral"})
LONGEST_WAIT = 1.0  # seconds that a request waits for Slack; what takes longer is left to the outbox


def as_json(value: object) -> str:
    """The text of what is sent to Slack."""
    return orjson.dumps(value).decode()


def error_of(error: SlackApiError) -> str:
    """Slack's short code for what went wrong."""
    data = error.response.data if error.response is not None else None
    return str(data.get("error", "")) if isinstance(data, dict) else "no_json"


async def responded(respond: Any, *, reference: str, **message: Any) -> bool:
    """Whether Slack took `message` at the request's `response_url`. False where there is none that may be used
    (`adapters.slack.response_urls`), or none any more: one is good for half an hour and five times."""
    if not respond.response_url:
        return False
    done = await respond(**message)
    if done.status_code != 200:
        log.warning("slack.response_url_refused", status=done.status_code, reference=reference)
    return bool(done.status_code == 200)


def retry_after(headers: Any) -> float | None:
    """Seconds that Slack asks to wait; None where it names none."""
    found = next((value for name, value in dict(headers or {}).items() if name.lower() == "retry-after"), None)
    value = str(found[0] if isinstance(found, list) and found else found)
    return float(value) if value.isdigit() else None


def is_unsent(error: BaseException) -> bool:
    """Whether an error of aiohttp's says that the request certainly never reached Slack: there was no connection, by
    name, TCP, TLS or proxy."""
    never = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)
    return isinstance(error, never)


class BriefRateLimitRetryHandler(AsyncRetryHandler):
    """Waits out a rate limit that ends at once. The SDK's own waits however long it takes, and reads only the first
    digit of Retry-After."""

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
    """Not for what makes a message: Slack may have made it, and answered with an error all the same."""

    async def _can_retry_async(self, *, request: HttpRequest, **rest: Any) -> bool:
        makes_a_message = request.url.rpartition("/")[2] in MAKES_A_MESSAGE
        return not makes_a_message and await super()._can_retry_async(request=request, **rest)


def retry_handlers() -> list[AsyncRetryHandler]:
    """Not for a cut connection: nobody knows whether the message arrived, so that is for the outbox to see to."""
    return [BriefRateLimitRetryHandler(), ServerErrorRetryHandler()]
