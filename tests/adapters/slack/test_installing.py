"""Many workspaces: installing by OAuth, answering each with its own token, and leaving nothing behind."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime

import pytest
import pytest_asyncio
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy import MetaData, func, select, text, update
from structlog.testing import capture_logs

from adapters.database import SqlStore, tables
from adapters.database.tables import slack_oauth_states
from adapters.slack import install_pages
from adapters.slack.installations import Installations
from adapters.slack.token_cipher import TokenCipher
from bot.advisor import Advisor
from bot.domain.effects import Post
from bot.domain.messages import Place
from bot.domain.outbox import OutboxItem
from tests.adapters.slack.conftest import SHARED
from tests.adapters.slack.installing import begin, finish, install, many_workspaces, rows, uninstall
from tests.adapters.slack.world import World
from tests.slack_workspace.person import Slack
from tests.slack_workspace.reading import buttons
from tests.slack_workspace.screen import Screen
from tests.slack_workspace.service import CLIENT_ID, Service
from tests.slack_workspace.workspace import Workspace

pytestmark = SHARED


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(service: Service, advisor: Advisor, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with many_workspaces(service, advisor, tmp_path_factory.mktemp("many")) as world:
        yield world


async def test_s16_a_workspace_installs_the_app_and_is_answered_with_its_own_token(
    world: World, service: Service
) -> None:
    workspace = await install(world, service)
    anna = Slack.join(world.wire, service, workspace)
    await anna.direct("what is RASP?")
    assert "runtime" in json.dumps(anna.said()).lower()


async def test_installations_that_are_begun_and_not_ended_are_not_kept_without_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody may open the page on which they begin."""
    monkeypatch.setattr(install_pages, "MAX_STATES", 5)
    kept = select(func.count()).select_from(slack_oauth_states)
    for _ in range(8):
        await begin(world)
    async with world.store.engine.begin() as connection:
        assert (await connection.execute(kept)).scalar_one() == 5
        await connection.execute(update(slack_oauth_states).values(expire_at=datetime(2020, 1, 1)))
    await begin(world)
    async with world.store.engine.connect() as connection:
        assert (await connection.execute(kept)).scalar_one() == 1


@pytest.mark.parametrize(
    ("spoil", "says"),
    [("no cookie", "same browser"), ("another state", "same browser"), ("twice", "took too long"), ("code", "confirm")],
)
async def test_s16_an_installation_without_its_state_cookie_or_code_is_refused_with_the_remedy(
    world: World, service: Service, spoil: str, says: str
) -> None:
    state, cookie = await begin(world)
    service.codes["a-code"] = Workspace("TREFUSED")
    if spoil == "no cookie":
        cookie = ""
    elif spoil == "another state":
        state = "made-up"
    elif spoil == "code":
        service.codes.clear()
    elif spoil == "twice":
        await finish(world, state, cookie, "first-code")
    with capture_logs() as logs:
        status, page = await finish(world, state, cookie, "a-code")
    assert status >= 400 and says in page and "Begin again" in page
    assert "a-code" not in str(logs)
    assert await rows(world, tables.slack_bots, "TREFUSED") == 0


async def test_who_says_no_is_told_that_nothing_was_installed(world: World) -> None:
    async with world.http.get(f"{world.url}/slack/oauth_redirect?error=access_denied") as response:
        assert "nothing was installed" in await response.text()


async def test_s16_tokens_are_encrypted_at_rest_and_in_no_log(world: World, service: Service) -> None:
    with capture_logs() as logs:
        workspace = await install(world, service)
        await Slack.join(world.wire, service, workspace).direct("what is RASP?")
    async with world.store.engine.connect() as connection:
        stored = str((await connection.execute(text("SELECT * FROM slack_bots"))).all())
        stored += str((await connection.execute(text("SELECT * FROM slack_installations"))).all())
    assert workspace.team in stored
    assert workspace.token not in stored + str(logs)


async def test_two_workspaces_never_see_each_others_data(world: World, service: Service) -> None:
    one, other = await install(world, service), await install(world, service)
    anna, twin = Slack.join(world.wire, service, one), Slack.join(world.wire, service, other)
    twin.person = anna.person  # the same ids in both
    twin.dm = anna.dm
    other.channels[anna.dm] = one.channels[anna.dm]
    one.channels[anna.dm].members.add(other.bot)
    await anna.direct("what are the drawbacks of AppSec?")
    await twin.direct("why?")
    assert "granular" not in json.dumps(twin.said())
    screen = Screen(anna)
    await screen.say("what is SAST?")
    await screen.press("Share")
    await screen.fill({"place": [anna.channel]})
    await screen.press("Post it")
    await one.until(lambda: any(said["channel"] == anna.channel for said in one.standing.values()))
    assert not [said for said in other.standing.values() if "shared this" in json.dumps(said)]
    posts = Screen(twin)
    await posts.say("posts")
    assert "nothing that still stands" in posts.text
    assert {call.arguments.get("team_id", one.team) for call in one.calls} <= {one.team}


@pytest.mark.parametrize(
    "kinds",
    [("app_uninstalled", "tokens_revoked"), ("tokens_revoked", "app_uninstalled"), ("tokens_revoked",)],
    ids=["uninstalled first", "revoked first", "revoked alone"],
)
async def test_s17_leaving_deletes_all_of_the_workspaces_data_and_no_others(
    world: World, service: Service, kinds: tuple[str, ...]
) -> None:
    leaving, staying = await install(world, service), await install(world, service)
    for workspace in (leaving, staying):
        anna = Slack.join(world.wire, service, workspace)
        await anna.direct("what is SAST?")
        place = Place("slack", workspace.team, anna.channel)
        async with world.store.transaction() as unit:
            await unit.outbox.put(OutboxItem(f"p-{workspace.team}", "send", place, "s", Post("Later")), 9e9)
    kept = (tables.slack_bots, tables.slack_installations, tables.conversations, tables.deliveries, tables.outbox)
    assert all([await rows(world, table, leaving.team) for table in kept])
    await uninstall(Slack.join(world.wire, service, leaving), *kinds)
    assert not any([await rows(world, table, leaving.team) for table in kept])
    assert all([await rows(world, table, staying.team) for table in kept])


async def rename(world: World, table: str, to: str) -> None:
    async with world.store.engine.begin() as connection:
        await connection.execute(text(f"ALTER TABLE {table} RENAME TO {to}"))


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked"])
async def test_s17_leaving_that_failed_is_delivered_again_and_then_all_is_deleted(
    world: World, service: Service, kind: str
) -> None:
    workspace = await install(world, service)
    anna = Slack.join(world.wire, service, workspace)
    await anna.direct("what is SAST?")
    await rename(world, "conversations", "away")
    try:
        await uninstall(anna, kind, expected=500)
    finally:
        await rename(world, "away", "conversations")
    await uninstall(anna, kind)
    assert not await rows(world, tables.conversations, workspace.team)


async def test_while_the_database_does_not_give_the_token_nobody_is_told_and_slack_delivers_again(
    world: World, service: Service
) -> None:
    anna = Slack.join(world.wire, service, await install(world, service))
    await rename(world, "slack_bots", "away")
    try:
        assert (await anna.direct("what is SAST?", event_id="EvNoToken"))[0] == 500
    finally:
        await rename(world, "away", "slack_bots")
    assert anna.workspace.called("chat.postMessage") == []
    assert (await anna.direct("what is SAST?", event_id="EvNoToken", retry=1))[0] == 200
    assert len(anna.said()) == 1


async def test_s17_leaving_deletes_the_token_of_an_organisations_workspace_though_the_event_does_not_name_it(
    world: World, service: Service
) -> None:
    workspace = await install(world, service, enterprise="E1")
    await uninstall(Slack.join(world.wire, service, workspace), "app_uninstalled")
    assert not await rows(world, tables.slack_bots, workspace.team)
    assert not await rows(world, tables.slack_installations, workspace.team)


async def test_a_modal_that_was_opened_in_another_workspace_is_answered_for_the_one_with_the_app(
    world: World, service: Service
) -> None:
    workspace = await install(world, service, enterprise="E1")
    anna = Slack.join(world.wire, service, workspace)
    await anna.shortcut("ask")
    [opened] = workspace.called("views.open")
    partner = replace(anna, belongs_to="TPARTNER")
    _, answer = await partner.submit(opened.made, {"question": ["what is SAST?"]})
    assert "static" in json.dumps(answer).lower()
    assert "Share" not in buttons(answer["view"]["blocks"])  # somebody of another workspace posts nothing
    assert await rows(world, tables.conversations, workspace.team) == 1
    assert await rows(world, tables.conversations, "TPARTNER") == 0


async def test_what_is_asked_after_leaving_is_not_answered_and_nothing_is_kept(world: World, service: Service) -> None:
    workspace = await install(world, service)
    anna = Slack.join(world.wire, service, workspace)
    await uninstall(anna, "app_uninstalled")
    status, _ = await anna.command("what is SAST?")
    assert status == 200 and anna.said() == []
    assert "not installed" in workspace.called("response_url")[-1].arguments["text"]
    assert await rows(world, tables.conversations, workspace.team) == 0


async def test_a_late_word_of_leaving_does_not_undo_a_new_installation(world: World, service: Service) -> None:
    workspace = await install(world, service)
    anna = Slack.join(world.wire, service, workspace)
    await uninstall(anna, "app_uninstalled", at=int(time.time()) - 60)
    workspace.installed = True
    await anna.direct("what is RASP?")
    assert anna.said()


async def test_s17_leaving_in_the_second_of_the_installation_counts(world: World, service: Service) -> None:
    """Events tell whole seconds."""
    workspace = await install(world, service)
    anna = Slack.join(world.wire, service, workspace)
    async with world.store.engine.begin() as connection:
        installed = "UPDATE slack_bots SET installed_at = '2023-11-14 22:13:20.900000' WHERE team_id = :team"
        await connection.execute(text(installed), {"team": workspace.team})
    await uninstall(anna, "app_uninstalled", at=1_700_000_000)
    assert not await rows(world, tables.slack_bots, workspace.team)


async def test_a_persons_revoked_token_is_not_the_bots(world: World, service: Service) -> None:
    workspace = await install(world, service)
    anna = Slack.join(world.wire, service, workspace)
    await anna.event({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}})
    assert await rows(world, tables.slack_bots, workspace.team) == 1


# --- the store


@pytest.fixture
def far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


async def test_an_installation_is_kept_once_a_workspace_on_both_databases(database: str, far_from_utc: None) -> None:
    store = SqlStore.at(database)
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    long = "xoxb-" + "1" * 300
    for number, key in enumerate(("", keys[0], ",".join(reversed(keys)))):
        installations = Installations(store.engine, CLIENT_ID, TokenCipher(key))
        await installations.async_save(
            Installation(app_id="A1", enterprise_id="E1", team_id="T1", user_id="U1", bot_token=f"{long}{number}")
        )
        bot = await installations.of("T1")
        assert bot is not None and bot.bot_token == f"{long}{number}"
        assert abs(bot.installed_at - time.time()) < 3600  # whatever the machine's time zone
        assert await installations.of("T2") is None
    newest = await Installations(store.engine, CLIENT_ID, TokenCipher(keys[1])).of("T1")
    assert newest is not None and newest.bot_token == f"{long}2"
    with capture_logs() as logs:
        assert await Installations(store.engine, CLIENT_ID, TokenCipher(keys[0])).of("T1") is None
    assert logs[0]["event"] == "slack.token_unreadable" and "ENCRYPTION_KEY" in logs[0]["remedy"]
    await store.close()


async def test_our_tables_are_those_that_the_sdk_looks_for() -> None:
    metadata = MetaData()
    theirs = [
        SQLAlchemyInstallationStore.build_bots_table(metadata, "slack_bots"),
        SQLAlchemyInstallationStore.build_installations_table(metadata, "slack_installations"),
        SQLAlchemyOAuthStateStore.build_oauth_states_table(MetaData(), "slack_oauth_states"),
    ]
    for table in theirs:
        ours = tables.metadata.tables[table.name]
        assert {column.name for column in ours.c} == {column.name for column in table.c}
