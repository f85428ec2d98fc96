"""Tokens at rest: encrypted where the operator set a key."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from adapters import invocation

MARK = "sealed:"  # before what is encrypted; no token of Slack's begins like this


class KeyUnusable(Exception):
    """The text tells the operator what a key looks like."""

    def __init__(self) -> None:
        super().__init__(
            "ENCRYPTION_KEY is not a key. Make one with: "
            f'{invocation.python()} -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
        )


class Unreadable(Exception):
    """What is stored was encrypted with a key that is not among those that are set."""


class TokenCipher:
    """Encrypts with the first key and reads with any, so that keys can be changed. No key: as it is.

    `keys`: Fernet keys, separated by commas, the newest first. Raises KeyUnusable.
    """

    def __init__(self, keys: str) -> None:
        try:
            fernets = [Fernet(key.strip()) for key in keys.split(",") if key.strip()]
        except ValueError:
            raise KeyUnusable from None
        self._fernet = MultiFernet(fernets) if fernets else None

    def close(self, text: str | None) -> str | None:
        if not text or self._fernet is None:
            return text
        return MARK + self._fernet.encrypt(text.encode()).decode()

    def open(self, stored: str | None) -> str | None:
        """The text. What was stored before there was a key is read as it is. Raises Unreadable."""
        if not stored or not stored.startswith(MARK):
            return stored
        try:
            if self._fernet is None:
                raise Unreadable
            return self._fernet.decrypt(stored.removeprefix(MARK)).decode()
        except InvalidToken:
            raise Unreadable from None
