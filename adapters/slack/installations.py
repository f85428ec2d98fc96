"""The workspaces' installations: the SDK's store on our database, with encrypted tokens."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import TypeVar

import structlog
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.slack.token_cipher import KeyMissing, TokenCipher

log = structlog.get_logger(__name__)

SECRETS = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token", "incoming_webhook_url")

T = TypeVar("T", Bot, Installation)


class Installations(AsyncInstallationStore):
    """Bolt's installation store. Each workspace has one installation: the newest."""

    def __init__(self, engine: AsyncEngine, client_id: str, cipher: TokenCipher) -> None:
        self._store = AsyncSQLAlchemyInstallationStore(client_id, engine)
        self._engine = engine
        self._cipher = cipher

    async def async_save(self, installation: Installation) -> None:
        """Store it, and delete earlier ones of that workspace."""
        await self.async_delete_all(enterprise_id=installation.enterprise_id, team_id=installation.team_id)
        await self._store.async_save(_with_secrets(installation, self._cipher.encrypt))

    async def async_save_bot(self, bot: Bot) -> None:
        await self._store.async_save_bot(_with_secrets(bot, self._cipher.encrypt))

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        bot = await self._store.async_find_bot(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
        )
        return self._decrypted(bot)

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        installation = await self._store.async_find_installation(
            enterprise_id=enterprise_id, team_id=team_id, user_id=user_id, is_enterprise_install=is_enterprise_install
        )
        return self._decrypted(installation)

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self._store.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        await self._store.async_delete_installation(enterprise_id=enterprise_id, team_id=team_id, user_id=user_id)

    async def of_team(self, team_id: str) -> Bot | None:
        """The bot in a workspace of any organisation; None where it is not installed or its token is unreadable."""
        bots = self._store.bots.c
        organisation = (
            select(bots.enterprise_id)
            .where((bots.client_id == self._store.client_id) & (bots.team_id == team_id))
            .order_by(bots.installed_at.desc())
            .limit(1)
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(organisation)).first()
        return await self.async_find_bot(enterprise_id=row.enterprise_id, team_id=team_id) if row else None

    async def delete_team(self, team_id: str) -> None:
        """Delete the installations of a workspace of any organisation."""
        async with self._engine.begin() as connection:
            for table in (self._store.bots, self._store.installations):
                of_team = (table.c.client_id == self._store.client_id) & (table.c.team_id == team_id)
                await connection.execute(delete(table).where(of_team))

    def _decrypted(self, stored: T | None) -> T | None:
        if stored is None:
            return None
        try:
            return _with_secrets(stored, self._cipher.decrypt)
        except KeyMissing:
            log.error(
                "slack.token_unreadable", team=stored.team_id, remedy="set ENCRYPTION_KEY as it was, or reinstall"
            )
            return None


def _with_secrets(stored: T, change: Callable[[str | None], str | None]) -> T:
    """A copy of `stored` with `change` applied to each secret."""
    changed = copy(stored)
    for name in SECRETS:
        if hasattr(changed, name):
            setattr(changed, name, change(getattr(changed, name)))
    return changed
