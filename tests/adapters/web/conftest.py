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
from pydantic import SecretStr

from adapters.database import SqlMemory, migrate
from adapters.host import Host
from adapters.slack import blocks
from adapters.teams import cards
from adapters.web.door import open_door
from bot.session import Session
from tests.adapters.web.browser import Browser

ROOT = Path(__file__).parents[3]


@dataclass
class Clock:
    """A clock that can be put forward."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Web:
    """The web door on a port, with the real knowledge and a real database."""

    url: str
    database: Path
    clock: Clock
    host: Host
    stack: AsyncExitStack

    async def browser(self) -> Browser:
        browser = Browser(self.url)
        self.stack.push_async_callback(browser.close)
        return browser


@pytest.fixture(scope="session")
def host(learnt: Path) -> Host:
    return Host(ROOT / "knowledge", keep=learnt)


@pytest.fixture(scope="session")
def database_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One for all: each browser is somebody else."""
    path = tmp_path_factory.mktemp("web") / "advisor.db"
    migrate(f"sqlite:///{path}")
    yield path


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def make_web(host: Host, database_file: Path, stack: AsyncExitStack) -> Any:
    async def make(*, host: Host = host, **given: Any) -> Web:
        memory = SqlMemory.at(f"sqlite:///{database_file}")
        stack.push_async_callback(memory.close)
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
                **given,
            }
        )
        previews = {"Slack": blocks.message, "Teams": cards.draw}
        door = open_door(settings, Session(host, memory), memory, host, previews, now=clock)
        application = web.Application()
        application.add_routes(door.routes())
        server = TestServer(application)
        await stack.enter_async_context(server)
        return Web(str(server.make_url("")).rstrip("/"), database_file, clock, host, stack)

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
