"""Port: conversation references, for a platform whose service address differs by tenant and conversation.

Implemented by `adapters.database` in the same transactions as everything else, used by `adapters.teams`.
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
    """A conversation that the bot is a member of: a chat, a channel, or a team, which leads to its channels."""

    tenant: str
    conversation: str  # the platform's id of the chat, channel or team
    kind: ReferenceKind
    service_url: str  # base URL of the API that messages to it are sent to
    team: str = ""  # of a channel
    person: str = ""  # of a personal chat
    name: str = ""  # of the person or the team, if the platform gave it


class References(Protocol):
    async def keep(self, reference: Reference) -> None:
        """Insert or update. An empty name leaves the stored name."""
        ...

    async def personal(self, tenant: str, person: str) -> Reference | None:
        """The personal chat of `person`; None if there is none."""
        ...

    async def teams(self, tenant: str) -> Sequence[Reference]:
        """The teams that the bot is a member of, ordered by name."""
        ...

    async def service_url(self, tenant: str, conversation: str) -> str:
        """The service URL of `conversation`, else that of another conversation of the tenant, else ""."""
        ...

    async def welcome(self, tenant: str, conversation: str) -> bool:
        """Mark a stored conversation as welcomed. True the first time."""
        ...

    async def remove(self, tenant: str, conversation: str) -> Sequence[str]:
        """Delete a conversation, and the channels of a team. Returns the ids of all deleted ones."""
        ...

    async def is_empty(self, tenant: str) -> bool:
        """True if no conversation of the tenant is stored."""
        ...

    async def experts(self, tenant: str) -> str:
        """The id of the channel that questions to experts are posted in; "" if none was chosen."""
        ...

    async def choose_experts(self, tenant: str, channel: str) -> bool:
        """Store the experts' channel. False if there is one already."""
        ...

    async def unchoose_experts(self, tenant: str) -> None: ...


class UnitOfWork(store.UnitOfWork, Protocol):
    """`bot.service.ports.UnitOfWork` with references."""

    @property
    def references(self) -> References: ...


class Store(Protocol):
    def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]: ...
