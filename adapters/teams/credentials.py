"""The bot's access tokens for its requests: acquired off the event loop, cached until shortly before they expire.

The SDK acquires one in every turn, synchronously: a login server that takes three seconds would stop the whole
process for that long, with every other surface.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import msal  # type: ignore[import-untyped]
import requests

RENEW_BEFORE = 300.0  # seconds before its expiry from which a token is not used any more
LOGIN_TIMEOUT = 10.0  # seconds


class LoginFailed(Exception):
    """No token was acquired. The text is a short code, never a secret."""


@dataclass(frozen=True, slots=True)
class Token:
    value: str
    expires_in: float  # seconds from when it was acquired


Acquire = Callable[[], Awaitable[Token]]


class Credentials:
    """One token for all requests. Acquired once, however many wait for it."""

    def __init__(self, acquire: Acquire | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._acquire = acquire
        self._clock = clock
        self._value = ""
        self._valid_until = float("-inf")
        self._lock = asyncio.Lock()

    async def token(self) -> str:
        """A token, or an empty string where the bot has no app id. Raises LoginFailed."""
        if self._acquire is None or self._clock() < self._valid_until:
            return self._value
        async with self._lock:
            if self._clock() >= self._valid_until:
                asked_at = self._clock()
                token = await self._acquire()
                self._value = token.value
                self._valid_until = asked_at + max(token.expires_in - RENEW_BEFORE, 0.0)
            return self._value

    def discard(self, token: str) -> None:
        """Acquire another token for the next request: a service refused `token`."""
        if token == self._value:
            self._valid_until = float("-inf")


def client_secret(
    http: aiohttp.ClientSession, *, login_url: str, tenant: str, app_id: str, password: str, scope: str
) -> Acquire:
    """Acquires tokens of Microsoft Entra by OAuth 2.0 client credentials (RFC 6749, 4.4)."""

    async def acquire() -> Token:
        form = {"grant_type": "client_credentials", "client_id": app_id, "client_secret": password, "scope": scope}
        timeout = aiohttp.ClientTimeout(total=LOGIN_TIMEOUT)
        try:
            url = f"{login_url}/{tenant}/oauth2/v2.0/token"
            # The secret goes to this address and nowhere else.
            async with http.post(url, data=form, timeout=timeout, allow_redirects=False) as response:
                answer = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise LoginFailed(type(error).__name__) from error
        return _token(answer)

    return acquire


def managed_identity(app_id: str, scope: str) -> Acquire:
    """Acquires tokens by the managed identity of this machine. MSAL knows the endpoints of Azure's hosts, and calls
    them synchronously."""
    resource = scope.removesuffix("/.default")
    # MSAL has a cache of its own; when to renew is decided in `Credentials` for both kinds of token.
    client = msal.ManagedIdentityClient(
        msal.UserAssignedManagedIdentity(client_id=app_id), http_client=_RequestsWithTimeout()
    )

    async def acquire() -> Token:
        try:
            answer = await asyncio.to_thread(client.acquire_token_for_client, resource=resource)
        except (requests.RequestException, ValueError, msal.ManagedIdentityError) as error:
            raise LoginFailed(type(error).__name__) from error
        return _token(answer)

    return acquire


class _RequestsWithTimeout(requests.Session):
    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", LOGIN_TIMEOUT)
        return super().request(*args, **kwargs)


def _token(answer: Any) -> Token:
    if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
        code = answer.get("error") if isinstance(answer, dict) else None
        raise LoginFailed(code if isinstance(code, str) else "no access token in the answer")
    try:
        return Token(answer["access_token"], float(answer.get("expires_in", 0)))
    except (TypeError, ValueError):
        return Token(answer["access_token"], 0.0)
