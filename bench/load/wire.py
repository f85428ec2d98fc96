"""HTTP on raw sockets, cheap enough to load a server from the same machine: a client, and the platforms' servers."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import NamedTuple, cast

from bot.knowledge.shipped_phrases import shipped

BUSY = shipped()("notice-busy-title").encode()
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_THREAD = re.compile(rb'"thread_ts": ?"([\d.]+)"')
_ACTIVITY = re.compile(rb"/activities/([\w-]+) ")


class Answer(NamedTuple):
    status: int  # 0: the connection was closed
    body: bytes


class Connection(asyncio.Protocol):
    """Sends one request at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._waiting: asyncio.Future[Answer] | None = None
        self.transport: asyncio.Transport | None = None

    @classmethod
    async def to(cls, port: int) -> Connection:
        _, made = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return made

    def send(self, request: bytes) -> asyncio.Future[Answer]:
        self._waiting = asyncio.get_running_loop().create_future()
        if self.transport is None or self.transport.is_closing():
            self._waiting.set_result(Answer(0, b""))
        else:
            self.transport.write(request)
        return self._waiting

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if found and len(body) >= (int(length[1]) if length else 0):
            self._buffer = b""
            self._settle(Answer(int(head[9:12]), body))

    def connection_lost(self, error: Exception | None) -> None:
        self._settle(Answer(0, b""))

    def _settle(self, answer: Answer) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(answer)


class Platforms:
    """Slack's Web API and Teams' connector service, which accept everything. Counts the replies that they received, by
    the message that they reply to, and those of them that say that the advisor is busy."""

    def __init__(self) -> None:
        self.replies: Counter[bytes] = Counter()
        self.busy: set[bytes] = set()

    async def start(self) -> int:
        """Listen; returns the port."""
        server = await asyncio.get_running_loop().create_server(lambda: _Served(self), "127.0.0.1", 0, backlog=2048)
        port: int = server.sockets[0].getsockname()[1]
        return port

    def answer(self, head: bytes, body: bytes) -> bytes:
        line = head.partition(b"\r\n")[0]
        if b"/api/auth.test" in line:
            return b'{"ok":true,"team_id":"T1","user_id":"U0BOT","bot_id":"B0BOT","team":"Team","url":""}'
        if b"/api/chat.postMessage" in line:
            self._note(_THREAD.search(body), body)
            return b'{"ok":true,"ts":"1700000000.000100","channel":"D1"}'
        if b"/v3/" in line:
            if b'"typing"' not in body:
                self._note(_ACTIVITY.search(line), body)
            return b'{"id":"1"}'
        return b'{"ok":true}'

    def _note(self, found: re.Match[bytes] | None, body: bytes) -> None:
        if found:
            self.replies[found[1]] += 1
            if BUSY in body:
                self.busy.add(found[1])


class _Served(asyncio.Protocol):
    def __init__(self, platforms: Platforms) -> None:
        self._platforms = platforms
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if found and len(body) >= (int(length[1]) if length else 0):
            self._buffer = b""
            answer = self._platforms.answer(head, body)
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                % (len(answer), answer)
            )
