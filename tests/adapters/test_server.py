"""The whole server on a port, with the real knowledge and a real database file."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from adapters.server import LONGEST_END, LONGEST_REQUEST, ServeError, announcement, serving
from adapters.settings import Settings, read_settings
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


async def test_the_start_names_what_is_open_what_is_shut_and_where_to_try_it(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, microsoft_app_id="an-id")
    async with serving(settings) as (port, doors):
        said = announcement(settings, port, doors)
    assert f"http://127.0.0.1:{port}" in said
    assert "MicrosoftAppPassword" in said
    assert "advisor chat" in said


async def test_a_direct_message_in_teams_gets_a_sourced_answer_and_a_redelivery_no_second_one(tmp_path: Path) -> None:
    async with ConnectorService() as connector, server(settings_in(tmp_path)) as (url, http):
        asked = activities.message(connector.url, "does AppSec cover supply chain?")
        for _ in range(2):
            async with http.post(f"{url}/api/messages", json=asked) as response:
                assert response.status == 200
        [sent] = connector.sent
        assert "AppSec > Cons > Limited scope" in str(sent.card)
        async with http.get(f"{url}/metrics") as response:
            assert 'advisor_turns_total{kind="answer",surface="teams"} 1.0' in await response.text()


async def test_what_a_person_wrote_is_in_no_log_line(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "adapters.cli", "serve",
        cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PORT": "0"},
    )  # fmt: skip
    assert process.stdout is not None
    async with ConnectorService() as connector, aiohttp.ClientSession() as http:
        url = ""
        while not url:
            line = (await process.stdout.readline()).decode()
            url = next((word for word in line.split() if word.startswith("http://")), "")
        asked = activities.message(connector.url, "is my zanzibar marmalade covered by AppSec?")
        async with http.post(f"{url}/api/messages", json=asked) as response:
            assert response.status == 200
    process.send_signal(signal.SIGTERM)
    out, log = await process.communicate()
    assert process.returncode == 0
    assert "stopping" in log.decode()
    assert "marmalade" not in (out + log).decode()


async def test_knowledge_with_errors_is_not_taken_and_the_old_goes_on_serving(tmp_path: Path) -> None:
    from adapters.host import Host

    (tmp_path / "answers").mkdir()
    file = tmp_path / "answers" / "garden.yaml"
    file.write_text("- id: roses\n  questions: [how often do roses need water]\n  answer: Weekly.\n", encoding="utf-8")
    host = Host(tmp_path)
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
    """Left to itself it would be held up for a minute, and the test with it."""
    async with serving(settings_in(tmp_path)) as (port, _):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
        writer.write(b"Content-Length: 100\r\n\r\n{")
        await writer.drain()
        await asyncio.sleep(0.1)
        ending = asyncio.timeout(LONGEST_REQUEST + LONGEST_END + 3)
        await ending.__aenter__()
    await ending.__aexit__(None, None, None)
    writer.close()
