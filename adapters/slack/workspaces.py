"""The workspaces that the app serves: one, whose token the operator set, or all that installed it. Both are Bolt's
`authorize` too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.deadline import seconds_left
from adapters.slack.installations import Installations
from adapters.slack.remedies import INVALID_TOKEN
from adapters.slack.responses import error_of
from adapters.slack.token_rotation import NotRefreshed, TokenRotation

AUTH_TEST_WAIT = 1.5  # seconds of a request at most

NewClient = Callable[[str | None], AsyncWebClient]
"""Makes a client that uses a token."""


class Workspaces(Protocol):
    async def client(self, tenant: str) -> AsyncWebClient | None:
        """The bot's client in a workspace or organisation; None where the app is not installed (any more). Raises
        TokenUnchecked."""
        ...

    async def forget(self, tenant: str, at: float) -> bool:
        """Forget the installation that ended at `at` (seconds since 1970). False if a newer one exists."""
        ...


class NotInstalled(Exception):
    """The app is not installed in the workspace that a request comes from, or its token is not valid any more. `code`:
    why, as `adapters.slack.remedies` names it."""

    def __init__(self, code: str = "not_installed") -> None:
        super().__init__(code)
        self.code = code


class TokenUnchecked(Exception):
    """`auth.test`, or the refresh of a token, failed in a way that says nothing about the token. `code`: Slack's error
    code, or the exception."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class OneWorkspace(AsyncAuthorize):
    """The workspace of the operator's token, checked once by `auth.test`."""

    def __init__(self, client: AsyncWebClient) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._client = client
        self._bot: AsyncSlackResponse | None = None
        self._check: asyncio.Task[AsyncSlackResponse] | None = None

    async def client(self, tenant: str) -> AsyncWebClient | None:
        return self._client

    async def forget(self, tenant: str, at: float) -> bool:
        self._bot = self._check = None  # the token is checked anew
        return True

    async def bot(self) -> AsyncSlackResponse:
        """The response of `auth.test`, called until it succeeded once. Raises SlackApiError for an invalid token, and
        TokenUnchecked."""
        if self._bot is None:
            # A response that comes after the end of this request is used by the next one.
            check = self._check or asyncio.create_task(self._client.auth_test())
            self._check = check
            done, _ = await asyncio.wait({check}, timeout=min(AUTH_TEST_WAIT, seconds_left()))
            if not done:
                raise TokenUnchecked("slow")
            if self._check is check:
                self._check = None
            try:
                self._bot = check.result()
            except SlackApiError as error:
                if error_of(error) in INVALID_TOKEN:
                    raise
                raise TokenUnchecked(error_of(error)) from error
            except (aiohttp.ClientError, TimeoutError) as error:
                raise TokenUnchecked(type(error).__name__) from error
        return self._bot

    async def __call__(self, *, context: Any, user_id: str | None, **_: Any) -> AuthorizeResult:
        """The bot's identity. Raises NotInstalled and TokenUnchecked."""
        token = self._client.token
        context.client.token = token  # for the message about a failure
        try:
            bot = await self.bot()
        except SlackApiError as error:
            raise NotInstalled(error_of(error)) from error
        return AuthorizeResult(
            enterprise_id=bot.get("enterprise_id"),
            team_id=bot.get("team_id"),
            bot_user_id=bot.get("user_id"),
            bot_id=bot.get("bot_id"),
            bot_token=token,
            user_id=user_id,
        )


class ManyWorkspaces(AsyncAuthorize):
    """The workspaces and organisations in the installation store."""

    def __init__(self, installations: Installations, tokens: TokenRotation, new_client: NewClient) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._installations = installations
        self._tokens = tokens
        self._new_client = new_client

    async def client(self, tenant: str) -> AsyncWebClient | None:
        bot = await self._bot(tenant)
        return self._new_client(bot.bot_token) if bot else None

    async def forget(self, tenant: str, at: float) -> bool:
        bot = await self._installations.of(tenant)
        # Events tell whole seconds. In the same second, nobody installs an app again that they took out.
        if bot is not None and int(bot.installed_at) > at:
            return False  # the event is older than the installation
        await self._installations.delete(tenant)
        return True

    async def __call__(self, *, context: Any, user_id: str | None, **_: Any) -> AuthorizeResult:
        """The bot's identity. Raises NotInstalled and TokenUnchecked."""
        bot = await self._bot(context["tenant"])
        if bot is None:
            raise NotInstalled
        return AuthorizeResult(
            enterprise_id=bot.enterprise_id,
            team_id=bot.team_id,
            bot_user_id=bot.bot_user_id,
            bot_id=bot.bot_id,
            bot_token=bot.bot_token,
            user_id=user_id,
        )

    async def _bot(self, tenant: str) -> Bot | None:
        try:
            return await self._tokens.bot(tenant)
        except NotRefreshed as expired:
            raise TokenUnchecked(expired.code) from expired
