"""Apps with token rotation: their tokens are refreshed in time, once, and what is stored of them is encrypted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from adapters.database import SqlStore, migrate
from adapters.slack import token_rotation
from adapters.slack.installations import Installations
from adapters.slack.token_cipher import TokenCipher
from adapters.slack.token_rotation import TokenRotation
from bot.domain.effects import Post
from bot.domain.messages import Place
from bot.domain.outbox import OutboxItem
from tests.adapters.slack.conftest import SHARED
from tests.adapters.slack.installing import APP, KEY, install
from tests.adapters.slack.test_reliability import Echo
from tests.adapters.slack.world import Clock, World, opened
from tests.slack_workspace.person import Slack
from tests.slack_workspace.reading import texts
from tests.slack_workspace.service import CLIENT_ID, CLIENT_SECRET, Fault, Service
from tests.slack_workspace.workspace import Workspace, numbers

pytestmark = SHARED
HOUR = 3600
CLOCK = Clock()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(service: Service, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    database = f"sqlite:///{tmp_path_factory.mktemp('rotation') / 'advisor.sqlite3'}"
    migrate(database)
    async with opened(service, database, lambda *_: Echo(), CLOCK, **APP) as world:
        yield world


@pytest.fixture(autouse=True)
def mended(service: Service) -> Iterator[None]:
    service.refreshed.clear()
    yield
    service.refusing.clear()
    service.slow.clear()


def rotating(team: str = "") -> Workspace:
    workspace = Workspace(team or f"TROTATING{next(numbers)}")
    workspace.rotate()
    return workspace


@pytest_asyncio.fixture(loop_scope="session")
async def anna(world: World, service: Service) -> Slack:
    return Slack.join(world.wire, service, await install(world, service, rotating()))


async def ends(engine: AsyncEngine, workspace: Workspace, seconds: int) -> None:
    """The present token ends in so many seconds; before now, Slack refuses it already."""
    at = (datetime.now(UTC) + timedelta(seconds=seconds)).replace(tzinfo=None)
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE slack_bots SET bot_token_expires_at = :at WHERE team_id = :team"),
            {"at": at, "team": workspace.team},
        )


async def stored(engine: AsyncEngine, workspace: Workspace) -> str:
    bot = await Installations(engine, CLIENT_ID, TokenCipher(KEY)).of(workspace.team)
    assert bot is not None
    return str(bot.bot_token)


async def expired(world: World, service: Service, workspace: Workspace) -> None:
    service.expired.add(workspace.token)
    await ends(world.store.engine, workspace, -1)


async def test_s16_the_refresh_token_is_encrypted_too_and_in_no_log(world: World, service: Service) -> None:
    with capture_logs() as logs:
        workspace = await install(world, service, rotating())
        first = workspace.refresh_token
        await expired(world, service, workspace)
        await Slack.join(world.wire, service, workspace).direct("hello there")
    async with world.store.engine.connect() as connection:
        rows = str((await connection.execute(text("SELECT * FROM slack_bots"))).all())
        rows += str((await connection.execute(text("SELECT * FROM slack_installations"))).all())
    assert workspace.team in rows
    for secret in (first, workspace.refresh_token, workspace.token):
        assert secret not in rows + str(logs)


async def test_a_token_that_is_valid_for_long_is_not_refreshed(service: Service, anna: Slack) -> None:
    await anna.direct("hello there")
    assert anna.said() and service.refreshed == []


async def test_a_token_is_refreshed_before_it_ends_and_nobody_waits_for_it(
    world: World, service: Service, anna: Slack
) -> None:
    workspace, old = anna.workspace, anna.workspace.token
    await ends(world.store.engine, workspace, HOUR)
    service.slow["oauth.v2.access"] = asyncio.Event()
    await anna.direct("one")
    assert len(anna.said()) == 1 and await stored(world.store.engine, workspace) == old
    service.slow["oauth.v2.access"].set()
    while await stored(world.store.engine, workspace) == old:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    service.expired.add(old)
    await anna.direct("two")
    assert len(anna.said()) == 2


async def test_after_its_end_it_is_refreshed_first(world: World, service: Service, anna: Slack) -> None:
    await expired(world, service, anna.workspace)
    await anna.direct("hello there")
    assert "hello there" in json.dumps(anna.said())


async def test_however_many_ask_at_once_it_is_refreshed_once(world: World, service: Service, anna: Slack) -> None:
    await expired(world, service, anna.workspace)
    people = [Slack.join(world.wire, service, anna.workspace) for _ in range(10)]
    await asyncio.gather(*(person.direct("hello there") for person in people))
    assert all(person.said() for person in people)
    assert len(service.refreshed) == 1


async def test_what_comes_while_slack_gives_no_new_token_is_delivered_again_and_answered(
    world: World, service: Service, anna: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_rotation, "PAUSE", 0)
    await expired(world, service, anna.workspace)
    service.refusing["oauth.v2.access"] = Fault(error="internal_error")
    with capture_logs() as logs:
        assert await anna.direct("hello there", event_id="Ev-rotation") == (500, "")
        _, answer = await anna.command("hello there")
    assert "did not work" in "\n".join(texts(answer))
    [line, *_] = [line for line in logs if line["event"] == "slack.token_not_refreshed"]
    assert line["code"] == "internal_error" and "again" in line["remedy"]
    del service.refusing["oauth.v2.access"]
    status, _ = await anna.direct("hello there", event_id="Ev-rotation", retry=1)
    assert status == 200 and anna.said()


async def test_slack_is_not_asked_anew_with_every_request(world: World, service: Service, anna: Slack) -> None:
    await expired(world, service, anna.workspace)
    service.refusing["oauth.v2.access"] = Fault(error="internal_error")
    with capture_logs() as logs:
        for _ in range(3):
            await anna.direct("hello there")
    assert len([line for line in logs if line["event"] == "slack.token_not_refreshed"]) == 1


async def test_where_there_will_be_no_new_token_people_are_told_that_it_is_not_installed(
    world: World, service: Service, anna: Slack
) -> None:
    await expired(world, service, anna.workspace)
    service.refusing["oauth.v2.access"] = Fault(error="invalid_refresh_token")
    with capture_logs() as logs:
        status, _ = await anna.command("hello there")
    assert status == 200
    assert "not installed" in anna.workspace.called("response_url")[-1].arguments["text"]
    [line] = [line for line in logs if line["event"] == "slack.token_not_refreshed"]
    assert "install the app there again" in line["remedy"]


async def test_what_waits_to_be_sent_is_sent_with_the_new_token(
    world: World, service: Service, anna: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_rotation, "PAUSE", 0)
    await expired(world, service, anna.workspace)
    service.refusing["oauth.v2.access"] = Fault(error="internal_error")
    place = Place("slack", anna.workspace.team, anna.channel)
    async with world.store.transaction() as unit:
        await unit.outbox.put(OutboxItem("rotated", "send", place, "s", Post("Later")), CLOCK.now)
    with capture_logs() as logs:
        world.relay.wake()
        while not [line for line in logs if line["event"] == "slack.token_not_refreshed"]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    del service.refusing["oauth.v2.access"]
    while not anna.said():
        CLOCK.now += 30
        world.relay.wake()
        await asyncio.sleep(0.01)
    await world.quiet()


# --- processes that share a database


async def rotations(service: Service, database: str, stack: AsyncExitStack) -> tuple[TokenRotation, AsyncEngine]:
    """The tokens as one process sees them."""
    store = SqlStore.at(database)
    stack.push_async_callback(store.close)
    installations = Installations(store.engine, CLIENT_ID, TokenCipher(KEY))
    client = AsyncWebClient(base_url=service.api_url)
    return TokenRotation(installations, CLIENT_ID, CLIENT_SECRET, client), store.engine


async def installed(service: Service, engine: AsyncEngine) -> Workspace:
    workspace = service.add(rotating())
    await Installations(engine, CLIENT_ID, TokenCipher(KEY)).async_save(
        Installation(
            app_id="A1",
            team_id=workspace.team,
            user_id="U1",
            bot_token=workspace.token,
            bot_refresh_token=workspace.refresh_token,
            bot_token_expires_in=43200,
        )
    )
    await ends(engine, workspace, -1)
    return workspace


async def test_two_processes_on_postgresql_refresh_it_once(service: Service, postgresql_url: str) -> None:
    async with AsyncExitStack() as stack:
        one, engine = await rotations(service, postgresql_url, stack)
        other, _ = await rotations(service, postgresql_url, stack)
        workspace = await installed(service, engine)
        bots = await asyncio.gather(one.bot(workspace.team), other.bot(workspace.team))
    assert [bot and bot.bot_token for bot in bots] == [workspace.token] * 2
    assert len(service.refreshed) == 1


async def test_a_refresh_that_takes_long_keeps_nobody_from_the_database(service: Service, database: str) -> None:
    async with AsyncExitStack() as stack:
        tokens, engine = await rotations(service, database, stack)
        workspace = await installed(service, engine)
        service.slow["oauth.v2.access"] = asyncio.Event()
        refreshing = asyncio.create_task(tokens.bot(workspace.team))
        while not service.refreshed:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await installed(service, engine)  # another one
        service.slow["oauth.v2.access"].set()
        bot = await refreshing
        assert bot is not None and bot.bot_token == await stored(engine, workspace) == workspace.token
