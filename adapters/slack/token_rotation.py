"""Tokens of apps with token rotation: they are valid for twelve hours, and are refreshed before they expire."""

from __future__ import annotations

import asyncio
import time

import structlog
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.deadline import seconds_left
from adapters.slack.installations import Installations
from adapters.slack.responses import error_of
from bot.service.error_location import error_location

log = structlog.get_logger(__name__)

EARLY = 2 * 60 * 60.0  # seconds before its end that a token is refreshed
PAUSE = 60.0  # seconds after which a refresh that failed is tried again
WAIT = 1.5  # seconds of a request at most
CLOSING = 2.0  # seconds that a refresh may take when the server stops
# Error codes that mean that there will be no new token.
ENDED = frozenset({"account_inactive", "invalid_auth", "invalid_refresh_token", "token_revoked"})


class NotRefreshed(Exception):
    """The token has expired, and there is no new one yet. `code`: Slack's error code, or the exception."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TokenRotation:
    """The bots of the installations, with tokens that are valid. Each is refreshed by one task at a time."""

    def __init__(self, installations: Installations, client_id: str, secret: str, client: AsyncWebClient) -> None:
        self._installations = installations
        self._rotator = AsyncTokenRotator(client_id=client_id, client_secret=secret, client=client)
        self._refreshes: dict[str, tuple[float, asyncio.Task[Bot | NotRefreshed | None]]] = {}  # with their beginning

    async def bot(self, tenant: str) -> Bot | None:
        """The bot there; None where it is not installed (any more) or its token is unreadable. Raises NotRefreshed."""
        bot = await self._installations.of(tenant)
        if bot is None or not _ends_within(bot, EARLY):
            return bot
        refresh = self._refresh(tenant)
        if not _ends_within(bot, 0):
            return bot
        done, _ = await asyncio.wait({refresh}, timeout=min(WAIT, seconds_left()))
        refreshed = refresh.result() if done else NotRefreshed("slow")
        if not isinstance(refreshed, NotRefreshed):
            return refreshed
        if refreshed.code in ENDED:
            return None
        raise refreshed

    async def close(self) -> None:
        """Wait for what is running: a new token that is not stored is lost."""
        if running := {task for _, task in self._refreshes.values() if not task.done()}:
            await asyncio.wait(running, timeout=CLOSING)

    def _refresh(self, tenant: str) -> asyncio.Task[Bot | NotRefreshed | None]:
        """The refresh that is running, or ended less than `PAUSE` ago, else a new one. It outlives the request."""
        begun, task = self._refreshes.get(tenant, (0.0, None))
        if task is None or (task.done() and time.monotonic() - begun > PAUSE):
            task = asyncio.create_task(self._refreshed(tenant))
            self._refreshes[tenant] = (time.monotonic(), task)
        return task

    async def _refreshed(self, tenant: str) -> Bot | NotRefreshed | None:
        try:
            return await self._installations.replace_token(tenant, self._rotated)
        except Exception as error:  # the database or Slack does not answer, or Slack refuses
            code = error_of(error.api_error) if isinstance(error, SlackTokenRotationError) else type(error).__name__
            remedy = "install the app there again" if code in ENDED else "it is tried again in a minute"
            log.error("slack.token_not_refreshed", team=tenant, code=code, at=error_location(error), remedy=remedy)
            return NotRefreshed(code)

    async def _rotated(self, bot: Bot) -> Bot | None:
        """The bot with a new token; None where another process refreshed it already."""
        return await self._rotator.perform_bot_token_rotation(bot=bot, minutes_before_expiration=int(EARLY / 60))


def _ends_within(bot: Bot, seconds: float) -> bool:
    return bot.bot_token_expires_at is not None and bot.bot_token_expires_at <= time.time() + seconds
