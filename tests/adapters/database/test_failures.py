"""A database that is away: the person gets a notice, and what can be mended is mended."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

import psycopg
import pytest

from adapters.database import SqlStore
from bot.service.ports import StoreUnavailable
from bot.service.session import Session
from tests.adapters.database.process import message
from tests.bot.service.counting import StepCounter


async def test_a_server_that_is_not_there_gets_a_notice_and_no_password_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = SqlStore.at("postgresql://user:s3cret@127.0.0.1:1/nothing")
    with caplog.at_level(logging.DEBUG):
        reply = await Session(StepCounter(), store).respond(message("d1"))
    assert reply.kind == "notice"
    assert reply.reference in caplog.text and "OperationalError" in caplog.text
    assert "s3cret" not in caplog.text
    await store.close()


async def test_connections_that_the_server_cut_are_replaced_unnoticed(postgresql_url: str) -> None:
    store = SqlStore.at(postgresql_url)
    session = Session(StepCounter(), store)
    await session.respond(message("d1"))
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert (await session.respond(message("d2"))).title == "step 2"
    await store.close()


async def test_a_file_that_is_no_database_gets_a_notice(tmp_path: Path) -> None:
    file = tmp_path / "advisor.db"
    file.write_text("This is not a database. " * 100)
    store = SqlStore.at(f"sqlite:///{file}")
    assert (await Session(StepCounter(), store).respond(message("d1"))).kind == "notice"
    await store.close()


async def test_a_database_without_the_schema_names_the_failure_but_no_statement(tmp_path: Path) -> None:
    store = SqlStore.at(f"sqlite:///{tmp_path / 'advisor.db'}")
    with pytest.raises(StoreUnavailable) as failure:
        async with store.transaction() as unit:
            await unit.deliveries.reply_to(message("d1"))
    assert str(failure.value) == "OperationalError OperationalError SQLITE_ERROR"
    await store.close()


async def test_a_delivery_kept_in_a_shape_of_another_version_is_answered_anew(sqlite_url: str) -> None:
    store = SqlStore.at(sqlite_url)
    session = Session(StepCounter(), store)
    await session.respond(message("d1"))
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE deliveries SET reply = ?", ('{"is": "Reply", "kind": "a kind of the future"}',))
    assert (await session.respond(message("d1"))).title == "step 2"
    await store.close()
