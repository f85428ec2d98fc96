"""What Slack says besides replies is worded by the phrases of the moment, which a knowledge folder may override."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from adapters.slack import deadline
from adapters.slack.deadline import BackgroundWork, open_window
from adapters.slack.home import HomeDetails, home
from adapters.slack.posts import message_of
from bot.domain.effects import Post
from bot.domain.messages import Place, Reply
from bot.knowledge.shipped_phrases import overridden, shipped
from bot.service.overview import OpenTriage, Overview
from tests.adapters.slack.conftest import SHARED
from tests.adapters.slack.test_reliability import CLOCK, Echo
from tests.adapters.slack.world import opened
from tests.slack_workspace.person import Slack
from tests.slack_workspace.service import CLIENT_ID, CLIENT_SECRET, Service
from tests.slack_workspace.workspace import Workspace, numbers

pytestmark = SHARED


class Reworded(Echo):
    """Its phrases change while it serves."""

    def reload(self, **texts: str) -> None:
        self.phrases = overridden({name.replace("_", "-"): text for name, text in texts.items()}, {})


@pytest.fixture
def own(service: Service) -> Iterator[Workspace]:
    service.faults.clear()
    yield service.add(Workspace(f"TWORDS{next(numbers)}"))


async def test_a_workspace_without_the_app_is_told_in_the_phrases_of_the_moment(
    service: Service, own: Workspace, sqlite_url: str
) -> None:
    session = Reworded()
    app = {"slack_client_id": CLIENT_ID, "slack_client_secret": CLIENT_SECRET}
    async with opened(service, sqlite_url, lambda *_: session, CLOCK, **app) as world:
        anna = Slack.join(world.wire, service, own)
        await anna.command("hello there")
        session.reload(slack_workspace_not_installed="Nobody installed me here.")
        with capture_logs() as logs:
            status, _ = await anna.command("hello there")
    told = [call.arguments["text"] for call in own.called("response_url")]
    assert status == 200
    assert told == [shipped()("slack-workspace-not-installed"), "Nobody installed me here."]
    assert [(line["event"], line["team"]) for line in logs] == [("slack.workspace_not_installed", own.team)]


async def test_the_pages_for_installing_are_worded_by_the_phrases_of_the_moment(
    service: Service, sqlite_url: str
) -> None:
    session = Reworded()
    app = {"slack_client_id": CLIENT_ID, "slack_client_secret": CLIENT_SECRET}
    async with opened(service, sqlite_url, lambda *_: session, CLOCK, **app) as world:
        session.reload(slack_install_title="Bring <me> in", slack_install_denied="You said no.")
        async with world.http.get(f"{world.url}/slack/install") as response:
            first = await response.text()
        async with world.http.get(f"{world.url}/slack/oauth_redirect?error=access_denied") as response:
            second = await response.text()
    assert "<h1>Bring &lt;me&gt; in</h1>" in first
    assert "You said no." in second


async def test_a_name_stands_where_the_phrase_has_it() -> None:
    say = overridden({"slack-post-by": "From {person} to all"}, {})
    above = message_of(say, Post("SAST", shared_by="U1"))["blocks"][0]["elements"][0]["elements"]
    assert above == [
        {"type": "text", "text": "From "},
        {"type": "user", "user_id": "U1"},
        {"type": "text", "text": " to all"},
    ]


async def test_a_time_stands_where_the_phrase_has_it() -> None:
    say = overridden({"slack-home-begun-line": "{when}: {where}", "slack-home-time": "{time}, {date}"}, {})
    begun = Overview((OpenTriage(Place("slack", "T1", "C1"), 1_764_000_000.0),))
    blocks = home(say, Reply("help", "Help"), begun, HomeDetails())["blocks"]
    lines = [block["elements"][0]["elements"] for block in blocks if block["type"] == "rich_text"]
    [line] = [line for line in lines if line[0]["type"] == "date"]
    assert line[0]["format"] == "{time}, {date_long_pretty}"
    assert line[1:] == [{"type": "text", "text": ": In "}, {"type": "channel", "channel_id": "C1"}]


async def test_what_fails_in_the_background_is_logged_with_our_own_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "WINDOW", 0.0)
    told = []
    released = asyncio.Event()

    async def work() -> None:
        await released.wait()
        raise RuntimeError("the secret marmalade recipe")

    async def tell(reference: str) -> None:
        told.append(reference)
        raise ConnectionError

    async def request() -> None:
        assert not await background.in_time(work(), tell)

    background = BackgroundWork()
    with capture_logs() as logs:
        open_window()
        await request()
        released.set()
        await background.close(5.0)
    assert [line["event"] for line in logs] == ["slack.not_shown", "slack.not_told"]
    assert [line["reference"] for line in logs] == told * 2
    assert all("adapters/slack/deadline.py" in line["at"] for line in logs) and "marmalade" not in str(logs)
