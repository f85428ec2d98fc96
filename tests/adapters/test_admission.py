"""More than a process can carry: everybody gets one answer, or is told to come again, and nothing is kept of that."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from adapters.admission import Admission, Busy
from adapters.server import serving
from adapters.settings import read_settings
from tests.slack_workspace.person import HttpWire, Slack
from tests.slack_workspace.service import Service
from tests.slack_workspace.workspace import SECRET, Workspace
from tests.teams_connector import activities
from tests.teams_connector.connector import ConnectorService

pytestmark = pytest.mark.asyncio(loop_scope="session")
TOLD = "I am busy just now"
AGAIN = "Try again in a moment"
KNOWLEDGE = "- id: sast\n  questions: [what is SAST, tell me about SAST]\n  answer: It reads the source.\n"
AT_ONCE = 300


@dataclass(frozen=True)
class Overloaded:
    """A server that takes one turn at a time, while nobody waits."""

    url: str
    http: aiohttp.ClientSession
    admission: Admission
    slack: Service
    workspace: Workspace
    teams: ConnectorService

    def person(self) -> Slack:
        return Slack.join(HttpWire(self.url, self.http), self.slack, self.workspace)

    async def post(self, activity: dict[str, Any]) -> tuple[int, Any]:
        async with self.http.post(f"{self.url}/api/messages", json=activity) as response:
            return response.status, await response.json() if response.content_length else None


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Overloaded]:
    folder: Path = tmp_path_factory.mktemp("load")
    (folder / "answers").mkdir()
    (folder / "answers" / "one.yaml").write_text(KNOWLEDGE, encoding="utf-8")
    admission = Admission(1, {"slack": 0.0, "teams": 0.0, "web": 0.0})
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(Service())
        workspace = slack.add(Workspace())
        teams = await stack.enter_async_context(ConnectorService())
        settings = read_settings(
            database_url=f"sqlite:///{folder / 'advisor.sqlite3'}",
            port=0,
            knowledge=folder,
            cache=folder,
            slack_bot_token=workspace.token,
            slack_signing_secret=SECRET,
            slack_api_url=slack.api_url,
            slack_seconds_apart=0,
            teams_development=teams.url,
        )
        port, _ = await stack.enter_async_context(serving(settings, admission=admission))
        connector = aiohttp.TCPConnector(limit=0)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        yield Overloaded(f"http://127.0.0.1:{port}", http, admission, slack, workspace, teams)


@pytest_asyncio.fixture(loop_scope="session")
async def full(server: Overloaded) -> AsyncIterator[Overloaded]:
    """The server while its one turn takes long."""
    server.workspace.calls.clear()
    server.teams.sent.clear()
    await server.admission.wait("slack", time.monotonic())
    await server.admission.enter()
    yield server
    server.admission.leave()


async def test_of_very_many_commands_at_once_each_is_answered_or_told_to_come_again(server: Overloaded) -> None:
    people = [server.person() for _ in range(AT_ONCE)]
    answers = await asyncio.gather(*(person.command("what is SAST?") for person in people))
    assert {status for status, _ in answers} == {200}
    shown = [json.dumps(answer) for _, answer in answers]
    assert all(("It reads the source" in one) != (TOLD in one and AGAIN in one) for one in shown)
    assert any(TOLD in one for one in shown) and any(TOLD not in one for one in shown)
    assert all(answer["response_type"] == "ephemeral" for _, answer in answers)


async def test_of_very_many_events_at_once_each_that_is_accepted_gets_one_reply_and_no_other_any(
    server: Overloaded,
) -> None:
    people = [server.person() for _ in range(AT_ONCE)]
    statuses = [status for status, _ in await asyncio.gather(*(person.direct("what is SAST?") for person in people))]
    accepted = statuses.count(200)
    assert 0 < accepted < AT_ONCE and statuses.count(503) == AT_ONCE - accepted
    await server.workspace.until(lambda: sum(len(person.said()) for person in people) >= accepted)
    assert [len(person.said()) for person in people] == [int(status == 200) for status in statuses]


async def test_of_very_many_messages_in_teams_at_once_each_gets_one_reply(server: Overloaded) -> None:
    server.teams.sent.clear()
    asked = [
        activities.message(server.teams.url, "what is SAST?", **{
            "from": {"id": f"29:{number}", "name": "A", "aadObjectId": f"aad-{number}", "role": "user"},
            "conversation": {"id": f"a:{number}", "conversationType": "personal", "tenantId": activities.TENANT},
        })
        for number in range(AT_ONCE)
    ]  # fmt: skip
    assert {status for status, _ in await asyncio.gather(*map(server.post, asked))} == {200}
    replies = [sent for sent in server.teams.sent if sent.activity["type"] == "message"]
    assert len(replies) == len({sent.conversation for sent in replies}) == AT_ONCE
    shown = [json.dumps(sent.activity) for sent in replies]
    assert all(("It reads the source" in one) != (TOLD in one and AGAIN in one) for one in shown)
    assert any(TOLD in one for one in shown)


async def test_an_event_that_found_no_room_is_answered_when_slack_delivers_it_again(full: Overloaded) -> None:
    anna = full.person()
    status, _ = await anna.direct("what is SAST?", event_id="Ev-again")
    assert status == 503 and anna.said() == []
    full.admission.leave()
    for retry in (1, 2):
        assert (await anna.direct("what is SAST?", event_id="Ev-again", retry=retry))[0] == 200
    await full.admission.enter()
    [said] = anna.said()
    assert "It reads the source" in json.dumps(said)


async def test_an_event_that_slack_will_not_deliver_again_is_told_so_in_its_thread(full: Overloaded) -> None:
    anna = full.person()
    for retry in range(4):
        status, _ = await anna.mention("what is SAST?", event_id="Ev-last", retry=retry)
        assert status == (200 if retry == 3 else 503)
    [said] = anna.said()
    assert TOLD in json.dumps(said) and said["thread_ts"]


@pytest.mark.parametrize("ephemeral", [True, False])
async def test_a_button_is_told_beside_its_message_which_stays_as_it_is(full: Overloaded, ephemeral: bool) -> None:
    anna = full.person()
    assert (await anna.press("confirm:share", ephemeral=ephemeral))[0] == 200
    [told] = full.workspace.called("chat.postEphemeral")
    assert TOLD in told.shown and told.arguments["user"] == anna.person
    assert not full.workspace.called("response_url")


async def test_a_modal_that_is_submitted_keeps_what_was_entered_below_the_notice(full: Overloaded) -> None:
    anna = full.person()
    full.admission.leave()
    await anna.shortcut("ask")
    await full.admission.enter()
    view_id = list(full.workspace.views)[-1]
    status, answer = await anna.submit(view_id, {"question": ["what is SAST?"]})
    assert (status, answer["response_action"]) == (200, "push")
    assert TOLD in json.dumps(answer) and not full.workspace.refused


async def test_a_shortcut_opens_a_modal_that_says_so(full: Overloaded) -> None:
    assert (await full.person().shortcut("triage"))[0] == 200
    [opened] = full.workspace.called("views.open")
    assert TOLD in opened.shown


async def test_a_button_in_teams_keeps_its_card_and_shows_a_line_below_it(full: Overloaded) -> None:
    status, answer = await full.post(activities.executed(full.teams.url, {"command": "triage"}))
    assert status == 200 and TOLD in answer["value"] and answer["type"].endswith("activity.message")


async def test_the_page_gives_back_what_was_typed_and_takes_it_when_there_is_room(full: Overloaded) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(full.url) as response:
            form = dict(re.findall(r'name="(token|nonce)" value="([^"]+)"', await response.text()))
        asked = {**form, "text": "what is SAST?"}
        async with browser.post(f"{full.url}/say", data=asked) as response:
            page = await response.text()
            assert response.status == 503 and int(response.headers["Retry-After"]) > 0
        assert TOLD in page and AGAIN in page and ">what is SAST?</textarea>" in page
        full.admission.leave()
        async with browser.post(f"{full.url}/say", data=asked) as response:
            assert response.status == 200 and "It reads the source" in await response.text()
        await full.admission.enter()


async def test_a_flood_on_one_surface_leaves_every_second_place_to_the_others() -> None:
    admission = Admission(1, {"slack": 60.0, "teams": 60.0})
    await admission.enter()
    order: list[str] = []

    async def one(surface: str) -> None:
        await admission.wait(surface, time.monotonic())
        await admission.enter()
        order.append(surface)
        admission.leave()

    waiting = [asyncio.create_task(one(surface)) for surface in ["slack"] * 20 + ["teams"] * 2]
    await asyncio.sleep(0)
    admission.leave()
    await asyncio.gather(*waiting)
    assert "teams" in order[:2] and order[:4].count("teams") == 2


async def test_who_came_first_is_served_first() -> None:
    admission = Admission(1, {"slack": 60.0})
    await admission.enter()
    order: list[int] = []

    async def one(number: int) -> None:
        await admission.wait("slack", time.monotonic())
        await admission.enter()
        await asyncio.sleep(0)
        order.append(number)
        admission.leave()

    waiting = [asyncio.create_task(one(number)) for number in range(50)]
    await asyncio.sleep(0)
    admission.leave()
    await asyncio.gather(*waiting)
    assert order == list(range(50))


async def test_a_turn_that_was_given_a_place_and_is_cancelled_gives_it_to_the_next() -> None:
    admission = Admission(1, {"slack": 60.0})
    await admission.enter()
    first, second = (asyncio.create_task(admission.enter()) for _ in range(2))
    await asyncio.sleep(0)
    admission.leave()
    first.cancel()
    await second
    assert first.cancelled() or first.done()


async def test_what_has_waited_too_long_before_it_was_read_is_told_at_once() -> None:
    admission = Admission(1, {"slack": 60.0})
    await admission.enter()
    await admission.wait("slack", time.monotonic() - 60.0)
    with pytest.raises(Busy):
        await admission.enter()


async def test_a_turn_that_waits_for_its_platform_leaves_its_place_to_others() -> None:
    admission = Admission(1, {"slack": 60.0})
    await admission.enter()
    admission.leave()  # while the platform is asked
    await admission.enter()
    admission.go_on()
    admission.leave()
    third = asyncio.create_task(admission.enter())
    await asyncio.sleep(0)
    assert not third.done()
    admission.leave()
    await third
