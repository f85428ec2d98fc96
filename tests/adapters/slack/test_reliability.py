"""Whatever fails: what was asked is answered once, and nobody is left without a word."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from adapters.database import SqlStore, migrate
from adapters.leases import LEASE
from adapters.outbox_relay import OutboxRelay
from adapters.slack.app import Session as AnySession
from adapters.slack.pace import Pace
from bot.domain.effects import Post
from bot.domain.messages import Message, Paragraph, Place, Reply
from bot.domain.outbox import Notice, OutboxItem
from bot.domain.records import Person
from bot.knowledge.shipped_phrases import shipped
from bot.service.overview import Overview
from bot.service.ports import StoreUnavailable
from bot.service.session import Session
from tests.adapters.slack.conftest import SHARED
from tests.adapters.slack.world import Clock, World, opened
from tests.bot.service.counting import StepCounter
from tests.slack_workspace.person import Slack
from tests.slack_workspace.reading import texts
from tests.slack_workspace.screen import Screen
from tests.slack_workspace.service import Fault, Service
from tests.slack_workspace.workspace import Workspace

pytestmark = SHARED
CLOCK = Clock()


class Echo:
    """Answers everything with the text it was asked; breaks down where that is "break"."""

    phrases = shipped()

    async def respond(self, message: Message, posting_check: object = None) -> Reply:
        if "break" in (message.text, message.command):
            raise RuntimeError("the secret marmalade recipe")
        body = (Paragraph(message.text or message.command or "nothing"),)
        return Reply("answer", "You said", body=body, replaces=bool(message.command and "retract" in message.command))

    async def hand_over(self, message: Message, to: object, posting_check: object = None) -> Reply:
        return await self.respond(message)  # hands nothing over: the reply is a notice to the app

    def opening(self, message: Message) -> Reply:
        return Reply("help", message.text)

    async def overview(self, person: Person) -> Overview:
        raise StoreUnavailable


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own_workspace(service: Service) -> Workspace:
    return service.add(Workspace("TRELIABLE"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(
    service: Service, own_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    database = f"sqlite:///{tmp_path_factory.mktemp('reliable') / 'advisor.sqlite3'}"
    migrate(database)
    async with opened(service, database, lambda *_: Echo(), CLOCK, slack_bot_token=own_workspace.token) as world:
        yield world


@pytest.fixture
def person(world: World, service: Service, own_workspace: Workspace) -> Slack:
    service.faults.clear()
    own_workspace.calls.clear()
    return Slack.join(world.wire, service, own_workspace)


async def later(world: World) -> None:
    """Time passes until nothing waits any more; in steps, between which a lease that stands still is seen to."""
    while await world.waiting():
        CLOCK.now += LEASE / 2
        world.relay.wake()
        await asyncio.sleep(0.01)


PAGE = "<html>The gateway had a quiet afternoon nap</html>"
# What a proxy answers in Slack's place, or Slack itself on a bad day.
PAGES = {
    "a page": Fault(page=PAGE),
    "a page called JSON": Fault(page=PAGE, kind="application/json"),
    "text": Fault(page="ok, the gateway says", kind="text/plain"),
    "nothing": Fault(page="", kind="application/json"),
    "null": Fault(page="null", kind="application/json"),
    "a list": Fault(page="[]", kind="application/json"),
    "another's object": Fault(page='{"error": {"code": 7}}', kind="application/json"),
    "half an object": Fault(page='{"ok": true, "ts"', kind="application/json"),
    "a page with 502": Fault(502, page=PAGE),
    "a page with 407": Fault(407, page=PAGE),
    "a page with 429": Fault(429, page=PAGE, headers={"Retry-After": "30"}),
}


@pytest.mark.parametrize("after", [False, True], ids=["did not arrive", "arrived"])
@pytest.mark.parametrize("page", list(PAGES))
async def test_s25_a_reply_to_which_slack_answers_no_json_stands_there_once(
    world: World, person: Slack, page: str, after: bool
) -> None:
    if after and PAGES[page].status == 429:
        return  # a rate limit takes nothing in
    person.service.faults = [replace(PAGES[page], after=after)]
    status, _ = await person.direct("hello there")
    assert status == 200
    await later(world)
    [said] = person.said()
    assert "hello there" in json.dumps(said)


@pytest.mark.parametrize("page", list(PAGES))
async def test_s25_what_only_reads_is_asked_again_where_slack_answers_no_json(
    world: World, person: Slack, page: str
) -> None:
    lost = Fault(cut=True, after=True)
    person.service.faults = [lost, replace(PAGES[page], of="conversations.")]
    await person.direct("hello there")
    await later(world)
    assert len(person.said()) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(429, "ratelimited", {"Retry-After": "30"}),
        Fault(429, "ratelimited"),
        Fault(error="fatal_error"),
        Fault(200, "internal_error"),
        Fault(cut=True),
        Fault(cut=True, after=True),
        Fault(502, "bad_gateway"),
        Fault(500, "internal_error"),
        Fault(503, "service_unavailable", after=True),
        Fault(error="fatal_error", after=True),
    ],
    ids=[
        "a long rate limit",
        "no Retry-After",
        "fatal_error",
        "internal_error",
        "cut",
        "cut after it arrived",
        "502",
        "500",
        "503 after it arrived",
        "fatal_error after it arrived",
    ],
)
async def test_s19_a_reply_that_slack_does_not_take_now_arrives_later_once(
    world: World, person: Slack, fault: Fault
) -> None:
    person.service.faults = [fault]
    status, _ = await person.direct("hello there")
    assert status == 200  # it is kept, so Slack need not deliver it again
    await later(world)
    [said] = person.said()
    assert "hello there" in json.dumps(said)


async def test_s19_while_slack_does_not_let_it_look_a_reply_that_may_stand_there_is_not_sent_again(
    world: World, person: Slack
) -> None:
    busy = Fault(429, "ratelimited", {"Retry-After": "30"}, of="conversations.")
    person.service.faults = [Fault(cut=True, after=True), busy]
    await person.direct("hello there")
    for _ in range(2):
        CLOCK.now += 60.0
        await world.relay.send_due()
    await later(world)
    assert len(person.said()) == 1


@pytest.mark.parametrize("fault", [Fault(429, "ratelimited", {"Retry-After": "30"}), Fault(cut=True, after=True)])
async def test_s19_what_a_button_brings_below_its_message_arrives_later_once(
    world: World, person: Slack, fault: Fault
) -> None:
    person.service.faults = [fault]
    status, _ = await person.press("answer:rasp", channel=person.dm)
    assert status == 200
    assert not person.workspace.called("response_url")  # nobody is told that it failed
    await later(world)
    [said] = person.said()
    assert "answer:rasp" in json.dumps(said)


async def told_alone(world: World, person: Slack, id: str) -> list[str]:
    """Put something in the outbox for the person alone, under their own id, and send what is due. Returns what all of
    that, and what else stands in their private messages, says."""
    content = Notice(Reply("notice", f"Told {id}"), person.person)
    place = Place("slack", person.workspace.team, person.person)
    async with world.store.transaction() as unit:
        await unit.outbox.put(OutboxItem(f"{person.person}-{id}", "send", place, id, content), CLOCK.now)
    await later(world)
    return [texts(said["blocks"])[0] for said in person.said()]


async def test_s19_what_a_person_is_told_alone_stands_there_once(world: World, person: Slack) -> None:
    lost, busy = Fault(cut=True, after=True), Fault(429, "ratelimited", {"Retry-After": "30"}, of="conversations.")
    person.service.faults = [lost, lost, busy]
    assert await told_alone(world, person, "first") == ["Told first"]
    person.service.faults = [lost]
    posted = len(person.workspace.called("chat.postMessage"))
    assert await told_alone(world, person, "then") == ["Told first", "Told then"]
    # Where the private messages are is known by now, so it is looked for before it is sent again.
    assert len(person.workspace.called("chat.postMessage")) == posted + 1


async def test_s19_a_short_rate_limit_is_waited_out_within_the_request(person: Slack) -> None:
    person.service.faults = [Fault(429, "ratelimited", {"Retry-After": "0"})]
    await person.direct("hello there")
    assert len(person.said()) == 1


async def test_s19_a_rate_limit_is_obeyed_before_it_is_tried_again(world: World, person: Slack) -> None:
    person.service.faults = [Fault(429, "ratelimited", {"Retry-After": "30"})]
    await person.direct("hello there")
    CLOCK.now += 29.0
    assert await world.relay.send_due() == 0
    CLOCK.now += 2.0
    await world.relay.send_due()
    await world.quiet()
    assert len(person.said()) == 1


async def test_s21_a_reply_kept_with_its_turn_is_sent_later_and_once_though_it_was_delivered_again(
    service: Service, own_workspace: Workspace, person: Slack, database: str
) -> None:
    def session(store: SqlStore, _: OutboxRelay) -> Session:
        return Session(StepCounter(), store, clock=CLOCK)

    async with opened(service, database, session, CLOCK, slack_bot_token=own_workspace.token) as world:
        person.wire = world.wire
        service.faults = [Fault(429, "ratelimited", {"Retry-After": "30"})]
        for _ in range(2):
            assert (await person.direct("hello there", event_id=f"Ev-{person.person}"))[0] == 200
        assert not person.said()
        await later(world)
    assert len(person.said()) == 1


async def test_s21_a_redelivery_is_answered_once_also_by_another_process(
    person: Slack, service: Service, own_workspace: Workspace, database: str
) -> None:
    token = own_workspace.token
    async with (
        opened(service, database, lambda *_: Echo(), CLOCK, slack_bot_token=token) as one,
        opened(service, database, lambda *_: Echo(), CLOCK, slack_bot_token=token) as other,
    ):
        for number in range(4):
            wires = (one.wire, other.wire)
            event = f"Ev-{person.person}-{number}"
            both = [replace(person, wire=wire).direct("hello there", event_id=event) for wire in wires]
            assert [status for status, _ in await asyncio.gather(*both)] == [200, 200]
        await one.quiet()
    assert len(person.said()) == 4


async def test_s21_what_a_process_left_behind_when_it_died_is_said_by_another(world: World, person: Slack) -> None:
    place = Place("slack", person.workspace.team, person.dm)
    item = OutboxItem("T-Ev-dead", "send", place, "T-Ev-dead", Post("Left behind"))
    async with world.store.transaction() as unit:
        await unit.outbox.take(item, "a process that died", now=CLOCK.now, lease=120.0)
    await later(world)
    assert "Left behind" in json.dumps(person.said())


@pytest.mark.parametrize("way", ["command", "direct", "mention", "press", "shortcut", "home"])
async def test_a_failure_is_told_in_plain_words_under_the_reference_that_is_logged(person: Slack, way: str) -> None:
    screen = Screen(person, public=way == "mention")
    with capture_logs() as logs:
        match way:
            case "command":
                status, _ = await screen.command("break")
            case "press":
                status, _ = await person.press("break", channel=person.dm)
            case "shortcut":
                await screen.shortcut("ask")
                status, _ = await screen.fill({"question": ["break"]})
            case "home":
                status, _ = await person.event({"type": "app_home_opened", "user": person.person, "tab": "home"})
            case _:
                status, _ = await screen.say("break")
    assert status == 200
    [line] = [line for line in logs if line["event"] == "slack.listener_failed"]
    assert "marmalade" not in str(logs)
    if way == "home":
        shown = person.workspace.homes[person.person]["blocks"]
    elif way == "press":
        shown = person.workspace.calls[-1].arguments["blocks"]
    else:
        shown = screen.blocks
    said = "\n".join(texts(list(shown)))
    assert "did not work" in said and line["reference"] in said
    assert "marmalade" not in said


async def test_s28_a_failure_is_told_in_the_thread_of_the_message(person: Slack) -> None:
    await person.mention("break", ts="1700000000.7")
    await person.direct("break", ts="1700000000.8")
    await person.direct("break", thread_ts="1700000000.8")
    assert [said["thread_ts"] for said in person.said()] == ["1700000000.7", "1700000000.8", "1700000000.8"]


@pytest.mark.parametrize("ephemeral", [True, False])
async def test_what_a_used_up_response_url_does_not_take_is_told_all_the_same(person: Slack, ephemeral: bool) -> None:
    used_up = person.service.response_url(person.workspace)
    person.workspace.responses[used_up.rsplit("/", 1)[-1]] = 5
    await person.press("retract:some-post", channel=person.dm, ephemeral=ephemeral, response_url=used_up)
    [told] = person.workspace.called("chat.postEphemeral")
    assert "retract:some-post" in told.shown and told.arguments["user"] == person.person


async def test_an_expired_trigger_is_told_and_not_swallowed(person: Slack) -> None:
    await person.shortcut("ask")
    old = person.workspace.trigger("expired")
    body = {"trigger_id": old, "callback_id": "ask"}
    status, _ = await person.wire.deliver("interactive", {**person._interaction("shortcut"), **body})
    assert status == 200
    assert "did not work" in json.dumps(person.said())


async def test_s19_a_channel_gets_one_message_a_second_and_other_channels_do_not_wait() -> None:
    now = [100.0]
    pace = Pace(clock=lambda: now[0])
    waits = [pace.wait("T1", "C1", at_most=1.0) for _ in range(4)]
    assert waits == [0.0, 1.0, 2.0, 2.0]  # the third and fourth come again later
    assert pace.wait("T1", "C2", at_most=1.0) == 0.0
    now[0] += 2.0
    assert pace.wait("T1", "C1", at_most=1.0) == 0.0


async def test_s19_a_flood_in_one_channel_goes_out_second_by_second(
    service: Service, own_workspace: Workspace, person: Slack, sqlite_url: str
) -> None:
    clock = Clock()
    async with opened(
        service, sqlite_url, lambda *_: Echo(), clock, slack_bot_token=own_workspace.token, slack_seconds_apart=60
    ) as world:
        person.wire = world.wire
        for number in range(3):
            await person.mention(f"<@{own_workspace.bot}> number {number}")
        assert len(person.said()) == 1
        async with world.store.transaction() as unit:
            assert await unit.outbox.waiting() == 2


async def test_when_nothing_can_be_kept_the_reply_is_sent_all_the_same(
    service: Service, own_workspace: Workspace, person: Slack, tmp_path: Path
) -> None:
    without_tables = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    world = opened(service, without_tables, lambda *_: Echo(), CLOCK, slack_bot_token=own_workspace.token)
    async with world as opened_world:
        person.wire = opened_world.wire
        status, _ = await person.direct("hello there")
    assert status == 200
    assert len(person.said()) == 1


async def test_what_is_neither_kept_nor_said_in_time_is_not_acknowledged(
    service: Service, own_workspace: Workspace, person: Slack, tmp_path: Path
) -> None:
    without_tables = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    world = opened(service, without_tables, lambda *_: Echo(), CLOCK, slack_bot_token=own_workspace.token)
    service.slow["chat.postMessage"] = answers = asyncio.Event()
    try:
        async with world as opened_world:
            person.wire = opened_world.wire
            assert (await person.direct("hello there"))[0] == 500, "so that Slack delivers it again"
            answers.set()
    finally:
        service.slow = {}


@contextmanager
def outcomes_refused(database: str) -> Iterator[None]:
    """As long as the block lasts, the database does not take down that anything was sent."""
    trigger = "BEFORE UPDATE OF finished_at ON outbox BEGIN SELECT RAISE(ABORT, 'not now'); END"
    with closing(sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)) as connection:
        connection.execute(f"CREATE TRIGGER not_now {trigger}")
        yield
        connection.execute("DROP TRIGGER not_now")


@pytest.mark.parametrize("kept_with_its_turn", [True, False])
async def test_a_reply_that_was_sent_is_not_sent_again_where_that_cannot_be_kept(
    service: Service, own_workspace: Workspace, person: Slack, sqlite_url: str, kept_with_its_turn: bool
) -> None:
    def session(store: SqlStore, _: OutboxRelay) -> AnySession:
        return Session(StepCounter(), store, clock=CLOCK) if kept_with_its_turn else Echo()

    async with opened(service, sqlite_url, session, CLOCK, slack_bot_token=own_workspace.token) as world:
        person.wire = world.wire
        with outcomes_refused(sqlite_url):
            status, _ = await person.direct("hello there")
        assert status == 200
        assert len(person.said()) == 1
        await later(world)  # it is looked for, and found
    assert len(person.said()) == 1
