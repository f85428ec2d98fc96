"""The port to the store: a unit of work with one repository for each kind of record.

`async with store.transaction() as unit` commits when the block ends, and rolls back when it raises. Times are seconds
since 1970. All methods raise `StoreUnavailable` when the store does not answer.
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
    ShownReply,
    StoredConversation,
    StoredPost,
    StoredQuestion,
    StoredRecommendation,
    Subscription,
    VoteTally,
)

AT_ONCE = 0.0  # a due time before every clock's now, also of a clock that was moved back
LONGEST_PUT_OFF = 900.0  # seconds; the longest wait before a retry


class StoreUnavailable(Exception):
    """The store did not answer, or refused. Its text holds no user input and no parameter of a query."""


class OutcomeUnknown(StoreUnavailable):
    """It is unknown whether the transaction was committed."""


class ConversationRepository(Protocol):
    async def load(self, place: Place, person: str) -> StoredConversation:
        """The stored conversation, or an empty one. Locks the row where the database can."""
        ...

    async def save(
        self, place: Place, person: str, conversation: Conversation, *, version: int, look_again_at: float
    ) -> bool:
        """Store it if the stored version is still `version`; False if it was changed meanwhile."""
        ...

    async def due(self, now: float, limit: int = 500) -> Sequence[ExpiringConversation]:
        """At most `limit` conversations whose `look_again_at` has passed."""
        ...

    async def delete(self, place: Place, person: str, *, version: int) -> bool: ...

    async def of(self, person: Person) -> Sequence[tuple[Place, Conversation]]:
        """All conversations of a person in their tenant."""
        ...


class DeliveryRepository(Protocol):
    async def reply_to(self, message: Message) -> Reply | None:
        """The stored reply to this delivery; None if it is new, or was recorded without one."""
        ...

    async def record(self, message: Message, reply: Reply | None, *, person: str, at: float) -> bool:
        """Record the delivery, with its reply if there is one. False if it was recorded before."""
        ...

    async def prune(self, before: float) -> int: ...


class RecommendationRepository(Protocol):
    async def keep(self, id: str, person: Person, record: str, knowledge: str, at: float) -> None: ...

    async def record(self, id: str, person: Person) -> str | None:
        """The JSON text stored under `id`; None if there is none, or it is another person's."""
        ...

    async def of(self, person: Person, limit: int = 5) -> Sequence[StoredRecommendation]:
        """At most `limit` of the person's, newest first."""
        ...

    async def prune(self, before: float) -> int: ...


class PostRepository(Protocol):
    async def add(self, post: StoredPost) -> bool:
        """False if there is one with that id."""
        ...

    async def get(self, id: str) -> StoredPost | None: ...

    async def change(
        self, id: str, *, state: PostState, reference: str | None = None, post: Post | None = None
    ) -> None:
        """Set the state, and the reference and content unless they are None."""
        ...

    async def standing(self) -> Sequence[StoredPost]:
        """All with the state `posted`, oldest first."""
        ...

    async def of(self, person: Person, limit: int | None = 10) -> Sequence[StoredPost]:
        """The person's posts that are not retracted and did not fail, newest first; all of them without `limit`."""
        ...


class FeedbackRepository(Protocol):
    async def vote(self, person: Person, vote: Vote, at: float) -> None:
        """Store the vote, in place of the person's earlier one on the same reply."""
        ...

    async def tallies(self) -> Sequence[VoteTally]: ...

    async def anonymize(self, before: float) -> int:
        """Replace the person of votes before that time by a random id. Returns how many there were."""
        ...


class ShownReplyRepository(Protocol):
    async def add(self, shown: ShownReply) -> None:
        """Store it, unless there is one of the same message."""
        ...

    async def find(self, place: Place, message: str) -> ShownReply | None:
        """The reply in a message of that channel or chat, in whichever thread."""
        ...

    async def prune(self, before: float) -> int: ...


class GapRepository(Protocol):
    async def add(self, gap: Unanswered, *, day: str, answer: str = "") -> None:
        """Store a gap. Names must have been removed from `gap.question` and `answer` before."""
        ...

    async def all(self) -> Sequence[Gap]:
        """Newest first."""
        ...

    async def prune(self, before: str) -> int:
        """Delete those of days before `before` (an ISO date)."""
        ...


class QuestionRepository(Protocol):
    async def add(self, question: StoredQuestion) -> bool: ...

    async def get(self, id: str) -> StoredQuestion | None: ...

    async def of(self, person: Person) -> Sequence[StoredQuestion]:
        """The questions of a person."""
        ...

    async def in_thread(self, place: Place) -> StoredQuestion | None:
        """The question whose message in the experts' channel started the thread `place`, open or answered."""
        ...

    async def posted(self, id: str, reference: str) -> None:
        """Store the platform's id of its message in the experts' channel."""
        ...

    async def answered(self, id: str) -> bool:
        """Mark it answered; False if it was answered before, or does not exist."""
        ...

    async def prune(self, before: float) -> int: ...


class SubscriptionRepository(Protocol):
    async def put(self, subscription: Subscription) -> None:
        """Store it, in place of an earlier one of the same place, whose `shown` and `sent` it takes over."""
        ...

    async def remove(self, place: Place) -> bool: ...

    async def get(self, place: Place) -> Subscription | None: ...

    async def due(self, now: float, limit: int = 20) -> Sequence[Subscription]:
        """Due subscriptions that no other transaction has locked; locked until this one ends."""
        ...

    async def advance(self, subscription: Subscription) -> None:
        """Store its `shown`, `sent` and `next_at`."""
        ...


class OutboxRepository(Protocol):
    async def put(self, item: OutboxItem, at: float) -> None:
        """Add an item that is due at `at`; see `AT_ONCE`."""
        ...

    async def take(self, item: OutboxItem, owner: str, *, now: float, lease: float, unsure: bool = True) -> bool:
        """Add an item that `owner` has claimed and sends at once. False if there is one with that id.

        `unsure`: the item counts as possibly sent from now on; else `mark_going_out` has to be called before it is."""
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
        """Claim for `owner` at most `limit` due items without a lease, or with one of the `dead` leases.

        Of one subject only the oldest. A due time further ahead than `LONGEST_PUT_OFF` was set by a clock that has
        jumped, and counts as due."""
        ...

    async def leases(self) -> Sequence[Lease]:
        """The leases of all items that are claimed and not finished."""
        ...

    async def renew(self, ids: Sequence[str], owner: str, *, now: float, lease: float) -> Sequence[str]:
        """Renew the leases that are still `owner`'s. Returns their ids."""
        ...

    async def mark_going_out(self, id: str, owner: str, *, now: float, lease: float) -> bool:
        """Record that the item is being sent: from now on it may have arrived. False if it is not `owner`'s."""
        ...

    async def mark_sent(self, id: str, owner: str, at: float) -> bool:
        """Finish the item, and delete its content and place. False if it is not `owner`'s (any more)."""
        ...

    async def postpone(self, id: str, owner: str, *, due_at: float, unsure: bool) -> bool:
        """Release the claim; the item is due again at `due_at`. `unsure`: whether it arrived is unknown."""
        ...

    async def mark_failed(self, id: str, owner: str, *, why: str, at: float) -> bool:
        """Finish the item as failed, and delete its content and place. `why`: a short code. As `mark_sent`."""
        ...

    async def withdraw(self, subject: str) -> bool:
        """Delete the waiting items of `subject`. True if none of it was ever sent, so that none has to be deleted."""
        ...

    async def waiting(self) -> int:
        """How many items are not finished."""
        ...

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
    def shown_replies(self) -> ShownReplyRepository: ...
    @property
    def gaps(self) -> GapRepository: ...
    @property
    def questions(self) -> QuestionRepository: ...
    @property
    def subscriptions(self) -> SubscriptionRepository: ...
    @property
    def outbox(self) -> OutboxRepository: ...

    async def forget(self, person: Person) -> DeletionCounts:
        """Delete the records of a person, and the items that wait to be sent to them.

        Posts, subscriptions and items for others stay without their name (`bot.domain.outbox.without_person`); messages
        in channels are changed by `bot.service.effect_handlers.forget`."""
        ...

    async def delete_tenant(self, surface: str, tenant: str) -> int:
        """Delete all records of a tenant but gaps, waiting items included. Returns the number of rows."""
        ...

    async def delete_channel(self, surface: str, tenant: str, channel: str) -> int:
        """Delete all records of a channel or chat, with its threads and waiting items. Returns the number of rows."""
        ...


class Store(Protocol):
    def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]: ...

    async def scrub(self) -> None:
        """Remove deleted data from the store's own files, where it has any. Outside any transaction."""
        ...
