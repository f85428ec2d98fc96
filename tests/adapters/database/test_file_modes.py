"""The SQLite file: readable by one user, and without traces of what was deleted."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.database import SqlStore, prepare
from bot.domain.conversation import Conversation, LastTurn
from bot.domain.messages import Place
from bot.domain.records import Person

HERE = Place("slack", "T1", "C1")


def modes(file: Path) -> dict[str, str]:
    return {one.name: oct(one.stat().st_mode & 0o777) for one in file.parent.glob(file.name + "*")}


def written(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in folder.glob("advisor.db*") if one.suffix != ".db-shm")


async def test_a_new_file_and_those_beside_it_are_readable_by_this_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "advisor.db"
    before = os.umask(0o022)
    try:
        prepare(f"sqlite:///{file}")
        store = SqlStore.at(f"sqlite:///{file}")
        async with store.transaction() as unit:
            await unit.forget(Person("slack", "T1", "anna"))
        assert modes(file) == dict.fromkeys(("advisor.db", "advisor.db-wal", "advisor.db-shm"), "0o600")
        await store.close()
    finally:
        os.umask(before)


async def test_a_file_that_others_may_read_becomes_private_at_the_start(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "advisor.db"
    file.chmod(0o644)
    file.with_name("advisor.db-wal").touch(mode=0o644)
    prepare(sqlite_url)
    assert set(modes(file).values()) == {"0o600"}


def test_a_file_whose_mode_cannot_be_changed_is_logged_with_the_remedy(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "advisor.db"
    file.chmod(0o644)

    def refuse(path: Path, mode: int) -> None:  # as the system does where the file is somebody else's
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    with capture_logs() as logged:
        prepare(sqlite_url)
    assert f"chmod 600 {file}" in str(logged)


async def test_what_was_deleted_is_in_no_page_and_no_log(sqlite_url: str, tmp_path: Path) -> None:
    """Rows of many sizes, so that SQLite splits and merges pages."""
    store = SqlStore.at(sqlite_url)
    people = [f"person-{number}" for number in range(60)]
    for number, person in enumerate(people * 2):
        async with store.transaction() as unit:
            place = replace(HERE, thread=str(number))
            said = Conversation(last=LastTurn(question=f"words of {person}. " * (1 + number * 37 % 200)))
            await unit.conversations.save(place, person, said, version=0, look_again_at=9.0)
    for person in people[:50]:
        async with store.transaction() as unit:
            await unit.forget(Person("slack", "T1", person))
    await store.scrub()
    raw = written(tmp_path)
    assert [person for person in people[:50] if f"words of {person}.".encode() in raw] == []
    assert f"words of {people[-1]}.".encode() in raw
    await store.close()


async def test_scrubbing_does_not_wait_for_a_reader_and_is_done_later(sqlite_url: str, tmp_path: Path) -> None:
    store = SqlStore.at(sqlite_url)
    async with store.transaction() as unit:
        said = Conversation(last=LastTurn(question="marmalade"))
        await unit.conversations.save(HERE, "anna", said, version=0, look_again_at=9.0)
    reader = sqlite3.connect(tmp_path / "advisor.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM conversations").fetchone()
    async with store.transaction() as unit:
        await unit.forget(Person("slack", "T1", "anna"))
    await store.scrub()
    log = tmp_path / "advisor.db-wal"
    assert b"marmalade" in log.read_bytes() + (tmp_path / "advisor.db").read_bytes()
    reader.close()
    await store.scrub()
    assert b"marmalade" not in log.read_bytes() + (tmp_path / "advisor.db").read_bytes()
    await store.close()
