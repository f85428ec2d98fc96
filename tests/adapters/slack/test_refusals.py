"""What Slack refuses for good reaches the person by another way, and the log says what remedies it, once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from adapters.database import migrate
from adapters.slack.remedies import REFUSALS
from bot.domain.effects import Post
from bot.domain.messages import Paragraph, Place, Reply
from bot.domain.outbox import Content, Notice, OutboxItem, Replied
from bot.knowledge.shipped_phrases import shipped
from tests.adapters.slack.conftest import SHARED
from tests.adapters.slack.test_reliability import CLOCK, Echo, later
from tests.adapters.slack.world import World, opened
from tests.slack_workspace.person import Slack
from tests.slack_workspace.reading import texts
from tests.slack_workspace.screen import Screen
from tests.slack_workspace.service import Fault, Service
from tests.slack_workspace.workspace import SCOPES, Workspace, numbers

pytestmark = SHARED
ELSEWHERE = shipped()("slack-elsewhere")
OF_THE_PLACE = [code for code, refusal in REFUSALS.items() if refusal.kind == "place"]
OF_THE_MESSAGE = [code for code, refusal in REFUSALS.items() if refusal.kind == "content"]
DEAD = ["token_revoked", "account_inactive", "invalid_auth", "token_expired", "not_authed"]
Lines = list[Any]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own_workspace(service: Service) -> Workspace:
    return service.add(Workspace("TREFUSING"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(
    service: Service, own_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    database = f"sqlite:///{tmp_path_factory.mktemp('refusing') / 'advisor.sqlite3'}"
    migrate(database)
    async with opened(service, database, lambda *_: Echo(), CLOCK, slack_bot_token=own_workspace.token) as world:
        yield world


@pytest.fixture
def person(world: World, service: Service, own_workspace: Workspace) -> Iterator[Slack]:
    service.faults.clear()
    own_workspace.calls.clear()
    own_workspace.scopes = SCOPES
    yield Slack.join(world.wire, service, own_workspace)
    service.refusing.clear()
    service.faults.clear()


@contextmanager
def refusals_logged() -> Iterator[Lines]:
    """The lines about refusals; of nothing that anybody wrote."""
    lines: Lines = []
    with capture_logs() as logs:
        yield lines
    lines += [line for line in logs if line["event"] == "slack.refused"]
    assert "hello there" not in str(logs)


def said_in(person: Slack, channel: str) -> list[str]:
    return ["\n".join(texts(said["blocks"])) for said in person.said() if said["channel"] == channel]


@pytest.mark.parametrize("code", [*OF_THE_PLACE, "a_code_of_tomorrow"])
async def test_s25_a_reply_that_its_thread_does_not_take_comes_in_a_direct_message(person: Slack, code: str) -> None:
    person.service.faults = [Fault(error=code, of="chat.postMessage")]
    with refusals_logged() as lines:
        await person.mention(f"<@{person.workspace.bot}> hello there")
    assert said_in(person, person.channel) == []
    [told] = said_in(person, person.dm)
    assert ELSEWHERE in told and "hello there" in told
    if code in REFUSALS:
        [line] = lines
        assert (line["code"], line["remedy"]) == (code, REFUSALS[code].remedy)
        assert (line["method"], line["team"]) == ("chat.postMessage", person.workspace.team)


async def test_s25_so_does_one_to_a_channel_that_was_archived_meanwhile(person: Slack) -> None:
    person.workspace.channels[person.channel].archived = True
    await person.mention(f"<@{person.workspace.bot}> hello there")
    [told] = said_in(person, person.dm)
    assert ELSEWHERE in told and "hello there" in told


async def test_s25_a_thread_of_direct_messages_that_is_gone_is_answered_outside_it(person: Slack) -> None:
    person.service.faults = [Fault(error="cannot_reply_to_message", of="chat.postMessage")]
    await person.direct("hello there", thread_ts="1700000000.4")
    [said] = person.said()
    assert "hello there" in json.dumps(said) and not said.get("thread_ts")


async def test_s25_it_comes_there_once_also_where_slack_is_slow_to_take_it(world: World, person: Slack) -> None:
    refused = Fault(error="restricted_action_thread_locked", of="chat.postMessage")
    busy = Fault(429, "ratelimited", {"Retry-After": "30"}, of="chat.postMessage")
    person.service.faults = [refused, busy, refused]
    await person.mention(f"<@{person.workspace.bot}> hello there")
    assert person.said() == []
    await later(world)
    assert len(said_in(person, person.dm)) == 1


@pytest.mark.parametrize("code", ["missing_scope", "cannot_reply_to_message", *DEAD])
async def test_s25_what_a_button_brings_comes_at_the_response_url_where_slack_refuses_it(
    person: Slack, code: str
) -> None:
    person.service.refusing["chat.postMessage"] = Fault(error=code)
    with refusals_logged() as lines:
        status, _ = await person.press("hello there", channel=person.dm)
    assert status == 200 and person.said() == []
    [told] = person.workspace.called("response_url")
    assert "hello there" in told.shown
    assert (told.arguments["response_type"], told.arguments["replace_original"]) == ("ephemeral", False)
    assert [line["code"] for line in lines] == [code]


@pytest.mark.parametrize("code", ["is_archived", "missing_scope", "restricted_action"])
async def test_s25_so_does_what_is_for_the_person_alone_in_a_channel(person: Slack, code: str) -> None:
    person.service.refusing["chat.postEphemeral"] = Fault(error=code)
    with refusals_logged() as lines:
        await person.press("hello there")
    [told] = person.workspace.called("response_url")
    assert "hello there" in told.shown and person.said() == []
    assert [line["method"] for line in lines] == ["chat.postEphemeral"]


@pytest.mark.parametrize("where", ["channel", "direct messages"])
async def test_s25_where_the_response_url_does_not_hold_any_more_it_comes_in_a_direct_message(
    person: Slack, where: str
) -> None:
    expired = person.service.response_url(person.workspace)
    person.workspace.responses[expired.rsplit("/", 1)[-1]] = 5
    person.service.faults = [Fault(error="thread_locked")]
    channel = person.dm if where == "direct messages" else person.channel
    await person.press("hello there", channel=channel, response_url=expired)
    [told] = said_in(person, person.dm)
    assert ELSEWHERE in told and "hello there" in told


async def test_s25_a_missing_scope_is_named_once_with_its_remedy(person: Slack) -> None:
    person.workspace.scopes = SCOPES - {"chat:write"}
    with refusals_logged() as lines:
        await person.direct("hello there")
    [line] = lines
    assert (line["code"], line["scope"]) == ("missing_scope", "chat:write")
    assert line["remedy"] == REFUSALS["missing_scope"].remedy


@pytest.mark.parametrize("scope", ["channels:read\nfake=line", "<script>", "x" * 300, ""])
async def test_what_slack_says_is_logged_only_where_it_looks_like_a_scope(person: Slack, scope: str) -> None:
    person.service.faults = [Fault(error="missing_scope", more={"needed": scope})]
    with refusals_logged() as lines:
        await person.direct("hello there")
    assert ["scope" in line for line in lines] == [False]


async def test_s25_a_missing_scope_is_named_too_where_nothing_is_posted(person: Slack) -> None:
    """The person is told that it did not work, and whoever runs the advisor what is missing."""
    person.service.refusing["views.open"] = Fault(error="missing_scope", more={"needed": "some:scope"})
    with capture_logs() as logs:
        await person.shortcut("ask")
    [line] = [line for line in logs if line["event"] == "slack.listener_failed"]
    assert (line["code"], line["scope"]) == ("missing_scope", "some:scope")
    assert line["remedy"] == REFUSALS["missing_scope"].remedy
    assert "did not work" in json.dumps(person.said())


@pytest.mark.parametrize("scope", ["assistant:write", "channels:read"])
async def test_s25_a_missing_scope_is_named_too_where_the_person_gets_a_reply_without_it(
    slack: Slack, scope: str
) -> None:
    slack.workspace.scopes = SCOPES - {scope}
    try:
        with refusals_logged() as lines:
            if scope == "assistant:write":
                await slack.direct("what is RASP?", thread_ts="1700000000.5")
                assert "runtime" in json.dumps(slack.said()).lower()
            else:
                screen = Screen(slack)
                await screen.say("what is SAST?")
                await screen.press("Share")
                await screen.fill({"place": [slack.channel]})
                assert shipped()("slack-channel-unknown") in screen.text
    finally:
        slack.workspace.scopes = SCOPES
    assert {(line["scope"], line["remedy"]) for line in lines} == {(scope, REFUSALS["missing_scope"].remedy)}


@pytest.mark.parametrize("code", OF_THE_MESSAGE)
async def test_s25_a_message_that_slack_finds_too_long_comes_as_plain_text_with_its_buttons(
    person: Slack, code: str
) -> None:
    person.service.faults = [Fault(error=code, of="chat.postMessage")]
    with refusals_logged() as lines:
        await person.direct("hello there <!here> & *you*")
    [said] = person.said()
    assert [block["type"] for block in said["blocks"]] == ["section"]
    assert said["blocks"][0]["text"]["type"] == "plain_text"
    assert "hello there <!here> & *you*" in said["blocks"][0]["text"]["text"]
    assert [line["code"] for line in lines] == [code]


async def test_s25_where_its_buttons_are_refused_too_it_comes_as_plain_text_alone(person: Slack) -> None:
    person.service.faults = [Fault(error="invalid_blocks", of="chat.postMessage")] * 2
    await person.direct("hello there")
    [said] = person.said()
    assert [block["type"] for block in said["blocks"]] == ["section"]


async def test_s22_a_reply_that_is_longer_than_any_is_cut_into_what_slack_takes(world: World, person: Slack) -> None:
    body = tuple(Paragraph(f"{number}. " + "words & more " * 200) for number in range(20))
    await put(world, person, person.dm, Replied(Reply("answer", "Long", body=body)))
    await later(world)
    [said] = person.said()
    assert shipped()("slack-cut") in texts(said["blocks"])


async def put(world: World, person: Slack, channel: str, content: Content) -> None:
    """Put something for `channel` in the outbox."""
    place, id = Place("slack", person.workspace.team, channel), f"item-{next(numbers)}"
    async with world.store.transaction() as unit:
        await unit.outbox.put(OutboxItem(id, "send", place, id, content), CLOCK.now)


async def test_s25_a_failure_is_told_in_a_direct_message_where_its_thread_takes_nothing(person: Slack) -> None:
    person.service.faults = [Fault(error="restricted_action_thread_locked", of="chat.postMessage")]
    await person.mention("break")
    [told] = said_in(person, person.dm)
    assert "did not work" in told


async def test_s25_a_post_that_a_channel_does_not_take_is_told_to_who_shared_it(world: World, person: Slack) -> None:
    """A post is for the channel: it never goes elsewhere."""
    person.workspace.channels[person.channel].archived = True
    await put(world, person, person.channel, Post("Title", shared_by=person.person))
    with capture_logs() as logs:
        await later(world)
    assert person.said() == []
    assert [line["why"] for line in logs if line["event"] == "outbox.given_up"] == ["is_archived"]


async def test_s25_a_notice_that_a_channel_does_not_take_comes_in_a_direct_message(world: World, person: Slack) -> None:
    person.workspace.channels[person.channel].members.discard(person.person)
    await put(world, person, person.channel, Notice(Reply("notice", "Told"), person.person))
    await later(world)
    assert said_in(person, person.dm) == ["Told"]


@pytest.mark.parametrize("code", DEAD)
async def test_s25_a_token_that_died_is_logged_with_its_remedy_at_the_start_and_with_each_request(
    service: Service, sqlite_url: str, code: str
) -> None:
    own = service.add(Workspace(f"TDEAD{next(numbers)}"))
    service.refusing["auth.test"] = Fault(error=code)
    try:
        with capture_logs() as logs:
            async with opened(service, sqlite_url, lambda *_: Echo(), CLOCK, slack_bot_token=own.token) as world:
                anna = Slack.join(world.wire, service, own)
                await anna.press("hello there", ephemeral=True)
    finally:
        service.refusing.clear()
    assert "not installed" in own.called("response_url")[-1].arguments["text"]
    lines = [line for line in logs if line["event"] in ("slack.token_refused", "slack.workspace_not_installed")]
    assert [(line["code"], line["remedy"]) for line in lines] == [(code, REFUSALS[code].remedy)] * 2
