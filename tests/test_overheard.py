"""The check that nothing which was sent is logged: it bites."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest
import structlog

from adapters import logs
from tests.overheard import Ears, Tape

ROOT = Path(__file__).parents[1]

# What a test looks like in which somebody logs what was sent, each time another way.
SUITE = """
import json, logging
import aiohttp, pytest, structlog
from slack_bolt.logger import get_bolt_logger
from adapters.slack import sdk_logs
from tests.overheard import EARS, note, note_body
from tests.slack_workspace.person import HttpWire, Slack
from tests.slack_workspace.service import Service
from tests.slack_workspace.workspace import Workspace
from tests.teams_connector import activities

TEXT = "is my zanzibar marmalade covered?"

async def send():
    async with Service() as service, aiohttp.ClientSession() as http:
        anna = Slack.join(HttpWire("http://127.0.0.1:9", http), service, service.add(Workspace()))
        with pytest.raises(aiohttp.ClientError):
            await anna.command(TEXT)

@pytest.fixture
def as_the_sdk_would():
    kept = logging.getLogRecordFactory()
    logging.setLogRecordFactory(logging.LogRecord)  # without our guard
    formatter = next(one for one in logging.getLogger().handlers if type(one).__name__ == "Tape")
    formatter.setFormatter(logging.Formatter())
    yield
    logging.setLogRecordFactory(kept)

async def test_quiet():
    await send()
    structlog.get_logger("adapters.x").warning("slack.request_refused", why="signature")

async def test_quiet_sdk():
    await send()
    get_bolt_logger(HttpWire).warning("Invalid request (body: %s)", TEXT)

async def test_leak_by_our_own_event():
    await send()
    structlog.get_logger("adapters.x").info("slack.asked", text=TEXT)

async def test_leak_by_an_event_that_a_test_took_for_itself():
    await send()
    with structlog.testing.capture_logs():
        structlog.get_logger("adapters.x").debug("slack.asked", body={"text": TEXT})

async def test_leak_by_our_own_logger():
    await send()
    logging.getLogger("bot.x").debug("asked %r", TEXT)

async def test_leak_by_the_sdk(as_the_sdk_would):
    await send()
    get_bolt_logger(HttpWire).debug(f"Invalid request (body: {json.dumps({'text': TEXT})})")

async def test_leak_by_a_logger_of_the_sdk_that_is_told_to_be_quiet(as_the_sdk_would):
    await send()
    sdk_logs.BOLT.debug(f"Quietly invalid (body: {json.dumps({'text': TEXT})})")

async def test_leak_of_how_a_body_begins():
    body = b"user_id=U1&channel_id=C1&command=%2Fadvisor&trigger_id=1700"
    note_body(body)
    structlog.get_logger("adapters.x").info("slack.refused", body=body[:50].decode())

async def test_leak_of_what_slack_is_sent():
    async with Service() as service, aiohttp.ClientSession() as http:
        said = {"channel": "C1", "blocks": [{"type": "section", "text": {"text": "an answer about zanzibar"}}]}
        await http.post(service.api_url + "chat.postMessage", json=said)
    structlog.get_logger("adapters.x").info("slack.posted", text="an answer about zanzibar")

async def test_leak_of_teams():
    activities.message("http://x/", "is my teams marmalade covered?")
    structlog.get_logger("adapters.x").info("teams.asked", text="is my teams marmalade covered?")

async def test_leak_of_a_response_url():
    async with Service() as service:
        url = service.response_url(Workspace())
    structlog.get_logger("adapters.x").info("slack.called", url=url)

async def test_leak_of_a_token():
    structlog.get_logger("adapters.x").info("slack.token", token=Workspace("T-ours").token)
"""


@pytest.mark.parametrize("workers", ["0", "1"])
async def test_s30_a_test_in_which_something_sent_is_logged_fails_also_in_a_worker_process(
    workers: str, tmp_path: Path
) -> None:
    (tmp_path / "test_inside.py").write_text(SUITE, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", "-n", workers, "-p", "tests.overheard", "-p", "no:cacheprovider", "-rEf",
        "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), str(tmp_path),
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=tmp_path,
    )  # fmt: skip
    out = (await process.communicate())[0].decode()
    caught = {line.split("::")[1].split(" ")[0] for line in out.splitlines() if line.startswith("ERROR ")}
    written = {line.split("(")[0].split("def ")[1] for line in SUITE.splitlines() if "def test_leak" in line}
    assert caught == written, out
    assert "what was sent stands in the log" in out


def heard(line: str, *sent: str) -> list[str]:
    ears = Ears()
    ears.note(*sent)
    ears.hear(line)
    return ears.leaks()


AWKWARD = "is 'my' \"zanzibar\" <marmalade> & co covered?"


@pytest.mark.parametrize("written", [AWKWARD, repr(AWKWARD), json.dumps({"text": AWKWARD}), AWKWARD.upper()])
def test_it_is_found_however_it_was_written_out(written: str) -> None:
    assert heard(f"[error] said {written}", AWKWARD)


def test_the_beginning_of_a_long_text_gives_it_away() -> None:
    text = "zanzibar marmalade and " * 100
    assert heard(f"said {text[:80]}…", text)


def test_a_line_of_a_text_gives_it_away() -> None:
    assert heard("said the second line of it", "the first line of it\nthe second line of it")


def test_what_is_too_short_to_tell_is_passed_over() -> None:
    assert not heard("help", "help")


def test_what_was_sent_is_looked_for_in_what_is_logged_later() -> None:
    ears = Ears()
    ears.note("zanzibar marmalade")
    assert not ears.leaks()
    ears.hear("zanzibar marmalade")
    assert ears.leaks()
    assert not ears.leaks()


def test_all_that_tells_something_is_taken_from_a_request() -> None:
    ears = Ears()
    body = {
        "type": "an-interaction-kind",
        "response_url": "https://hooks/x/y/z",
        "actions": [{"value": "what a button carries"}],
    }
    form = urlencode({"payload": json.dumps(body)})
    event = json.dumps({"event": {"text": "what somebody wrote"}})
    ears.note_body(form.encode())
    ears.note_body(event.encode())
    told = {"https://hooks/x/y/z", "what a button carries", "what somebody wrote"}
    assert set(ears.sent.values()) == {*told, form, event}


def test_everything_is_heard_at_every_level() -> None:
    ears = Ears()
    record = logging.LogRecord("bot.x", logging.DEBUG, "x.py", 1, "said %s", ("a word",), None)
    Tape(ears, logs.formatter("text")).emit(record)
    assert "said a word" in ears.lines[0]
    assert logging.getLogger().isEnabledFor(logging.DEBUG)
    assert structlog.get_config()["wrapper_class"].__name__ == "Heard"
