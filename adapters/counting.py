"""What the modules tell the metrics: a protocol, so that none of them knows how it is counted (`adapters.metrics`).

No argument is ever a person, a place or a text.
"""

from __future__ import annotations

from typing import Literal, Protocol

Kind = Literal["turn", "outbox", "housekeeping", "slack", "teams", "web", "probe"]
"""Of a transaction: who begins it."""

Phase = Literal["wait", "work", "commit"]
"""Of a transaction: until it begins, what runs in it, and its commit or rollback."""


class Counting(Protocol):
    def repeated(self, surface: str) -> None:
        """A message was delivered again, and not handled a second time."""
        ...

    def turned_away(self, surface: str, why: str) -> None:
        """A request was refused before its message was read, or a message before its turn. `why`: one of few words."""
        ...

    def sent(self, surface: str) -> None:
        """The platform took an outbox item."""
        ...

    def retried(self, surface: str) -> None:
        """An outbox item was not sent, and is tried again later."""
        ...

    def given_up(self, surface: str, why: str) -> None:
        """An outbox item was not sent, and never will be. `why`: the platform's code, or one of ours."""
        ...

    def transaction(self, kind: Kind, phase: Phase, seconds: float) -> None:
        """A phase of a transaction ended."""
        ...

    def transaction_failed(self, kind: Kind) -> None:
        """The database did not answer, or refused."""
        ...


class Uncounted:
    """Counts nothing: for commands and tests that show no metrics."""

    def repeated(self, surface: str) -> None: ...

    def turned_away(self, surface: str, why: str) -> None: ...

    def sent(self, surface: str) -> None: ...

    def retried(self, surface: str) -> None: ...

    def given_up(self, surface: str, why: str) -> None: ...

    def transaction(self, kind: Kind, phase: Phase, seconds: float) -> None: ...

    def transaction_failed(self, kind: Kind) -> None: ...


UNCOUNTED = Uncounted()
