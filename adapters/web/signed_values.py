"""Signed cookie values: a random id, an expiry time, and an HMAC."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

SHAPE = re.compile(r"(?P<id>[0-9a-f]{32})\.(?P<until>[0-9]{1,12})\.(?P<signature>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Signed:
    """`until`: expiry, seconds since 1970. `purpose` is signed too, so that a cookie is valid for one purpose only."""

    purpose: str
    id: str
    until: int

    def cookie_value(self, key: bytes) -> str:
        return f"{self.id}.{self.until}.{self._signature(key)}"

    def _signature(self, key: bytes) -> str:
        return hmac.new(key, f"{self.purpose}.{self.id}.{self.until}".encode(), hashlib.sha256).hexdigest()

    def is_signed(self, signature: str, key: bytes) -> bool:
        return hmac.compare_digest(signature, self._signature(key))


def new(purpose: str, until: float) -> Signed:
    return Signed(purpose, secrets.token_hex(16), int(until))


def verified(value: str, key: bytes, purpose: str, now: float) -> Signed | None:
    """The parsed cookie; None if it is malformed, expired, or not signed with `key` for `purpose`."""
    found = SHAPE.fullmatch(value)
    if found is None:
        return None
    signed = Signed(purpose, found["id"], int(found["until"]))
    return signed if signed.is_signed(found["signature"], key) and signed.until > now else None
