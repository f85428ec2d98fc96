"""One-time login link to the workbench, printed on the console only.

The client address proves nothing: behind a proxy on the same machine every request comes from 127.0.0.1.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable

PATH = "/workbench/enter"


class OwnerLink:
    """One valid link at a time. Using it creates the next, so the owner can always log in again."""

    def __init__(self) -> None:
        self._key = secrets.token_urlsafe(32)
        self._on_renewed: Callable[[str], None] = lambda path: None

    @property
    def path(self) -> str:
        """Path and query of the valid link. Secret: for the console, never for a log."""
        return f"{PATH}?key={self._key}"

    def on_renewed(self, show: Callable[[str], None]) -> None:
        """Call `show` with the new `path` after each use."""
        self._on_renewed = show

    def redeem(self, key: str) -> bool:
        """True if `key` is valid; it is replaced by a new one then."""
        if not hmac.compare_digest(key.encode(errors="replace"), self._key.encode()):
            return False
        self._key = secrets.token_urlsafe(32)
        self._on_renewed(self.path)
        return True
