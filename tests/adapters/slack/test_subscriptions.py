"""What a channel gets every day or week: who can stop it, and what happens where it can't be posted any more."""

from __future__ import annotations

import json

from bot.advisor import Advisor
from bot.domain.messages import Place
from bot.service.session import Session
from bot.service.subscription_posts import post_due
from tests.adapters.slack.conftest import SHARED
from tests.adapters.slack.world import Clock, opened
from tests.slack_workspace.person import Slack
from tests.slack_workspace.screen import Screen
from tests.slack_workspace.service import Service
from tests.slack_workspace.workspace import Workspace

pytestmark = SHARED
WEEK = 7 * 24 * 3600.0


async def subscribed(slack: Slack, channel: str) -> Screen:
    screen = Screen(slack)
    await screen.say("subscribe")
    await screen.fill({"place": [channel]})
    await screen.press("Set it up")
    return screen


async def test_s15_nobody_elsewhere_stops_what_somebody_set_up_for_a_channel_and_hears_who_can(slack: Slack) -> None:
    private = slack.workspace.add_channel(slack.person, private=True)
    await subscribed(slack, private)
    ben = Screen(Slack.join(slack.wire, slack.service, slack.workspace))
    told = []
    for channel in (private, "C-none"):
        await ben.say(f"unsubscribe:{channel}")
        told.append(ben.text)
    assert "Nothing was stopped" in told[0] and "mention me there" in told[0]
    assert told[0] == told[1]  # whether there is anything to stop is not for him to know
    owner = Screen(slack)
    await owner.say(f"unsubscribe:{private}")
    assert "Stopped" in owner.text


async def test_anybody_in_the_channel_stops_what_it_gets(slack: Slack) -> None:
    await subscribed(slack, slack.channel)
    ben = Slack.join(slack.wire, slack.service, slack.workspace)
    slack.workspace.channels[slack.channel].members.add(ben.person)
    await ben.mention(f"<@{slack.workspace.bot}> unsubscribe", channel=slack.channel)
    assert any("Stopped" in call.shown for call in slack.workspace.called("chat.postMessage"))


async def test_the_first_recommendation_comes_at_once(slack: Slack) -> None:
    await subscribed(slack, slack.channel)
    await slack.workspace.until(lambda: any(said["channel"] == slack.channel for said in slack.said()))


async def test_s10_what_cannot_be_posted_any_more_ends_and_who_set_it_up_is_told_directly(
    service: Service, sqlite_url: str, advisor: Advisor
) -> None:
    workspace, clock = service.add(Workspace("TENDED")), Clock()
    async with opened(
        service,
        sqlite_url,
        lambda store, relay: Session(advisor, store, clock=clock, wake_outbox=relay.wake),
        clock,
        slack_bot_token=workspace.token,
    ) as world:
        slack = Slack.join(world.wire, service, workspace)
        await subscribed(slack, slack.channel)
        workspace.channels[slack.channel].members.discard(workspace.bot)
        before = len(slack.said())
        for _ in range(3):
            await post_due(world.store, clock.now, advisor.drafts)
            world.relay.wake()
            await world.quiet()
            clock.now += WEEK
        [told] = slack.said()[before:]
        assert told["channel"] == slack.dm and "The recommendations have stopped" in json.dumps(told)
        async with world.store.transaction() as unit:
            assert await unit.subscriptions.get(Place("slack", workspace.team, slack.channel)) is None
        workspace.channels[slack.channel].members.add(workspace.bot)
        await slack.press_label(told["blocks"], "Set it up again", channel=slack.dm)
        await slack.submit(workspace.called("views.open")[-1].made, {"place": [slack.channel]})
        assert len(workspace.called("chat.postEphemeral")) == 0
