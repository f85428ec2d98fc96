"""The workspaces that the app serves: one, whose token the operator set, or all that installed it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.deadline import left
from adapters.slack.installations import Installations
from adapters.slack.responses import error_of

# What Slack says of a token that speaks for nobody (any more). Anything else says nothing about the token.
GONE = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "team_access_not_granted", "token_expired", "token_revoked"}
)
BRIEF = 1.5  # seconds that a request waits for Slack to say whom the token speaks for; it has three to be answered

NewClient = Callable[[str | None], AsyncWebClient]
"""Makes a client that speaks with a token."""


class Workspaces(Protocol):
    async def client(self, tenant: str) -> AsyncWebClient | None:
        """The client that speaks for the bot there; None where it is not installed (any more)."""
        ...

    async def leave(self, tenant: str, at: float) -> bool:
        """The app was taken out at that time. False if it has been installed anew since."""
        ...


class TokenUnchecked(Exception):
    """Slack does not say just now whom the token speaks for. `code`: what it said instead, or what broke."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class OneWorkspace(AsyncAuthorize):
    """Also tells Bolt whom the token speaks for, which Slack is asked once."""

    def __init__(self, client: AsyncWebClient) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._client = client
        self._bot: AsyncSlackResponse | None = None
        self._asking: asyncio.Task[AsyncSlackResponse] | None = None

    async def client(self, tenant: str) -> AsyncWebClient | None:
        return self._client

    async def leave(self, tenant: str, at: float) -> bool:
        self._bot = self._asking = None  # whether the token still speaks for anybody is asked anew
        return True

    async def bot(self) -> AsyncSlackResponse:
        """What `auth.test` says, asked until it says something. Raises SlackApiError and TokenUnchecked."""
        if self._bot is None:
            # An answer that takes longer than this request may take is good for the next one.
            asking = self._asking or asyncio.create_task(self._client.auth_test())
            self._asking = asking
            done, _ = await asyncio.wait({asking}, timeout=min(BRIEF, left()))
            if not done:
                raise TokenUnchecked("slow")
            if self._asking is asking:
                self._asking = None
            try:
                self._bot = asking.result()
            except SlackApiError as error:
                if error_of(error) in GONE:
                    raise
                raise TokenUnchecked(error_of(error)) from error
            except (aiohttp.ClientError, TimeoutError) as error:
                raise TokenUnchecked(type(error).__name__) from error
        return self._bot

    async def __call__(self, *, context: Any, user_id: str | None, **_: Any) -> AuthorizeResult | None:
        """None where the app is out of the workspace. Raises TokenUnchecked: Bolt takes Slack's own error for that."""
        token = self._client.token
        context.client.token = token  # by which somebody is told where this fails
        try:
            bot = await self.bot()
        except SlackApiError:
            return None
        return AuthorizeResult(
            enterprise_id=bot.get("enterprise_id"),
            team_id=bot.get("team_id"),
            bot_user_id=bot.get("user_id"),
            bot_id=bot.get("bot_id"),
            bot_token=token,
            user_id=user_id,
        )


class ManyWorkspaces(AsyncAuthorize):
    """Also tells Bolt whose token a request is answered with."""

    def __init__(self, installations: Installations, new_client: NewClient) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._installations = installations
        self._new_client = new_client

    async def client(self, tenant: str) -> AsyncWebClient | None:
        bot = await self._installations.of_team(tenant)
        return self._new_client(bot.bot_token) if bot else None

    async def leave(self, tenant: str, at: float) -> bool:
        bot = await self._installations.of_team(tenant)
        if bot is not None and bot.installed_at > at:
            return False  # this event is older than the installation that stands now
        await self._installations.delete_team(tenant)
        return True

    async def __call__(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None, **_: Any
    ) -> AuthorizeResult | None:
        bot = await self._installations.async_find_bot(enterprise_id=enterprise_id, team_id=team_id)
        if bot is None and team_id:  # in a shared channel the organisation that is named can be the other one's
            bot = await self._installations.of_team(team_id)
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
