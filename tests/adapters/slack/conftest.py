"""One server for all tests of Slack, reached over HTTP and in Socket Mode; each test has people of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from adapters.server import serving
from adapters.settings import read_settings
from tests.slack_workspace.person import HttpWire, Slack, SocketWire, Wire
from tests.slack_workspace.service import Service
from tests.slack_workspace.workspace import APP_TOKEN, SECRET, Workspace

SHARED = pytest.mark.asyncio(loop_scope="session")  # for tests that use the shared server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def service() -> AsyncIterator[Service]:
    async with Service() as service:
        yield service


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_workspace(service: Service) -> Workspace:
    return service.add(Workspace())


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def wires(
    service: Service, shared_workspace: Workspace, learnt: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, Wire]]:
    """The whole server, with the real knowledge and a database file, reached over HTTP and through a websocket."""
    experts = shared_workspace.add_channel(name="security-experts")
    settings = read_settings(
        database_url=f"sqlite:///{tmp_path_factory.mktemp('slack') / 'advisor.sqlite3'}",
        cache=learnt,
        port=0,
        slack_bot_token=shared_workspace.token,
        slack_signing_secret=SECRET,
        slack_app_token=APP_TOKEN,
        slack_api_url=service.api_url,
        slack_experts_channel=experts,
        slack_seconds_apart=0,
        security_contact="security@example.com",
        support_url="https://example.com/help",
        privacy_url="https://example.com/privacy",
    )
    async with AsyncExitStack() as stack:
        port, _ = await stack.enter_async_context(serving(settings))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        yield {"http": HttpWire(f"http://127.0.0.1:{port}", http), "socket": SocketWire(service)}


@pytest.fixture
def workspace(service: Service, shared_workspace: Workspace) -> Workspace:
    """The workspace, with nothing noted in it yet."""
    service.faults.clear()
    shared_workspace.calls.clear()
    shared_workspace.refused.clear()
    return shared_workspace


@pytest.fixture
def slack(wires: dict[str, Wire], service: Service, workspace: Workspace) -> Slack:
    """A new person, over HTTP."""
    return Slack.join(wires["http"], service, workspace)


@pytest.fixture(params=["http", "socket"])
def either_way(request: pytest.FixtureRequest, wires: dict[str, Wire], service: Service, workspace: Workspace) -> Slack:
    """A new person, by each way in."""
    return Slack.join(wires[request.param], service, workspace)
