"""Every request is answered while Slack's own Web API does not answer at all. Its answers come only after that."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from bot.knowledge.shipped_phrases import shipped
from tests.adapters.slack.conftest import SHARED
from tests.slack_workspace.person import Sent, Slack
from tests.slack_workspace.reading import texts
from tests.slack_workspace.screen import Screen
from tests.slack_workspace.service import Fault, Service

pytestmark = SHARED
METHODS = (
    "chat.postMessage", "chat.postEphemeral", "views.open", "views.push", "views.update", "views.publish",
    "conversations.info", "users.conversations", "response_url", "assistant.threads.setStatus",
)  # fmt: skip


@contextmanager
def nothing_answers(service: Service) -> Iterator[asyncio.Event]:
    """Until the event happens."""
    answers = asyncio.Event()
    service.slow = dict.fromkeys(METHODS, answers)
    try:
        yield answers
    finally:
        answers.set()
        service.slow = {}


async def test_every_request_is_answered_though_slack_answers_nothing(slack: Slack) -> None:
    def somebody() -> Slack:
        return Slack.join(slack.wire, slack.service, slack.workspace)

    asking, mentioning, pressing, below, opening, at_home = (somebody() for _ in range(6))
    sharing = Screen(slack)
    await sharing.say("what is SAST?")
    await sharing.press("Share")
    with nothing_answers(slack.service) as answers:
        answered = await asyncio.gather(
            asking.direct("what is SAST?"),
            mentioning.mention(f"<@{slack.workspace.bot}> what is SAST?"),
            pressing.press("answer:rasp", ephemeral=True),
            below.press("answer:rasp", channel=below.dm),
            opening.command("subscribe"),
            at_home.event({"type": "app_home_opened", "user": at_home.person, "tab": "home"}),
            somebody().shortcut("ask"),
            somebody().shortcut("triage"),
            sharing.fill({"place": [slack.channel]}),
        )
        assert [status for status, _ in answered] == [200] * len(answered)
        assert shipped()("slack-form-late-title") in json.dumps(answered[4])
        assert shipped()("slack-looking-title") in json.dumps(answered[-1])
        answers.set()
        await slack.workspace.until(lambda: bool(slack.workspace.called("views.update")))
        await slack.workspace.until(lambda: all(one.said() for one in (asking, mentioning, below)))
        await slack.workspace.until(lambda: bool(slack.workspace.called("views.publish")))
        await slack.workspace.until(lambda: bool(slack.workspace.called("response_url")))
    for one in (asking, mentioning, below):
        assert len(one.said()) == 1


async def begun(slack: Slack) -> Screen:
    """The form that asks where to share an answer."""
    screen = Screen(slack)
    await screen.say("what is SAST?")
    await screen.press("Share")
    return screen


async def filled_late(slack: Slack, screen: Screen, doing: Coroutine[Any, Any, Sent]) -> str:
    """What stands at last in the modal that is shown while Slack takes its time over a person's channels."""
    slack.workspace.calls.clear()
    slack.service.slow["users.conversations"] = answers = asyncio.Event()
    try:
        await doing
        assert shipped()("slack-looking") in screen.text
        answers.set()
        await slack.workspace.until(lambda: bool(slack.workspace.called("views.update")))
    finally:
        slack.service.slow = {}
    [update] = slack.workspace.called("views.update")
    assert slack.workspace.refused == []
    screen.blocks = update.arguments["view"]["blocks"]
    return "\n".join([*texts(list(screen.blocks)), update.arguments["view"].get("submit", {}).get("text", "")])


async def test_who_is_in_very_many_channels_sees_a_modal_at_once_and_shares_with_it(slack: Slack) -> None:
    screen = await begun(slack)
    preview = await filled_late(slack, screen, screen.fill({"place": [slack.channel]}))
    assert "Post this?" in preview and "Post it" in preview
    confirmed = await filled_late(slack, screen, screen.press("Post it"))
    assert "On its way" in confirmed
    await slack.workspace.until(lambda: any(said["channel"] == slack.channel for said in slack.said()))


async def test_why_nothing_can_be_posted_is_told_late_too(slack: Slack) -> None:
    screen = await begun(slack)
    elsewhere = slack.workspace.add_channel()
    told = await filled_late(slack, screen, screen.fill({"place": [elsewhere]}))
    assert shipped()("slack-person-not-in-channel") in told
    assert "Post it" not in told


async def test_a_modal_that_slack_has_not_shown_yet_is_filled_a_little_later(slack: Slack) -> None:
    screen = await begun(slack)
    slack.service.faults = [Fault(error="not_found", of="views.update")]
    assert "Post this?" in await filled_late(slack, screen, screen.fill({"place": [slack.channel]}))


async def test_of_1500_channels_slack_is_asked_for_as_many_at_once_as_it_gives(slack: Slack) -> None:
    others = [slack.workspace.add_channel(slack.person) for _ in range(1500)]
    screen = await begun(slack)
    slack.workspace.page, before = 999, len(slack.workspace.calls)
    try:
        await screen.fill({"place": [others[-1]]})
    finally:
        slack.workspace.page = 1
        for other in others:
            del slack.workspace.channels[other]
    assert "Post this?" in screen.text
    asked = [call for call in slack.workspace.calls[before:] if call.method == "users.conversations"]
    assert [call.arguments["limit"] for call in asked] == ["999", "999"]
