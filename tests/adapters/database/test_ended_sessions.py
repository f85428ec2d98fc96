"""Sessions that were ended, on SQLite and on PostgreSQL."""

from __future__ import annotations

from adapters.database import SqlStore


async def test_an_ended_session_is_known_in_every_process_until_it_would_have_ended_anyway(database: str) -> None:
    one, other = SqlStore.at(database), SqlStore.at(database)
    async with one.transaction() as unit:
        assert not await unit.ended_sessions.has_ended("a")
        await unit.ended_sessions.end("a", until=20.0, now=10.0)
        await unit.ended_sessions.end("a", until=20.0, now=11.0)
    async with other.transaction() as unit:
        assert await unit.ended_sessions.has_ended("a")
        assert not await unit.ended_sessions.has_ended("b")
        await unit.ended_sessions.end("b", until=40.0, now=30.0)
        assert not await unit.ended_sessions.has_ended("a")
    await one.close()
    await other.close()
