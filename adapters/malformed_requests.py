"""The server's side of a connection: notes when something arrives, and answers what is not HTTP, or has too large
headers. That aiohttp refuses before there is a request that the application could answer, in words that repeat a part
of it, without the application's headers, and with a log line each time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from adapters.refusals import RefusalLog

Answer = Callable[[], web.Response]


class Runner(web.AppRunner):
    """Runs an application; `answer` is given to each malformed request, and `count` called with its reason. Further
    arguments: see `web.AppRunner`."""

    def __init__(
        self,
        application: web.Application,
        answer: Answer,
        count: Callable[[str], None] = lambda why: None,
        **given: Any,
    ) -> None:
        super().__init__(application, **given)
        self._answer = answer
        self._count = count

    async def _make_server(self) -> web.Server:
        return _Server(await super()._make_server(), self._answer, self._count)


class _Server(web.Server):
    """`made`, with another protocol."""

    def __init__(self, made: web.Server, answer: Answer, count: Callable[[str], None]) -> None:
        super().__init__(
            made.request_handler,
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            loop=made._loop,
            **made._kwargs,
        )
        self.answer = answer
        self.refused = RefusalLog("server.malformed_request", time.monotonic, count=count)

    def __call__(self) -> web.RequestHandler:
        return _Protocol(self, loop=self._loop, **self._kwargs)


class _Protocol(web.RequestHandler):
    arrived: float = 0.0  # monotonic seconds at which the latest bytes were read: see `adapters.admission`

    def data_received(self, data: bytes) -> None:
        self.arrived = time.monotonic()
        super().data_received(data)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        server = self._manager
        if status != 400 or not isinstance(server, _Server):
            return super().handle_error(request, status, exc, message)
        server.refused.add(type(exc).__name__)
        response = server.answer()
        response.force_close()
        return response
