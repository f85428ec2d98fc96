"""What is shared by a link, on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

from adapters.database import SqlStore
from adapters.transcripts import MOST_SHARED, SharedReply
from bot.domain.messages import Paragraph, Reply
from bot.domain.records import Person

ROSES = SharedReply("link-1", "anna", "e1", Reply("recommendation", "Roses", body=(Paragraph("Shade."),)), 10.0)
FERNS = replace(ROSES, link="link-2", person="ben", exchange="e2", at=20.0)


async def test_what_is_behind_a_link_is_there_until_its_owner_ends_it_or_it_is_old(database: str) -> None:
    store = SqlStore.at(database)
    async with store.transaction() as unit:
        for shared in (ROSES, FERNS):
            await unit.shared_replies.share(shared)
    async with store.transaction() as unit:
        links = unit.shared_replies
        assert await links.behind("link-1") == ROSES
        assert await links.of("anna", "e1") == ROSES
        assert await links.of("ben", "e1") is None
        await links.end("ben", "link-1")
        assert await links.behind("link-1") == ROSES, "only its owner ends it"
        await links.end("anna", "link-1")
        assert await links.behind("link-1") is None
        assert await links.prune(20.0) == 0
        assert await links.prune(20.5) == 1
        assert await links.behind("link-2") is None
    await store.close()


async def test_who_is_forgotten_shares_nothing_any_more_also_what_was_handed_over_to_them(database: str) -> None:
    store = SqlStore.at(database)
    async with store.transaction() as unit:
        for shared in (ROSES, FERNS):
            await unit.shared_replies.share(shared)
        await unit.shared_replies.hand_over("anna", "anna-again")
        await unit.forget(Person("web", "", "anna"))
        assert await unit.shared_replies.behind("link-1") is not None
        await unit.forget(Person("web", "", "anna-again"))
        assert await unit.shared_replies.behind("link-1") is None
        assert await unit.shared_replies.behind("link-2") == FERNS
    await store.close()


async def test_of_each_person_the_latest_links_are_kept_and_no_more(database: str) -> None:
    store = SqlStore.at(database)
    async with store.transaction() as unit:
        await unit.shared_replies.share(FERNS)
        for number in range(MOST_SHARED + 1):
            await unit.shared_replies.share(replace(ROSES, link=f"l{number}", exchange=f"e{number}", at=float(number)))
        assert await unit.shared_replies.behind("l0") is None
        assert await unit.shared_replies.behind("l1") is not None
        assert await unit.shared_replies.behind("link-2") == FERNS
    await store.close()
