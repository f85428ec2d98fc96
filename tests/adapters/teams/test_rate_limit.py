"""Somebody who sends too much in Teams: told once, then nothing but the answers that Teams itself waits for."""

from __future__ import annotations

from typing import Any

from adapters.rate_limit import MOST, WITHIN
from adapters.teams.invokes.message_extension_query import MAX_SEARCHES
from bot.domain.messages import Choice, Reply
from tests.adapters.teams.card_schema import texts
from tests.adapters.teams.conftest import MakeWorld, TinySession, World
from tests.adapters.teams.test_invokes import query
from tests.teams_connector.activities import BOT, activity, executed, in_channel, message

TOLD = "Please slow down"
ERIN = {"id": "29:erin", "name": "Erin", "aadObjectId": "aad-erin", "role": "user"}


async def flood(world: World) -> None:
    """As much as one person may send."""
    for number in range(MOST):
        await world.post(message(world.connector.url, f"message {number}"))
    world.connector.sent.clear()
    world.session.heard.clear()


async def test_a_flood_gets_one_please_slow_down_and_nobody_else_waits(world: World) -> None:
    await flood(world)
    for number in range(4):
        status, _ = await world.post(message(world.connector.url, f"more {number}"))
        assert status == 200
    [told] = world.connector.sent
    assert texts(told.card)[0] == TOLD
    assert world.session.heard == []
    await world.post(message(world.connector.url, "hello", **{"from": ERIN}))
    assert [heard.text for heard in world.session.heard] == ["hello"]
    world.time.now += WITHIN
    await world.post(message(world.connector.url, "hello again"))
    assert [heard.text for heard in world.session.heard] == ["hello", "hello again"]


async def test_what_teams_delivers_again_counts_once(world: World) -> None:
    again = message(world.connector.url, "hello")
    for _ in range(3):
        await world.post(again)
    for number in range(MOST - 1):
        await world.post(message(world.connector.url, f"message {number}"))
    assert len(world.session.heard) == MOST


async def test_a_pressed_button_is_told_in_a_line_once_and_its_card_stays(world: World) -> None:
    await flood(world)
    answers = [await world.post(executed(world.connector.url, {"command": "triage:1:few"})) for _ in range(3)]
    assert [status for status, _ in answers] == [200] * 3
    assert {body["type"] for _, body in answers} == {"application/vnd.microsoft.activity.message"}
    first, *others = (body["value"] for _, body in answers)
    assert first.startswith(TOLD)
    assert others == ["", ""]
    assert world.connector.sent == [] and world.session.heard == []


async def test_a_message_action_is_told_once_and_then_closes_without_a_word(world: World) -> None:
    await flood(world)
    value = {"commandId": "advise", "messagePayload": {"body": {"content": "what is SAST?"}}}
    asked = [activity(world.connector.url, "invoke", name="composeExtension/fetchTask", value=value) for _ in range(2)]
    (_, first), (status, second) = [await world.post(each) for each in asked]
    assert first["task"]["type"] == "message" and TOLD in first["task"]["value"]
    assert (status, second) == (200, "")
    assert world.session.heard == []


async def test_searches_come_at_every_pause_in_typing_so_they_are_counted_apart(make_world: MakeWorld) -> None:
    choices = tuple(Choice(name, f"answer:{name}") for name in "abc")

    async def unclear(asked: Any) -> Reply:
        return Reply("clarify", "Which?", choices=choices) if asked.text else Reply("answer", "An answer")

    world = await make_world(session=TinySession(unclear))
    bodies = [(await world.post(query(world.connector.url, "what")))[1] for _ in range(MAX_SEARCHES + 2)]
    results = [body["composeExtension"] for body in bodies]
    assert [len(one.get("attachments", "")) for one in results[:MAX_SEARCHES]] == [3] * MAX_SEARCHES
    assert results[-2] == {"type": "message", "text": TOLD}
    assert results[-1] == {"type": "result", "attachmentLayout": "list", "attachments": []}
    await world.post(message(world.connector.url, "hello"))
    assert world.connector.sent


async def test_what_nobody_typed_or_pressed_is_no_part_of_a_flood(world: World) -> None:
    for _ in range(MOST + 1):
        await world.post(activity(world.connector.url, "conversationUpdate", membersAdded=[ERIN]))
        await world.post(message(world.connector.url, "I am a bot", **{"from": {**BOT, "role": "bot"}}))
    await world.post(activity(world.connector.url, "installationUpdate", action="add"))
    await world.post(message(world.connector.url, "hello"))
    assert [heard.text for heard in world.session.heard] == ["", "hello"]


async def test_choosing_the_experts_channel_is_a_part_of_a_flood_like_everything_typed(world: World) -> None:
    await flood(world)
    for _ in range(2):
        await world.post(message(world.connector.url, "experts here", **in_channel()))
    [told] = world.connector.sent
    assert texts(told.card)[0] == TOLD
    assert world.connector.lookups == []
