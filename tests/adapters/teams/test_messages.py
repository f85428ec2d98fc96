from __future__ import annotations

import asyncio

from bot.domain.messages import Choice, Citation, Message, Paragraph, Place, Reply
from tests.adapters.teams.card_schema import texts
from tests.adapters.teams.conftest import MakeWorld, TinySession, World
from tests.teams_connector.activities import (
    BOT,
    CHANNEL,
    DANA,
    TENANT,
    activity,
    in_channel,
    in_group_chat,
    mention,
    message,
    pressed,
)

ANSWER = Reply(
    "answer",
    "Both, in part",
    verdict="partly",
    verdict_label="Partly",
    body=(Paragraph("It depends on the part."),),
    citations=(Citation("c1", "One thing holds.", "section 2", "The Source"),),
    choices=(Choice("And the other?", "answer:other"),),
)


def answering(reply: Reply) -> TinySession:
    async def respond(message: Message) -> Reply:
        return reply

    return TinySession(respond)


async def test_a_direct_message_is_answered_with_a_card_that_says_the_verdict_first(make_world: MakeWorld) -> None:
    world = await make_world(session=answering(ANSWER))
    status, _ = await world.post(message(world.connector.url, "does it?"))
    assert status == 200
    [sent] = world.connector.sent
    assert texts(sent.card)[:3] == ["Partly", "Both, in part", "It depends on the part."]
    assert "text" not in sent.activity, "a card with text may come back without an id"
    assert sent.activity["summary"] == "Partly. Both, in part"
    assert sent.card["fallbackText"] == ANSWER.text


async def test_a_message_says_who_asked_what_and_where(world: World) -> None:
    asked = message(world.connector.url, "what is it?")
    await world.post(asked)
    [heard] = world.session.heard
    assert heard.text == "what is it?"
    assert heard.command is None
    assert heard.place == Place("teams", TENANT, "a:dana-and-bot", "")
    assert heard.person == "aad-dana"
    assert heard.public is False
    assert heard.delivery == f"{asked['conversation']['id']}/{asked['id']}"
    assert heard.at == world.time.date
    assert heard.can_post
    assert heard.experts is None


async def test_a_button_is_a_message_with_its_command(world: World) -> None:
    await world.post(pressed(world.connector.url, {"command": "answer:other"}))
    [heard] = world.session.heard
    assert (heard.command, heard.text) == ("answer:other", "")


async def test_a_choice_from_the_list_beside_the_buttons_is_its_command(world: World) -> None:
    await world.post(pressed(world.connector.url, {"command": "more", "more": "answer:ninth"}))
    [heard] = world.session.heard
    assert heard.command == "answer:ninth"


async def test_a_submitted_form_brings_its_fields(world: World) -> None:
    data = {"command": "triage-form", "field.size": "small", "fields.risks": "a,b", "field.note": "one, two"}
    await world.post(pressed(world.connector.url, data))
    [heard] = world.session.heard
    assert heard.command == "triage-form"
    assert dict(heard.fields) == {"size": ("small",), "risks": ("a", "b"), "note": ("one, two",)}


async def test_a_mention_in_a_channel_is_answered_in_its_thread_T8(world: World) -> None:
    asked = message(
        world.connector.url,
        "<at>Security Advisor</at> what is it?",
        entities=[mention(BOT)],
        **in_channel("1700000000001"),
    )
    await world.post(asked)
    [sent], [heard] = world.connector.sent, world.session.heard
    assert sent.conversation == f"{CHANNEL};messageid=1700000000001"
    assert sent.reply_to == asked["id"]
    assert heard.place == Place("teams", TENANT, CHANNEL, "1700000000001")
    assert heard.public is True


async def test_a_mention_in_a_group_chat_is_answered_there(world: World) -> None:
    asked = message(world.connector.url, "<at>Security Advisor</at> hi", entities=[mention(BOT)], **in_group_chat())
    await world.post(asked)
    [sent], [heard] = world.connector.sent, world.session.heard
    assert sent.conversation == "19:chat@thread.v2"
    assert (heard.text, heard.public) == ("hi", True)


async def test_where_teams_does_not_say_what_kind_of_place_it_is_nothing_passes_for_private(world: World) -> None:
    for where in (in_channel(), in_group_chat()):
        del where["conversation"]["conversationType"]
        await world.post(message(world.connector.url, "hi", **where))
    assert [heard.public for heard in world.session.heard] == [True, True]


async def test_only_the_bots_own_mention_is_taken_out_T18(world: World) -> None:
    namesake = {"id": "29:other", "name": "Security Advisor"}
    asked = message(
        world.connector.url,
        "<at>Security Advisor</at> and <at>Security Advisor</at> and <at>Dana</at>: what is it?",
        entities=[mention(namesake), mention(BOT), mention(DANA), {"type": "clientInfo", "locale": "en"}],
        **in_channel(),
    )
    await world.post(asked)
    [heard] = world.session.heard
    assert heard.text == "<at>Security Advisor</at> and  and <at>Dana</at>: what is it?"


async def test_every_mention_of_the_bot_is_taken_out(world: World) -> None:
    asked = message(world.connector.url, "<at>Bot</at> why, <at>Bot</at>", entities=[mention(BOT, "<at>Bot</at>")] * 2)
    await world.post(asked)
    [heard] = world.session.heard
    assert heard.text == "why,"


async def test_edits_deletions_reactions_and_bots_are_ignored(world: World) -> None:
    url = world.connector.url
    for ignored in (
        activity(url, "messageUpdate", text="what is it, really?"),
        activity(url, "messageDelete"),
        activity(url, "messageReaction", reactionsAdded=[{"type": "like"}]),
        activity(url, "typing"),
        activity(url, "event", name="application/vnd.microsoft.readReceipt", value={"lastReadMessageId": "1"}),
        activity(url, "conversationUpdate", membersAdded=[BOT]),
        message(url, "hi", **{"from": {"id": "28:another-bot", "name": "Bot"}}),
        message(url, "hi", **{"from": {"id": "29:x", "name": "Bot", "role": "bot"}}),
    ):
        assert await world.post(ignored) == (200, "")
    assert world.session.heard == []
    assert world.connector.sent == []


async def test_an_installation_is_welcomed_once_T5_T7(world: World) -> None:
    url = world.connector.url
    for _ in range(2):
        await world.post(activity(url, "installationUpdate", action="add"))
        await world.post(activity(url, "conversationUpdate", membersAdded=[BOT]))
        await world.post(activity(url, "installationUpdate", action="add-upgrade"))
    assert len(world.connector.sent) == 1
    [heard] = world.session.heard
    assert heard.command == "help"


async def test_who_takes_the_app_again_is_welcomed_again(world: World) -> None:
    url = world.connector.url
    for action in ("add", "remove", "add"):
        await world.post(activity(url, "installationUpdate", action=action))
    assert len(world.connector.sent) == 2


TEAM = {"conversation": {"id": CHANNEL, "conversationType": "channel", "isGroup": True, "tenantId": TENANT}}


async def test_a_welcome_in_a_team_names_who_added_it_T6(world: World) -> None:
    who = {"id": "29:dana", "aadObjectId": "aad-dana"}
    world.connector.members[CHANNEL] = [{**who, "name": "Dana"}]
    await world.post(activity(world.connector.url, "installationUpdate", action="add", **TEAM, **{"from": who}))
    [sent] = world.connector.sent
    assert (sent.conversation, texts(sent.card)[1]) == (CHANNEL, "Dana added me here.")


async def test_a_welcome_without_a_name_is_better_than_none(world: World) -> None:
    who = {"id": "29:nobody-knows"}
    await world.post(activity(world.connector.url, "installationUpdate", action="add", **TEAM, **{"from": who}))
    [sent] = world.connector.sent
    assert not any("added me" in text for text in texts(sent.card))


async def test_who_is_in_a_team_or_joins_it_is_not_written_to_T6(world: World) -> None:
    world.connector.members[CHANNEL] = [DANA, {"id": "29:erik", "name": "Erik"}]
    await world.post(activity(world.connector.url, "installationUpdate", action="add", **TEAM))
    joined = [{"id": "29:finn", "aadObjectId": "aad-finn"}]
    await world.post(activity(world.connector.url, "conversationUpdate", membersAdded=joined, **TEAM))
    assert [sent.conversation for sent in world.connector.sent] == [CHANNEL]


async def test_the_first_suggestions_stand_above_the_compose_box_of_a_personal_chat(make_world: MakeWorld) -> None:
    help = Reply("help", "Help", choices=tuple(Choice(f"Question {n}", f"answer:{n}") for n in range(5)))
    world = await make_world(session=answering(help))
    await world.post(message(world.connector.url, "help"))
    await world.post(message(world.connector.url, "help", **in_group_chat()))
    personal, group = world.connector.sent
    suggested = personal.activity["suggestedActions"]["actions"]
    assert [(action["type"], action["value"]) for action in suggested] == [
        ("imBack", f"Question {n}") for n in range(3)
    ]
    assert "suggestedActions" not in group.activity


async def test_a_message_delivered_again_is_answered_once_T17(world: World) -> None:
    asked = message(world.connector.url, "what is it?")
    outcomes = await asyncio.gather(*(world.post(asked) for _ in range(5)))
    outcomes.append(await world.post(asked))
    assert {status for status, _ in outcomes} == {200}
    assert len(world.connector.sent) == 1


async def test_a_message_delivered_to_two_processes_is_answered_once_T17(make_world: MakeWorld) -> None:
    one = await make_world()
    other = await make_world(beside=one)
    for _ in range(4):
        asked = message(one.connector.url, "what is it?")
        outcomes = await asyncio.gather(one.post(asked), other.post(asked), one.post(asked), other.post(asked))
        assert [status for status, _ in outcomes] == [200] * 4
    assert len(one.connector.messages) == 4


async def test_a_failing_turn_answers_plainly_with_a_reference_T12(make_world: MakeWorld) -> None:
    async def fail(message: Message) -> Reply:
        raise RuntimeError(f"cannot read {message.text}")

    world = await make_world(session=TinySession(fail))
    status, _ = await world.post(message(world.connector.url, "my secret plan"))
    assert status == 200
    [sent] = world.connector.sent
    assert "reference" in sent.card["fallbackText"]
    assert "secret plan" not in str(sent.activity)
    assert "RuntimeError" not in str(sent.activity)


async def test_who_waits_sees_a_typing_indicator_and_then_the_answer_T4(make_world: MakeWorld) -> None:
    shown = asyncio.Event()

    async def wait(message: Message) -> Reply:
        await shown.wait()
        return ANSWER

    world = await make_world(session=TinySession(wait), slow=0.0)
    posting = asyncio.create_task(world.post(message(world.connector.url, "what is it?")))
    await world.connector.until(lambda: len(world.connector.sent) == 1)
    shown.set()
    await posting
    assert [sent.activity["type"] for sent in world.connector.sent] == ["typing", "message"]


async def test_an_answer_in_time_comes_without_a_typing_indicator_T9(world: World) -> None:
    await world.post(message(world.connector.url, "what is it?"))
    assert [sent.activity["type"] for sent in world.connector.sent] == ["message"]


async def test_answers_to_a_caller_that_expects_them_come_in_the_response(world: World) -> None:
    status, body = await world.post(message(world.connector.url, "what is it?", deliveryMode="expectReplies"))
    assert status == 200
    [reply] = body["activities"]
    assert reply["attachments"][0]["content"]["type"] == "AdaptiveCard"
    assert world.connector.sent == []
