"""The port: what has to be remembered, and what the advisor asks of whoever remembers it.

Everything happens in a transaction: `async with memory.transaction() as unit`. It is kept when the block ends, undone
when the block raises. Times are seconds since 1970. Methods raise `StoreUnavailable` when the store does not answer.
Implemented by `adapters.in_memory` (this process alone) and `adapters.database` (SQLite, PostgreSQL).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.domain.conversation import Conversation
from bot.domain.effects import Post, Unanswered, Vote
from bot.domain.messages import Message, Place, Reply
from bot.domain.outbox import ClaimedItem, Lease, OutboxItem
from bot.domain.records import (
    DeletionCounts,
    ExpiringConversation,
    Gap,
    Person,
    PostState,
    StoredConversation,
    StoredPost,
    StoredQuestion,
    StoredRecommendation,
    Subscription,
    VoteTally,
)

AT_ONCE = 0.0  # before every clock's now: what is due at once does not wait for a clock that was moved back
LONGEST_PUT_OFF = 900.0  # seconds; no wait is longer


class StoreUnavailable(Exception):
    """The store did not answer, or refused. Carries no message text and no parameter of a query."""


class OutcomeUnknown(StoreUnavailable):
    """The store did not say whether it kept a transaction that had come to its end."""


class ConversationRepository(Protocol):
    async def load(self, place: Place, person: str) -> StoredConversation:
        """What is kept, or an empty conversation. Other processes wait for this one where the store can make them."""
        ...

    async def save(
        self, place: Place, person: str, conversation: Conversation, *, version: int, look_again_at: float
    ) -> bool:
        """Keep it if `version` is still what is kept; False if somebody moved it meanwhile."""
        ...

    async def due(self, now: float, limit: int = 500) -> Sequence[ExpiringConversation]:
        """Conversations whose `look_again_at` has come."""
        ...

    async def delete(self, place: Place, person: str, *, version: int) -> bool: ...

    async def of(self, person: Person) -> Sequence[tuple[Place, Conversation]]:
        """All that a person has in their workspace."""
        ...


class DeliveryRepository(Protocol):
    async def reply_to(self, message: Message) -> Reply | None:
        """The reply that is kept of this delivery; None if it is new, or was taken in without one."""
        ...

    async def record(self, message: Message, reply: Reply | None, *, person: str, at: float) -> bool:
        """Keep the reply, or, without one, that this delivery was taken in. False if it was before."""
        ...

    async def prune(self, before: float) -> int: ...


class RecommendationRepository(Protocol):
    async def keep(self, id: str, person: Person, record: str, knowledge: str, at: float) -> None: ...

    async def record(self, id: str, person: Person) -> str | None:
        """The JSON text kept under `id`; None where there is none, or it is somebody else's."""
        ...

    async def of(self, person: Person, limit: int = 5) -> Sequence[StoredRecommendation]:
        """The person's own, newest first."""
        ...

    async def prune(self, before: float) -> int: ...


class PostRepository(Protocol):
    async def add(self, post: StoredPost) -> bool:
        """False if there is one with that id already."""
        ...

    async def get(self, id: str) -> StoredPost | None: ...

    async def change(
        self, id: str, *, state: PostState, reference: str | None = None, post: Post | None = None
    ) -> None:
        """Set the state, and the reference and content where they are given."""
        ...

    async def standing(self) -> Sequence[StoredPost]:
        """All that are posted and not retracted, oldest first."""
        ...

    async def of(self, person: Person, limit: int | None = 10) -> Sequence[StoredPost]:
        """What the person shared and has not taken back, newest first. No limit: all of it."""
        ...


class FeedbackRepository(Protocol):
    async def vote(self, person: Person, vote: Vote, at: float) -> None:
        """The person's vote on that reply, in place of an earlier one."""
        ...

    async def tallies(self) -> Sequence[VoteTally]: ...

    async def unname(self, before: float) -> int:
        """Let earlier votes count as nobody's in particular. Returns how many that were."""
        ...


class GapRepository(Protocol):
    async def add(self, gap: Unanswered, *, day: str, answer: str = "") -> None:
        """`gap.question` and `answer` have been through `bot.nlu.name_removal` already."""
        ...

    async def all(self) -> Sequence[Gap]:
        """Newest first."""
        ...

    async def prune(self, before: str) -> int:
        """Delete those of days before that one (an ISO date)."""
        ...


class QuestionRepository(Protocol):
    async def add(self, question: StoredQuestion) -> bool: ...

    async def get(self, id: str) -> StoredQuestion | None: ...

    async def of(self, person: Person) -> Sequence[StoredQuestion]:
        """What the person asked."""
        ...

    async def in_thread(self, place: Place) -> StoredQuestion | None:
        """The question whose message in the experts' channel started the thread `place`."""
        ...

    async def posted(self, id: str, reference: str) -> None: ...

    async def answered(self, id: str) -> bool:
        """Mark it answered; False if it was, or if it is not kept."""
        ...

    async def prune(self, before: float) -> int: ...


class SubscriptionRepository(Protocol):
    async def put(self, subscription: Subscription) -> None:
        """In place of an earlier one in the same place; what was shown there stays shown."""
        ...

    async def remove(self, place: Place) -> bool: ...

    async def get(self, place: Place) -> Subscription | None: ...

    async def due(self, now: float, limit: int = 20) -> Sequence[Subscription]:
        """Those whose time has come and that no other process is at; they are this transaction's until it ends."""
        ...

    async def advance(self, subscription: Subscription) -> None: ...


class OutboxRepository(Protocol):
    async def put(self, item: OutboxItem, at: float) -> None:
        """To be sent from `at` on; see `AT_ONCE`."""
        ...

    async def take(self, item: OutboxItem, owner: str, *, now: float, lease: float, unsure: bool = True) -> bool:
        """Put it as `owner`'s, who sends it at once. `unsure`: it may have arrived as soon as this is kept; else
        `going` has to be told before it goes out. False if it was put before."""
        ...

    async def claim(
        self,
        owner: str,
        *,
        now: float,
        lease: float,
        surfaces: Sequence[str],
        dead: Collection[Lease] = (),
        limit: int = 10,
    ) -> Sequence[ClaimedItem]:
        """Parcels that are due and nobody's, or under a lease that is `dead`, for `owner` from now on. Of one subject
        only the oldest. A due time further ahead than any wait can be was set by a clock that has jumped: it is due."""
        ...

    async def leases(self) -> Sequence[Lease]:
        """Of all parcels that are somebody's and not done."""
        ...

    async def renew(self, ids: Sequence[str], owner: str, *, now: float, lease: float) -> Sequence[str]:
        """Say of those that are still `owner`'s that it is alive. Returns their ids."""
        ...

    async def going(self, id: str, owner: str, *, now: float, lease: float) -> bool:
        """It goes out now, so from now on it may have arrived. False if it is not `owner`'s (any more)."""
        ...

    async def sent(self, id: str, owner: str, at: float) -> bool:
        """Done: the content is dropped, and where it went. False if the lease went to somebody else."""
        ...

    async def later(self, id: str, owner: str, *, due_at: float, unsure: bool) -> bool:
        """Try again then. `unsure`: nobody knows whether it arrived, so look before sending again."""
        ...

    async def failed(self, id: str, owner: str, *, why: str, at: float) -> bool:
        """Never try again; dropped as what was sent is. `why` is a short code, not a text."""
        ...

    async def withdraw(self, subject: str) -> bool:
        """Take back what waits for `subject`. True if nothing of it ever went out, so there is nothing to delete."""
        ...

    async def waiting(self) -> int: ...

    async def prune(self, before: float) -> int: ...


class UnitOfWork(Protocol):
    """One transaction."""

    @property
    def conversations(self) -> ConversationRepository: ...
    @property
    def deliveries(self) -> DeliveryRepository: ...
    @property
    def recommendations(self) -> RecommendationRepository: ...
    @property
    def posts(self) -> PostRepository: ...
    @property
    def feedback(self) -> FeedbackRepository: ...
    @property
    def gaps(self) -> GapRepository: ...
    @property
    def questions(self) -> QuestionRepository: ...
    @property
    def subscriptions(self) -> SubscriptionRepository: ...
    @property
    def outbox(self) -> OutboxRepository: ...

    async def forget(self, person: Person) -> DeletionCounts:
        """Delete what is kept about a person, everywhere, and what waits to be sent to them. Posts and subscriptions
        stay without their name, and so does what others still get (`bot.domain.outbox.left_of`); what stands in
        channels is for `bot.service.effect_handlers.forget` to change."""
        ...

    async def delete_tenant(self, surface: str, tenant: str) -> int:
        """Delete everything that is kept of a workspace or tenant, what waits to be sent there included. Returns how
        many rows that were. Gaps name no place and stay."""
        ...

    async def delete_channel(self, surface: str, tenant: str, channel: str) -> int:
        """Delete what is kept of one channel or chat, its threads and what waits to be sent there included. Returns how
        many rows that were."""
        ...


class Store(Protocol):
    def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]: ...

    async def scrub(self) -> None:
        """What was deleted leaves the store's own files too, where it has any. For now and then, outside any
        transaction."""
        ...
