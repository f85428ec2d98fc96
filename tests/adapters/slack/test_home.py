"""The Home tab."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from adapters.rate_limit import MOST
from adapters.slack.home import HomeDetails
from adapters.slack.home import home as home_of
from bot.domain.messages import Reply
from bot.knowledge.shipped_phrases import shipped
from bot.service.overview import Overview, Recommended
from tests.adapters.slack.conftest import SHARED
from tests.slack_workspace.person import Slack
from tests.slack_workspace.reading import buttons, texts
from tests.slack_workspace.screen import Screen

pytestmark = SHARED


async def open_home(slack: Slack, tab: str = "home") -> None:
    await slack.event({"type": "app_home_opened", "user": slack.person, "channel": slack.dm, "tab": tab})


def home(slack: Slack) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = slack.workspace.homes[slack.person]["blocks"]
    return blocks


async def test_s11_the_home_tab_says_what_the_advisor_can_do_where_to_begin_and_whom_to_turn_to(
    either_way: Slack,
) -> None:
    await open_home(either_way)
    shown = "\n".join(texts(home(either_way)))
    assert "Does AppSec cover supply chain risk?" in shown
    assert {"Ask a question", "Start a triage", "All topics", "Help us choose", "Commands"} <= set(
        buttons(home(either_way))
    )
    assert "security@example.com" in shown
    links = [e["url"] for b in home(either_way) if b["type"] == "actions" for e in b["elements"] if "url" in e]
    assert links == ["https://example.com/help", "https://example.com/privacy"]


async def test_s17_the_home_tab_says_what_is_kept_how_long_and_how_to_have_it_deleted(slack: Slack) -> None:
    await open_home(slack)
    shown = "\n".join(texts(home(slack)))
    assert "kept for 1 day " in shown and "for 180 days" in shown and "forget me" in shown


async def test_the_messages_tab_draws_no_home(slack: Slack) -> None:
    await open_home(slack, tab="messages")
    assert slack.person not in slack.workspace.homes


async def test_a_question_at_home_opens_its_answer_and_a_related_one_takes_its_place(slack: Slack) -> None:
    await open_home(slack)
    await slack.press_at_home("Does AppSec cover supply chain risk?")
    [opened] = slack.workspace.called("views.open")
    shown = slack.workspace.views[opened.made].view
    related = next(label for label, command in buttons(shown["blocks"]).items() if command.startswith("answer:"))
    await slack.press_in_view(opened.made, related)
    assert related in "\n".join(texts(slack.workspace.views[opened.made].view["blocks"]))


async def test_a_question_is_asked_from_home_and_answered_in_the_modal(slack: Slack) -> None:
    await open_home(slack)
    await slack.press_at_home("Ask a question")
    [opened] = slack.workspace.called("views.open")
    _, answer = await slack.submit(opened.made, {"question": ["does AppSec cover supply chain?"]})
    assert answer["response_action"] == "update"
    assert any("AppSec > Cons > Limited scope" in text for text in texts(answer["view"]["blocks"]))
    assert "submit" not in answer["view"]


async def test_an_open_triage_is_found_at_home_and_goes_on_where_it_stood(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.say("triage")
    await screen.press(screen.labels[0])
    question = texts(list(screen.blocks))[1]
    await open_home(slack)
    await slack.press_at_home("Go on with it")
    opened = slack.workspace.called("views.open")[-1]
    assert question in opened.shown
    await slack.press_in_view(opened.made, "Stop")
    await open_home(slack)
    assert "Go on with it" not in buttons(home(slack))


async def test_a_recommendation_is_found_again_at_home(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.shortcut("triage")
    await screen.fill(first_options(screen))
    title = texts(list(screen.blocks))[0]
    await open_home(slack)
    [label] = [label for label, command in buttons(home(slack)).items() if command.startswith("recommendation:")]
    assert "Go on with it" not in buttons(home(slack))  # it is finished
    assert re.fullmatch(rf"\d+ \w+ \d{{4}}: {re.escape(title)}", label)
    await slack.press_at_home(label)
    assert title in slack.workspace.called("views.open")[-1].shown


async def test_open_triages_are_told_apart_by_where_they_are_open_and_when_they_last_moved(slack: Slack) -> None:
    await Screen(slack).shortcut("triage")
    for _ in range(2):
        await Screen(slack).say("triage")
    await Screen(slack, public=True).say("triage")
    await open_home(slack)
    assert "Your open triages" in texts(home(slack))
    above = [block for block, below in pairwise(home(slack)) if str(below.get("block_id", "")).startswith("at/")]
    places = [block["elements"][0]["elements"] for block in above]
    shown = ["".join(part.get("text") or part.get("channel_id", "") for part in place) for place in places]
    assert shown == [
        f"In {slack.channel}, last moved ",
        "In a thread of our direct messages, last moved ",
        "In a thread of our direct messages, last moved ",
        "Begun here or with a shortcut, last moved ",
    ]
    assert {place[-1]["type"] for place in places} == {"date"}  # Slack shows it by the person's own clock


async def test_recommendations_of_one_day_are_told_apart(slack: Slack) -> None:
    for pick in (0, -1):
        screen = Screen(slack)
        await screen.shortcut("triage")
        await screen.fill(options(screen, pick))
    await open_home(slack)
    labels = [label for label, command in buttons(home(slack)).items() if command.startswith("recommendation:")]
    assert len(labels) == 2


async def test_recommendations_of_one_day_and_one_title_show_the_time() -> None:
    kept = tuple(Recommended(f"r{number}", "Mulch first", 1_764_000_000.0 - number * 60) for number in range(2))
    drawn = home_of(shipped(), Reply("help", "Help"), Overview(recommendations=kept), HomeDetails())["blocks"]
    labels = [label for label, command in buttons(drawn).items() if command.startswith("recommendation:")]
    assert labels == ["24 November 2025, 16:00 UTC: Mulch first", "24 November 2025, 15:59 UTC: Mulch first"]


async def test_a_look_at_the_home_tab_changes_nothing_in_a_conversation_and_is_no_part_of_a_flood(slack: Slack) -> None:
    for _ in range(MOST + 1):
        await open_home(slack)
    assert "Please slow down" not in "\n".join(texts(home(slack)))
    await slack.direct("what is RASP?")
    assert "runtime" in "\n".join(texts(slack.said()[0]["blocks"])).lower()


async def test_somebody_elses_recommendation_is_not_shown(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.shortcut("triage")
    await screen.fill(first_options(screen))
    await open_home(slack)
    [command] = [command for command in buttons(home(slack)).values() if command.startswith("recommendation:")]
    other = Slack.join(slack.wire, slack.service, slack.workspace)
    await other.press(command, channel=other.dm)
    assert "somebody else's" in slack.workspace.calls[-1].shown


def first_options(screen: Screen) -> dict[str, list[str]]:
    """The first option of every question of the form that is shown."""
    return options(screen, 0)


def options(screen: Screen, pick: int) -> dict[str, list[str]]:
    return {
        block["block_id"].removeprefix("field-"): [block["element"]["options"][pick]["value"]]
        for block in screen.blocks
        if block["type"] == "input" and "options" in block["element"]
    }
