"""Where the app is installed, in workspaces and organisations: the SDK's store on our database, tokens encrypted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from copy import copy
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore, SQLAlchemyInstallationStore
from sqlalchemy import ColumnElement, RowMapping, Select, Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.slack.token_cipher import KeyMissing, TokenCipher

log = structlog.get_logger(__name__)

SECRETS = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token", "incoming_webhook_url")

T = TypeVar("T", Bot, Installation)


class Installations(AsyncInstallationStore):
    """Each workspace has one installation, the newest, and so has each organisation: a `tenant` is the id of either."""

    def __init__(self, engine: AsyncEngine, client_id: str, cipher: TokenCipher) -> None:
        self._store = AsyncSQLAlchemyInstallationStore(client_id, engine)
        self._engine = engine
        self._cipher = cipher

    async def async_save(self, installation: Installation) -> None:
        """Store it, and delete earlier ones of that tenant. Called by the SDK."""
        await self.delete(tenant_of(installation))
        await self._store.async_save(_with_secrets(installation, self._cipher.encrypt))

    async def of(self, tenant: str) -> Bot | None:
        """The bot there; None where it is not installed or its token is unreadable."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(self._newest(tenant))).mappings().first()
        return self._decrypted(row)

    async def delete(self, tenant: str) -> None:
        async with self._engine.begin() as connection:
            for table in (self._store.bots, self._store.installations):
                await connection.execute(delete(table).where(self._is_of(table, tenant)))

    async def replace_token(self, tenant: str, rotate: Callable[[Bot], Awaitable[Bot | None]]) -> Bot | None:
        """Store the token that `rotate` makes of the present one; None: it stays. Returns the bot as it is then. On
        PostgreSQL other processes wait meanwhile, and see the new token."""
        bots = self._store.bots
        async with self._engine.begin() as connection:
            row = (await connection.execute(self._newest(tenant).with_for_update())).mappings().first()
            bot = self._decrypted(row)
            rotated = await rotate(bot) if bot else None
            if row is None or rotated is None:
                return bot
            statement = update(bots).where(bots.c.id == row["id"]).values(**self._rotated_columns(rotated))
            await connection.execute(statement)
        return rotated

    def _rotated_columns(self, bot: Bot) -> dict[str, Any]:
        ends = bot.bot_token_expires_at
        return {
            "bot_token": self._cipher.encrypt(bot.bot_token),
            "bot_refresh_token": self._cipher.encrypt(bot.bot_refresh_token),
            "bot_token_expires_at": datetime.fromtimestamp(ends, UTC).replace(tzinfo=None) if ends else None,
        }

    def _newest(self, tenant: str) -> Select[Any]:
        bots = self._store.bots
        return select(bots).where(self._is_of(bots, tenant)).order_by(bots.c.installed_at.desc()).limit(1)

    def _is_of(self, table: Table, tenant: str) -> ColumnElement[bool]:
        columns = table.c
        org_wide = columns.team_id.is_(None) & (columns.enterprise_id == tenant)
        return (columns.client_id == self._store.client_id) & ((columns.team_id == tenant) | org_wide)

    def _decrypted(self, row: RowMapping | None) -> Bot | None:
        if row is None:
            return None
        stored = SQLAlchemyInstallationStore.build_bot_entity(row)
        try:
            return _with_secrets(stored, self._cipher.decrypt)
        except KeyMissing:
            remedy = "set ENCRYPTION_KEY as it was, or reinstall"
            log.error("slack.token_unreadable", team=tenant_of(stored), remedy=remedy)
            return None


def tenant_of(installation: Bot | Installation) -> str:
    """The id of the workspace; of the organisation, where the app is installed in all of it."""
    return installation.team_id or installation.enterprise_id or ""


def _with_secrets(stored: T, change: Callable[[str | None], str | None]) -> T:
    """A copy of `stored` with `change` applied to each secret."""
    changed = copy(stored)
    for name in SECRETS:
        if hasattr(changed, name):
            setattr(changed, name, change(getattr(changed, name)))
    return changed
