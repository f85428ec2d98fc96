"""The whole server on a port, with the real knowledge and a real database file."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest
from yarl import URL

from adapters.announcement import announcement
from adapters.server import REQUEST_GRACE, TASK_GRACE, ServeError, serving
from adapters.settings import Settings, read_settings
from adapters.web.visitor import Visitor
from tests.slack_workspace.person import HttpWire, Slack
from tests.slack_workspace.service import Service
from tests.slack_workspace.workspace import SECRET, Workspace
from tests.teams_connector import activities
from tests.teams_connector.connector import ConnectorService

ROOT = Path(__file__).parents[2]


def settings_in(folder: Path, **given: object) -> Settings:
    return read_settings(database_url=f"sqlite:///{folder / 'advisor.sqlite3'}", port=0, **given)


@asynccontextmanager
async def server(settings: Settings) -> AsyncIterator[tuple[str, aiohttp.ClientSession]]:
    async with AsyncExitStack() as stack:
        port, _ = await stack.enter_async_context(serving(settings))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        yield f"http://127.0.0.1:{port}", http


async def test_with_nothing_configured_it_serves_and_says_so(tmp_path: Path) -> None:
    async with server(settings_in(tmp_path)) as (url, http):
        for path in ("/healthz", "/readyz", "/metrics", "/"):
            async with http.get(url + path) as response:
                assert response.status == 200, path


async def test_the_start_names_what_is_on_what_is_off_and_where_to_try_it(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with serving(settings) as (port, surfaces):
        said = announcement(settings, port, surfaces)
    assert f"http://127.0.0.1:{port}" in said
    assert "  web       on" in said and "  slack     off. " in said
    assert "MicrosoftAppId" in said
    assert "advisor chat" in said


async def test_a_direct_message_in_teams_gets_a_sourced_answer_and_a_redelivery_no_second_one(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        connector = await stack.enter_async_context(ConnectorService())
        settings = settings_in(tmp_path, teams_development=connector.url)
        url, http = await stack.enter_async_context(server(settings))
        asked = activities.message(connector.url, "does AppSec cover supply chain?")
        for _ in range(2):
            async with http.post(f"{url}/api/messages", json=asked) as response:
                assert response.status == 200
        [sent] = connector.sent
        assert "AppSec > Cons > Limited scope" in str(sent.card)
        async with http.get(f"{url}/metrics") as response:
            assert 'advisor_turns_total{kind="answer",surface="teams"} 1.0' in await response.text()


async def test_a_compressed_body_is_not_unfolded(tmp_path: Path) -> None:
    """A small one can unfold to gigabytes, before anybody has said who they are."""
    visitor = Visitor("v" * 43)
    form = urlencode({"token": visitor.token, "nonce": "1", "text": "hello"}).encode()
    compressed = {"Content-Encoding": "gzip"}
    async with (
        ConnectorService() as connector,
        server(settings_in(tmp_path, teams_development=connector.url)) as (url, http),
    ):
        for body, encoding, expected in ((form, {}, 200), (gzip.compress(form), compressed, 400)):
            headers = {"Cookie": f"visitor={visitor.secret}", "X-Part": "exchange", **encoding}
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            async with http.post(f"{url}/say", data=body, headers=headers) as response:
                assert response.status == expected
        asked = json.dumps(activities.message(connector.url, "hello")).encode()
        headers = {"Content-Type": "application/json", **compressed}
        async with http.post(f"{url}/api/messages", data=gzip.compress(asked), headers=headers) as response:
            assert response.status == 415
        assert connector.sent == []


@dataclass
class Program:
    """The program as a process, with its console output."""

    process: asyncio.subprocess.Process
    console: list[str]

    async def until(self, words: str) -> str:
        """The rest of the line of the console in which `words` stand."""
        assert self.process.stdout is not None
        while not any(words in line for line in self.console):
            line = (await self.process.stdout.readline()).decode()
            assert line, "the program ended"
            self.console.append(line)
        return next(line for line in reversed(self.console) if words in line).partition(words)[2].strip()

    async def end(self) -> tuple[str, str]:
        """All of the console, and all of the log."""
        self.process.send_signal(signal.SIGTERM)
        out, log = await self.process.communicate()
        assert self.process.returncode == 0
        return "".join(self.console) + out.decode(), log.decode()


async def started(folder: Path, **environment: str) -> Program:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "adapters.cli", "serve",
        cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PORT": "0", **environment},
    )  # fmt: skip
    return Program(process, [])


async def test_what_a_person_wrote_is_in_no_log_line(tmp_path: Path) -> None:
    async with ConnectorService() as connector, Service() as slack, aiohttp.ClientSession() as http:
        workspace = slack.add(Workspace())
        settings = {"SLACK_BOT_TOKEN": workspace.token, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": slack.api_url}
        program = await started(tmp_path, TEAMS_DEVELOPMENT=connector.url, **settings)
        url = await program.until("is running: ")
        asked = activities.message(connector.url, "is my zanzibar marmalade covered by AppSec?")
        async with http.post(f"{url}/api/messages", json=asked) as response:
            assert response.status == 200
        anna = Slack.join(HttpWire(url, http), slack, workspace)
        status, _ = await anna.command("is my zanzibar marmalade covered by AppSec?")
        assert status == 200
        for body in ("text=zanzibar+marmalade&response_url=http://x/marmalade", "{", '{"text": "marmalade"}'):
            for name, value in (("X-Slack-Signature", "v0=marmalade"), ("X-Slack-Request-Timestamp", "marmalade")):
                assert isinstance(anna.wire, HttpWire)
                assert await anna.wire.send(body, "application/json", {name: value}) == (401, "")
        out, log = await program.end()
    assert "stopping" in log and "slack.request_refused" in log
    assert "marmalade" not in out + log


async def test_the_link_on_the_console_lets_in_once_and_the_next_one_follows_it(tmp_path: Path) -> None:
    program = await started(tmp_path)
    first = (await program.until("Open the workbench: ")).split()[0]
    async with owner() as browser, owner() as other:
        for _ in range(2):
            async with browser.get(first) as response:
                assert (response.status, response.url.path) == (200, "/workbench/")
                assert "key=" not in await response.text()
        async with other.get(first) as response:
            assert response.status == 403
            assert "used already" in await response.text()
        second = await program.until("The next one: ")
        assert second != first
        async with other.get(second) as response:
            assert response.status == 200
    out, log = await program.end()
    for link in (first, second):
        assert link in out
        assert link.partition("key=")[2] not in log


def owner() -> aiohttp.ClientSession:
    """A browser that keeps the cookies of an address, as browsers do."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))


async def test_with_nothing_configured_teams_is_off_and_says_what_switches_it_on(tmp_path: Path) -> None:
    async with ConnectorService() as connector, AsyncExitStack() as stack:
        settings = settings_in(tmp_path)
        port, surfaces = await stack.enter_async_context(serving(settings))
        said = announcement(settings, port, surfaces)
        assert "TEAMS_DEVELOPMENT" in said and "MicrosoftAppId" in said
        http = await stack.enter_async_context(aiohttp.ClientSession())
        asked = activities.message(connector.url, "what is SAST?")
        async with http.post(f"http://127.0.0.1:{port}/api/messages", json=asked) as response:
            assert response.status == 404
        assert connector.requests == 0


@pytest.mark.parametrize(
    ("given", "link"),
    [({}, True), ({"public_url": "https://advisor.example"}, True), ({"workbench_password": "correct horse"}, False)],
)
async def test_a_link_is_shown_where_no_password_is_set(tmp_path: Path, given: dict[str, object], link: bool) -> None:
    settings = settings_in(tmp_path, **given)
    async with serving(settings) as (port, surfaces):
        assert ("key=" in announcement(settings, port, surfaces)) == link


async def test_where_others_than_this_machine_reach_it_there_is_no_link(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, host="0.0.0.0")
    async with serving(settings) as (port, surfaces), aiohttp.ClientSession() as http:
        assert "key=" not in announcement(settings, port, surfaces)
        async with http.get(f"http://127.0.0.1:{port}/workbench/") as response:
            assert response.status == 403
            assert "WORKBENCH_PASSWORD" in await response.text()


async def test_every_response_forbids_what_is_not_ours(tmp_path: Path) -> None:
    async with server(settings_in(tmp_path)) as (url, http):
        for path in (
            "/healthz",
            "/readyz",
            "/metrics",
            "/",
            "/nothing",
            "/static/",
            "/say",
            "/api/messages",
            "/%0d%0ax",
            "/%0ax",
        ):
            for method in ("GET", "HEAD", "OPTIONS", "DELETE"):
                async with http.request(method, URL(url + path, encoded=True)) as response:
                    headers, asked = response.headers, f"{method} {path}"
                    assert response.status in (200, 404, 405), asked
                    assert "default-src 'none'" in headers["Content-Security-Policy"], asked
                    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], asked
                    assert headers["X-Content-Type-Options"] == "nosniff", asked
                    assert headers["X-Frame-Options"] == "DENY", asked
                    assert headers["Cache-Control"] == "no-store", asked
                    assert "Access-Control-Allow-Origin" not in headers, asked


async def test_what_is_no_request_is_refused_in_words_and_with_what_every_response_has(tmp_path: Path) -> None:
    async with server(settings_in(tmp_path)) as (url, _):
        for sent in (
            b"rose\r\n\r\n",
            b"\x16\x03\x01\x02rose\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET / HTTP/1.1\r\nrose\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: here\r\nCookie: " + b"rose" * 5000 + b"\r\n\r\n",
            b"GET /" + b"rose" * 5000 + b" HTTP/1.1\r\nHost: here\r\n\r\n",
            b"POST /say HTTP/1.1\r\nHost: here\r\nContent-Length: rose\r\n\r\n",
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", URL(url).port)
            writer.write(sent)
            head, _, said = (await reader.read()).decode().partition("\r\n\r\n")
            writer.close()
            headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
            assert head.split()[1] == "400", sent[:40]
            assert "default-src 'none'" in headers["Content-Security-Policy"], sent[:40]
            assert headers["X-Content-Type-Options"] == "nosniff", sent[:40]
            assert headers["X-Frame-Options"] == "DENY", sent[:40]
            assert headers["Cache-Control"] == "no-store", sent[:40]
            assert said.startswith("This request can't be read. Load the page again.") and "rose" not in said


async def test_an_unknown_address_gets_a_page_that_leads_on(tmp_path: Path) -> None:
    async with server(settings_in(tmp_path)) as (url, http):
        for path in ("/nothing", "/static/", "/%0ax", "/a%0d%0ab"):
            async with http.get(URL(url + path, encoded=True)) as response:
                assert (response.status, response.content_type) == (404, "text/html"), path
                assert "To the conversation" in await response.text(), path


@pytest.mark.parametrize(
    ("given", "sent", "status"),
    [
        ({}, None, 200),
        ({"host": "0.0.0.0"}, None, 200),
        ({"public_url": "https://advisor.example"}, None, 401),
        ({"trusted_proxies": 1}, None, 401),
        ({"metrics_token": "orchid"}, None, 401),
        ({"metrics_token": "orchid"}, "Bearer rose", 401),
        ({"metrics_token": "orchid"}, "Basic orchid", 401),
        ({"metrics_token": "orchid"}, "Bearer \udcff", 401),
        ({"metrics_token": "orchid", "public_url": "https://advisor.example"}, "Bearer orchid", 200),
    ],
)
async def test_the_metrics_are_for_this_machine_or_for_who_has_the_token(
    tmp_path: Path, given: dict[str, object], sent: str | None, status: int
) -> None:
    headers = {"Authorization": sent} if sent else None
    async with (
        server(settings_in(tmp_path, **given)) as (url, http),
        http.get(f"{url}/metrics", headers=headers) as response,
    ):
        assert response.status == status
        assert ("METRICS_TOKEN" in await response.text()) == (status == 401)


async def test_the_metrics_are_not_for_other_machines(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as route:  # connecting it sends nothing
        try:
            route.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but the loopback one")
        own = route.getsockname()[0]
    async with (
        server(settings_in(tmp_path, host="0.0.0.0")) as (url, http),
        http.get(f"http://{own}:{URL(url).port}/metrics") as response,
    ):
        assert response.status == 401


async def test_knowledge_with_errors_is_not_taken_and_the_old_goes_on_serving(tmp_path: Path) -> None:
    from adapters.advisor_host import AdvisorHost

    (tmp_path / "answers").mkdir()
    file = tmp_path / "answers" / "garden.yaml"
    file.write_text("- id: roses\n  questions: [how often do roses need water]\n  answer: Weekly.\n", encoding="utf-8")
    host = AdvisorHost(tmp_path)
    file.write_text("- id: roses\n  questions: how\n  anwser: [Daily.\n", encoding="utf-8")
    assert [(problem.file, problem.line > 0) for problem in host.reload()] == [("answers/garden.yaml", True)]
    assert "Weekly." in host.advisor.ask("how often do roses need water").text
    file.write_text("- id: roses\n  questions: [how often do roses need water]\n  answer: Daily.\n", encoding="utf-8")
    assert host.reload() == []
    assert "Daily." in host.advisor.ask("how often do roses need water").text


async def test_a_port_that_is_taken_is_named_with_the_remedy(tmp_path: Path) -> None:
    async with serving(settings_in(tmp_path)) as (port, _):
        other = settings_in(tmp_path).model_copy(update={"port": port})
        with pytest.raises(ServeError, match=f"{port}.*PORT"):
            async with serving(other):
                pass


async def test_a_database_that_is_behind_is_refused_with_the_remedy(postgresql_server: str) -> None:
    settings = read_settings(database_url=postgresql_server.format("postgres"), port=0)
    with pytest.raises(ServeError, match="advisor migrate"):
        async with serving(settings):
            pass


async def test_half_a_request_does_not_hold_up_the_end(tmp_path: Path) -> None:
    """Without the limit the shutdown would take a minute."""
    async with serving(settings_in(tmp_path)) as (port, _):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
        writer.write(b"Content-Length: 100\r\n\r\n{")
        await writer.drain()
        await asyncio.sleep(0.1)
        ending = asyncio.timeout(REQUEST_GRACE + TASK_GRACE + 3)
        await ending.__aenter__()
    await ending.__aexit__(None, None, None)
    writer.close()
