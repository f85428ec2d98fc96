"""Answers for the asker alone in channels and group chats (targeted messages), and in the thread where Teams can't."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapters.outbox_relay import OutboxRelay
from bot.advisor import Advisor
from bot.knowledge.shipped_phrases import shipped
from bot.service.session import Session
from tests.adapters.teams.card_schema import check_card, texts
from tests.adapters.teams.conftest import WITH_APP_ID, MakeWorld, World
from tests.adapters.teams.test_conversations import actions, labels
from tests.teams_connector.activities import (
    BOT,
    CHANNEL,
    DANA,
    activity,
    executed,
    in_channel,
    in_group_chat,
    mention,
    message,
    pressed,
)
from tests.teams_connector.connector import Fault, Sent

THREAD = "1700000000001"
IN_THREAD = f"{CHANNEL};messageid={THREAD}"


@pytest.fixture
async def world(make_world: MakeWorld, advisor: Advisor) -> World:
    return await with_knowledge(await make_world(WITH_APP_ID), advisor)


async def with_knowledge(world: World, advisor: Advisor) -> World:
    world.session.whole = Session(advisor, world.store)
    world.connector.teams = {CHANNEL: {"name": "Payments", "channels": [{"id": CHANNEL, "name": None}]}}
    world.connector.members = {CHANNEL: [DANA]}
    return world


def mentioned(world: World, text: str, **where: Any) -> dict[str, Any]:
    text = f"<at>{BOT['name']}</at> {text}"
    return message(world.connector.url, text, entities=[mention(BOT)], **(where or in_channel(THREAD)))


def to_the_bot_alone(world: World, text: str, **where: Any) -> dict[str, Any]:
    """What is written after a slash: the client leaves the slash and the name of the bot out."""
    return message(
        world.connector.url, text, **{**(where or in_channel(THREAD)), "recipient": {**BOT, "isTargeted": True}}
    )


async def answer(world: World, asked: dict[str, Any]) -> Sent:
    before = len(world.connector.sent)
    assert (await world.post_signed(asked))[0] == 200
    [sent] = world.connector.sent[before:]
    check_card(sent.card)
    return sent


def button(card: dict[str, Any], label: str) -> dict[str, Any]:
    [found] = [action for action in actions(card) if action["title"] == label]
    return found


async def test_a_mention_in_a_channel_is_answered_in_its_thread_for_the_asker_alone_T25(world: World) -> None:
    sent = await answer(world, mentioned(world, "what is SAST?"))
    assert (sent.targeted, sent.conversation) == (DANA["id"], IN_THREAD)
    assert "Share with the channel" in set(labels(sent.card))
    assert "entities" not in sent.activity, "the question stands above it for everybody"


async def test_in_a_group_chat_too_T25(world: World) -> None:
    sent = await answer(world, mentioned(world, "what is SAST?", **in_group_chat()))
    assert (sent.targeted, sent.conversation) == (DANA["id"], "19:chat@thread.v2")


async def test_what_is_shared_with_the_channel_is_previewed_and_then_everybodys_T25(world: World) -> None:
    sent = await answer(world, mentioned(world, "what is SAST?"))
    share = button(sent.card, "Share with the channel")["data"]
    form = await answer(world, pressed(world.connector.url, share, **in_channel(THREAD)))
    assert form.targeted == DANA["id"]
    [picked] = [one for one in form.card["body"] if one.get("id") == "field.place"]
    assert picked["value"] == CHANNEL
    data = {**button(form.card, "Preview")["data"], "field.place": CHANNEL, "field.note": ""}
    _, body = await world.post_signed(executed(world.connector.url, data, **in_channel(THREAD)))
    confirm = {**button(body["value"], "Post it")["data"], "field.place": CHANNEL, "field.note": ""}
    before = len(world.connector.sent)
    await world.post_signed(executed(world.connector.url, confirm, **in_channel(THREAD)))
    relay = OutboxRelay(world.store, {"teams": world.surface.sender}, shipped, clock=lambda: world.time.date)
    while await relay.send_due():
        pass
    post, told = [sent for sent in world.connector.sent[before:] if sent.action != "update"]
    assert (post.conversation, post.targeted) == (CHANNEL, "")
    assert told.targeted == DANA["id"]


async def test_where_teams_refuses_the_answer_stands_in_the_thread_as_before_T25(world: World) -> None:
    world.connector.refuses_targeted = 400
    sent = await answer(world, mentioned(world, "what is SAST?"))
    assert (sent.targeted, sent.conversation) == ("", IN_THREAD)
    world.connector.refuses_targeted = 404
    data = button(sent.card, "Share with the channel")["data"]
    again = await answer(world, pressed(world.connector.url, data, **in_channel(THREAD)))
    assert (again.targeted, again.conversation) == ("", IN_THREAD)


async def test_a_command_after_a_slash_is_answered_in_private_below_what_was_asked(world: World) -> None:
    asked = to_the_bot_alone(world, "topics")
    sent = await answer(world, asked)
    assert (sent.targeted, sent.conversation) == (DANA["id"], IN_THREAD)
    assert sent.activity["entities"] == [{"type": "targetedMessageInfo", "messageId": asked["id"]}]


@pytest.mark.parametrize("has_chat", [True, False])
async def test_what_was_asked_in_private_is_never_answered_before_others(world: World, has_chat: bool) -> None:
    if has_chat:
        await answer(world, message(world.connector.url, "hi"))
    sent = await answer(world, to_the_bot_alone(world, "what is SAST?"))
    world.connector.refuses_targeted = 403
    for asked in (
        to_the_bot_alone(world, "what is RASP?"),
        pressed(world.connector.url, button(sent.card, "Share with the channel")["data"], **in_channel(THREAD)),
    ):
        told = await answer(world, asked)
        if has_chat:
            assert (told.targeted, told.conversation) == ("", "a:dana-and-bot")
            assert "You asked this in private" in str(told.card), "a personal message says where it comes from"
        else:
            assert (told.conversation, texts(told.card)[0]) == (IN_THREAD, "I could not answer you in private here")
            assert "RASP" not in str(told.card)


async def test_the_next_step_takes_the_place_of_the_card_for_the_asker_alone(world: World) -> None:
    first = await answer(world, mentioned(world, "triage"))
    assert first.targeted == DANA["id"]
    option = next(action for action in actions(first.card) if action["type"] == "Action.Execute")
    go_on = {**executed(world.connector.url, option["data"], **in_channel(THREAD)), "replyToId": first.id}
    _, body = await world.post_signed(go_on)
    updated = world.connector.sent[-1]
    assert (updated.action, updated.id, updated.targeted) == ("update", first.id, DANA["id"])
    assert "recipient" not in updated.activity, "whom it is for can't be changed"
    assert updated.card == body["value"]
    assert all("alone" in action["data"] for action in actions(updated.card) if "data" in action)


async def test_the_welcome_is_for_everybody(world: World) -> None:
    added = activity(world.connector.url, "installationUpdate", action="add", **in_channel(""))
    assert (await answer(world, added)).targeted == ""


async def test_which_channel_the_experts_are_in_is_said_to_everybody(world: World) -> None:
    assert (await answer(world, mentioned(world, "experts here"))).targeted == ""


async def test_the_operator_may_have_mentions_answered_for_everybody(make_world: MakeWorld, advisor: Advisor) -> None:
    made = await make_world(replace(WITH_APP_ID, teams_private_answers=False))
    world = await with_knowledge(made, advisor)
    sent = await answer(world, mentioned(world, "what is SAST?"))
    assert (sent.targeted, sent.conversation) == ("", IN_THREAD)
    assert "Share" in set(labels(sent.card))
    assert (await answer(world, to_the_bot_alone(world, "what is SAST?"))).targeted == DANA["id"]


async def test_a_personal_chat_needs_none_of_it(world: World) -> None:
    sent = await answer(world, message(world.connector.url, "what is SAST?"))
    assert sent.targeted == ""
    assert "Share" in set(labels(sent.card))


@pytest.mark.parametrize("page", ["<html>no gateway today</html>", "[1]"])
async def test_a_page_in_place_of_teams_answer_is_no_proof_that_the_asker_saw_the_reply(
    world: World, page: str
) -> None:
    world.connector.faults = [Fault(200, page=page)]
    assert (await world.post_signed(mentioned(world, "what is SAST?")))[0] == 200
    assert world.connector.sent == []
    relay = OutboxRelay(world.store, {"teams": world.surface.sender}, shipped, clock=lambda: world.time.date)
    await relay.send_due()
    [told] = world.connector.sent
    assert texts(told.card)[0] == shipped()("notice-look-above-title")
