"""What Microsoft asks of every bot in Teams, with our own knowledge: greetings, commands, a way on from everywhere."""

from __future__ import annotations

from typing import Any

import pytest

from bot.advisor import Advisor
from bot.nlu.command_parser import BY_NAME, COMMANDS
from bot.service.session import Session
from tests.adapters.teams.card_schema import texts
from tests.adapters.teams.conftest import MakeWorld, World
from tests.adapters.teams.test_conversations import actions, text_of
from tests.teams_connector.activities import CHANNEL, TENANT, activity, in_channel, message, pressed

LISTED = [command.name for command in COMMANDS if command.listed]


@pytest.fixture
async def world(make_world: MakeWorld, advisor: Advisor) -> World:
    world = await make_world()
    world.session.whole = Session(advisor, world.store)
    world.connector.teams = {CHANNEL: {"name": "Payments", "channels": [{"id": CHANNEL, "name": None}]}}
    world.connector.members[CHANNEL] = [{"id": "29:dana"}]
    return world


async def said(world: World, text: str) -> dict[str, Any]:
    await world.post(message(world.connector.url, text))
    card: dict[str, Any] = world.connector.sent[-1].card
    return card


async def test_greetings_and_thanks_are_answered_misspelled_too_T1(world: World) -> None:
    greeting = text_of(await said(world, "hi"))
    for text in ("Hi", "Hello", "hallo", "hullo", "Hey", "good morning", "hello there!"):
        assert text_of(await said(world, text)) == greeting, text
    thanks = text_of(await said(world, "thanks"))
    assert thanks != greeting
    for text in ("Thanks", "thank you", "thx", "tahnks", "Thanks!"):
        assert text_of(await said(world, text)) == thanks, text


@pytest.mark.parametrize("name", LISTED)
async def test_every_listed_command_works_misspelled_too_T1(world: World, name: str) -> None:
    await said(world, "what is SAST?")
    title = texts(await said(world, name))[0]
    assert not title.startswith("Unknown")
    await said(world, "what is SAST?")
    assert texts(await said(world, name.upper()))[0] == title
    if len(name) > 3:
        await said(world, "what is SAST?")
        misspelled = texts(await said(world, name[1] + name[0] + name[2:]))
        assert misspelled[0] == ("Did you mean a command?" if BY_NAME[name].asks_first else title)


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
async def test_no_command_is_a_dead_end_T2(world: World, name: str) -> None:
    assert list(actions(await said(world, name)))
    await world.post(pressed(world.connector.url, {"command": name}))
    assert list(actions(world.connector.sent[-1].card))


async def test_what_nobody_can_answer_has_a_way_on_T2(world: World) -> None:
    for text in ("what is the weather?", "confirm:gone", "retract:gone", "", "x", "AKIAIOSFODNN7EXAMPLQ"):
        assert list(actions(await said(world, text))), text


async def test_the_welcome_says_what_it_is_for_how_to_begin_and_its_commands_T5(world: World) -> None:
    await world.post(activity(world.connector.url, "installationUpdate", action="add"))
    welcome = text_of(world.connector.sent[-1].card)
    assert "curated source" in welcome
    assert "Ask me about AppSec" in welcome
    for name in LISTED:
        assert (f"{name}: " in welcome) == (name != "ask"), "where nobody can be asked it is not offered"
    assert list(actions(world.connector.sent[-1].card)), "something to begin with"


async def test_a_team_is_welcomed_with_the_commands_T5_T6(world: World) -> None:
    await world.post(activity(world.connector.url, "installationUpdate", action="add", **in_channel("")))
    welcome = texts(world.connector.sent[-1].card)
    assert welcome[1] == "Dana added me here."


async def test_two_people_whose_messages_bear_one_number_each_get_their_own_answer(world: World) -> None:
    """Teams numbers messages by the millisecond, in each conversation by itself."""
    url = world.connector.url
    erin = {"id": "29:erin", "name": "Erin", "aadObjectId": "aad-erin", "role": "user"}
    elsewhere = {
        "from": erin,
        "conversation": {"id": "a:erin-and-bot", "conversationType": "personal", "tenantId": TENANT},
    }
    await world.post(message(url, "what is SAST?", id="1700000000001"))
    await world.post(message(url, "what is RASP?", id="1700000000001", **elsewhere))
    first, second = world.connector.sent
    assert (first.conversation, second.conversation) == ("a:dana-and-bot", "a:erin-and-bot")
    assert "RASP" in text_of(second.card) and "SAST" not in text_of(second.card)
