"""Who may enter the workbench: whoever sits at this machine, or knows the password."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import deque
from collections.abc import Callable
from typing import Literal

from aiohttp import web

from adapters.web.visitor import is_secure

SESSION = 12 * 3600  # seconds that somebody who gave the password stays in
WINDOW = 300.0  # seconds over which wrong passwords are counted
MOST_WRONG = 8  # in that time, from one address
MOST_WRONG_OF_ALL = 100
MOST_ADDRESSES = 1000
COOKIE = "workbench"

Access = Literal["open", "password", "shut"]


class Gate:
    """Without a password the workbench is open to this very machine alone, asked by its own name and by no proxy."""

    def __init__(
        self,
        password: str,
        *,
        on_loopback: bool,
        public_url: str,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._password = password.encode()
        self._local = on_loopback and not public_url
        self._public_url = public_url
        self._clock = clock
        self._now = now
        self._wrong: dict[str, deque[float]] = {}
        # The same in every process, another one for every password: so a new password ends all sessions.
        self._key = hashlib.scrypt(self._password, salt=b"workbench", n=2**14, r=8, p=1) if password else b""

    def access(self, request: web.Request) -> Access:
        """open: come in; password: ask for it; shut: nothing is set up that would let anybody in."""
        if self._password:
            return "open" if self._is_signed(request.cookies.get(self._cookie(request), "")) else "password"
        return "open" if self._local and _is_local(request) else "shut"

    @property
    def has_password(self) -> bool:
        return bool(self._password)

    def wait(self, address: str) -> float:
        """Seconds until another password may be tried from this address; 0: now."""
        now = self._clock()
        waits = [0.0]
        for key, most in ((address, MOST_WRONG), ("", MOST_WRONG_OF_ALL)):
            tries = self._wrong.get(key, deque())
            while tries and tries[0] <= now - WINDOW:
                tries.popleft()
            if len(tries) >= most:
                waits.append(tries[0] + WINDOW - now)
        return max(waits)

    def admits(self, password: str, address: str) -> bool:
        """Whether this is the password. A wrong one is counted."""
        given = hashlib.sha256(password.encode()).digest()
        if self._password and hmac.compare_digest(given, hashlib.sha256(self._password).digest()):
            self._wrong.pop(address, None)
            return True
        for key in (address, ""):
            if key not in self._wrong and len(self._wrong) >= MOST_ADDRESSES:
                self._wrong.pop(next(iter(self._wrong)))
            self._wrong.setdefault(key, deque()).append(self._clock())
        return False

    def sign_in(self, response: web.StreamResponse, request: web.Request) -> None:
        until = str(int(self._now()) + SESSION)
        response.set_cookie(
            self._cookie(request), f"{until}.{self._signature(until)}",
            max_age=SESSION, path="/", httponly=True, secure=self._is_secure(request), samesite="Strict",
        )  # fmt: skip

    def sign_out(self, response: web.StreamResponse, request: web.Request) -> None:
        response.del_cookie(
            self._cookie(request), path="/", httponly=True, secure=self._is_secure(request), samesite="Strict"
        )

    def _is_signed(self, cookie: str) -> bool:
        until, _, signature = cookie.partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(until).encode()):
            return False
        return until.isdecimal() and int(until) > self._now()

    def _signature(self, until: str) -> str:
        return hmac.new(self._key, until.encode(), hashlib.sha256).hexdigest()

    def _is_secure(self, request: web.Request) -> bool:
        return is_secure(request, self._public_url)

    def _cookie(self, request: web.Request) -> str:
        return f"__Host-{COOKIE}" if self._is_secure(request) else COOKIE


def _is_local(request: web.Request) -> bool:
    """Asked from this machine, by a name of this machine (a foreign name may be made to point here), by no proxy."""
    host = request.host.rpartition(":")[0] if not request.host.endswith("]") else request.host
    host = host or request.host
    proxied = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "Via"))
    return not proxied and host in ("127.0.0.1", "localhost", "[::1]") and request.remote in ("127.0.0.1", "::1")
