"""The web page from the whole server on loopback: time to first byte, and total bytes loaded."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.server import serving
from adapters.settings import read_settings

TIMES = 100
PATHS = ("/", "/workbench/knowledge", "/workbench/knowledge/coverage")


def section() -> str:
    """The section of the report."""
    return asyncio.run(_section())


async def _section() -> str:
    lines = [
        "## The page",
        "",
        "| page | first byte, median | 99% | bytes with all it loads, compressed |",
        "|---|---|---|---|",
    ]
    with TemporaryDirectory() as folder:
        settings = read_settings(database_url=f"sqlite:///{Path(folder) / 'advisor.sqlite3'}", port=0)
        async with serving(settings) as (port, surfaces):
            assert surfaces.owner_link is not None, "WORKBENCH_PASSWORD is set"
            _, head = await _get(port, surfaces.owner_link.path)
            cookie = re.search(rb"Set-Cookie: (workbench=[^;]+)", head)
            assert cookie is not None, "the link does not let in"
            session = cookie[1].decode()
            for path in PATHS:
                seconds, size = [], 0
                for _number in range(TIMES):
                    first, head_and_body = await _get(port, path, session)
                    seconds.append(first)
                    size = len(head_and_body)
                _, plain = await _get(port, path, session, compressed=False)
                files = set(re.findall(rb'(?:src|href)="(/static/[^"]+)"', plain))
                size += sum([len((await _get(port, file.decode()))[1]) for file in files])
                seconds.sort()
                median, slow = seconds[TIMES // 2] * 1000, seconds[int(TIMES * 0.99)] * 1000
                lines.append(f"| `{path}` | {median:.1f} ms | {slow:.1f} ms | {size / 1000:.1f} KB |")
    return "\n".join(lines)


async def _get(port: int, path: str, session: str = "", *, compressed: bool = True) -> tuple[float, bytes]:
    """(seconds to the first byte, response). `session`: the cookie of a logged-in user."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    accepts = "Accept-Encoding: gzip\r\n" if compressed else ""
    cookie = f"Cookie: {session}\r\n" if session else ""
    start = time.perf_counter()
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{accepts}{cookie}Connection: close\r\n\r\n"
    writer.write(head.encode())
    first = await reader.read(1)
    elapsed = time.perf_counter() - start
    whole = first + await reader.read()
    writer.close()
    return elapsed, whole
