"""A request over HTTP, on its way to Bolt: proven to be Slack's first, and read only then.

Bolt reads the body before it looks at the signature, and answers for what it could not read at an address that the
body names; so none of that is left to it.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.request.async_request import AsyncBoltRequest

from adapters.request_body import PATIENCE, BodyNotRead, whole
from adapters.slack.signature import SIGNATURE, TIMESTAMP, claim_of, holds

MOST_FIELDS = 200  # of a form
# What the parts are that everything relies on, where they are there. Null is as good as absent.
SHAPES: dict[str, type | tuple[type, ...]] = {
    "type": str, "command": str, "text": str, "event": dict, "view": dict, "user": dict, "channel": dict,
    "container": dict, "message": dict, "state": dict, "team": (dict, str), "enterprise": (dict, str),
    "authorizations": list, "actions": list, "response_urls": list,
}  # fmt: skip


class NotProven(Exception):
    """Not known to be Slack's. `why`: in a word, for the log; nothing that was sent."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Unreadable(Exception):
    """Slack's, and not what Slack sends."""


async def proven_body(request: web.Request, secret: str, now: float, patience: float = PATIENCE) -> bytes:
    """The body, as it came. `patience`: seconds that it may take to come. Raises NotProven; the size is bounded by the
    application (`client_max_size`)."""
    headers = request.headers
    claim = claim_of(headers.getall(TIMESTAMP, []), headers.getall(SIGNATURE, []), now)
    if claim is None:
        raise NotProven("headers")
    try:
        body = await whole(request.read(), patience)
    except web.HTTPRequestEntityTooLarge:
        raise NotProven("too large") from None
    except BodyNotRead as error:
        raise NotProven(error.why) from None
    if not holds(claim, body, secret):
        raise NotProven("signature")
    return body


def read_body(body: bytes, content_type: str) -> dict[str, Any]:
    """The object that was sent: as JSON, as JSON in a form's field `payload`, or as a form. Raises Unreadable."""
    try:
        text = body.decode()
        if content_type == "application/json" or text.startswith("{"):
            found = json.loads(text)
        else:
            found = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
            if "payload" in found:
                found = json.loads(found["payload"])
    except (ValueError, RecursionError):  # no text, no JSON, or JSON that is nested too deep
        raise Unreadable from None
    if not isinstance(found, dict) or not found or not _is_well_formed(found):
        raise Unreadable
    return found


def bolt_request(request: web.Request, body: bytes) -> AsyncBoltRequest:
    """What Bolt takes. Raises Unreadable."""
    found = read_body(body, request.content_type)
    headers: dict[str, Any] = {name: request.headers.getall(name) for name in request.headers}
    try:
        # As Socket Mode hands it over: an object, from somebody who is known to be Slack.
        return AsyncBoltRequest(body=found, headers=headers, mode="socket_mode")
    except (AttributeError, TypeError, LookupError):  # the SDK looks for ids further in, and takes their shape as given
        raise Unreadable from None


def _is_well_formed(body: dict[str, Any]) -> bool:
    given = {name: body[name] for name in SHAPES if body.get(name) is not None}
    lists = (value for value in given.values() if isinstance(value, list))
    return all(isinstance(value, SHAPES[name]) for name, value in given.items()) and all(
        isinstance(item, dict) for items in lists for item in items
    )
