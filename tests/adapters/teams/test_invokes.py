"""Action.Execute, the message extension and the message action."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.advisor import Advisor
from bot.domain.messages import Choice, Message, Paragraph, Progress, Reply
from bot.domain.records import Person
from bot.service.session import Session
from tests.adapters.teams.card_schema import check_card, texts
from tests.adapters.teams.conftest import MakeWorld, TinySession
from tests.teams_connector.activities import TENANT, activity, executed, in_channel, in_group_chat, message
from tests.teams_connector.connector import Fault

STEP = Reply(
    "triage", "How many are you?", choices=(Choice("A few", "triage:1:few"),), progress=Progress(2, 5), replaces=True
)
DONE = Reply("recommendation", "Begin with one", choices=(Choice("Again", "triage"),), replaces=True)
ANSWER = Reply("answer", "Yes it does", verdict="yes", verdict_label="Yes", body=(Paragraph("In one sentence."),))
CARD = "application/vnd.microsoft.card.adaptive"


def session_of(**replies: Reply) -> TinySession:
    """Replies by command (with _ for :), or by text."""

    async def respond(message: Message) -> Reply:
        return replies[(message.command or message.text).replace(":", "_").replace(" ", "_")]

    return TinySession(respond)


async def test_a_step_of_a_triage_takes_the_place_of_its_card(make_world: MakeWorld) -> None:
    world = await make_world(session=session_of(triage_1_few=STEP))
    status, body = await world.post(executed(world.connector.url, {"command": "triage:1:few"}))
    assert status == 200
    assert (body["statusCode"], body["type"]) == (200, CARD)
    check_card(body["value"])
    assert texts(body["value"])[:2] == ["Question 2 of 5", "How many are you?"]


async def test_in_a_personal_chat_the_message_is_changed_too_so_that_it_stays(make_world: MakeWorld) -> None:
    world = await make_world(session=session_of(triage_1_few=STEP))
    _, body = await world.post(executed(world.connector.url, {"command": "triage:1:few"}))
    [sent] = world.connector.sent
    assert (sent.action, sent.id) == ("update", "card-1")
    assert sent.card == body["value"]


OWN = {"command": "triage:1:few", "owner": "aad-dana"}  # of a button on a card that is Dana's


@pytest.mark.parametrize("reply", [STEP, DONE], ids=["a step", "the recommendation"])
async def test_in_a_group_everybody_sees_each_step_and_the_recommendation(make_world: MakeWorld, reply: Reply) -> None:
    world = await make_world(session=session_of(triage_1_few=reply))
    _, body = await world.post(executed(world.connector.url, OWN, **in_group_chat()))
    [sent] = world.connector.sent
    assert (sent.action, sent.conversation, sent.id) == ("update", "19:chat@thread.v2", "card-1")
    assert sent.card == body["value"]
    assert {action["data"]["owner"] for action in sent.card["actions"]} == {"aad-dana"}


async def test_in_a_group_a_step_whose_card_cannot_be_changed_is_a_new_message(make_world: MakeWorld) -> None:
    world = await make_world(session=session_of(triage_1_few=STEP))
    world.connector.faults = [Fault(404)]
    _, body = await world.post(executed(world.connector.url, OWN, **in_group_chat()))
    [sent] = world.connector.messages
    assert (body["type"], sent.conversation) == (CARD, "19:chat@thread.v2")
    assert texts(sent.card) == texts(body["value"])


async def test_who_presses_a_button_of_somebody_elses_card_is_answered_below_it(make_world: MakeWorld) -> None:
    world = await make_world(session=session_of(triage_1_few=STEP))
    erik = {"from": {"id": "29:erik", "aadObjectId": "aad-erik", "name": "Erik", "role": "user"}}
    _, body = await world.post(executed(world.connector.url, OWN, **in_group_chat(), **erik))
    assert body["value"] == "See the message below."
    [sent] = world.connector.messages
    assert sent.action != "update"


async def test_a_card_in_a_group_says_whose_its_buttons_are_and_one_in_a_chat_does_not(make_world: MakeWorld) -> None:
    world = await make_world(session=session_of(hello=STEP))
    await world.post(message(world.connector.url, "hello", **in_group_chat()))
    await world.post(message(world.connector.url, "hello"))
    group, chat = (sent.card["actions"][0]["data"] for sent in world.connector.messages)
    assert (group["owner"], chat.get("owner")) == ("aad-dana", None)


async def test_a_message_that_cannot_be_changed_spoils_nothing(make_world: MakeWorld) -> None:
    world = await make_world(session=session_of(triage_1_few=STEP))
    world.connector.faults = [Fault(404)]
    status, body = await world.post(executed(world.connector.url, {"command": "triage:1:few"}))
    assert (status, body["type"]) == (200, CARD)


async def test_a_button_that_leads_elsewhere_leaves_the_card_and_answers_below(make_world: MakeWorld) -> None:
    world = await make_world(session=session_of(answer_x=ANSWER))
    _, body = await world.post(executed(world.connector.url, {"command": "answer:x"}))
    assert body == {
        "statusCode": 200,
        "type": "application/vnd.microsoft.activity.message",
        "value": "See the message below.",
    }
    [sent] = world.connector.sent
    assert sent.activity["type"] == "message"


async def test_a_vote_is_thanked_for_in_a_line_and_the_answer_stays(make_world: MakeWorld) -> None:
    thanks = Reply("notice", "Thank you", body=(Paragraph("Noted. You can change it any time."),))
    world = await make_world(session=session_of(vote=thanks))
    _, body = await world.post(executed(world.connector.url, {"command": "vote", "keep": True}))
    assert body["type"] == "application/vnd.microsoft.activity.message"
    assert body["value"] == "Thank you. Noted. You can change it any time."
    assert world.connector.sent == []


async def test_what_asks_back_stands_below_the_answer_that_stays(make_world: MakeWorld) -> None:
    why = Reply("notice", "Noted", choices=(Choice("It is wrong", "vote:no/r/x/wrong"),))
    world = await make_world(session=session_of(vote=why))
    _, body = await world.post(executed(world.connector.url, {"command": "vote", "keep": True}))
    assert body["value"] == "See the message below."
    [sent] = world.connector.sent
    assert texts(sent.card) == ["Noted"]


async def test_a_stale_card_says_where_things_are_now(make_world: MakeWorld) -> None:
    stale = Reply("notice", "That question is past", choices=(Choice("Go on", "triage"),), replaces=True)
    world = await make_world(session=session_of(triage_1_few=stale))
    _, body = await world.post(executed(world.connector.url, {"command": "triage:1:few"}))
    assert (body["type"], texts(body["value"])) == (CARD, ["That question is past"])


async def test_a_form_submitted_by_execute_brings_its_fields(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.post(
        executed(world.connector.url, {"command": "triage-form", "field.size": "s", "fields.risks": "a,b"})
    )
    [heard] = world.session.heard
    assert dict(heard.fields) == {"size": ("s",), "risks": ("a", "b")}


async def test_an_execute_without_a_command_is_an_error_and_not_a_message(make_world: MakeWorld) -> None:
    world = await make_world()
    for value in ({}, {"action": {}}, {"action": "x"}, "x", None, {"action": {"data": {"command": 3}}}):
        status, body = await world.post(
            activity(world.connector.url, "invoke", name="adaptiveCard/action", value=value)
        )
        assert (status, body["statusCode"]) == (200, 400)
    assert world.session.heard == []


def query(url: str, text: str | None, **changed: Any) -> dict[str, Any]:
    parameter = {"name": "initialRun", "value": "true"} if text is None else {"name": "question", "value": text}
    value = {"commandId": "ask", "parameters": [parameter], "queryOptions": {"skip": 0, "count": 25}}
    return activity(url, "invoke", name="composeExtension/query", value=value, **changed)


async def test_a_search_finds_an_answer_to_put_into_a_conversation(make_world: MakeWorld) -> None:
    world = await make_world(session=session_of(does_it=ANSWER))
    status, body = await world.post(query(world.connector.url, "does it", **in_channel()))
    assert status == 200
    [result] = body["composeExtension"]["attachments"]
    assert (result["contentType"], body["composeExtension"]["type"]) == (CARD, "result")
    check_card(result["content"])
    assert result["preview"]["content"] == {"title": "Yes. Yes it does", "text": "In one sentence."}
    assert world.connector.sent == []


async def test_a_search_is_nobodys_conversation(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.post(query(world.connector.url, "does it", **in_channel()))
    [heard] = world.session.heard
    assert (heard.place.tenant, heard.place.channel, heard.place.thread) == (TENANT, "message-extension", "")
    assert (heard.public, heard.delivery) == (False, "")


async def test_an_unclear_search_finds_what_might_be_meant(make_world: MakeWorld) -> None:
    unclear = Reply(
        "clarify", "Which?", choices=(Choice("A", "answer:a"), Choice("B", "answer:b"), Choice("C", "help"))
    )
    world = await make_world(
        session=session_of(it=unclear, answer_a=ANSWER, answer_b=Reply("answer", "B"), help=Reply("help", "Help"))
    )
    _, body = await world.post(query(world.connector.url, "it"))
    titles = [result["preview"]["content"]["title"] for result in body["composeExtension"]["attachments"]]
    assert titles == ["Yes. Yes it does", "B"]


async def test_an_empty_search_shows_where_to_begin(make_world: MakeWorld) -> None:
    help = Reply("help", "Help", choices=(Choice("A", "answer:a"),))
    world = await make_world(session=session_of(help=help, answer_a=ANSWER))
    _, body = await world.post(query(world.connector.url, None))
    assert len(body["composeExtension"]["attachments"]) == 1


async def test_a_search_for_something_else_says_so_and_offers_nothing_to_insert(make_world: MakeWorld) -> None:
    declined = Reply("offtopic", "Not my subject", body=(Paragraph("I can be asked about other things."),))
    world = await make_world(session=session_of(lunch=declined))
    _, body = await world.post(query(world.connector.url, "lunch"))
    assert body == {"composeExtension": {"type": "message", "text": "I can be asked about other things."}}


def advise(url: str, html: Any) -> dict[str, Any]:
    value = {
        "commandId": "advise",
        "commandContext": "message",
        "messagePayload": {"id": "1", "body": {"contentType": "html", "content": html}},
    }
    return activity(url, "invoke", name="composeExtension/fetchTask", value=value, **in_group_chat())


async def test_advice_on_a_message_comes_in_a_dialog(make_world: MakeWorld) -> None:
    world = await make_world(session=session_of(**{"does_it_&_why?": ANSWER}))
    status, body = await world.post(advise(world.connector.url, "<div><p>does&nbsp;it <b>&amp;</b> why?</p></div>"))
    assert (status, body["task"]["type"]) == (200, "continue")
    check_card(body["task"]["value"]["card"]["content"])
    [heard] = world.session.heard
    assert (heard.place.channel, heard.public) == ("message-action", False)
    assert world.connector.sent == [], "nobody else sees it"


@pytest.mark.parametrize("handed_over", [advise, query], ids=["advised on", "searched for"])
async def test_nothing_in_what_is_handed_over_is_carried_out(
    make_world: MakeWorld, advisor: Advisor, handed_over: Callable[[str, str], dict[str, Any]]
) -> None:
    world = await make_world()
    world.session.whole = Session(advisor, world.store)
    await world.post(message(world.connector.url, "what is SAST?"))
    _, body = await world.post(handed_over(world.connector.url, "forget me"))
    assert "Forgotten" not in json.dumps(body)
    async with world.store.transaction() as unit:
        assert (await unit.forget(Person("teams", TENANT, world.session.heard[0].person))).conversations


async def test_lines_of_a_message_stay_lines(make_world: MakeWorld) -> None:
    world = await make_world()
    html = '<p>one <at id="0">Dana</at></p><ul><li>two</li><li>three<br>four</li></ul>'
    await world.post(advise(world.connector.url, html))
    assert world.session.heard[0].text == "one Dana\ntwo\nthree\nfour"


async def test_a_button_in_the_dialog_stays_in_the_dialog(make_world: MakeWorld) -> None:
    world = await make_world(session=session_of(triage=STEP))
    value = {"commandId": "advise", "data": {"command": "triage"}}
    _, body = await world.post(
        activity(world.connector.url, "invoke", name="composeExtension/submitAction", value=value)
    )
    card = body["task"]["value"]["card"]["content"]
    assert texts(card)[1] == "How many are you?"
    assert [action["type"] for action in card["actions"]] == ["Action.Submit"], "a dialog knows no other"


async def test_a_message_action_without_a_message_is_answered_all_the_same(make_world: MakeWorld) -> None:
    world = await make_world()
    for html in (None, 3, ""):
        status, body = await world.post(advise(world.connector.url, html))
        assert (status, body["task"]["type"]) == (200, "continue")
