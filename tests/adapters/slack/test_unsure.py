"""Nobody knows whether it arrived: others never see it twice, and who waits for it is told."""

from __future__ import annotations

import json
import socket

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.pace import Pace
from adapters.slack.sender import SlackSender
from bot.domain.effects import Post
from bot.domain.messages import Place
from bot.domain.outbox import OutboxItem, TryLater
from bot.knowledge.shipped_phrases import shipped
from tests.adapters.slack.conftest import SHARED
from tests.slack_workspace.person import Slack
from tests.slack_workspace.reading import buttons
from tests.slack_workspace.screen import Screen
from tests.slack_workspace.service import Fault
from tests.slack_workspace.workspace import Called

pytestmark = SHARED
LOST = [
    Fault(cut=True, after=True, of="chat.postMessage"),
    Fault(cut=True, of="chat.postMessage"),
    Fault(503, "service_unavailable", after=True, of="chat.postMessage"),
    Fault(500, after=True, of="chat.postMessage"),
    Fault(error="fatal_error", after=True, of="chat.postMessage"),
    Fault(page="<html>no gateway today</html>", after=True, of="chat.postMessage"),
    Fault(page="<html>no gateway today</html>", of="chat.postMessage"),
]
WAYS = ["arrived", "did not", "503", "500", "fatal_error", "a page, arrived", "a page, did not"]
arrives_or_not = pytest.mark.parametrize("fault", LOST, ids=WAYS)


def in_channel(slack: Slack) -> list[str]:
    return [json.dumps(said) for said in slack.said() if said["channel"] == slack.channel]


async def told(slack: Slack, what: str) -> Called:
    """The private message that says `what`, once it is there."""
    calls = slack.workspace.calls

    def found() -> list[Called]:
        return [call for call in calls if call.method == "chat.postEphemeral" and what in call.shown]

    await slack.workspace.until(lambda: bool(found()))
    return found()[-1]


async def share(slack: Slack, fault: Fault) -> Called:
    """Share an answer whose post has the outcome `fault`. Returns what the person is told about it."""
    screen = Screen(slack, public=True)
    await screen.command("what is SAST?")
    await screen.press("Share")
    await screen.fill({"place": [slack.channel]})
    slack.service.faults = [fault]
    await screen.press("Post it")
    return await told(slack, "may stand there already")


@arrives_or_not
async def test_a_post_that_may_stand_there_is_posted_again_only_by_who_shared_it(slack: Slack, fault: Fault) -> None:
    notice = await share(slack, fault)
    stands = int(fault.after)
    assert len(in_channel(slack)) == stands
    assert notice.arguments["user"] == slack.person
    again = buttons(notice.arguments["blocks"])["Post it again"]
    for _ in range(2):  # the second press finds it on its way
        await slack.press(again, ephemeral=True)
    await told(slack, "Your post is there")
    assert len(in_channel(slack)) == stands + 1


async def test_nobody_else_posts_it_again(slack: Slack) -> None:
    notice = await share(slack, LOST[1])
    other = Slack.join(slack.wire, slack.service, slack.workspace)
    await other.press(buttons(notice.arguments["blocks"])["Post it again"], ephemeral=True)
    assert "not yours" in slack.workspace.called("response_url")[-1].shown
    assert in_channel(slack) == []


async def test_who_takes_back_what_may_stand_there_is_told_what_they_can_do(slack: Slack) -> None:
    notice = await share(slack, LOST[0])
    again = buttons(notice.arguments["blocks"])["Post it again"]
    await slack.press(again.replace("again:", "retract:"), ephemeral=True)
    assert "somebody who may delete messages there" in slack.workspace.called("response_url")[-1].shown
    await slack.press(again, ephemeral=True)
    assert "not there any more" in slack.workspace.called("response_url")[-1].shown
    assert len(in_channel(slack)) == 1


@arrives_or_not
async def test_an_answer_that_may_stand_in_a_channel_is_told_to_the_asker_alone(slack: Slack, fault: Fault) -> None:
    slack.service.faults = [fault]
    await slack.mention(f"<@{slack.workspace.bot}> what is SAST?")

    def alone() -> list[str]:
        return [json.dumps(said, ensure_ascii=False) for said in slack.said() if said["channel"] == slack.dm]

    await slack.workspace.until(lambda: bool(alone()))
    assert len(in_channel(slack)) == int(fault.after)
    [copy] = alone()
    assert shipped()("notice-maybe-above") in copy and "SAST" in copy


async def test_where_slack_is_not_reached_at_all_it_certainly_did_nothing() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]  # nobody listens there

        async def client(_: str) -> AsyncWebClient:
            return AsyncWebClient("xoxb", base_url=f"http://127.0.0.1:{port}/api/")

        async def going() -> None:
            """Nobody else is at it."""

        place = Place("slack", "T1", "C1")
        with pytest.raises(TryLater):
            await SlackSender(client, Pace(), shipped).send(OutboxItem("p", "send", place, "p", Post("Title")), going)
