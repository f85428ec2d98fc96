"""Visitors: a random secret in a cookie identifies the browser and derives its anti-CSRF token."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from aiohttp import web

MONTH = 30 * 24 * 3600  # seconds
UNDO = 3600  # seconds in which starting over can be undone
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
    return _in_cookie("visitor", request, public_url)


def visitor_before(request: web.Request, public_url: str) -> Visitor | None:
    """Whom this browser was before it started over; None where that can't be undone any more."""
    return _in_cookie("before", request, public_url)


def new_visitor() -> Visitor:
    return Visitor(secrets.token_urlsafe(32))


def set_cookie(visitor: Visitor, response: web.StreamResponse, request: web.Request, public_url: str) -> None:
    """Set the visitor's cookie: HttpOnly, and SameSite=Lax so that a link from elsewhere finds the conversation."""
    _set("visitor", visitor.secret, MONTH, response, request, public_url)


def remember_before(visitor: Visitor, response: web.StreamResponse, request: web.Request, public_url: str) -> None:
    """Set the cookie from which `visitor_before` is read."""
    _set("before", visitor.secret, UNDO, response, request, public_url)


def forget_before(response: web.StreamResponse, request: web.Request, public_url: str) -> None:
    """Delete the cookie of `remember_before`."""
    _set("before", "", 0, response, request, public_url)


def _in_cookie(name: str, request: web.Request, public_url: str) -> Visitor | None:
    secret = request.cookies.get(_cookie_name(name, is_secure(request, public_url)), "")
    return Visitor(secret) if SECRET.fullmatch(secret) else None


def _set(
    name: str, value: str, seconds: int, response: web.StreamResponse, request: web.Request, public_url: str
) -> None:
    secure = is_secure(request, public_url)
    response.set_cookie(
        _cookie_name(name, secure), value, max_age=seconds, path="/", httponly=True, secure=secure, samesite="Lax"
    )


def _cookie_name(name: str, secure: bool) -> str:
    # With this prefix browsers let no sibling domain set the cookie; it needs TLS.
    return f"__Host-{name}" if secure else name


def _derived(purpose: str, secret: str) -> str:
    return hashlib.blake2s(secret.encode(), person=purpose.encode(), digest_size=16).hexdigest()
