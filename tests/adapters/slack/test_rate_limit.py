"""Somebody who sends too much in Slack: told once, then nothing, and nobody else waits."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from adapters.database import migrate
from adapters.rate_limit import MOST, WITHIN
from tests.adapters.slack.conftest import SHARED
from tests.adapters.slack.test_reliability import Echo
from tests.adapters.slack.world import Clock, World, opened
from tests.slack_workspace.person import Slack
from tests.slack_workspace.service import Service
from tests.slack_workspace.workspace import Workspace

pytestmark = SHARED
CLOCK = Clock()
TOLD = "Please slow down"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own_workspace(service: Service) -> Workspace:
    return service.add(Workspace("TFLOOD"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(
    service: Service, own_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    database = f"sqlite:///{tmp_path_factory.mktemp('flood') / 'advisor.sqlite3'}"
    migrate(database)
    async with opened(service, database, lambda *_: Echo(), CLOCK, slack_bot_token=own_workspace.token) as world:
        yield world


@pytest.fixture
def person(world: World, service: Service, own_workspace: Workspace) -> Slack:
    service.faults.clear()
    own_workspace.calls.clear()
    own_workspace.refused.clear()
    return Slack.join(world.wire, service, own_workspace)


async def flood(person: Slack) -> None:
    """As much as one person may send."""
    for number in range(MOST):
        await person.direct(f"message {number}")


async def test_a_flood_gets_one_please_slow_down_and_nobody_else_waits(person: Slack) -> None:
    await flood(person)
    for number in range(5):
        await person.direct(f"more {number}")
    said = [json.dumps(one) for one in person.said()]
    assert len(said) == MOST + 1
    assert TOLD in said[-1]
    other = Slack.join(person.wire, person.service, person.workspace)
    await other.direct("hello there")
    assert "hello there" in json.dumps(other.said())
    CLOCK.now += WITHIN
    await person.direct("hello again")
    assert "hello again" in json.dumps(person.said()[-1])


async def test_what_slack_delivers_again_counts_once(person: Slack) -> None:
    for number in range(MOST):
        for retry in range(3):
            await person.direct(f"message {number}", event_id=f"Ev-{person.person}-{number}", retry=retry)
    assert TOLD not in json.dumps(person.said())


async def test_a_command_is_told_once_and_then_acknowledged_without_a_word(person: Slack) -> None:
    await flood(person)
    answers = [await person.command("what is RASP?") for _ in range(3)]
    assert [status for status, _ in answers] == [200] * 3
    assert TOLD in json.dumps(answers[0][1])
    assert answers[1][1] == answers[2][1] == ""


@pytest.mark.parametrize("ephemeral", [True, False])
async def test_a_button_is_told_beside_its_message_which_stays_as_it_is(person: Slack, ephemeral: bool) -> None:
    """What waits for a confirmation must not be gone because the person was too quick."""
    await flood(person)
    for _ in range(3):
        assert (await person.press("confirm:share", ephemeral=ephemeral))[0] == 200
    [told] = person.workspace.called("chat.postEphemeral")
    assert TOLD in told.shown and told.arguments["user"] == person.person
    assert not person.workspace.called("response_url")


async def test_a_modal_that_is_submitted_keeps_what_was_entered_below_the_notice(person: Slack) -> None:
    await person.shortcut("ask")
    [view_id] = [id for id, kept in person.workspace.views.items() if kept.view["callback_id"] == "form"][-1:]
    await flood(person)
    for _ in range(2):
        status, answer = await person.submit(view_id, {"question": ["what is RASP?"]})
        assert status == 200
        assert answer["response_action"] == "push" and TOLD in json.dumps(answer)
    assert not person.workspace.refused
