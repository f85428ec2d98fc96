"""Who is in front of the page: a random name in a cookie, which also proves that a form came from our own page."""

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
    """`secret` is known to this browser alone; what is kept or shown is derived from it and doesn't lead back."""

    secret: str

    @property
    def person(self) -> str:
        return _derived("person", self.secret)

    @property
    def token(self) -> str:
        """Stands in every form of ours. Another site can make a browser send the cookie, but can't know this."""
        return _derived("form", self.secret)

    def wrote(self, token: str) -> bool:
        """Whether a form with this token came from our own page in this browser."""
        return hmac.compare_digest(token.encode(errors="replace"), self.token.encode())


def is_secure(request: web.Request, public_url: str) -> bool:
    """Whether the browser talks to us by TLS, which mostly ends at a proxy in front of us.

    Anybody can send that header, so nothing is allowed by it: it makes the cookies of whoever sent it stricter.
    """
    forwarded = request.headers.get("X-Forwarded-Proto", "").lower() == "https"
    return request.secure or forwarded or public_url.startswith("https://")


def visitor_of(request: web.Request, public_url: str) -> Visitor | None:
    """None where the browser has no cookie yet, or one that does not look like ours."""
    secret = request.cookies.get(_name(is_secure(request, public_url)), "")
    return Visitor(secret) if SECRET.fullmatch(secret) else None


def new_visitor() -> Visitor:
    return Visitor(secrets.token_urlsafe(32))


def remember(visitor: Visitor, response: web.StreamResponse, request: web.Request, public_url: str) -> None:
    """Set the cookie. A link from elsewhere may lead back into the conversation; scripts never see it."""
    secure = is_secure(request, public_url)
    response.set_cookie(
        _name(secure), visitor.secret, max_age=MONTH, path="/", httponly=True, secure=secure, samesite="Lax"
    )


def _name(secure: bool) -> str:
    # Under TLS the browser itself sees to it that no neighbouring host can set this cookie.
    return "__Host-visitor" if secure else "visitor"


def _derived(purpose: str, secret: str) -> str:
    return hashlib.blake2s(secret.encode(), person=purpose.encode(), digest_size=16).hexdigest()
