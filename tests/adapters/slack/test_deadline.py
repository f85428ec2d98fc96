"""Every request is answered while Slack's own Web API does not answer at all. Its answers come only after that."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

from bot.knowledge.shipped_phrases import shipped
from tests.adapters.slack.conftest import SHARED
from tests.slack_workspace.person import Slack
from tests.slack_workspace.screen import Screen
from tests.slack_workspace.service import Service

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
        assert shipped()("slack-channel-unknown") in json.dumps(answered[-1])
        answers.set()
        await slack.workspace.until(lambda: all(one.said() for one in (asking, mentioning, below)))
        await slack.workspace.until(lambda: bool(slack.workspace.called("views.publish")))
        await slack.workspace.until(lambda: bool(slack.workspace.called("response_url")))
    for one in (asking, mentioning, below):
        assert len(one.said()) == 1
