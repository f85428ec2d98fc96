"""The settings with which the Slack surface is on, and those with which it is off."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.database import SqlStore
from adapters.settings import read_settings
from adapters.slack.surface import experts_in, open_surface
from adapters.surface import SurfaceOff
from bot.domain.messages import Place
from bot.domain.outbox import OutboxItem
from bot.service.session import Session
from tests.adapters.slack.conftest import SHARED
from tests.slack_workspace.service import Service

pytestmark = SHARED

SHUT = {
    "SLACK_SIGNING_SECRET": {"slack_bot_token": "xoxb-1"},
    "SLACK_BOT_TOKEN, for one workspace": {"slack_signing_secret": "s"},
    "token rotation": {"slack_bot_token": "xoxe.xoxb-1", "slack_signing_secret": "s"},
    "not both": {"slack_bot_token": "xoxb-1", "slack_client_id": "1.2", "slack_signing_secret": "s"},
    "SLACK_CLIENT_SECRET is not": {"slack_client_id": "1.2", "slack_signing_secret": "s"},
    "ENCRYPTION_KEY is not a key": {"slack_bot_token": "x", "slack_signing_secret": "s", "encryption_key": "short"},
    "docs/slack.md": {},
}


@pytest.mark.parametrize("says", list(SHUT))
async def test_half_a_configuration_keeps_the_surface_off_and_names_the_remedy(says: str, tmp_path: Path) -> None:
    store = SqlStore.at(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(SurfaceOff, match=says):
        open_surface(read_settings(**SHUT[says]), Session.__new__(Session), store, _never)
    await store.close()


async def _never(item: OutboxItem) -> None:
    raise AssertionError("nothing is sent")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("", {}),
        ("C1", {"": Place("slack", "", "C1")}),
        ("T1/C1, T2/C2", {"T1": Place("slack", "T1", "C1"), "T2": Place("slack", "T2", "C2")}),
    ],
)
async def test_the_experts_are_in_one_channel_of_each_workspace(setting: str, expected: dict[str, Place]) -> None:
    assert experts_in(setting) == expected


async def test_without_a_signing_secret_there_is_the_websocket_alone(service: Service, tmp_path: Path) -> None:
    store = SqlStore.at(f"sqlite:///{tmp_path / 'x.db'}")
    given = read_settings(slack_bot_token="xoxb-1", slack_app_token="xapp-1", slack_api_url=service.api_url)
    assert open_surface(given, Session.__new__(Session), store, _never).routes() == []
    await store.close()
