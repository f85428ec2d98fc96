"""What leaves by the outbox, and what the outbox asks of the surfaces it leaves for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from bot.domain.effects import Post
from bot.domain.messages import Place, Reply


@dataclass(frozen=True, slots=True)
class ExpertQuestion:
    """A person's question, as it is shown in the experts' channel. Plain text: nothing in it gets live."""

    id: str
    question: str
    asked_by: str


@dataclass(frozen=True, slots=True)
class ExpertAnswer:
    """What an expert answered, as it is told to the asker: a person's answer, not the source's. Sent to where the
    question was asked; where nobody else could read it there, to the asker alone."""

    question: str
    answer: str
    answered_by: str
    asked_by: str
    directly: bool = False  # in the asker's own chat with the advisor, wherever the question was asked


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a person has to hear later than in the reply to their message; for them alone where possible.

    `otherwise`: what is said in the parcel's place where it is to be said directly and the person has no such chat.
    """

    reply: Reply
    person: str
    directly: bool = False  # in the person's own chat with the advisor, and not in the parcel's place
    otherwise: Reply | None = None


@dataclass(frozen=True, slots=True)
class Replied:
    """The reply to a message, for everybody who can read that message. Kept until it was sent, so that it is not lost.

    `asked`: what brought the reply about, in the surface's own words, where it has to be asked again. `person`: whose
    conversation it belongs to, where others can read along; else empty. `to`: who is answered.
    """

    reply: Reply
    asked: str = ""
    person: str = ""
    to: str = ""


def for_one(content: Content | None) -> str:
    """The person who waits for `content` and may be told elsewhere where it can't be said in its place; else empty."""
    match content:
        case ExpertAnswer(asked_by=person) | Notice(person=person):
            return person
        case _:
            return ""


Content = Post | ExpertQuestion | ExpertAnswer | Notice | Replied


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One thing to do on a platform. Parcels of one `subject` are sent in the order in which they were put."""

    id: str  # carried along as metadata where the platform has such a thing, so that `Sender.find` can find it
    action: Literal["send", "update", "delete"]
    place: Place
    subject: str  # the id of the post or question, or the parcel's own
    content: Content | None = None  # None where something is deleted, or where it was sent to be forgotten


def left_of(item: OutboxItem, person: str, *, tried: bool) -> OutboxItem | None:
    """`parcel` when `person` is to be forgotten: as it is where it has nothing of theirs, without their name and note
    where others still get it, None where nobody does. `tried`: it may have arrived. A question to the experts that may
    have is only looked for from then on, so that it can be taken away there."""
    match item.content:
        case Post(shared_by=who) as post if who == person:
            return replace(item, content=replace(post, shared_by="", note=""))
        case ExpertQuestion(asked_by=who) if who == person:
            return replace(item, content=None) if tried else None
        case ExpertAnswer(answered_by=who, asked_by=asker) as told if person in (who, asker):
            return replace(item, content=replace(told, answered_by="")) if asker != person else None
        case Notice(person=who) if who == person:
            return None
        case Replied(person=who, to=answered) if person in (who, answered):
            return None
    return item


@dataclass(frozen=True, slots=True)
class ClaimedItem:
    item: OutboxItem
    attempts: int  # earlier ones
    unsure: bool  # an earlier attempt may have arrived


@dataclass(frozen=True, slots=True)
class Lease:
    """That a parcel is `owner`'s. `until` changes with each renewal and is compared with no clock: clocks differ and
    jump. An owner that lives renews; a lease that is seen to stand still for long enough is a dead one's."""

    item: str  # the parcel's id
    owner: str
    until: float


IfUnsure = Literal["look", "again", "never"]
"""What becomes of a message that may have arrived. `look`: the platform lets us see whether it did. `again`: nobody can
look, and one person alone sees it, for whom twice is better than never. `never`: nobody can look, and others see it."""

Going = Callable[[], Awaitable[None]]
"""Awaited right before a message goes out. Raises Overtaken where the parcel is another process's: then it must not."""


class Overtaken(Exception):
    """The parcel is not this process's any more. Nothing was sent."""


class TryLater(Exception):
    """This attempt certainly did nothing, and the platform wants to be asked again after so many seconds
    (Retry-After)."""

    def __init__(self, after: float) -> None:
        super().__init__(f"try again after {after:g} s")
        self.after = after


class Refused(Exception):
    """It certainly did not arrive, and never will. `why` is the platform's short code, for instance not_in_channel."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Sender(Protocol):
    """One surface. Methods raise TryLater or Refused where it is certain that nothing arrived: no connection was made,
    or the platform said no. Any other exception of `send`, once it awaited `going`, means: nobody knows."""

    def if_unsure(self, item: OutboxItem) -> IfUnsure:
        """What may be done about `parcel` where an earlier `send` of it may have arrived."""
        ...

    async def send(self, item: OutboxItem, going: Going) -> str:
        """Post `parcel.content` in `parcel.place`. Returns the platform's own id of the message."""
        ...

    async def find(self, item: OutboxItem, going: Going) -> str | None:
        """The id of the message that an earlier `send` of this parcel left behind, or None if there is none. Asked
        only where `if_unsure` says that it can look. `going`: for where it has to write to be able to look."""
        ...

    async def update(self, item: OutboxItem, reference: str) -> None:
        """Put `parcel.content` in the place of what the message `reference` says."""
        ...

    async def delete(self, item: OutboxItem, reference: str) -> None:
        """Take the message away. One that is gone already counts as taken away."""
        ...

    async def link(self, item: OutboxItem, reference: str) -> str:
        """Where the message `reference` stands, for a person to open. Empty where the platform has no addresses."""
        ...
