"""Requests to an application within the process: through its router and its handlers, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, cast

from aiohttp import HttpVersion11, StreamReader, web
from aiohttp.http import RawRequestMessage
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from fuzz.watch import Fault

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
REFUSED = frozenset({400, 401, 403, 404, 405, 409, 411, 413, 414, 415, 422, 429, 431, 501})


class _Connection:
    """What a request asks of its connection."""

    ssl_context = sockname = transport = None
    peername = ("127.0.0.1", 40_000)
    max_field_size = max_line_length = 8190
    max_headers = 128
    _reading_paused = False

    def resume_reading(self, *_: object, **__: object) -> None:
        """Nothing was paused."""

    pause_reading = resume_reading


async def ask(
    app: web.Application, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
) -> tuple[int, bytes]:
    """The status and the body of the response. Raises what a handler raised."""
    connection: Any = _Connection()
    payload = StreamReader(connection, 2**20, loop=asyncio.get_running_loop())
    payload.feed_data(body)
    payload.feed_eof()
    given = CIMultiDict(headers)
    given.setdefault("Host", "127.0.0.1")
    raw = tuple((name.encode(), value.encode(errors="surrogateescape")) for name, value in given.items())
    message = RawRequestMessage(
        method, path, HttpVersion11, CIMultiDictProxy(given), raw, False, None, False, False, URL(path, encoded=True)
    )
    request = app._make_request(message, payload, connection, cast(Any, None), cast(Any, asyncio.current_task()))
    try:
        response = await app._handle(request)
    except web.HTTPException as error:
        response = error
    content = response.body if isinstance(response, web.Response) else b""
    return response.status, bytes(content) if isinstance(content, bytes | bytearray) else b""


def became(status: int, body: bytes = b"", allowed: int = 501) -> str:
    """What became of a request, in a word. Raises Fault for a status or a text that nobody may be shown. `allowed`: a
    status that is documented; 501 is Teams' own word for an invoke that nobody listens to."""
    if status >= 500 and status != allowed:
        raise Fault(f"status {status}")
    if b"Traceback (most recent call last)" in body:
        raise Fault("a traceback is shown")
    return "answered" if status < 400 else "refused" if status in REFUSED else f"status {status}"
