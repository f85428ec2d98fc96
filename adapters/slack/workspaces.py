"""The workspaces that the app serves: one, whose token the operator set, or all that installed it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.installations import Installations

NewClient = Callable[[str | None], AsyncWebClient]
"""Makes a client that speaks with a token."""


class Workspaces(Protocol):
    async def client(self, tenant: str) -> AsyncWebClient | None:
        """The client that speaks for the bot there; None where it is not installed (any more)."""
        ...

    async def leave(self, tenant: str, enterprise_id: str | None, at: float) -> bool:
        """The app was taken out at that time. False if it has been installed anew since."""
        ...


class OneWorkspace:
    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def client(self, tenant: str) -> AsyncWebClient | None:
        return self._client

    async def leave(self, tenant: str, enterprise_id: str | None, at: float) -> bool:
        return True


class ManyWorkspaces(AsyncAuthorize):
    """Also tells Bolt whose token a request is answered with."""

    def __init__(self, installations: Installations, new_client: NewClient) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._installations = installations
        self._new_client = new_client

    async def client(self, tenant: str) -> AsyncWebClient | None:
        bot = await self._installations.of_team(tenant)
        return self._new_client(bot.bot_token) if bot else None

    async def leave(self, tenant: str, enterprise_id: str | None, at: float) -> bool:
        bot = await self._installations.of_team(tenant)
        if bot is not None and bot.installed_at > at:
            return False  # this event is older than the installation that stands now
        await self._installations.async_delete_all(enterprise_id=enterprise_id, team_id=tenant)
        return True

    async def __call__(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None, **_: Any
    ) -> AuthorizeResult | None:
        bot = await self._installations.async_find_bot(enterprise_id=enterprise_id, team_id=team_id)
        if bot is None:
            return None
        return AuthorizeResult(
            enterprise_id=bot.enterprise_id,
            team_id=bot.team_id,
            bot_user_id=bot.bot_user_id,
            bot_id=bot.bot_id,
            bot_token=bot.bot_token,
            user_id=user_id,
        )
