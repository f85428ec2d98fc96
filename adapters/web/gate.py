"""Who may enter the workbench: whoever opened the link on the console of this machine, or knows the password.

No address, no Host header and no header of a proxy counts for anything here.
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
DEVICE_SECONDS = 90 * 24 * 3600  # that a browser counts as one that got in before
SESSION, DEVICE = "workbench", "workbench-device"

Access = Literal["open", "password", "link", "shut", "unknown"]


class Gate:
    """With a password it opens to whoever knows it, else by the link on the console, else not at all."""

    def __init__(
        self,
        password: str,
        entrance: OwnerLink | None,
        store: Store,
        *,
        public_url: str,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._password = password.encode()
        self._entrance = None if password else entrance
        self._store = store
        # Who comes by the link comes to this machine itself, and not by the address that others come by.
        self._public_url = public_url if password else ""
        self._now = now
        self._sleep = sleep
        self._line = PasswordThrottle(clock)
        # Of a password: the same in every process, another one for every password, so a new one ends all sessions.
        self._key = (
            hashlib.scrypt(self._password, salt=b"workbench", n=2**14, r=8, p=1)
            if password
            else secrets.token_bytes(32)
        )

    @property
    def has_password(self) -> bool:
        return bool(self._password)

    async def access(self, request: web.Request) -> Access:
        """open: come in; password: ask for it; link: tell where it stands; shut: nothing is set up that would let
        anybody in; unknown: whether the session was ended can't be told now."""
        closed: Access = "password" if self._password else "link" if self._entrance else "shut"
        session = self._opened(request, SESSION)
        if session is None or closed == "shut":
            return closed
        try:
            async with self._store.transaction() as unit:
                return closed if await unit.ended_sessions.has_ended(session.id) else "open"
        except StoreUnavailable:
            return "unknown"

    def is_owners(self, access: Access) -> bool:
        """Whether this `access` is that of somebody who sits at this machine."""
        return access == "open" and self._entrance is not None

    def spend_link(self, key: str, response: web.StreamResponse, request: web.Request) -> bool:
        """Whether `key` is that of the link on the console; then this browser is let in."""
        if self._entrance is None or not self._entrance.spend(key):
            return False
        self._begin(response, request)
        return True

    async def may_try(self, request: web.Request) -> bool:
        """Wait until a password may be tried; False where too many wait already."""
        wait = self._line.join(self._device(request))
        if wait is None:
            return False
        if wait:
            await self._sleep(wait)
        return True

    def admits(self, password: str) -> bool:
        """Whether this is the password."""
        given = hashlib.sha256(password.encode(errors="replace")).digest()
        return self.has_password and hmac.compare_digest(given, hashlib.sha256(self._password).digest())

    def sign_in(self, response: web.StreamResponse, request: web.Request) -> None:
        """After the right password: a session, and the sign of a browser that got in before."""
        device = self._device(request)
        self._line.passed(device)
        self._begin(response, request)
        until = int(self._now()) + DEVICE_SECONDS
        signed = Signed(DEVICE, device, until) if device else signing.new(DEVICE, until)
        self._set(response, request, signed, DEVICE_SECONDS)

    async def sign_out(self, response: web.StreamResponse, request: web.Request) -> None:
        """End the session, of which a copy may be anywhere. Raises StoreUnavailable where that can't be kept."""
        session = self._opened(request, SESSION)
        if session is not None:
            async with self._store.transaction() as unit:
                await unit.ended_sessions.end(session.id, until=session.until, now=self._now())
        response.del_cookie(
            self._name(request, SESSION), path="/", httponly=True, secure=self._is_secure(request), samesite="Strict"
        )

    def _begin(self, response: web.StreamResponse, request: web.Request) -> None:
        self._set(response, request, signing.new(SESSION, self._now() + SESSION_SECONDS), SESSION_SECONDS)

    def _device(self, request: web.Request) -> str:
        device = self._opened(request, DEVICE)
        return device.id if device else ""

    def _opened(self, request: web.Request, purpose: str) -> Signed | None:
        return signing.opened(request.cookies.get(self._name(request, purpose), ""), self._key, purpose, self._now())

    def _set(self, response: web.StreamResponse, request: web.Request, signed: Signed, seconds: int) -> None:
        response.set_cookie(
            self._name(request, signed.purpose), signed.sealed(self._key),
            max_age=seconds, path="/", httponly=True, secure=self._is_secure(request), samesite="Strict",
        )  # fmt: skip

    def _is_secure(self, request: web.Request) -> bool:
        return is_secure(request, self._public_url)

    def _name(self, request: web.Request, purpose: str) -> str:
        return f"__Host-{purpose}" if self._is_secure(request) else purpose
