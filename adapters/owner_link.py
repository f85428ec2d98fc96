"""How whoever sits at the machine proves it: by a link that stands on the console alone and lets in once.

An address proves nothing: behind a proxy on the same machine every request comes from it, by its own name.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable

PATH = "/workbench/enter"


class OwnerLink:
    """One link at a time. When it is used there is another one, so that the owner is never locked out."""

    def __init__(self) -> None:
        self._key = secrets.token_urlsafe(32)
        self._renewed: Callable[[str], None] = lambda path: None

    @property
    def path(self) -> str:
        """What follows the server's address in the link that lets in next. A secret: for the console, for no log."""
        return f"{PATH}?key={self._key}"

    def on_renewed(self, show: Callable[[str], None]) -> None:
        """Have `show` called with the new `path` whenever a link was used."""
        self._renewed = show

    def spend(self, key: str) -> bool:
        """Whether `key` is the one of the link; then it is good no longer."""
        if not hmac.compare_digest(key.encode(errors="replace"), self._key.encode()):
            return False
        self._key = secrets.token_urlsafe(32)
        self._renewed(self.path)
        return True
