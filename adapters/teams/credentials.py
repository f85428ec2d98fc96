"""The bot's access tokens for its requests: acquired off the event loop, used until they expire, renewed before.

The SDK acquires one in every turn, synchronously: a login server that takes three seconds would stop the whole
process for that long, with every other surface.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from adapters.teams.in_flight import InFlight
from adapters.teams.remedies import LOGIN

log = structlog.get_logger(__name__)

RENEW_BEFORE = 300.0  # seconds before its expiry from which another token is acquired
UNUSED_BEFORE = 10.0  # seconds before its expiry from which a token is not used any more
FAILURE_REMEMBERED = 10.0  # seconds after a failed login in which nobody logs in again


class LoginFailed(Exception):
    """No token was acquired. `code`: short, never a secret."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Token:
    value: str
    expires_in: float  # seconds from when it was acquired


Acquire = Callable[[], Awaitable[Token]]


class Credentials:
    """One token for all requests. One login at a time, whose outcome all get who wait for it. `wait`: seconds that they
    do so; the login goes on."""

    def __init__(self, acquire: Acquire | None, clock: Callable[[], float] = time.monotonic, wait: float = 5.0) -> None:
        self._acquire = acquire
        self._clock = clock
        self._wait = wait
        self._value = ""
        self._renewed_from = self._valid_until = float("-inf")
        self._failure: LoginFailed | None = None
        self._failed_until = float("-inf")
        self._logins: InFlight[None, None] = InFlight()

    async def token(self) -> str:
        """A token, or an empty string where the bot has no app id. Raises LoginFailed."""
        now = self._clock()
        if self._acquire is None or now < self._renewed_from:
            return self._value
        if self._failure is None or now >= self._failed_until:
            self._logins.start(None, self._log_in)
        if now < self._valid_until:
            return self._value  # its successor comes meanwhile
        if self._failure is not None and now < self._failed_until:
            raise self._failure
        try:
            async with asyncio.timeout(self._wait):
                await self._logins.run(None, self._log_in)
        except TimeoutError as error:
            raise LoginFailed("slow") from error
        return self._value

    def discard(self, token: str) -> None:
        """Acquire another token for the next request: a service refused `token`."""
        if token == self._value:
            self._renewed_from = self._valid_until = float("-inf")

    def close(self) -> None:
        self._logins.cancel()

    async def _log_in(self) -> None:
        assert self._acquire is not None  # noqa: S101
        asked_at = self._clock()
        try:
            token = await self._acquire()
        except LoginFailed as error:
            self._failure, self._failed_until = error, self._clock() + FAILURE_REMEMBERED
            log.error("teams.login_failed", code=error.code, remedy=LOGIN.get(error.code, ""))
            raise
        self._failure = None
        self._value = token.value
        self._renewed_from = asked_at + max(token.expires_in - RENEW_BEFORE, 0.0)
        self._valid_until = asked_at + max(token.expires_in - UNUSED_BEFORE, 0.0)
