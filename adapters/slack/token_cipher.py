"""Encryption of stored tokens with the operator's keys."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from adapters import invocation

PREFIX = "sealed:"  # of encrypted values in the database; no token of Slack begins like this


class KeyUnusable(Exception):
    """The text tells the operator how to make a key."""

    def __init__(self) -> None:
        super().__init__(
            "ENCRYPTION_KEY is not a key. Make one with: "
            f'{invocation.python()} -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
        )


class KeyMissing(Exception):
    """A stored value was encrypted with a key that is not set."""


class TokenCipher:
    """Encrypts with the first key and decrypts with any, so that keys can be changed. Without keys it encrypts nothing.

    `keys`: Fernet keys, separated by commas, the newest first. Raises KeyUnusable.
    """

    def __init__(self, keys: str) -> None:
        try:
            fernets = [Fernet(key.strip()) for key in keys.split(",") if key.strip()]
        except ValueError:
            raise KeyUnusable from None
        self._fernet = MultiFernet(fernets) if fernets else None

    def encrypt(self, text: str | None) -> str | None:
        if not text or self._fernet is None:
            return text
        return PREFIX + self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, stored: str | None) -> str | None:
        """The text. A value that was stored without a key is returned unchanged. Raises KeyMissing."""
        if not stored or not stored.startswith(PREFIX):
            return stored
        try:
            if self._fernet is None:
                raise KeyMissing
            return self._fernet.decrypt(stored.removeprefix(PREFIX)).decode()
        except InvalidToken:
            raise KeyMissing from None
