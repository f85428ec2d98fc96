"""Behind a pooler that lends a connection for one transaction, as PgBouncer does, no statement may be prepared."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from adapters.database import SqlStore, migrate
from bot.service.session import Session
from tests.adapters.database.process import message
from tests.bot.service.counting import StepCounter


@pytest.mark.parametrize(("option", "prepared"), [("", True), ("prepared_statements=false", False)])
async def test_statements_are_prepared_unless_the_address_says_no(
    postgresql_url: str, option: str, prepared: bool
) -> None:
    url = postgresql_url + (("&" if "?" in postgresql_url else "?") + option if option else "")
    migrate(url)
    store = SqlStore.at(url)
    session = Session(StepCounter(), store)
    for number in range(20):
        assert (await session.respond(message(f"{option}-{number}"))).title == f"step {number + 1}"
    async with store.engine.connect() as connection:
        count = await connection.scalar(text("SELECT count(*) FROM pg_prepared_statements"))
    assert bool(count) == prepared
    await store.close()
