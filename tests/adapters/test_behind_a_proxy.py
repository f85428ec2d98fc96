"""The whole server behind a plain proxy on the same machine: what only the owner may do is refused to everybody else,
by whatever name the server is asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from adapters.owner_link import OwnerLink
from adapters.server import serving
from adapters.settings import read_settings
from tests.adapters.web.test_workbench import PAGES
from tests.plain_proxy import plain_proxy
from tests.teams_connector import activities
from tests.teams_connector.connector import ConnectorService

HOSTS = (
    "127.0.0.1:{port}", "127.0.0.1", "localhost", "localhost:{port}", "[::1]", "[::1]:{port}", "127.0.0.1:{port}@evil",
    "localhost.evil", "evil@127.0.0.1:{port}", "127.0.0.1:{port}, evil", "LOCALHOST", "127.1", "", None,
)  # fmt: skip


@dataclass
class Machine:
    """The server, the proxy before it, and a client that comes through the proxy."""

    url: str
    proxy: str
    port: int
    owner_link: OwnerLink | None
    stranger: aiohttp.ClientSession

    async def says(self, path: str, host: str | None, post: bytes | None = None) -> tuple[int, str]:
        """Status and text of a request by hand with this Host header; None: without one."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        named = "" if host is None else f"Host: {host.format(port=self.port)}\r\n"
        typed = f"Content-Type: application/json\r\nContent-Length: {len(post)}\r\n" if post is not None else ""
        method = "GET" if post is None else "POST"
        head = f"{method} {path} HTTP/1.1\r\n{named}{typed}Connection: close\r\n\r\n"
        writer.write(head.encode() + (post or b""))
        answer = (await reader.read()).decode()
        writer.close()
        return int(answer.split(" ", 2)[1]), answer


@asynccontextmanager
async def machine(folder: Path, **given: object) -> AsyncIterator[Machine]:
    settings = read_settings(database_url=f"sqlite:///{folder / 'advisor.sqlite3'}", port=0, **given)
    async with AsyncExitStack() as stack:
        port, surfaces = await stack.enter_async_context(serving(settings))
        url = f"http://127.0.0.1:{port}"
        proxy = await stack.enter_async_context(plain_proxy(url))
        stranger = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)))
        yield Machine(url, proxy, port, surfaces.owner_link, stranger)


async def test_a_stranger_sees_nothing_of_the_workbench_and_the_owner_comes_in_by_the_link(tmp_path: Path) -> None:
    async with machine(tmp_path) as here:
        for path in PAGES:
            async with here.stranger.get(here.proxy + path) as response:
                assert response.status == 403, path
                assert "link on the console" in await response.text()
        async with here.stranger.get(here.proxy) as response:
            assert "/workbench/" not in await response.text()
        assert here.owner_link is not None
        jar = aiohttp.CookieJar(unsafe=True)
        link = here.url + here.owner_link.path
        async with aiohttp.ClientSession(cookie_jar=jar) as owner, owner.get(link) as response:
            assert (response.status, response.url.path) == (200, "/workbench/")
        async with here.stranger.get(here.proxy + "/workbench/gaps") as response:
            assert response.status == 403, "the owner's coming in opens it to nobody else"


@pytest.mark.parametrize("host", HOSTS)
async def test_no_host_header_opens_anything(tmp_path: Path, host: str | None) -> None:
    async with machine(tmp_path) as here, ConnectorService() as connector:
        for path in ("/workbench/", "/workbench/gaps", "/workbench/evaluate"):
            assert (await here.says(path, host))[0] in (400, 403), path
        asked = json.dumps(activities.message(connector.url, "what is SAST?")).encode()
        assert (await here.says("/api/messages", host, asked))[0] in (400, 404)
        assert connector.requests == 0


async def test_files_of_the_machine_are_read_for_the_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "private.txt"
    file.write_text("not for you", encoding="utf-8")
    async with machine(tmp_path, workbench_password="correct horse battery") as here:
        token = await form_token(here, "/workbench/enter")
        data = {"token": token, "password": "correct horse battery"}
        async with here.stranger.post(f"{here.proxy}/workbench/enter", data=data) as response:
            assert response.status == 200
        for field in ("path", "against"):
            data = {"token": token, "pasted": '{"q": "what is SAST?", "kind": "answer"}', field: str(file)}
            async with here.stranger.post(f"{here.proxy}/workbench/evaluate", data=data) as response:
                assert response.status == 400
                assert "link on its console" in await response.text()
    async with machine(tmp_path) as here:
        async with here.stranger.post(f"{here.proxy}/workbench/evaluate", data={"path": str(file)}) as response:
            assert response.status == 403
        assert here.owner_link is not None
        async with here.stranger.get(here.url + here.owner_link.path) as response:
            assert response.status == 200
        data = {"token": await form_token(here, "/workbench/evaluate", direct=True), "path": str(file)}
        async with here.stranger.post(f"{here.url}/workbench/evaluate", data=data) as response:
            assert "Line 1 is not JSON" in await response.text()


async def form_token(here: Machine, path: str, *, direct: bool = False) -> str:
    async with here.stranger.get((here.url if direct else here.proxy) + path) as response:
        return (await response.text()).partition('name="token" value="')[2][:32]


async def test_wrong_passwords_that_others_send_do_not_keep_the_right_one_out(tmp_path: Path) -> None:
    async with machine(tmp_path, workbench_password="correct horse battery") as here:
        token = await form_token(here, "/workbench/enter")
        for password, status in [*(("wrong", 403),) * 9, ("correct horse battery", 200)]:
            data = {"token": token, "password": password}
            async with here.stranger.post(f"{here.proxy}/workbench/enter", data=data) as response:
                assert response.status == status


async def test_in_development_teams_is_open_to_the_named_client_alone(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(ConnectorService())
        other = await stack.enter_async_context(ConnectorService())
        here = await stack.enter_async_context(machine(tmp_path, teams_development=client.url))
        for service_url, status in ((other.url, 403), (client.url, 200)):
            asked = activities.message(service_url, "what is SAST?")
            async with here.stranger.post(f"{here.proxy}/api/messages", json=asked) as response:
                assert response.status == status
        assert (other.requests, len(client.sent)) == (0, 1)
