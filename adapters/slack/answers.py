"""Refuses answers of the Web API that are not Slack's: a proxy's page, half a body, nothing at all.

The SDK takes them for JSON, and fails in a different way for each. Here all of them become one error of the HTTP
client: whether the call was carried out is unknown, as where the connection breaks.
"""

from __future__ import annotations

import aiohttp
from aiohttp import ClientHandlerType, ClientMiddlewareType, ClientRequest, ClientResponse


class NotSlacksAnswer(aiohttp.ClientError):
    """What answered with `status` was not Slack, or not to the end. Holds nothing of the body."""

    def __init__(self, status: int, headers: object = None) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.headers = headers


def slacks_answers_only(api_url: str) -> ClientMiddlewareType:
    """Middleware for the HTTP client. Raises NotSlacksAnswer for calls of the Web API at `api_url`; those of other
    addresses, such as a response_url, it leaves alone."""

    async def middleware(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        response = await handler(request)
        if str(request.url).startswith(api_url) and not await _is_slacks(response):
            response.release()
            raise NotSlacksAnswer(response.status, response.headers)
        return response

    return middleware


async def _is_slacks(response: ClientResponse) -> bool:
    """True for a JSON object that says whether the call was `ok`."""
    try:
        answer = await response.json()
    except (aiohttp.ContentTypeError, ValueError, LookupError):  # not JSON, or in no charset that there is
        return False
    return isinstance(answer, dict) and "ok" in answer
