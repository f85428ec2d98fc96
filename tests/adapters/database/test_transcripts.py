"""What was said on the page, on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

from adapters.database import SqlStore
from adapters.transcripts import MOST_EXCHANGES, Exchange
from bot.domain.messages import Paragraph, Reply
from bot.domain.records import Person

ROSES = Exchange(
    "e1", "do roses grow in shade?", Reply("answer", "Roses", verdict="no", body=(Paragraph("No."),)), 10.0
)
FERNS = Exchange("e2", "and ferns?", Reply("answer", "Ferns"), 20.0)


async def test_exchanges_come_back_in_order_to_their_person_until_they_are_old_or_forgotten(database: str) -> None:
    store = SqlStore.at(database)
    async with store.transaction() as unit:
        for exchange in (FERNS, ROSES, ROSES):
            await unit.transcripts.save("anna", exchange, since=0.0)
        await unit.transcripts.save("ben", FERNS, since=0.0)
    async with store.transaction() as unit:
        assert await unit.transcripts.of("anna", since=0.0) == [ROSES, FERNS]
        assert await unit.transcripts.of("anna", since=15.0) == [FERNS]
        assert await unit.transcripts.one("anna", "e1") == ROSES
        assert await unit.transcripts.one("ben", "e1") is None
        await unit.transcripts.save("anna", FERNS, since=15.0)
        assert await unit.transcripts.one("anna", "e1") is None
        await unit.forget(Person("web", "", "anna"))
        assert await unit.transcripts.of("anna", since=0.0) == []
        await unit.transcripts.clear("ben")
        assert await unit.transcripts.of("ben", since=0.0) == []
    await store.close()


async def test_of_each_person_the_latest_exchanges_are_kept_and_no_more(database: str) -> None:
    store = SqlStore.at(database)
    said = [replace(FERNS, id=f"e{number}", at=float(number)) for number in range(MOST_EXCHANGES + 2)]
    async with store.transaction() as unit:
        await unit.transcripts.save("ben", ROSES, since=0.0)
        for exchange in said:
            await unit.transcripts.save("anna", exchange, since=0.0)
    async with store.transaction() as unit:
        assert await unit.transcripts.of("anna", since=0.0) == said[2:]
        assert await unit.transcripts.one("anna", "e1") is None
        assert await unit.transcripts.of("ben", since=0.0) == [ROSES]
    await store.close()
