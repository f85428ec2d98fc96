"""One server with every surface on, on a real database, and everything that this database holds."""

from __future__ import annotations

import html
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psycopg

from adapters.database import SqlStore
from adapters.housekeeping import Housekeeper
from adapters.server import serving
from adapters.settings import read_settings
from bot.advisor import Advisor
from tests.adapters.web.browser import Browser
from tests.slack_workspace.person import HttpWire, Slack
from tests.slack_workspace.service import Fault, Service
from tests.slack_workspace.workspace import SECRET, Workspace
from tests.teams_connector.activities import CHANNEL, activity, in_channel
from tests.teams_connector.connector import ConnectorService

MOST_OF_ONE = 20  # messages of one visitor of the page
LATER = Fault(429, "ratelimited", {"Retry-After": "3600"})
EXPERTS = "19:experts@thread.tacv2"


def stored(url: str) -> str:
    """Every byte of the SQLite file and of those beside it, or every row of every table on PostgreSQL."""
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        beside = [file.with_name(file.name + suffix) for suffix in ("", "-wal", "-journal")]
        return "\n".join(one.read_bytes().decode("latin-1") for one in beside if one.exists())
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = [connection.execute(f'SELECT t::text FROM "{name}" t').fetchall() for (name,) in tables]
    return "\n".join(row for table in rows for (row,) in table)


@dataclass
class Surfaces:
    url: str  # of the database
    slack: Slack
    expert: Slack
    connector: ConnectorService
    browser: Browser
    http: aiohttp.ClientSession
    address: str
    store: SqlStore  # opened by the test, as by another process
    _asked: Iterator[int] = field(default_factory=itertools.count)

    @property
    def service(self) -> Service:
        return self.slack.service

    def joined(self) -> Slack:
        """A new person in Slack."""
        return Slack.join(self.slack.wire, self.service, self.slack.workspace)

    async def teams(self, activity: dict[str, Any]) -> Any:
        """What the advisor answers to an activity with."""
        async with self.http.post(f"{self.address}/api/messages", json=activity) as response:
            assert response.status in (200, 201), await response.text()
            return await response.json() if response.content_type == "application/json" else None

    async def web(self, *, somebody_new: bool = False, **fields: str) -> None:
        """A form of the page, with whatever it carries; the page lets in 60 new visitors a minute."""
        if somebody_new and next(self._asked) % MOST_OF_ONE == 0:
            self.browser.http.cookie_jar.clear()
            await self.browser.open("/")
        [ask] = self.browser.page.all("form", id="ask")
        token, nonce = (ask.one("input", name=name).attributes["value"] for name in ("token", "nonce"))
        async with self.http.post(
            f"{self.address}/say",
            data={"token": token, "nonce": nonce + "".join(fields), **fields},
            cookies={one.key: one.value for one in self.browser.http.cookie_jar},
        ) as response:
            assert response.status == 200

    async def quiet(self) -> None:
        """Return when nothing waits to be sent."""
        while True:
            async with self.store.transaction() as unit:
                if not await unit.outbox.waiting():
                    return
            await self.slack.workspace.until(lambda: True)

    async def run_housekeeping(self, advisor: Advisor) -> None:
        """One round of housekeeping."""
        await Housekeeper(self.store, lambda: advisor.drafts).run_once()


def in_slack(text: str) -> str:
    """`text` as Slack hands it over."""
    return html.escape(text, quote=False)


@asynccontextmanager
async def serving_all(url: str, learnt: Path) -> AsyncIterator[Surfaces]:
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(Service())
        connector = await stack.enter_async_context(ConnectorService())
        workspace = service.add(Workspace())
        experts = workspace.add_channel(name="security-experts")
        settings = read_settings(
            database_url=url,
            cache=learnt,
            port=0,
            slack_bot_token=workspace.token,
            slack_signing_secret=SECRET,
            slack_api_url=service.api_url,
            slack_experts_channel=experts,
            slack_seconds_apart=0,
            teams_experts_channel=EXPERTS,
            teams_development=connector.url,
        )
        port, _ = await stack.enter_async_context(serving(settings))
        address = f"http://127.0.0.1:{port}"
        http = await stack.enter_async_context(aiohttp.ClientSession())
        store = SqlStore.at(url)
        stack.push_async_callback(store.close)
        wire = HttpWire(address, http)
        slack, expert = (Slack.join(wire, service, workspace) for _ in range(2))
        workspace.channels[experts].members.add(expert.person)
        browser = Browser(address)
        stack.push_async_callback(browser.close)
        await browser.open("/")
        surfaces = Surfaces(url, slack, expert, connector, browser, http, address, store)
        channels = [{"id": CHANNEL, "name": None}, {"id": EXPERTS, "name": "Experts"}]
        connector.teams = {CHANNEL: {"name": "Payments", "channels": channels}}
        connector.members = {CHANNEL: [{"id": "29:dana"}]}
        await surfaces.teams(activity(connector.url, "installationUpdate", action="add", **in_channel("")))
        yield surfaces
