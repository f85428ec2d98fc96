"""Authentication for the workbench: by the one-time link on the console, or by a password.

Client addresses, the Host header and proxy headers are never trusted here.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Literal

from aiohttp import web

from adapters.owner_link import OwnerLink
from adapters.transcripts import Store
from adapters.web import signed_values as signing
from adapters.web.password_throttle import PasswordThrottle
from adapters.web.signed_values import Signed
from adapters.web.visitor import is_secure
from bot.service.ports import StoreUnavailable

SESSION_SECONDS = 12 * 3600
DEVICE_SECONDS = 90 * 24 * 3600  # in which a browser is known to have logged in before
SESSION, DEVICE = "workbench", "workbench-device"

Access = Literal["granted", "password", "link", "disabled", "unknown"]
"""`password`, `link`: log in that way first. `disabled`: no way to log in is set up. `unknown`: the store does not say
whether the session was revoked."""


class WorkbenchAuth:
    """Log-in by password if one is set, else by the owner's link if there is one, else none. `now`: seconds since 1970;
    `clock`: monotonic seconds."""

    def __init__(
        self,
        password: str,
        owner_link: OwnerLink | None,
        store: Store,
        *,
        public_url: str,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._password = password.encode()
        self._owner_link = None if password else owner_link
        self._store = store
        # The link leads to this machine directly, not through the public address.
        self._public_url = public_url if password else ""
        self._now = now
        self._sleep = sleep
        self._throttle = PasswordThrottle(clock)
        # Derived from the password: the same in every process, and a new password invalidates all sessions.
        self._key = (
            hashlib.scrypt(self._password, salt=b"workbench", n=2**14, r=8, p=1)
            if password
            else secrets.token_bytes(32)
        )

    @property
    def has_password(self) -> bool:
        return bool(self._password)

    async def access(self, request: web.Request) -> Access:
        """Whether the request has a valid session; if not, what is missing."""
        denied: Access = "password" if self._password else "link" if self._owner_link else "disabled"
        session = self._read_cookie(request, SESSION)
        if session is None or denied == "disabled":
            return denied
        try:
            async with self._store.transaction() as unit:
                return denied if await unit.ended_sessions.has_ended(session.id) else "granted"
        except StoreUnavailable:
            return "unknown"

    def is_owner(self, access: Access) -> bool:
        """True for a session that began with the link on the console of this machine."""
        return access == "granted" and self._owner_link is not None

    def redeem_link(self, key: str, response: web.StreamResponse, request: web.Request) -> bool:
        """True if `key` is that of the valid link; then the session cookie is set on `response`."""
        if self._owner_link is None or not self._owner_link.redeem(key):
            return False
        self._start_session(response, request)
        return True

    async def wait_for_attempt(self, request: web.Request) -> bool:
        """Wait until the throttle allows a log-in attempt. False if too many are waiting already."""
        wait = self._throttle.reserve(self._device(request))
        if wait is None:
            return False
        if wait:
            await self._sleep(wait)
        return True

    def is_password(self, password: str) -> bool:
        """Compare in constant time. False if no password is set."""
        given = hashlib.sha256(password.encode(errors="replace")).digest()
        return self.has_password and hmac.compare_digest(given, hashlib.sha256(self._password).digest())

    def sign_in(self, response: web.StreamResponse, request: web.Request) -> None:
        """After the right password: set the session cookie, and the device cookie that marks a known browser."""
        device = self._device(request)
        self._throttle.clear(device)
        self._start_session(response, request)
        until = int(self._now()) + DEVICE_SECONDS
        signed = Signed(DEVICE, device, until) if device else signing.new(DEVICE, until)
        self._set_cookie(response, request, signed, DEVICE_SECONDS)

    async def sign_out(self, response: web.StreamResponse, request: web.Request) -> None:
        """Delete the cookie and revoke the session, of which there may be copies. Raises StoreUnavailable."""
        session = self._read_cookie(request, SESSION)
        if session is not None:
            async with self._store.transaction() as unit:
                await unit.ended_sessions.end(session.id, until=session.until, now=self._now())
        response.del_cookie(
            self._cookie_name(request, SESSION),
            path="/",
            httponly=True,
            secure=self._is_secure(request),
            samesite="Strict",
        )

    def _start_session(self, response: web.StreamResponse, request: web.Request) -> None:
        self._set_cookie(response, request, signing.new(SESSION, self._now() + SESSION_SECONDS), SESSION_SECONDS)

    def _device(self, request: web.Request) -> str:
        device = self._read_cookie(request, DEVICE)
        return device.id if device else ""

    def _read_cookie(self, request: web.Request, purpose: str) -> Signed | None:
        return signing.verified(
            request.cookies.get(self._cookie_name(request, purpose), ""), self._key, purpose, self._now()
        )

    def _set_cookie(self, response: web.StreamResponse, request: web.Request, signed: Signed, seconds: int) -> None:
        response.set_cookie(
            self._cookie_name(request, signed.purpose), signed.cookie_value(self._key),
            max_age=seconds, path="/", httponly=True, secure=self._is_secure(request), samesite="Strict",
        )  # fmt: skip

    def _is_secure(self, request: web.Request) -> bool:
        return is_secure(request, self._public_url)

    def _cookie_name(self, request: web.Request, purpose: str) -> str:
        return f"__Host-{purpose}" if self._is_secure(request) else purpose
