"""Whatever fails: a turn and its reply are kept together or not at all, and the reply is seen once."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.leases import LEASE
from adapters.outbox_relay import OutboxRelay, wait_before
from bot.advisor import Advisor
from bot.domain.messages import Field, Form, Message, Place, Reply
from bot.domain.records import StoredConversation
from bot.knowledge.shipped_phrases import shipped
from bot.service.session import Session
from tests.adapters.teams.card_schema import elements, texts
from tests.adapters.teams.conftest import FakeTime, MakeWorld, TinySession, World
from tests.teams_connector.activities import CHANNEL, DANA, TENANT, activity, in_channel, message
from tests.teams_connector.connector import Fault

CHAT = Place("teams", TENANT, "a:dana-and-bot")


async def made(
    make_world: MakeWorld, advisor: Advisor, session: TinySession | None = None, beside: World | None = None
) -> World:
    """A world with the real session, perhaps within another one."""
    world = await make_world(session=session, beside=beside)
    world.session.whole = Session(advisor, world.store)
    return world


async def stored(world: World) -> StoredConversation:
    async with world.store.transaction() as unit:
        return await unit.conversations.load(CHAT, "aad-dana")


async def test_a_turn_whose_reply_the_outbox_does_not_take_is_undone_T12(
    make_world: MakeWorld, advisor: Advisor, tmp_path: Path
) -> None:
    world = await made(make_world, advisor)
    with closing(sqlite3.connect(tmp_path / "1.db")) as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END")
    assert (await world.post(message(world.connector.url, "triage")))[0] == 200
    [sent] = world.connector.sent
    assert texts(sent.card)[:2] == [shipped()("notice-failure-title"), shipped()("notice-failure")]
    assert (await stored(world)).version == 0


@dataclass
class KilledAfterTheTurn(TinySession):
    """The session of a process that does nothing any more once a turn's transaction has ended."""

    killed: asyncio.Event = field(default_factory=asyncio.Event)

    async def respond(self, *arguments: Any) -> Reply:
        await super().respond(*arguments)
        return await self._die()

    async def hand_over(self, *arguments: Any) -> Reply | None:
        await super().hand_over(*arguments)
        return await self._die()

    async def _die(self) -> Any:
        self.killed.set()
        await asyncio.Event().wait()


async def test_the_reply_of_a_process_that_is_killed_after_the_turn_is_sent_by_another_one(
    make_world: MakeWorld, advisor: Advisor
) -> None:
    session = KilledAfterTheTurn()
    dying = await made(make_world, advisor, session)
    posting = asyncio.create_task(dying.post(message(dying.connector.url, "triage")))
    await session.killed.wait()
    posting.cancel()
    assert (await stored(dying)).version == 1
    other = await made(make_world, advisor, beside=dying)
    await take_over(other)
    [sent] = dying.connector.sent
    assert sent.conversation == CHAT.channel


async def take_over(world: World) -> None:
    """Send what a process left whose leases have stood still for long enough."""
    passing = FakeTime()
    relay = OutboxRelay(
        world.store,
        {"teams": world.surface.sender},
        shipped,
        clock=lambda: world.time.date,
        monotonic=passing.clock,
    )
    for _ in range(3):
        await relay.send_due()
        passing.now += LEASE / 2


async def test_a_message_delivered_again_to_another_process_is_taken_in_and_answered_once_T17(
    make_world: MakeWorld, advisor: Advisor
) -> None:
    world = await made(make_world, advisor)
    other = await made(make_world, advisor, beside=world)
    asked = message(world.connector.url, "triage")
    assert (await world.post(asked))[0] == 200
    before = await stored(world)
    assert (await other.post(asked))[0] == 200
    assert await stored(world) == before
    assert len(world.connector.messages) == 1


async def test_a_form_that_is_sent_later_offers_the_channels_that_there_are_then(make_world: MakeWorld) -> None:
    async def share(message: Message) -> Reply:
        picked = Field("place", "Channel", required=True, place=True)
        return Reply("notice", "Share it", form=Form("preview:answer/x", "Where to?", "Preview", (picked,)))

    world = await make_world(session=TinySession(share))
    channels: list[dict[str, Any]] = [{"id": CHANNEL, "name": None}]
    world.connector.teams = {CHANNEL: {"name": "Payments", "channels": channels}}
    world.connector.members = {CHANNEL: [DANA]}
    await world.post(activity(world.connector.url, "installationUpdate", action="add", **in_channel("")))
    await world.post(message(world.connector.url, "share"))
    world.connector.faults = [Fault(500)]
    await world.post(message(world.connector.url, "share"))
    channels.append({"id": "19:new@thread.tacv2", "name": "New"})
    created = in_channel("")
    created["channelData"] |= {"eventType": "channelCreated", "team": {"id": CHANNEL, "name": "Payments"}}
    await world.post(activity(world.connector.url, "conversationUpdate", **created))
    world.connector.sent.clear()
    later = world.time.date + wait_before(1)
    await OutboxRelay(world.store, {"teams": world.surface.sender}, shipped, clock=lambda: later).send_due()
    [sent] = world.connector.sent
    [picked] = [element for element in elements(sent.card["body"]) if element.get("id") == "field.place"]
    assert [choice["title"] for choice in picked["choices"]] == ["Payments > General", "Payments > New"]
