"""The program as a process: what it writes while it starts, serves and ends, and how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.adapters.test_server import ROOT, started


def events(log: str) -> list[dict[str, Any]]:
    """The lines of the log, each of which has to be a JSON object."""
    return [json.loads(line) for line in log.splitlines()]


async def logged_until(process: asyncio.subprocess.Process, event: str) -> list[dict[str, Any]]:
    """The lines of the log up to the one of that `event`."""
    assert process.stderr is not None
    found: list[dict[str, Any]] = []
    while not found or found[-1]["event"] != event:
        line = await process.stderr.readline()
        assert line, found
        found.append(json.loads(line))
    return found


async def test_with_json_all_that_is_written_is_log_lines_and_no_link_is_among_them(tmp_path: Path) -> None:
    program = await started(tmp_path, LOG_FORMAT="json")
    begun = await logged_until(program.process, "server.workbench_closed")
    address = next(line["address"] for line in begun if line["event"] == "server.started")
    async with aiohttp.ClientSession() as http:
        async with http.post(f"{address}/api/messages", data="{") as response:
            assert response.status == 404
        async with http.get(f"{address}/workbench/") as response:
            assert "WORKBENCH_PASSWORD" in await response.text()
    out, log = await program.end()
    lines = begun + events(log)
    assert out == ""
    assert "key=" not in json.dumps(lines)
    assert {"server.surface_on", "server.surface_off", "server.stopping"} <= {line["event"] for line in lines}
    assert all({"level", "timestamp", "logger"} <= line.keys() for line in lines)


@pytest.mark.parametrize(
    ("environment", "code", "said"),
    [
        ({"PORT": "many"}, 2, "PORT"),
        ({"KNOWLEDGE_DIR": "nowhere"}, 2, "KNOWLEDGE_DIR"),
        ({"KNOWLEDGE_DIR": "broken"}, 1, "answers/garden.yaml"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, 1, "DATABASE_URL"),
        ({"HOST": "192.0.2.1"}, 1, "HOST"),
    ],
)
async def test_a_start_that_fails_says_why_in_json_too(
    tmp_path: Path, environment: dict[str, str], code: int, said: str
) -> None:
    (tmp_path / "broken" / "answers").mkdir(parents=True)
    (tmp_path / "broken" / "answers" / "garden.yaml").write_text("- id: [", encoding="utf-8")
    (tmp_path / ".env").write_text("LOG_FORMAT=json\n=what\n", encoding="utf-8")
    program = await started(tmp_path, **environment)
    out, log = await program.process.communicate()
    assert program.process.returncode == code
    assert out == b""
    failed = [line for line in events(log.decode()) if line["event"] == "server.not_started"]
    assert any(said in line["problem"] for line in failed), failed


async def test_an_error_that_nobody_foresaw_is_a_line_of_json_too(tmp_path: Path) -> None:
    """Here the working directory is gone when the program starts."""
    program = (
        "import os, sys; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone'); sys.argv = ['advisor', 'serve'];"
        "from adapters.cli import main; main()"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, cwd=tmp_path, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PORT": "0", "LOG_FORMAT": "json"},
    )  # fmt: skip
    _, log = await process.communicate()
    assert process.returncode != 0
    assert events(log.decode())[-1]["level"] == "critical"


async def test_a_process_that_ends_first_says_that_it_is_not_ready_and_goes_on_serving(tmp_path: Path) -> None:
    program = await started(tmp_path, DRAIN_SECONDS="600")
    url = await program.until("is running: ")
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{url}/readyz") as response:
            assert response.status == 200
        program.process.send_signal(signal.SIGTERM)
        status = 200
        while status == 200:
            async with http.get(f"{url}/readyz") as response:
                status = response.status
            await asyncio.sleep(0.02)
        assert status == 503
        for path in ("/healthz", "/"):
            async with http.get(url + path) as response:
                assert response.status == 200
    _, log = await program.end()  # a second signal ends the delay
    assert log.index("server.draining") < log.index("server.stopping")


async def test_after_the_delay_the_process_ends_by_itself(tmp_path: Path) -> None:
    program = await started(tmp_path, DRAIN_SECONDS="0.2")
    await program.until("is running: ")
    _, log = await program.end()
    assert "server.draining" in log
