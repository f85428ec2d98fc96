"""Posting in channels: which ones are offered to whom, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.teams.lookups import FAILURE_REMEMBERED, MEMBERSHIP_CACHED_FOR
from bot.domain.messages import Field, Form, Message, Paragraph, Reply
from bot.knowledge.shipped_phrases import shipped
from tests.adapters.teams.card_schema import check_card, elements, texts
from tests.adapters.teams.conftest import MakeWorld, World
from tests.teams_connector.activities import (
    CHANNEL,
    DANA,
    TENANT,
    activity,
    in_channel,
    in_group_chat,
    message,
    pressed,
)

ALERTS, BOARD, OTHERS = "19:alerts@thread.tacv2", "19:board@thread.tacv2", "19:others@thread.tacv2"
FORM = Form(
    "preview:answer/x",
    "Where to?",
    "Preview",
    (Field("place", "Channel", required=True, place=True), Field("note", "A note")),
)
PREVIEW = {"command": "preview:answer/x", "field.place": ALERTS, "field.note": "see this, all of you"}


async def share(message: Message) -> Reply:
    return Reply("notice", "Share it", body=(Paragraph("Pick a channel."),), form=FORM)


def installed(url: str, team: str) -> dict[str, Any]:
    conversation = {"id": team, "conversationType": "channel", "isGroup": True, "tenantId": TENANT}
    data = {"tenant": {"id": TENANT}, "team": {"id": team}}
    return activity(url, "installationUpdate", action="add", conversation=conversation, channelData=data)


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    return await with_teams(await make_world())


async def with_teams(world: World) -> World:
    """Two teams that the bot is in; Dana is in one of them."""
    world.connector.teams = {
        CHANNEL: {
            "name": "Payments",
            "channels": [
                {"id": CHANNEL, "name": None},
                {"id": ALERTS, "name": "Alerts", "type": "standard"},
                {"id": BOARD, "name": "Board", "type": "private"},
            ],
        },
        OTHERS: {"name": "Others", "channels": [{"id": OTHERS, "name": None}]},
    }
    world.connector.members = {CHANNEL: [DANA], OTHERS: [{"id": "29:erik"}]}
    for team in world.connector.teams:
        await world.post(installed(world.connector.url, team))
    world.connector.sent.clear()
    world.connector.lookups.clear()
    world.session.heard.clear()
    world.session.reply = share
    return world


def offered(card: dict[str, Any]) -> list[str]:
    [picked] = [element for element in elements(card["body"]) if element.get("id") == "field.place"]
    return [choice["title"] for choice in picked["choices"]]


async def shown(world: World, **where: Any) -> dict[str, Any]:
    await world.post(message(world.connector.url, "share", **where))
    card: dict[str, Any] = world.connector.sent[-1].card
    check_card(card)
    return card


async def test_who_shares_picks_among_channels_of_teams_that_both_are_in(world: World) -> None:
    assert offered(await shown(world)) == ["Payments > General", "Payments > Alerts"]


async def test_a_private_channel_is_offered_to_its_own_members(world: World) -> None:
    world.connector.members[BOARD] = [DANA]
    assert offered(await shown(world))[-1] == "Payments > Board"


async def test_in_a_channel_others_are_not_shown_in_which_teams_one_is(world: World) -> None:
    world.connector.members[OTHERS] = [DANA]
    assert offered(await shown(world, **in_channel())) == ["Payments > General", "Payments > Alerts"]
    assert offered(await shown(world, **in_group_chat())) == ["Here"]
    world.connector.members[BOARD] = [DANA]
    assert offered(await shown(world, **in_channel(channel=BOARD)))[-1] == "Payments > Board", "they are all in it"


async def test_a_team_that_the_bot_was_taken_out_of_without_being_told_is_passed_over(world: World) -> None:
    del world.connector.teams[OTHERS]
    assert offered(await shown(world)) == ["Payments > General", "Payments > Alerts"]


async def test_who_is_in_no_team_with_the_bot_is_told_what_to_do_T12(world: World) -> None:
    world.connector.members.clear()
    card = await shown(world)
    assert texts(card)[0] == "There is no channel to post in"
    assert any("Add to a team" in text for text in texts(card))
    assert card["actions"], "there is a way on"


async def test_what_was_picked_goes_on_with_the_note_as_it_was_written(world: World) -> None:
    await world.post(pressed(world.connector.url, PREVIEW))
    [heard] = world.session.heard
    assert heard.entered == {"place": (ALERTS,), "note": ("see this, all of you",)}


async def test_a_channel_of_a_team_that_one_has_left_meanwhile_is_refused(world: World) -> None:
    assert "Payments > Alerts" in offered(await shown(world))
    world.session.heard.clear()
    world.connector.members[CHANNEL] = []
    await world.post(pressed(world.connector.url, PREVIEW))
    assert world.session.heard == []
    assert texts(world.connector.sent[-1].card)[0] == "That channel is not open to you"


@pytest.mark.parametrize("place", [BOARD, OTHERS, "19:never-heard-of@thread.tacv2", "a:somebodys-chat", "../../x"])
async def test_a_place_that_was_never_offered_is_refused(world: World, place: str) -> None:
    await world.post(pressed(world.connector.url, {**PREVIEW, "field.place": place}))
    await world.post(pressed(world.connector.url, {**PREVIEW, "fields.place": place}))
    assert world.session.heard == []


async def test_where_one_is_writing_one_may_post(world: World) -> None:
    data = {**PREVIEW, "field.place": "19:chat@thread.v2"}
    await world.post(pressed(world.connector.url, data, **in_group_chat()))
    assert len(world.session.heard) == 1


async def test_who_shares_is_asked_for_in_each_team_once_a_minute_and_channels_where_they_are_in(
    world: World,
) -> None:
    await shown(world)
    first = list(world.connector.lookups)
    assert sorted(path for path in first if "/members/" in path) == [
        f"/v3/conversations/{roster}/members/29:dana" for roster in (BOARD, CHANNEL, OTHERS)
    ]
    assert [path for path in first if path.endswith("/conversations")] == [f"/v3/teams/{CHANNEL}/conversations"]
    await shown(world)
    assert world.connector.lookups == first
    world.time.now += MEMBERSHIP_CACHED_FOR
    await shown(world)
    assert len(world.connector.lookups) == len(first) + 3, "only for the person"


async def test_whoever_posts_is_asked_for_in_that_channel_alone(world: World) -> None:
    await shown(world)
    world.connector.lookups.clear()
    await world.post(pressed(world.connector.url, PREVIEW))
    assert world.connector.lookups == [f"/v3/conversations/{CHANNEL}/members/29:dana"]


async def test_in_a_channel_its_team_alone_is_asked(world: World) -> None:
    await shown(world, **in_channel())
    assert world.connector.lookups
    assert not [path for path in world.connector.lookups if OTHERS in path]


@pytest.mark.parametrize("status", [500, 429])
@pytest.mark.parametrize(("count", "said"), [(1, "1 team could not be asked"), (2, "2 teams could not be asked")])
async def test_teams_that_do_not_answer_are_left_out_and_that_is_said_T24(
    world: World, status: int, count: int, said: str
) -> None:
    for number in range(count):
        broken = f"19:broken-{number}@thread.tacv2"
        world.connector.broken[broken] = status
        await world.post(installed(world.connector.url, broken))
    card = await shown(world)
    assert offered(card) == ["Payments > General", "Payments > Alerts"]
    assert any(text.startswith(said) for text in texts(card))
    world.connector.lookups.clear()
    await shown(world)
    assert not world.connector.lookups, "what failed is not asked again at once"
    world.session.heard.clear()
    await world.post(pressed(world.connector.url, PREVIEW))
    assert len(world.session.heard) == 1, "and stops nobody from posting"


async def test_a_team_that_says_nothing_is_left_out_after_a_while_T24(make_world: MakeWorld) -> None:
    world = await with_teams(await make_world(patience=1.0))
    world.connector.silent.add(OTHERS)
    card = await shown(world)
    assert offered(card) == ["Payments > General", "Payments > Alerts"]
    assert any(text.startswith("1 team could not be asked") for text in texts(card))


async def test_where_no_team_can_be_asked_that_is_said_with_what_to_do_T12(world: World) -> None:
    world.connector.broken = dict.fromkeys(world.connector.teams, 500)
    card = await shown(world)
    assert texts(card)[:2] == [shipped()("teams-none-asked-title"), shipped()("teams-none-asked")]
    world.connector.broken = {}
    world.time.now += FAILURE_REMEMBERED
    assert offered(await shown(world)) == ["Payments > General", "Payments > Alerts"]


async def test_a_channel_that_is_made_or_a_team_that_is_renamed_is_offered_as_it_is_now(world: World) -> None:
    await shown(world)
    world.connector.teams[CHANNEL]["channels"].append({"id": "19:new@thread.tacv2", "name": "New"})
    for event in ("channelCreated", "teamRenamed"):
        change = in_channel("")
        change["channelData"] |= {"eventType": event, "team": {"id": CHANNEL, "name": "Billing"}}
        await world.post(activity(world.connector.url, "conversationUpdate", **change))
    assert offered(await shown(world)) == ["Billing > General", "Billing > Alerts", "Billing > New"]


async def test_nobody_stops_what_a_channel_gets_that_they_are_not_in(world: World) -> None:
    await world.post(message(world.connector.url, f"unsubscribe:{OTHERS}"))
    await world.post(pressed(world.connector.url, {"command": f"unsubscribe:{OTHERS}"}))
    assert world.session.heard == []
    await world.post(pressed(world.connector.url, {"command": f"unsubscribe:{ALERTS}"}))
    await world.post(message(world.connector.url, "unsubscribe", **in_channel()))
    assert len(world.session.heard) == 2
