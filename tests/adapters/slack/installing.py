"""Installing the app by OAuth, and taking it out."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography.fernet import Fernet
from sqlalchemy import Table, text

from adapters.database import migrate
from adapters.slack.manifest import bot_scopes
from bot.advisor import Advisor
from bot.service.session import Session
from tests.adapters.slack.world import Clock, World, opened
from tests.overheard import note
from tests.slack_workspace.person import Slack
from tests.slack_workspace.service import CLIENT_ID, CLIENT_SECRET, Service
from tests.slack_workspace.workspace import Workspace, numbers

KEY = Fernet.generate_key().decode()
APP = {
    "slack_client_id": CLIENT_ID,
    "slack_client_secret": CLIENT_SECRET,
    "public_url": "https://advisor.example.com",
    "encryption_key": KEY,
}


@asynccontextmanager
async def many_workspaces(service: Service, advisor: Advisor, folder: Path) -> AsyncIterator[World]:
    """The advisor for any workspace that installs it."""
    database = f"sqlite:///{folder / 'advisor.sqlite3'}"
    migrate(database)
    clock = Clock()
    async with opened(
        service,
        database,
        lambda store, relay: Session(advisor, store, clock=clock, wake_outbox=relay.wake),
        clock,
        **APP,
    ) as world:
        yield world


async def begin(world: World) -> tuple[str, str]:
    """Opens the page on which one installs. Returns the state, and the cookie that goes with it."""
    async with world.http.get(f"{world.url}/slack/install") as response:
        assert response.status == 200
        cookie = response.headers["Set-Cookie"]
        [address] = re.findall(r'href="([^"]+)"', await response.text())
    query = parse_qs(urlsplit(address.replace("&amp;", "&")).query)
    assert urlsplit(address).netloc == "slack.com"
    assert set(query["scope"][0].split(",")) == set(bot_scopes())
    assert query["redirect_uri"] == ["https://advisor.example.com/slack/oauth_redirect"]
    return query["state"][0], cookie


async def finish(world: World, state: str, cookie: str, code: str) -> tuple[int, str]:
    note(state, cookie.partition("=")[2].partition(";")[0], code)
    headers = {"Cookie": cookie.partition(";")[0]} if cookie else {}
    url = f"{world.url}/slack/oauth_redirect?code={code}&state={state}"
    async with world.http.get(url, headers=headers) as response:
        return response.status, await response.text()


async def install(
    world: World, service: Service, workspace: Workspace | None = None, *, enterprise: str = ""
) -> Workspace:
    workspace = workspace or Workspace(f"TM{next(numbers)}")
    workspace.enterprise = enterprise or workspace.enterprise
    code = f"code-{next(numbers)}"
    service.codes[code] = workspace
    status, page = await finish(world, *await begin(world), code)
    assert status == 200 and "is installed" in page
    return workspace


async def rows(world: World, table: Table, team: str) -> int:
    column = "coalesce(team_id, enterprise_id)" if "team_id" in table.c else "tenant"
    async with world.store.engine.connect() as connection:
        counted = await connection.execute(
            text(f"SELECT count(*) FROM {table.name} WHERE {column} = :team"), {"team": team}
        )
        return int(counted.scalar_one())


async def uninstall(slack: Slack, *kinds: str, at: int | None = None, expected: int = 200) -> None:
    for kind in kinds:
        tokens = {"tokens": {"oauth": [], "bot": [slack.workspace.bot]}} if kind == "tokens_revoked" else {}
        slack.workspace.installed = False
        body = {
            "type": "event_callback",
            "team_id": slack.workspace.team,
            "event_id": f"Ev{next(numbers)}",
            "event_time": at if at is not None else int(time.time()) + 1,
            "event": {"type": kind, **tokens},
        }
        status, _ = await slack.wire.deliver("events_api", body)
        assert status == expected
