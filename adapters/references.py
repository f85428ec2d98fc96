"""What a platform without one fixed address has to remember: where its conversations are.

Kept by `adapters.database` in the same transactions as everything else, and used by `adapters.teams`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.service import ports as store

ReferenceKind = Literal["personal", "chat", "team", "channel"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A conversation that the bot is in. A team is one too: its channels are found through it."""

    tenant: str
    conversation: str  # the platform's id of the chat, channel or team
    kind: ReferenceKind
    service_url: str  # where it is sent to
    team: str = ""  # of a channel
    person: str = ""  # whose a personal chat is
    name: str = ""  # of the person or the team, where the platform tells it


class References(Protocol):
    async def keep(self, reference: Reference) -> None:
        """In place of what was known of that conversation. A name that is not told this time stays."""
        ...

    async def personal(self, tenant: str, person: str) -> Reference | None:
        """The personal chat of `person`."""
        ...

    async def teams(self, tenant: str) -> Sequence[Reference]:
        """The teams that the bot is in, by name."""
        ...

    async def service_url(self, tenant: str, conversation: str) -> str:
        """Where `conversation` is sent to, or the rest of its tenant where that is not known; empty: unknown."""
        ...

    async def welcome(self, tenant: str, conversation: str) -> bool:
        """True the first time that it is asked of a conversation that is kept."""
        ...

    async def remove(self, tenant: str, conversation: str) -> Sequence[str]:
        """Forget a conversation, with the channels of a team. Returns the ids of all that are gone."""
        ...

    async def is_empty(self, tenant: str) -> bool:
        """Whether the bot is nowhere in the tenant (any more)."""
        ...

    async def experts(self, tenant: str) -> str:
        """The channel to which questions to a person go; empty: none was chosen."""
        ...

    async def choose_experts(self, tenant: str, channel: str) -> bool:
        """False if one is chosen already."""
        ...

    async def unchoose_experts(self, tenant: str) -> None: ...


class UnitOfWork(store.UnitOfWork, Protocol):
    """One transaction on everything that is remembered, references included."""

    @property
    def references(self) -> References: ...


class Store(Protocol):
    def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]: ...
