"""Enterprise Grid: an organisation of two workspaces, with the app in one of them or in the whole organisation."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
import yaml

from adapters.database import tables
from adapters.slack.manifest import FILE
from adapters.slack.translate import team_of
from bot.advisor import Advisor
from bot.service.session import Session
from tests.adapters.slack.conftest import SHARED
from tests.adapters.slack.installing import begin, finish, install, many_workspaces, rows
from tests.adapters.slack.test_reliability import CLOCK
from tests.adapters.slack.world import World, opened
from tests.slack_workspace.person import Slack
from tests.slack_workspace.screen import Screen
from tests.slack_workspace.service import Fault, Service
from tests.slack_workspace.workspace import Workspace, numbers

pytestmark = SHARED
ORGANISATION, SISTER = "E0GRID", "T0SISTER"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(service: Service, advisor: Advisor, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with many_workspaces(service, advisor, tmp_path_factory.mktemp("grid")) as world:
        yield world


async def of_two(world: World, service: Service) -> Workspace:
    """A workspace with the app, of an organisation with one more."""
    workspace = Workspace(f"TGRID{next(numbers)}")
    workspace.enterprise, workspace.colleagues = ORGANISATION, (SISTER,)
    return await install(world, service, workspace)


@pytest_asyncio.fixture(loop_scope="session")
async def workspace(world: World, service: Service) -> AsyncIterator[Workspace]:
    yield await of_two(world, service)
    service.refusing.clear()


@pytest_asyncio.fixture(loop_scope="session")
async def organisation(world: World, service: Service) -> Workspace:
    """An organisation of two workspaces, with the app in both."""
    return await install(world, service, Workspace.organisation(f"TA{next(numbers)}", f"TB{next(numbers)}"))


def posted(slack: Slack) -> list[dict[str, Any]]:
    return [said for said in slack.workspace.standing.values() if "shared this" in json.dumps(said)]


async def share(screen: Screen, channel: str) -> None:
    """Share what is shown in a channel."""
    await screen.press("Share")
    await screen.fill({"place": [channel]})
    await screen.press("Post it")
    workspace = screen.person.workspace
    await workspace.until(lambda: any(said["channel"] == channel for said in posted(screen.person)))


# --- in one workspace of an organisation


@pytest.mark.parametrize("where", ["direct message", "channel", "command"])
@pytest.mark.parametrize("home", [SISTER, ORGANISATION])
async def test_s27_a_person_of_the_organisation_posts_whatever_workspace_slack_says_is_theirs(
    world: World, service: Service, workspace: Workspace, home: str, where: str
) -> None:
    anna = replace(Slack.join(world.wire, service, workspace), belongs_to=home)
    screen = Screen(anna, public=where != "direct message")
    await (screen.command("what is SAST?") if where == "command" else screen.say("what is SAST?"))
    await share(screen, anna.channel)


async def test_s27_in_a_private_channel_without_the_advisor_too(
    world: World, service: Service, workspace: Workspace
) -> None:
    anna = replace(Slack.join(world.wire, service, workspace), belongs_to=SISTER)
    screen = Screen(anna)
    screen.channel = workspace.add_channel(anna.person, bot=False, private=True)
    await screen.command("what is SAST?")
    await share(screen, anna.channel)


@pytest.mark.parametrize("public", [False, True])
async def test_s27_where_the_workspace_joined_the_organisation_after_the_installation_too(
    world: World, service: Service, public: bool
) -> None:
    workspace = await install(world, service)
    workspace.enterprise, workspace.colleagues = ORGANISATION, (SISTER,)
    anna = replace(Slack.join(world.wire, service, workspace), belongs_to=SISTER)
    screen = Screen(anna, public=public)
    await screen.say("what is SAST?")
    await share(screen, anna.channel)


@pytest.mark.parametrize("shortcut", ["ask", "advise"])
async def test_s27_shortcuts_too(world: World, service: Service, workspace: Workspace, shortcut: str) -> None:
    anna = replace(Slack.join(world.wire, service, workspace), belongs_to=SISTER)
    screen = Screen(anna)
    if shortcut == "ask":
        await screen.shortcut("ask")
        await screen.fill({"question": ["what is SAST?"]})
    else:
        await screen.shortcut("advise", text="what is SAST?")
    await share(screen, anna.channel)


async def test_s27_a_person_of_another_organisation_is_answered_and_posts_nothing(
    world: World, service: Service, workspace: Workspace
) -> None:
    anna = Slack.join(world.wire, service, workspace)
    workspace.channels[anna.channel].ext_shared = True
    partner, mate = replace(anna, belongs_to="T0PARTNER"), replace(anna, belongs_to=ORGANISATION)
    theirs, ours = Screen(partner, public=True), Screen(mate, public=True)
    await theirs.say("what is SAST?")
    assert "SAST" in theirs.text and "Share" not in theirs.labels
    await ours.say("what is SAST?")
    assert "Share" in ours.labels
    theirs.thread, theirs.blocks = ours.thread, ours.blocks
    await theirs.press("Share")
    assert "no channels here" in theirs.text


async def test_s27_while_slack_does_not_say_whether_a_channel_has_others_nobody_of_another_workspace_posts(
    world: World, service: Service, workspace: Workspace
) -> None:
    anna = replace(Slack.join(world.wire, service, workspace), belongs_to=SISTER)
    screen = Screen(anna, public=True)
    await screen.command("what is SAST?")
    service.refusing["conversations.info"] = Fault(error="internal_error")
    await screen.press("Share")
    assert "no channels here" in screen.text


# --- in a whole organisation


async def test_s27_the_manifest_lets_an_organisation_install_it() -> None:
    assert yaml.safe_load(FILE.read_text(encoding="utf-8"))["settings"]["org_deploy_enabled"] is True


async def test_s27_who_installs_it_for_an_organisation_reads_that_it_is_still_to_be_added_to_workspaces(
    world: World, service: Service
) -> None:
    service.codes["org-code"] = Workspace.organisation("T1A", "T1B")
    status, page = await finish(world, *await begin(world), "org-code")
    assert status == 200 and "add it to the workspaces" in page


async def people(world: World, service: Service, organisation: Workspace) -> list[Slack]:
    """One person in each workspace."""
    found = []
    for team in organisation.colleagues:
        person = Slack.join(world.wire, service, organisation)
        organisation.channels[person.channel].team = team
        found.append(replace(person, at=team))
    return found


async def test_s27_people_of_both_workspaces_are_answered_everywhere(
    world: World, service: Service, organisation: Workspace
) -> None:
    for anna in await people(world, service, organisation):
        await anna.direct("what is SAST?")
        await anna.mention(f"<@{organisation.bot}> what is SAST?")
        assert [said["channel"] for said in anna.said()] == [anna.dm, anna.channel]
        _, shown = await anna.command("what is SAST?")
        assert "SAST" in json.dumps(shown)
        await anna.event({"type": "app_home_opened", "user": anna.person, "channel": anna.dm, "tab": "home"})
        assert anna.person in organisation.homes
        await anna.shortcut("advise", text="what is SAST?")
        assert "SAST" in organisation.called("views.open")[-1].shown
    assert await rows(world, tables.conversations, organisation.team) >= 4


@pytest.mark.parametrize("public", [False, True])
async def test_s27_they_post_in_channels_of_their_own_workspace(
    world: World, service: Service, organisation: Workspace, public: bool
) -> None:
    for anna in await people(world, service, organisation):
        screen = Screen(anna, public=public)
        await screen.say("what is SAST?")
        await share(screen, anna.channel)


async def test_s27_and_not_where_they_are_no_members(world: World, service: Service, organisation: Workspace) -> None:
    one, other = await people(world, service, organisation)
    screen = Screen(one)
    await screen.say("what is SAST?")
    await screen.press("Share")
    await screen.fill({"place": [other.channel]})
    assert screen.errors


async def test_s27_a_person_in_both_workspaces_has_one_conversation_and_is_forgotten_in_both(
    world: World, service: Service, organisation: Workspace
) -> None:
    anna, _ = await people(world, service, organisation)
    there = replace(anna, at=organisation.colleagues[1], belongs_to=organisation.colleagues[0])
    await anna.direct("what are the drawbacks of AppSec?")
    await there.direct("why?")
    assert "AppSec" in json.dumps(anna.said()[-1])
    await there.direct("forget me")
    assert await rows(world, tables.conversations, organisation.team) == 0


async def test_s27_the_socket_brings_nulls_and_both_kinds_are_told_apart() -> None:
    whole = {"enterprise_id": "E1", "team_id": None, "is_enterprise_install": True}
    one = {"enterprise_id": "E1", "team_id": "T1", "is_enterprise_install": False}
    press = {"team": None, "enterprise": {"id": "E1"}, "is_enterprise_install": True, "user": {"team_id": "T2"}}
    assert team_of({"authorizations": [whole], "team_id": "T1", "enterprise_id": "E1"}) == "E1"
    assert team_of({"authorizations": [one], "team_id": "T2", "enterprise_id": "E1"}) == "T1"
    assert team_of({"authorizations": [{"team_id": None}], "team_id": "T1", "enterprise_id": None}) == "T1"
    assert team_of({"authorizations": [], "team_id": None, "enterprise_id": "E1"}) == "E1"
    assert team_of(press) == "E1"
    assert team_of(press | {"view": {"app_installed_team_id": "T1"}}) == "E1"
    assert team_of({"team": None, "enterprise": {"id": "E1"}, "user": {"id": "U1", "team_id": "T2"}}) == "E1"
    assert team_of({"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "true"}) == "E1"
    assert team_of({"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "false"}) == "T1"
    assert team_of({"team": None, "enterprise": None, "user": None, "view": None}) == ""


async def leave(world: World, body: dict[str, Any]) -> None:
    event = {"type": "event_callback", "event_id": f"Ev{next(numbers)}", "event_time": int(time.time()) + 1}
    assert await world.wire.deliver("events_api", event | {"event": {"type": "app_uninstalled"}} | body) == (200, "")


async def test_s17_when_an_organisation_takes_it_out_all_its_data_is_deleted_and_nothing_else(
    world: World, service: Service, organisation: Workspace, workspace: Workspace
) -> None:
    workspace.enterprise = organisation.team  # the app was in one of its workspaces before
    await install(world, service, workspace)
    anna, _ = await people(world, service, organisation)
    bert = Slack.join(world.wire, service, workspace)
    for person in (anna, bert):
        await person.direct("what is SAST?")
    kept = (tables.slack_bots, tables.slack_installations, tables.conversations, tables.deliveries)
    assert all([await rows(world, table, organisation.team) for table in kept])
    await leave(world, {"team_id": None, "enterprise_id": organisation.team})
    assert not any([await rows(world, table, organisation.team) for table in kept])
    assert all([await rows(world, table, workspace.team) for table in kept])


async def test_s17_when_one_workspace_takes_it_out_the_organisations_stays(
    world: World, service: Service, organisation: Workspace, workspace: Workspace
) -> None:
    workspace.enterprise = organisation.team
    await install(world, service, workspace)
    await leave(world, {"team_id": workspace.team, "enterprise_id": organisation.team})
    assert not await rows(world, tables.slack_bots, workspace.team)
    assert await rows(world, tables.slack_bots, organisation.team)


async def test_s27_the_token_of_an_organisation_may_be_set_by_the_operator(
    service: Service, advisor: Advisor, sqlite_url: str
) -> None:
    organisation = service.add(Workspace.organisation("T2A", "T2B"))
    token = organisation.token
    async with opened(
        service, sqlite_url, lambda store, _: Session(advisor, store), CLOCK, slack_bot_token=token
    ) as world:
        for anna in await people(world, service, organisation):
            screen = Screen(anna)
            await screen.say("what is SAST?")
            await share(screen, anna.channel)
