"""No log line holds what a person wrote, whoever logs it and whatever the level is."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from pathlib import Path

import pytest

from adapters import logs
from tests.adapters.talkative import LIBRARIES

ROOT = Path(__file__).parents[2]
WORD = "ghp-zanzibar-marmalade-0123456789"


@pytest.mark.parametrize("format", ["text", "json"])
async def test_nothing_that_libraries_are_sent_gets_out_at_any_level(format: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.adapters.talkative", format, WORD,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    out, err = (part.decode() for part in await process.communicate())
    assert process.returncode == 1
    for part in (out, err):
        found = [line for line in part.splitlines() if "zanzibar" in line or "0123456789" in line]
        assert not found, found[:3]
        assert "Traceback" not in part
    for said in ("python.uncaught", "python.warning", "python.unraisable", "own.failed", logs.REDACTED):
        assert said in err, said
    assert "talkative.py:" in err  # where it was
    assert ("error=RuntimeError" if format == "text" else '"error": "RuntimeError"') in err  # and what
    for logger in LIBRARIES:
        assert (logger or "root") in err, logger
    assert "logs.line_not_written" in err
    if format == "json":
        lines = [line for line in err.splitlines() if line.startswith("{")]
        assert {json.loads(line)["level"] for line in lines} >= {"warning", "error", "critical"}
        assert not any(json.loads(line)["level"] == "debug" for line in lines)


def test_our_own_lines_are_kept_as_they_are() -> None:
    record = logging.LogRecord(
        "adapters.advisor_host", logging.INFO, "host.py", 1, "knowledge reloaded: version=%s", ("7",), None
    )
    assert "knowledge reloaded: version=7" in logs.formatter("text").format(record)


@pytest.mark.parametrize("name", ["adapters", "adapters.slack.app", "bot.service.session", "alembic.runtime.migration"])
def test_what_is_ours(name: str) -> None:
    assert logs.is_own(name)


@pytest.mark.parametrize("name", ["", "root", "adaptersx", "botbuilder", "alembic", "slack_bolt.AsyncApp", "app.py:on"])
def test_what_is_not(name: str) -> None:
    assert not logs.is_own(name)
