"""Shortcuts, and the triage: as one modal, and question by question."""

from __future__ import annotations

import pytest

from tests.adapters.slack.conftest import SHARED
from tests.adapters.slack.test_home import first_options
from tests.slack_workspace.person import Slack
from tests.slack_workspace.reading import buttons, fields, texts
from tests.slack_workspace.screen import Screen

pytestmark = SHARED


async def test_s13_ask_the_advisor_opens_a_modal_and_answers_in_it(either_way: Slack) -> None:
    screen = Screen(either_way)
    await screen.shortcut("ask")
    await screen.fill({"question": ["what is RASP?"]})
    assert "runtime" in screen.text.lower()
    assert either_way.said() == []


async def test_s13_advise_on_this_message_answers_for_the_person_alone_and_offers_to_share(either_way: Slack) -> None:
    screen = Screen(either_way)
    await screen.shortcut("advise", text="Somebody asked whether AppSec covers supply chain risk?")
    assert "No." in screen.text
    assert either_way.said() == []
    await screen.press("Share")
    assert "Preview" in screen.labels


async def test_s15_a_message_that_is_advised_on_is_not_repeated(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.shortcut("advise", text="the launch of project zanzibar is on friday")
    assert "zanzibar" not in str([call.arguments for call in slack.workspace.calls])
    assert screen.text


@pytest.mark.parametrize("text", ["forget me", "unsubscribe:C1", "triage", "cancel", "restart", "1", "confirm"])
async def test_nothing_in_a_message_that_is_advised_on_is_carried_out(slack: Slack, text: str) -> None:
    begun = Screen(slack)
    await begun.shortcut("triage")
    advised = Screen(slack)
    await advised.shortcut("advise", text=text)
    assert advised.text and "Forgotten" not in advised.text and "Stopped" not in advised.text
    await begun.shortcut("triage")
    await begun.fill(first_options(begun))
    assert "Your answers" in begun.text


async def test_a_message_that_wants_a_recommendation_is_led_to_the_triage_and_does_not_start_it(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.shortcut("advise", text="can somebody recommend something for our team?")
    assert "Question 1" not in screen.text
    await screen.press("Start")
    assert "Question 1" in screen.text


async def test_a_secret_in_a_message_that_is_advised_on_is_noticed(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.shortcut("advise", text=f"use {'AKIA' + 'IOSFODNN7EXAMPLQ'} for now")
    assert "secret" in screen.text.lower() and "IOSFODNN7" not in screen.text


async def test_s13_start_a_triage_asks_all_at_once_and_recommends(either_way: Slack) -> None:
    screen = Screen(either_way)
    await screen.shortcut("triage")
    assert len(fields(screen.blocks)) >= 4
    assert any(not block["optional"] for block in fields(screen.blocks).values())
    await screen.fill(first_options(screen))
    assert "Why" in screen.text and "Your answers" in screen.text
    assert either_way.workspace.refused == []


async def test_a_triage_modal_that_lacks_an_answer_says_which_and_keeps_the_others(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.shortcut("triage")
    given = first_options(screen)
    required = [id for id, block in fields(screen.blocks).items() if not block["optional"]][-1].removeprefix("field-")
    kept = {name: values for name, values in given.items() if name != required}
    await screen.fill(kept)
    assert "One answer is missing" in screen.text
    chosen = {
        id.removeprefix("field-")
        for id, block in fields(screen.blocks).items()
        if "initial_option" in block["element"] or "initial_options" in block["element"]
    }
    assert chosen and chosen <= set(kept)
    await screen.fill({required: given[required]})
    assert "Your answers" in screen.text


@pytest.mark.parametrize("public", [False, True], ids=["direct", "thread"])
async def test_each_step_of_a_triage_takes_the_place_of_the_one_before(slack: Slack, public: bool) -> None:
    screen = Screen(slack, public=public)
    await screen.say("triage")
    for _ in range(12):
        if "Full recommendation" in screen.labels:
            break
        assert {"Stop", "Why do you ask?"} <= set(screen.labels)
        if fields(screen.blocks):
            await screen.fill(first_options(screen))
        else:
            await screen.press(screen.labels[0])
    assert "Start again" in screen.labels
    assert len(slack.said()) == 1  # the message that came first is the one that all was drawn in
    replaced = slack.workspace.called("response_url")
    assert replaced and all(call.arguments["replace_original"] is True for call in replaced)


async def test_s8_back_shows_the_question_before_and_answers_given_stay_visible(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.say("triage")
    first = texts(list(screen.blocks))[1]
    picked = screen.labels[0]
    await screen.press(picked)
    assert f"{first} {picked}" in screen.text
    await screen.press("Back")
    assert texts(list(screen.blocks))[1] == first


async def test_a_typed_answer_moves_a_triage_too(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.say("triage")
    first = texts(list(screen.blocks))[1]
    await screen.say("1")
    assert first in screen.text and texts(list(screen.blocks))[1] != first


async def test_a_stale_button_says_where_things_are_now(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.say("triage")
    old = next(iter(buttons(screen.blocks).values()))
    await screen.press(screen.labels[0])
    await screen.press("Stop")
    await slack.press(old, channel=slack.dm)
    assert "not open any more" in slack.workspace.calls[-1].shown


async def test_another_persons_button_in_a_thread_moves_nothing_and_is_answered_for_them_alone(slack: Slack) -> None:
    screen = Screen(slack, public=True)
    await screen.say("triage")
    block = next(block["block_id"] for block in screen.blocks if block["type"] == "actions")
    ben = Slack.join(slack.wire, slack.service, slack.workspace)
    slack.workspace.channels[slack.channel].members.add(ben.person)
    pressed = next(iter(buttons(screen.blocks).values()))
    await ben.press(pressed, channel=slack.channel, thread=screen.thread, block=block)
    last = slack.workspace.calls[-1]
    assert (last.method, last.arguments["user"]) == ("chat.postEphemeral", ben.person)
    assert slack.workspace.called("response_url") == []
    await screen.press(screen.labels[0])
    assert "Question 2" in screen.text


async def test_s1_what_a_slash_command_leads_to_goes_on_in_the_same_ephemeral_message(either_way: Slack) -> None:
    screen = Screen(either_way, public=True)
    await screen.command("triage")
    await screen.press(screen.labels[0])
    assert "Question 2" in screen.text
    assert either_way.said() == []
