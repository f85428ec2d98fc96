"""The public keys that an issuer signs its tokens with, fetched when they are needed and again when they change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import structlog

log = structlog.get_logger(__name__)

REFRESH_AFTER = 24 * 60 * 60.0  # seconds after which the keys are looked at again anyway
UNKNOWN_KEY_INTERVAL = 5 * 60.0  # a token with an unknown key leads to a fetch, but not more often than this
FAILURE_INTERVAL = 10.0  # after a failed fetch

Fetch = Callable[[str], Awaitable[Any]]  # a URL to the JSON that stands there


class KeysUnavailable(Exception):
    """The issuer's keys could not be fetched, so nothing can be said about a token."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    key: Any  # what PyJWT takes
    endorsements: frozenset[str]  # the channels that it may sign for


class SigningKeys:
    """The keys of one issuer, by key id. `openid_url` leads to a document whose `jwks_uri` leads to the keys."""

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
            async with self._lock:  # those who waited find the keys that the first one fetched
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
            # Whatever an issuer answers, requests must be refused in good order, and known keys stay good.
            self._failed_at = self._clock()
            log.warning("teams.keys_unavailable", issuer=self._openid_url, error=type(error).__name__)
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
