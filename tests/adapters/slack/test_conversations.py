"""Every conversation of the suite, through the Slack surface: what is seen is the content of messages and modals."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from adapters.database import migrate
from bot.advisor import Advisor
from bot.service.session import Session
from tests.adapters.slack.conftest import SHARED
from tests.adapters.slack.world import Clock, World, opened
from tests.conversation_suite import Conversation, Seen, conversations, run
from tests.slack_workspace.person import Slack
from tests.slack_workspace.screen import Screen
from tests.slack_workspace.service import Service
from tests.slack_workspace.workspace import Workspace

pytestmark = SHARED
CLOCK = Clock()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def suite_workspace(service: Service) -> Workspace:
    return service.add(Workspace("TSUITE"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file: Path = tmp_path_factory.mktemp("suite") / "advisor.sqlite3"
    migrate(f"sqlite:///{file}")
    return file


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(service: Service, suite_workspace: Workspace, database: Path, advisor: Advisor) -> AsyncIterator[World]:
    experts = suite_workspace.add_channel()
    async with opened(
        service,
        f"sqlite:///{database}",
        lambda store, relay: Session(advisor, store, clock=CLOCK, wake_outbox=relay.wake),
        CLOCK,
        slack_bot_token=suite_workspace.token,
        slack_experts_channel=experts,
    ) as world:
        yield world


class SlackClient:
    """Types, presses and fills in as Slack does, in direct messages or in threads of one channel."""

    offers = frozenset({"people", "threads", "clock", "redelivery", "outage", "posting", "experts", "forms"})

    def __init__(self, world: World, service: Service, workspace: Workspace, database: Path, *, public: bool) -> None:
        self._world = world
        self._new_person = lambda: Slack.join(world.wire, service, workspace)
        self._first = self._new_person()
        self._database = database
        self._public = public
        self._people: dict[str, Slack] = {}
        self._screens: dict[tuple[str, str], Screen] = {}
        self._last = ("", "", "", Seen(""))
        self._broken = False
        self._count = 0

    async def say(self, text: str, who: str, thread: str) -> Seen:
        self._count += 1
        screen = self._screen(who, thread)
        await self._world.quiet()
        await self._break()
        await screen.say(text, event_id=self._event_id)
        await self._mend()
        self._last = (text, who, thread, _seen(screen))
        return self._last[-1]

    async def press(self, label: str, who: str, thread: str) -> Seen:
        screen = self._screen(who, thread)
        await self._world.quiet()
        await screen.press(label)
        return _seen(screen)

    async def fill(self, values: Mapping[str, Sequence[str]], who: str, thread: str) -> Seen:
        screen = self._screen(who, thread)
        given = {name: [value for value in each if value] for name, each in values.items()}
        if given.get("place"):  # the channels of the suite are this person's
            given["place"] = [screen.person.channel]
        await screen.fill(given)
        return _seen(screen)

    async def wait(self, seconds: float) -> None:
        CLOCK.now += seconds

    async def again(self) -> Seen:
        text, who, thread, seen = self._last
        screen = self._screen(who, thread)
        before = len(screen.person.said())
        await screen.say(text, event_id=self._event_id, retry=1)
        assert len(screen.person.said()) == before, "it is shown once"
        return seen

    async def outage(self) -> None:
        self._broken = True

    @property
    def _event_id(self) -> str:
        return f"Ev-{self._first.person}-{self._count}"

    def _screen(self, who: str, thread: str) -> Screen:
        if who not in self._people:
            person = self._first if not self._people else self._new_person()
            self._people[who] = replace(person, channel=self._first.channel)
            self._first.workspace.channels[self._first.channel].members.add(person.person)
        if (who, thread) not in self._screens:
            ts = f"1700.{self._first.person}{thread}" if thread or self._public else ""
            self._screens[who, thread] = Screen(self._people[who], public=self._public, thread=ts)
        return self._screens[who, thread]

    async def _break(self) -> None:
        if self._broken:
            await asyncio.to_thread(self._rename, "conversations", "away")

    async def _mend(self) -> None:
        if self._broken:
            self._broken = False
            await asyncio.to_thread(self._rename, "away", "conversations")

    def _rename(self, table: str, to: str) -> None:
        """In another thread, for whoever holds the database now can only let it go on this one."""
        with closing(sqlite3.connect(self._database)) as connection:
            connection.execute(f"ALTER TABLE {table} RENAME TO {to}")


def _seen(screen: Screen) -> Seen:
    return Seen(screen.text, screen.labels)


@pytest.mark.parametrize("public", [False, True], ids=["direct", "thread"])
@pytest.mark.parametrize("conversation", conversations(SlackClient.offers), ids=str)
async def test_a_conversation_goes_as_written_in_slack(
    conversation: Conversation,
    public: bool,
    world: World,
    service: Service,
    suite_workspace: Workspace,
    database: Path,
    advisor: Advisor,
) -> None:
    client = SlackClient(world, service, suite_workspace, database, public=public)
    await run(conversation, client, advisor.knowledge)
    assert suite_workspace.refused == []
