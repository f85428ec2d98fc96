"""A reverse proxy as people set it up with one line, `proxy_pass http://127.0.0.1:PORT;`: the Host header becomes the
server's own address, and no header says that there is a proxy or who asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

OF_ONE_CONNECTION = {"Host", "Connection", "Transfer-Encoding", "Content-Length", "Keep-Alive", "Upgrade"}


@asynccontextmanager
async def plain_proxy(server: str) -> AsyncIterator[str]:
    """In front of `server`, as long as the block lasts; gives the proxy's address."""
    async with aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()) as http:

        async def forward(request: web.Request) -> web.Response:
            async with http.request(
                request.method,
                URL(server.rstrip("/") + request.raw_path, encoded=True),
                headers=[(name, value) for name, value in request.headers.items() if name not in OF_ONE_CONNECTION],
                data=await request.read(),
                allow_redirects=False,
            ) as answer:
                response = web.Response(status=answer.status, body=await answer.read())
                for name, value in answer.headers.items():
                    if name not in OF_ONE_CONNECTION and name not in ("Date", "Server"):
                        response.headers.add(name, value)
                return response

        app = web.Application()
        app.router.add_route("*", "/{anything:.*}", forward)
        async with TestServer(app, host="127.0.0.1") as proxy:
            yield str(proxy.make_url("/")).rstrip("/")
