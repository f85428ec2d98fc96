"""From a personal chat to a channel and back: what is shared, and what is asked of the experts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from adapters.outbox_relay import OutboxRelay
from bot.advisor import Advisor
from bot.domain.conversation import DAY
from bot.knowledge.shipped_phrases import shipped
from bot.service.session import Session
from bot.service.subscription_posts import post_due
from tests.adapters.teams.card_schema import check_card, elements, texts
from tests.adapters.teams.conftest import MakeWorld, World
from tests.adapters.teams.test_conversations import TeamsClient, actions
from tests.teams_connector.activities import BOT, CHANNEL, DANA, TENANT, activity, in_channel, mention, message, pressed
from tests.teams_connector.connector import Fault, Sent

ALERTS, EXPERTS = "19:alerts@thread.tacv2", "19:experts@thread.tacv2"
ERIK = {"id": "29:erik", "name": "Erik", "aadObjectId": "erik", "role": "user"}


@pytest.fixture
async def world(make_world: MakeWorld, advisor: Advisor) -> World:
    world = await make_world()
    world.session.whole = Session(advisor, world.store)
    channels = [{"id": CHANNEL, "name": None}, {"id": ALERTS, "name": "Alerts"}]
    world.connector.teams = {CHANNEL: {"name": "Payments", "channels": channels}}
    world.connector.members = {CHANNEL: [{"id": "29:anna"}], EXPERTS: [DANA, ERIK]}
    await world.post(activity(world.connector.url, "installationUpdate", action="add", **in_channel("")))
    await world.post(message(world.connector.url, "experts here", **in_channel(channel=EXPERTS)))
    world.connector.sent.clear()
    return world


@pytest.fixture
def anna(world: World, tmp_path: Any) -> TeamsClient:
    """Anna in her chat with the bot."""
    return TeamsClient(world, tmp_path / "1.db", public=False, knows_execute=True)


async def deliver(world: World) -> list[Sent]:
    """What the outbox does until nothing is due."""
    before = len(world.connector.sent)
    relay = OutboxRelay(world.store, {"teams": world.surface.sender}, shipped, clock=lambda: world.time.date)
    while await relay.send_due():
        pass
    return world.connector.sent[before:]


async def share(anna: TeamsClient) -> None:
    await anna.say("what is SAST?", "anna", "")
    await anna.press("Share", "anna", "")
    await anna.fill({"place": [ALERTS], "note": ["worth a look, **all**"]}, "anna", "")
    await anna.press("Post it", "anna", "")


async def test_what_is_shared_is_a_new_post_and_the_sharer_gets_its_address_T13(
    world: World, anna: TeamsClient
) -> None:
    await share(anna)
    post, told = await deliver(world)
    check_card(post.card)
    assert (post.action, post.conversation) == ("send", ALERTS)
    assert any(text == "Shared by Anna: worth a look, \\*\\*all\\*\\*" for text in texts(post.card))
    assert "actions" not in post.card
    assert told.conversation == "a:anna"
    check_card(told.card)
    opened, back = told.card["actions"]
    assert opened["type"] == "Action.OpenUrl"
    assert opened["url"].startswith("https://teams.microsoft.com/l/message/19:alerts@thread.tacv2/" + post.id)
    assert back["data"]["command"].startswith("retract:")


async def edit(anna: TeamsClient, button: str, **entered: str) -> None:
    """Press `button` with something else in the inputs that stand on its card."""
    [action] = [one for one in actions(anna.shown) if one["title"] == button]
    await anna.press_with(action, {f"field.{id}": value for id, value in entered.items()})


async def test_what_is_typed_beside_the_preview_is_what_is_posted_T22(world: World, anna: TeamsClient) -> None:
    await anna.say("what is SAST?", "anna", "")
    await anna.press("Share", "anna", "")
    await anna.fill({"place": [ALERTS], "note": ["first"]}, "anna", "")
    await edit(anna, "Post it", note="second", place=CHANNEL)
    post, _ = await deliver(world)
    assert post.conversation == CHANNEL
    assert "Shared by Anna: second" in texts(post.card)
    await anna.say("what is SAST?", "anna", "")
    await anna.press("Share", "anna", "")
    await anna.fill({"place": [ALERTS], "note": ["first"]}, "anna", "")
    await edit(anna, "Post it", note="")
    post, _ = await deliver(world)
    assert "Shared by Anna" in texts(post.card), "a note that was taken out is not posted"


async def test_a_note_that_has_become_too_long_is_asked_for_again(world: World, anna: TeamsClient) -> None:
    await anna.say("what is SAST?", "anna", "")
    await anna.press("Share", "anna", "")
    await anna.fill({"place": [ALERTS]}, "anna", "")
    await edit(anna, "Post it", note="x" * 1001)
    assert "The note is too long: 1000 characters fit." in texts(anna.shown)
    assert await deliver(world) == []


async def test_what_is_typed_beside_the_question_is_what_is_sent_to_the_experts_T22(
    world: World, anna: TeamsClient
) -> None:
    await anna.say("does the article say anything about zero trust?", "anna", "")
    await anna.press("Ask a person", "anna", "")
    await edit(anna, "Send it", question="who decides on zero trust?")
    [question] = await deliver(world)
    assert texts(question.card)[:2] == ["Anna asks", "who decides on zero trust?"]


async def test_a_question_that_was_emptied_is_not_sent(world: World, anna: TeamsClient) -> None:
    await anna.say("does the article say anything about zero trust?", "anna", "")
    await anna.press("Ask a person", "anna", "")
    await edit(anna, "Send it", question="")
    assert [one["label"] for one in elements(anna.shown) if "label" in one] == ["Your question"]
    assert await deliver(world) == []


async def test_what_is_picked_beside_a_subscription_is_what_is_set_up_T22(
    world: World, anna: TeamsClient, advisor: Advisor
) -> None:
    await anna.say("subscribe", "anna", "")
    await anna.fill({"place": [ALERTS], "cadence": ["weekly"]}, "anna", "")
    await edit(anna, "Set it up", cadence="daily")
    await post_due(world.store, world.time.date, advisor.drafts)
    [post] = await deliver(world)
    assert post.conversation == ALERTS
    assert await post_due(world.store, world.time.date + 1.1 * DAY, advisor.drafts)


async def test_a_shared_answer_keeps_its_verdict(world: World, anna: TeamsClient) -> None:
    said = await anna.say("does AppSec cover supply chain?", "anna", "")
    verdict = said.text.split("\n", 1)[0]
    shown = anna.shown["body"][0]
    await anna.press("Share", "anna", "")
    preview = await anna.fill({"place": [ALERTS]}, "anna", "")
    assert f"{verdict}. " in preview.text
    await anna.press("Post it", "anna", "")
    post, _ = await deliver(world)
    assert shown["columns"][0]["items"][0]["text"] == verdict
    assert post.card["body"][0] == shown


@pytest.mark.parametrize("what", ["Post it", "Set it up"])
async def test_who_left_the_team_after_the_preview_posts_nothing_T23(
    world: World, anna: TeamsClient, what: str
) -> None:
    if what == "Post it":
        await anna.say("what is SAST?", "anna", "")
        await anna.press("Share", "anna", "")
        await anna.fill({"place": [ALERTS]}, "anna", "")
    else:
        await anna.say("subscribe", "anna", "")
        await anna.fill({"place": [ALERTS], "cadence": ["weekly"]}, "anna", "")
    members, world.connector.members[CHANNEL] = world.connector.members[CHANNEL], []
    seen = await anna.press(what, "anna", "")
    assert "Nothing was done" in seen.text and "Join the team" in seen.text
    assert await deliver(world) == []
    world.connector.members[CHANNEL] = members
    await anna.say("confirm", "anna", "")  # it still waits
    assert len(await deliver(world)) == (2 if what == "Post it" else 0)


async def test_who_left_the_team_posts_nothing_a_second_time_either_T23(world: World, anna: TeamsClient) -> None:
    await share(anna)
    world.connector.faults = [Fault(502, after=True)]  # nobody knows whether it arrived
    _, told = await deliver(world)
    [again] = [action for action in told.card["actions"] if action["title"] == "Post it again"]
    members, world.connector.members[CHANNEL] = world.connector.members[CHANNEL], []
    sender = {"from": {"id": "29:anna", "aadObjectId": "anna", "name": "Anna", "role": "user"}}
    chat = {"conversation": {"id": "a:anna", "conversationType": "personal", "tenantId": TENANT}}
    await world.post(pressed(world.connector.url, again["data"], **sender, **chat))
    assert texts(world.connector.sent[-1].card)[0] == "Nothing was done"
    assert await deliver(world) == []
    world.connector.members[CHANNEL] = members
    await world.post(pressed(world.connector.url, again["data"], **sender, **chat))
    assert [sent.conversation for sent in await deliver(world)] == [ALERTS, "a:anna"]


async def test_of_several_confirms_at_once_one_posts_and_the_others_read_that_it_was_posted(
    world: World, anna: TeamsClient
) -> None:
    await anna.say("what is SAST?", "anna", "")
    await anna.press("Share", "anna", "")
    preview = await anna.fill({"place": [ALERTS]}, "anna", "")
    assert "Post this?" in preview.text
    sender = {"from": {"id": "29:anna", "aadObjectId": "anna", "name": "Anna", "role": "user"}}
    chat = {"conversation": {"id": "a:anna", "conversationType": "personal", "tenantId": TENANT}}
    world.connector.sent.clear()
    confirms = (message(world.connector.url, "confirm", **sender, **chat) for _ in range(6))
    await asyncio.gather(*(world.post(confirm) for confirm in confirms))
    titles = sorted(texts(sent.card)[0] for sent in world.connector.sent)
    assert titles == ["On its way", *["That is done already"] * 5]
    assert [sent.conversation for sent in await deliver(world)] == [ALERTS, "a:anna"]


async def test_what_was_shared_is_taken_back(world: World, anna: TeamsClient) -> None:
    await share(anna)
    post, _ = await deliver(world)
    await anna.say("posts", "anna", "")
    await anna.press("Take back “SAST”", "anna", "")
    [gone] = await deliver(world)
    assert (gone.action, gone.conversation, gone.id) == ("delete", ALERTS, post.id)


async def test_a_post_that_cannot_be_deleted_is_told_and_can_be_taken_back_again_T12(
    world: World, anna: TeamsClient
) -> None:
    await share(anna)
    post, _ = await deliver(world)
    await anna.say("posts", "anna", "")
    seen = await anna.press("Take back “SAST”", "anna", "")
    assert "Taken back" not in seen.text and "tell you if that does not work" in seen.text
    world.connector.faults = [Fault(403)]
    [told] = await deliver(world)
    assert (told.conversation, texts(told.card)[0]) == ("a:anna", "Your post still stands there")
    await anna.say("posts", "anna", "")
    await anna.press("Take back “SAST”", "anna", "")
    [gone] = await deliver(world)
    assert (gone.action, gone.conversation, gone.id) == ("delete", ALERTS, post.id)


@pytest.mark.parametrize("how", ["forget me", "the app is removed"])
async def test_who_wants_to_be_forgotten_is_not_named_by_what_they_shared_any_more(
    world: World, anna: TeamsClient, how: str
) -> None:
    await share(anna)
    post, _ = await deliver(world)
    if how == "forget me":
        await anna.say(how, "anna", "")
    else:
        sender = {"from": {"id": "29:anna", "aadObjectId": "anna", "name": "Anna", "role": "user"}}
        chat = {"conversation": {"id": "a:anna", "conversationType": "personal", "tenantId": TENANT}}
        await world.post(activity(world.connector.url, "installationUpdate", action="remove", **sender, **chat))
    [changed] = await deliver(world)
    assert (changed.action, changed.conversation, changed.id) == ("update", ALERTS, post.id)
    assert not any("Anna" in text or "worth a look" in text for text in texts(changed.card))


async def test_a_channel_that_refuses_the_post_is_told_to_the_sharer_T12(world: World, anna: TeamsClient) -> None:
    await share(anna)
    world.connector.faults = [Fault(403)]
    [told] = await deliver(world)
    assert (told.conversation, texts(told.card)[0]) == ("a:anna", "Your post did not get there")


async def ask(world: World, anna: TeamsClient) -> Sent:
    """Anna's question, as it stands in the experts' channel."""
    await anna.say("does the article say anything about zero trust?", "anna", "")
    await anna.press("Ask a person", "anna", "")
    await anna.press("Send it", "anna", "")
    [question] = await deliver(world)
    return question


async def test_an_expert_answers_in_the_thread_and_the_asker_is_told_T13(world: World, anna: TeamsClient) -> None:
    question = await ask(world, anna)
    assert (question.conversation, texts(question.card)[0]) == (EXPERTS, "Anna asks")
    answer = message(
        world.connector.url,
        f"<at>{BOT['name']}</at> ask the platform team, they decide",
        entities=[mention(BOT)],
        **{**in_channel(question.id, EXPERTS), "from": ERIK},
    )
    await world.post(answer)
    assert texts(world.connector.sent[-1].card)[0] == "Passed on"
    assert world.connector.sent[-1].conversation == f"{EXPERTS};messageid={question.id}"
    [told] = await deliver(world)
    assert told.conversation == "a:anna"
    title, said, *rest = texts(told.card)
    assert (title, said) == ("An answer from Erik", "ask the platform team, they decide")
    assert any("experts' channel" in text for text in rest), "it says where it comes from"


async def test_an_answer_that_cannot_be_given_where_it_was_asked_comes_in_the_askers_chat(
    world: World, anna: TeamsClient, tmp_path: Any
) -> None:
    await anna.say("hello", "anna", "")
    question = await ask(world, TeamsClient(world, tmp_path / "2.db", public=True, knows_execute=True))
    await world.post(message(world.connector.url, "ask us", **{**in_channel(question.id, EXPERTS), "from": ERIK}))
    world.connector.faults = [Fault(403)]
    [told] = await deliver(world)
    assert (told.conversation, texts(told.card)[0]) == ("a:anna", "An answer from Erik")


async def test_an_expert_whose_answer_reaches_nobody_is_told_in_the_thread(world: World, anna: TeamsClient) -> None:
    question = await ask(world, anna)
    await world.post(message(world.connector.url, "ask us", **{**in_channel(question.id, EXPERTS), "from": ERIK}))
    world.connector.faults = [Fault(403)]
    [told] = await deliver(world)
    assert (told.conversation, texts(told.card)[0]) == (
        f"{EXPERTS};messageid={question.id}",
        "Your answer did not get there",
    )


async def test_a_subscription_that_cannot_be_posted_ends_and_who_set_it_up_is_told_in_their_chat(
    world: World, anna: TeamsClient, advisor: Advisor
) -> None:
    await anna.say("subscribe", "anna", "")
    await anna.fill({"place": [ALERTS], "cadence": ["weekly"]}, "anna", "")
    await anna.press("Set it up", "anna", "")
    await post_due(world.store, world.time.date, advisor.drafts)
    world.connector.faults = [Fault(403)]
    [told] = await deliver(world)
    assert (told.conversation, texts(told.card)[0]) == ("a:anna", "The recommendations have stopped")
    assert not await post_due(world.store, world.time.date + 30 * DAY, advisor.drafts)


async def test_an_expert_answers_in_the_card_itself(world: World, anna: TeamsClient) -> None:
    question = await ask(world, anna)
    [submit] = question.card["actions"]
    assert submit["type"] == "Action.Execute"
    data = {**submit["data"], "field.answer": "it depends, ask us"}
    pressed = {"action": {"type": "Action.Execute", "verb": "command", "data": data}, "trigger": "manual"}
    invoke = activity(
        world.connector.url,
        "invoke",
        name="adaptiveCard/action",
        value=pressed,
        **{**in_channel(question.id, EXPERTS), "from": DANA},
    )
    _, body = await world.post(invoke)
    assert texts(body["value"])[0] == "Passed on"
    [told] = await deliver(world)
    assert texts(told.card)[:2] == ["An answer from Dana", "it depends, ask us"]


async def test_nobody_answers_in_the_experts_name_from_elsewhere(world: World, anna: TeamsClient) -> None:
    question = await ask(world, anna)
    command = question.card["actions"][0]["data"]["command"]
    value = {"command": command, "field.answer": "trust me"}
    await world.post(message(world.connector.url, "", value=value, **in_channel()))
    assert await deliver(world) == []
