"""Verifies and parses a request over HTTP before Bolt gets it.

Bolt parses the body before it checks the signature, and replies to an invalid body at an address that the body names.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.request.async_request import AsyncBoltRequest

from adapters.request_body import PATIENCE, BodyNotRead, whole
from adapters.slack.signature import SIGNATURE, TIMESTAMP, claim_of, is_valid

MAX_FIELDS = 200  # of a form
# The types of the values that the listeners rely on. All are optional, and null counts as absent.
SHAPES: dict[str, type | tuple[type, ...]] = {
    "type": str, "command": str, "text": str, "event": dict, "view": dict, "user": dict, "channel": dict,
    "container": dict, "message": dict, "state": dict, "team": (dict, str), "enterprise": (dict, str),
    "authorizations": list, "actions": list, "response_urls": list,
}  # fmt: skip


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
            found = json.loads(text)
        else:
            found = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
            if "payload" in found:
                found = json.loads(found["payload"])
    except (ValueError, RecursionError):  # not UTF-8, not JSON, or JSON that is nested too deep
        raise Unreadable from None
    if not isinstance(found, dict) or not found or not _is_well_formed(found):
        raise Unreadable
    return found


def bolt_request(request: web.Request, body: bytes) -> AsyncBoltRequest:
    """The request for Bolt. Raises Unreadable."""
    found = parsed_body(body, request.content_type)
    headers: dict[str, Any] = {name: request.headers.getall(name) for name in request.headers}
    try:
        # In Socket Mode Bolt takes a parsed body.
        return AsyncBoltRequest(body=found, headers=headers, mode="socket_mode")
    except (AttributeError, TypeError, LookupError):  # the SDK reads nested ids without checking their types
        raise Unreadable from None


def _is_well_formed(body: dict[str, Any]) -> bool:
    given = {name: body[name] for name in SHAPES if body.get(name) is not None}
    lists = (value for value in given.values() if isinstance(value, list))
    return all(isinstance(value, SHAPES[name]) for name, value in given.items()) and all(
        isinstance(item, dict) for items in lists for item in items
    )
