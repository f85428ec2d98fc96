from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import expect
from pydantic import SecretStr

from adapters.advisor_host import AdvisorHost
from adapters.database import SqlStore, migrate
from adapters.owner_link import OwnerLink
from adapters.slack import blocks
from adapters.teams import cards
from adapters.web.gold_scores import GoldScores, no_scores
from adapters.web.surface import open_surface
from bot.service.session import Session
from tests.adapters.web.browser import Browser

ROOT = Path(__file__).parents[3]
expect.set_options(timeout=20_000)  # on a machine that has much else to do


@dataclass
class Clock:
    """A clock that sleeping advances."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead

    async def sleep(self, seconds: float) -> None:
        self.ahead += seconds


async def no_sleep(seconds: float) -> None:
    """Returns immediately."""


@dataclass
class Web:
    """The web surface on a port, with the real knowledge and a real database. `owner_link`: see `open_surface`."""

    url: str
    database: Path
    clock: Clock
    host: AdvisorHost
    stack: AsyncExitStack
    owner_link: OwnerLink | None

    async def browser(self, url: str = "") -> Browser:
        """`url`: where it goes to, if not to the site itself."""
        browser = Browser(url or self.url)
        self.stack.push_async_callback(browser.close)
        return browser

    async def owner(self) -> Browser:
        """A browser that opened the link on the console."""
        assert self.owner_link is not None
        browser = await self.browser()
        await browser.open(self.owner_link.path)
        return browser


@pytest.fixture(scope="session")
def host(learnt: Path) -> AdvisorHost:
    return AdvisorHost(ROOT / "knowledge", cache=learnt)


@pytest.fixture(scope="session")
def database_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Shared by all tests: each browser is another visitor."""
    path = tmp_path_factory.mktemp("web") / "advisor.db"
    migrate(f"sqlite:///{path}")
    yield path


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def make_web(host: AdvisorHost, database_file: Path, stack: AsyncExitStack) -> Any:
    async def make(
        *,
        host: AdvisorHost = host,
        database: str = "",
        wait: bool = True,
        gold_scores: GoldScores = no_scores,
        **given: Any,
    ) -> Web:
        """`database`: the URL of another one than the one that all share. `wait`: whether sleeping puts the clock
        forward, or whoever sleeps is woken at once."""
        store = SqlStore.at(database or f"sqlite:///{database_file}")
        stack.push_async_callback(store.close)
        clock = Clock()
        settings = SimpleNamespace(
            **{
                "public_url": "",
                "trusted_proxies": 0,
                "conversation_hours": 24.0,
                "triage_days": 7.0,
                "privacy_url": "",
                "support_url": "",
                "security_contact": "",
                "on_loopback": True,
                "knowledge": ROOT / "knowledge",
                "workbench_password": SecretStr(""),
                "workbench_edits": False,
                "gold_file": None,
                **given,
            }
        )
        previews = {
            "Slack": lambda reply: blocks.message(host.phrases, reply),
            "Teams": lambda reply: cards.draw(host.phrases, reply),
        }
        owner_link = OwnerLink() if settings.on_loopback else None
        surface = open_surface(
            settings, Session(host, store), store, host, previews, owner_link,
            gold_scores=gold_scores, now=clock, clock=lambda: clock.ahead, sleep=clock.sleep if wait else no_sleep,
        )  # fmt: skip
        application = web.Application()
        application.add_routes(surface.routes())
        server = TestServer(application)
        await stack.enter_async_context(server)
        return Web(str(server.make_url("")).rstrip("/"), database_file, clock, host, stack, owner_link)

    return make


@pytest.fixture
async def site(make_web: Any) -> Web:
    made: Web = await make_web()
    return made


@pytest.fixture
async def browser(site: Web) -> Browser:
    browser = await site.browser()
    await browser.open("/")
    return browser


@pytest.fixture
async def owner(site: Web) -> Browser:
    """The owner's browser."""
    owner = await site.owner()
    await owner.open("/")
    return owner
