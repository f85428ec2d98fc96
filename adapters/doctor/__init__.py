"""What `advisor doctor` looks at: all that the start and the work depend on. It changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

from adapters.database.examination import examine as of_database
from adapters.doctor.knowledge import of_knowledge
from adapters.doctor.machine import of_machine
from adapters.doctor.settings import of_settings, of_unreadable_settings
from adapters.findings import WAIT, Finding
from adapters.settings import Settings
from adapters.slack.examination import examine as of_slack
from adapters.teams.cloud import Cloud
from adapters.teams.examination import examine as of_teams

__all__ = ["examine", "of_unreadable_settings"]


async def examine(settings: Settings, *, cloud: Cloud | None = None, wait: float = WAIT) -> list[Finding]:
    """All findings, in the order in which they are shown. `cloud`: instead of the one in the settings of Teams. `wait`:
    seconds in which another server has to answer."""
    found = await asyncio.gather(
        asyncio.to_thread(of_settings, settings),
        _named("Slack", of_slack(settings, wait)),
        _named("Teams", of_teams(settings, cloud, wait)),
        asyncio.to_thread(of_database, settings.database_url.get_secret_value()),
        asyncio.to_thread(of_machine, settings),
        asyncio.to_thread(of_knowledge, settings.knowledge, settings.cache),
    )
    return [finding for findings in found for finding in findings]


async def _named(platform: str, findings: Awaitable[list[Finding]]) -> list[Finding]:
    return [replace(one, about=f"{platform} {one.about}".strip()) for one in await findings]
