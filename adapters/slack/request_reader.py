"""Verifies and parses a request over HTTP before Bolt gets it.

Bolt parses the body before it checks the signature, and replies to an invalid body at an address that the body names.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web
from slack_bolt.request.async_request import AsyncBoltRequest

from adapters.request_body import PATIENCE, BodyNotRead, has_more_values, whole
from adapters.slack.body_shapes import has_slacks_shape, is_id
from adapters.slack.signature import SIGNATURE, TIMESTAMP, claim_of, is_valid

RETRY = "x-slack-retry-num"  # which redelivery of an event it is: 1 to 3
MAX_FIELDS = 200  # of a form
MAX_VALUES = 20_000  # in a body; a modal of Slack's 100 blocks has fewer by far
# What Bolt found in a body, wherever it looked for it.
FOUND = (
    *("enterprise_id", "team_id", "user_id", "actor_enterprise_id", "actor_team_id", "actor_user_id"),
    *("channel_id", "thread_ts", "function_execution_id"),
)


class NotVerified(Exception):
    """The request is not known to be Slack's. `why`: a word for the log, nothing from the request."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Unreadable(Exception):
    """The request is signed, but its body is not of the form that Slack documents."""


async def verified_body(request: web.Request, secret: str, now: float, patience: float = PATIENCE) -> bytes:
    """The body, unparsed. `patience`: seconds that it may take to arrive. Raises NotVerified, also for a body above the
    application's `client_max_size`."""
    headers = request.headers
    claim = claim_of(headers.getall(TIMESTAMP, []), headers.getall(SIGNATURE, []), now)
    if claim is None:
        raise NotVerified("headers")
    try:
        body = await whole(request.read(), patience)
    except web.HTTPRequestEntityTooLarge:
        raise NotVerified("too large") from None
    except BodyNotRead as error:
        raise NotVerified(error.why) from None
    if not is_valid(claim, body, secret):
        raise NotVerified("signature")
    return body


def parsed_body(body: bytes, content_type: str) -> dict[str, Any]:
    """The object in a body: JSON, JSON in the form field `payload`, or a form. Raises Unreadable."""
    try:
        text = body.decode()
        if content_type == "application/json" or text.startswith("{"):
            found = orjson.loads(text)
        else:
            found = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
            if "payload" in found:
                found = orjson.loads(found["payload"])
    except (ValueError, RecursionError):  # not UTF-8, not JSON, half a surrogate pair, or nested too deep
        raise Unreadable from None
    return sound(found)


def sound(found: Any) -> dict[str, Any]:
    """What Slack sent, without nulls. Raises Unreadable where it does not have Slack's shape."""
    if has_more_values(found, MAX_VALUES):
        raise Unreadable
    try:
        found = without_nulls(found)
    except RecursionError:
        raise Unreadable from None
    if not isinstance(found, dict) or not found or not has_slacks_shape(found):
        raise Unreadable
    return found


def bolt_request(body: bytes, content_type: str, retry: str = "") -> AsyncBoltRequest:
    """The request for Bolt, with the one header that is read: `RETRY`. Raises Unreadable."""
    return request_of(parsed_body(body, content_type), retry)


def request_of(found: dict[str, Any], retry: str = "") -> AsyncBoltRequest:
    """The request for Bolt that a body of Slack's shape makes. Raises Unreadable."""
    try:
        # In Socket Mode Bolt takes a parsed body.
        asked = AsyncBoltRequest(body=found, mode="socket_mode", headers={RETRY: retry})
    except (AttributeError, TypeError, LookupError):  # the SDK reads nested ids without checking their types
        raise Unreadable from None
    if not all(is_id(asked.context[name]) for name in FOUND if name in asked.context):
        raise Unreadable
    return asked


def without_nulls(value: Any) -> Any:
    """A copy of a JSON value in which a field that is null is missing: for Slack both are the same. Raises
    RecursionError."""
    if isinstance(value, dict):
        return {name: without_nulls(one) for name, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value
