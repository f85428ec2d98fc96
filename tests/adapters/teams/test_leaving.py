"""The bot is taken out of a team, a chat or a tenant: what was kept there is deleted."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.domain.conversation import Conversation, LastTurn
from bot.domain.effects import Post
from bot.domain.messages import Place
from bot.domain.outbox import OutboxItem
from bot.domain.records import Person, Subscription
from tests.adapters.teams.conftest import World
from tests.teams_connector.activities import CHANNEL, TENANT, activity, in_channel, in_group_chat, message

ALERTS, CHAT, PERSONAL = "19:alerts@thread.tacv2", "19:chat@thread.v2", "a:dana-and-bot"
TALK = Conversation(last=LastTurn("what is it?"))


@pytest.fixture
async def kept(world: World) -> World:
    """Something is kept of a channel, a group chat and a personal chat."""
    for where in (in_channel(channel=ALERTS), in_group_chat(), {}):
        await world.post(message(world.connector.url, "hi", **where))
    async with world.store.transaction() as unit:
        for channel in (ALERTS, CHAT, PERSONAL):
            place = Place("teams", TENANT, channel)
            await unit.conversations.save(place, "aad-dana", TALK, version=0, look_again_at=1e12)
            await unit.subscriptions.put(Subscription(place, "weekly", "aad-dana", next_at=1e12))
            await unit.outbox.put(OutboxItem(channel, "send", place, channel, Post("A title")), 1e12)
        await unit.recommendations.keep("r1", Person("teams", TENANT, "aad-dana"), "{}", "k", 1.0)
    return world


async def left(world: World) -> list[str]:
    """The channels of which anything is kept."""
    found = []
    async with world.store.transaction() as unit:
        for channel in (ALERTS, CHAT, PERSONAL):
            place = Place("teams", TENANT, channel)
            talk = await unit.conversations.load(place, "aad-dana")
            found += [channel] if talk.version else []
    return found


def taken_out(url: str, **where: Any) -> dict[str, Any]:
    return activity(url, "installationUpdate", action="remove", **where)


async def test_who_is_taken_out_of_a_team_forgets_all_its_channels(kept: World) -> None:
    assert await kept.post(taken_out(kept.connector.url, **in_channel(""))) == (200, "")
    assert await left(kept) == [CHAT, PERSONAL]
    async with kept.store.transaction() as unit:
        assert await unit.outbox.waiting() == 2
        assert await unit.subscriptions.get(Place("teams", TENANT, ALERTS)) is None
        assert await unit.references.teams(TENANT) == []


async def test_who_is_taken_out_of_a_group_chat_forgets_it(kept: World) -> None:
    await kept.post(taken_out(kept.connector.url, **in_group_chat()))
    assert await left(kept) == [ALERTS, PERSONAL]


async def test_who_removes_the_app_is_forgotten(kept: World) -> None:
    await kept.post(taken_out(kept.connector.url))
    assert await left(kept) == []
    async with kept.store.transaction() as unit:
        assert await unit.references.personal(TENANT, "aad-dana") is None
        assert not await unit.recommendations.of(Person("teams", TENANT, "aad-dana"))
        subscription = await unit.subscriptions.get(Place("teams", TENANT, ALERTS))
        assert subscription is not None and subscription.person == "", "a channel's own stays, without the name"


@pytest.mark.parametrize("event", ["teamDeleted", "teamHardDeleted"])
async def test_a_team_that_is_deleted_is_forgotten(kept: World, event: str) -> None:
    gone = in_channel("")
    gone["channelData"]["eventType"] = event
    await kept.post(activity(kept.connector.url, "conversationUpdate", **gone))
    assert await left(kept) == [CHAT, PERSONAL]


async def test_a_channel_that_is_deleted_is_forgotten_and_its_team_is_not(kept: World) -> None:
    gone = in_channel("", channel=ALERTS)
    gone["conversation"]["id"] = CHANNEL
    gone["channelData"]["eventType"] = "channelDeleted"
    await kept.post(activity(kept.connector.url, "conversationUpdate", **gone))
    assert await left(kept) == [CHAT, PERSONAL]
    async with kept.store.transaction() as unit:
        assert [team.conversation for team in await unit.references.teams(TENANT)] == [CHANNEL]


async def test_when_the_last_place_is_left_nothing_of_the_tenant_stays(kept: World) -> None:
    for where in (in_channel(""), in_group_chat(), {}):
        await kept.post(taken_out(kept.connector.url, **where))
    assert await left(kept) == []
    async with kept.store.transaction() as unit:
        assert await unit.references.is_empty(TENANT)
        assert await unit.delete_tenant("teams", TENANT) == 0


async def test_another_change_of_a_team_deletes_nothing(kept: World) -> None:
    for event in ("teamRenamed", "channelCreated", "teamArchived"):
        changed = in_channel("")
        changed["channelData"]["eventType"] = event
        await kept.post(activity(kept.connector.url, "conversationUpdate", **changed))
    assert await left(kept) == [ALERTS, CHAT, PERSONAL]


async def test_while_the_store_does_not_answer_teams_is_asked_to_say_it_again(kept: World, tmp_path: Path) -> None:
    gone = taken_out(kept.connector.url, **in_group_chat())
    with closing(sqlite3.connect(tmp_path / "1.db")) as other:
        other.execute("ALTER TABLE teams_references RENAME TO away")
        assert (await kept.post(gone))[0] == 503
        other.execute("ALTER TABLE away RENAME TO teams_references")
    assert (await kept.post(gone))[0] == 200
    assert await left(kept) == [ALERTS, PERSONAL]
