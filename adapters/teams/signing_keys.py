"""The public keys of an issuer of tokens, fetched when they are needed and again when they change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import structlog

from bot.service.error_location import error_location

log = structlog.get_logger(__name__)

REFRESH_AFTER = 24 * 60 * 60.0  # seconds after which the keys are fetched again in any case
UNKNOWN_KEY_INTERVAL = 5 * 60.0  # seconds between two fetches because of tokens with unknown keys
FAILURE_INTERVAL = 10.0  # seconds until the next fetch after one that failed

Fetch = Callable[[str], Awaitable[Any]]  # a URL to its JSON document


class KeysUnavailable(Exception):
    """The issuer's keys could not be fetched, so no token can be checked."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    key: Any  # as PyJWT takes it
    endorsements: frozenset[str]  # the channels that it may sign for


class SigningKeys:
    """The keys of one issuer, by key id. `openid_url`: its OpenID metadata, whose `jwks_uri` is the URL of the keys."""

    def __init__(self, openid_url: str, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._openid_url = openid_url
        self._fetch = fetch
        self._clock = clock
        self._keys: Mapping[str, SigningKey] = {}
        self._fetched_at: float | None = None
        self._failed_at: float | None = None
        self._lock = asyncio.Lock()

    async def find(self, key_id: str) -> SigningKey | None:
        """The key, or None if the issuer has none of that id. Raises KeysUnavailable."""
        if self._is_due(key_id):
            async with self._lock:  # another call may have fetched them meanwhile
                if self._is_due(key_id):
                    await self._refresh()
        if self._fetched_at is None:
            raise KeysUnavailable
        return self._keys.get(key_id)

    def _is_due(self, key_id: str) -> bool:
        now = self._clock()
        if self._failed_at is not None and now - self._failed_at < FAILURE_INTERVAL:
            return False
        if self._fetched_at is None:
            return True
        age = now - self._fetched_at
        return age >= REFRESH_AFTER or (key_id not in self._keys and age >= UNKNOWN_KEY_INTERVAL)

    async def _refresh(self) -> None:
        try:
            document = await self._fetch(self._openid_url)
            keys = read_keys(await self._fetch(document["jwks_uri"]))
        except Exception as error:
            # Whatever an issuer responds with, requests are refused properly, and known keys stay valid.
            self._failed_at = self._clock()
            log.warning(
                "teams.keys_unavailable", issuer=self._openid_url, error=type(error).__name__, at=error_location(error)
            )
            return
        self._keys, self._fetched_at, self._failed_at = keys, self._clock(), None


def read_keys(document: Any) -> dict[str, SigningKey]:
    """The RSA signing keys of a JSON Web Key Set, by id. Keys of other kinds are left out."""
    keys = {}
    for entry in document["keys"]:
        if entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig" or "kid" not in entry:
            continue
        try:
            key = jwt.PyJWK(entry, algorithm="RS256").key
        except jwt.PyJWTError:
            continue
        keys[entry["kid"]] = SigningKey(key, frozenset(entry.get("endorsements", ())))
    return keys
