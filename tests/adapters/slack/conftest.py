from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from adapters.server import serving
from adapters.settings import read_settings
from tests.slack_workspace.workspace import SECRET, TOKEN, Slack, Workspace


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    async with Workspace() as workspace:
        yield workspace


@pytest.fixture
async def slack(workspace: Workspace, tmp_path: Path) -> AsyncIterator[Slack]:
    """A person in a workspace, with the whole server on the other end: the real knowledge, a database file."""
    settings = read_settings(
        database_url=f"sqlite:///{tmp_path / 'advisor.sqlite3'}",
        port=0,
        slack_bot_token=TOKEN,
        slack_signing_secret=SECRET,
        slack_api_url=workspace.api_url,
    )
    async with AsyncExitStack() as stack:
        port, _ = await stack.enter_async_context(serving(settings))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        yield Slack(f"http://127.0.0.1:{port}", http, workspace)
