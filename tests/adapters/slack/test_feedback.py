"""Votes on a reply: nothing is added below it, and the reason for a "no" is asked in a small modal."""

from __future__ import annotations

import pytest

from tests.adapters.slack.conftest import SHARED
from tests.slack_workspace.person import Slack
from tests.slack_workspace.reading import buttons
from tests.slack_workspace.screen import Screen
from tests.slack_workspace.workspace import Called

pytestmark = SHARED


def shown(slack: Slack) -> list[Called]:
    """Everything that was sent to be seen."""
    return [call for call in slack.workspace.calls if not call.method.startswith("assistant.")]


async def recommended(slack: Slack) -> Screen:
    screen = Screen(slack)
    await screen.say("triage")
    for answer in ("one application", "1", "nothing yet", "none"):
        await screen.say(answer)
    return screen


@pytest.mark.parametrize("public", [False, True], ids=["direct", "thread"])
async def test_helpful_adds_no_message(either_way: Slack, public: bool) -> None:
    screen = Screen(either_way, public=public)
    await screen.say("what is SAST?")
    before = len(shown(either_way))
    status, _ = await screen.press("Helpful")
    assert status == 200
    assert len(shown(either_way)) == before


@pytest.mark.parametrize("public", [False, True], ids=["direct", "thread"])
async def test_not_helpful_asks_for_the_reason_in_a_modal_and_says_thanks_there(slack: Slack, public: bool) -> None:
    screen = Screen(slack, public=public)
    await screen.say("what is SAST?")
    before = len(slack.said())
    await screen.press("Not helpful")
    [opened] = slack.workspace.called("views.open")
    assert "What was the matter with it?" in opened.shown
    assert list(buttons(screen.blocks)) == [
        "It is wrong", "It answers another question", "It is hard to understand", "Something is missing",
    ]  # fmt: skip
    await screen.press("It is wrong")
    assert "Thank you" in screen.text
    assert len(slack.said()) == before


async def test_votes_in_the_modal_of_a_whole_recommendation_are_thanked_for_there(slack: Slack) -> None:
    screen = await recommended(slack)
    await screen.press("Full recommendation")
    assert "What would change it" in screen.text
    await screen.press("Helpful")
    assert "Thank you" in screen.text


async def test_the_sources_of_a_recommendation_lie_on_top_of_it(slack: Slack) -> None:
    screen = await recommended(slack)
    before = len(slack.said())
    await screen.press("Sources")
    [opened] = slack.workspace.called("views.open")
    assert "Which one should you choose?" in opened.shown
    assert len(slack.said()) == before


async def test_s1_the_commands_are_behind_a_button_of_the_help(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.say("help")
    assert "forget me" not in screen.text
    await screen.press("Commands")
    [opened] = slack.workspace.called("views.open")
    assert "forget me: Delete what is kept about you" in opened.shown


async def test_s1_an_example_question_is_asked_by_its_button(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.say("help")
    await screen.press("Does AppSec cover supply chain risk?")
    assert "AppSec platforms do not cover supply chain risks" in screen.text
