"""Visitors: a random secret in a cookie identifies the browser and derives its anti-CSRF token."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from aiohttp import web

MONTH = 30 * 24 * 3600  # seconds
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 random bytes


@dataclass(frozen=True, slots=True)
class Visitor:
    """`secret` is known to this browser only; what is stored or rendered is a one-way hash of it."""

    secret: str

    @property
    def person(self) -> str:
        return _derived("person", self.secret)

    @property
    def token(self) -> str:
        """The anti-CSRF token in every form: another site can make the browser send the cookie, but can't know this."""
        return _derived("form", self.secret)

    def has_token(self, token: str) -> bool:
        """True if `token` is this visitor's, so that the form came from our own page. Constant time."""
        return hmac.compare_digest(token.encode(errors="replace"), self.token.encode())


def is_secure(request: web.Request, public_url: str) -> bool:
    """True if the browser uses TLS, which usually ends at a proxy in front of us.

    Anybody can send X-Forwarded-Proto, so it grants nothing: it only makes the sender's own cookies stricter.
    """
    forwarded = request.headers.get("X-Forwarded-Proto", "").lower() == "https"
    return request.secure or forwarded or public_url.startswith("https://")


def visitor_of(request: web.Request, public_url: str) -> Visitor | None:
    """The visitor of a request; None if it has no cookie, or a malformed one."""
    secret = request.cookies.get(_cookie_name(is_secure(request, public_url)), "")
    return Visitor(secret) if SECRET.fullmatch(secret) else None


def new_visitor() -> Visitor:
    return Visitor(secrets.token_urlsafe(32))


def set_cookie(visitor: Visitor, response: web.StreamResponse, request: web.Request, public_url: str) -> None:
    """Set the visitor's cookie: HttpOnly, and SameSite=Lax so that a link from elsewhere finds the conversation."""
    secure = is_secure(request, public_url)
    response.set_cookie(
        _cookie_name(secure), visitor.secret, max_age=MONTH, path="/", httponly=True, secure=secure, samesite="Lax"
    )


def _cookie_name(secure: bool) -> str:
    # With this prefix browsers let no sibling domain set the cookie; it needs TLS.
    return "__Host-visitor" if secure else "visitor"


def _derived(purpose: str, secret: str) -> str:
    return hashlib.blake2s(secret.encode(), person=purpose.encode(), digest_size=16).hexdigest()
