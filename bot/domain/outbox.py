"""Outbox items and their content, and `Sender`, the port through which they reach a platform."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from bot.domain.effects import Post
from bot.domain.messages import Place, Reply


@dataclass(frozen=True, slots=True)
class ExpertQuestion:
    """A person's question for the experts' channel, to be drawn as plain text."""

    id: str
    question: str
    asked_by: str


@dataclass(frozen=True, slots=True)
class ExpertAnswer:
    """An expert's answer for the asker, sent to where the question was asked."""

    question: str
    answer: str
    answered_by: str
    asked_by: str
    directly: bool = False  # in the asker's own chat with the advisor instead


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a person is told later than in a reply; in private where the surface can do that.

    `otherwise`: what is said in the item's place instead, where `directly` is set and the person has no such chat.
    `answers`: the platform's id of a message in private that this answers, and that others must not see.
    `rated`: the platform's own buttons vote on it, in the place of the reply's.
    """

    reply: Reply
    person: str
    directly: bool = False  # in the person's own chat with the advisor, and not in the item's place
    otherwise: Reply | None = None
    answers: str = ""
    rated: bool = False


@dataclass(frozen=True, slots=True)
class Replied:
    """The reply to a message, stored until it is sent.

    `asked`: the message in the surface's own encoding, where it has to be asked again. `person`: whose conversation it
    belongs to, where others can read along; else empty. `to`: who is answered.
    """

    reply: Reply
    asked: str = ""
    person: str = ""
    to: str = ""


def addressee(content: Content | None) -> str:
    """The one person whom `content` is for, who may get it in another place too; empty where it is for a channel."""
    match content:
        case ExpertAnswer(asked_by=person) | Notice(person=person):
            return person
        case _:
            return ""


Content = Post | ExpertQuestion | ExpertAnswer | Notice | Replied


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One message to send, update or delete. Items with the same `subject` are sent in the order they were put."""

    id: str  # sent along as metadata where the platform has that, for `Sender.find`
    action: Literal["send", "update", "delete"]
    place: Place
    subject: str  # the id of the post or question, or the item's own
    content: Content | None = None  # None for a deletion, and for an item whose person was forgotten


def without_person(item: OutboxItem, person: str, *, tried: bool) -> OutboxItem | None:
    """`item` without what is the person's: unchanged, without their name and note, or None where nothing is left.

    `tried`: it may have arrived. A question to the experts then stays without content, so that it can be looked up and
    deleted there."""
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
    """The claim of the process `owner` on an item. `until` changes with each renewal and is compared with no clock.

    A live owner renews; a lease that does not change for some seconds is a dead process's (`adapters.leases`)."""

    item: str  # the item's id
    owner: str
    until: float


IfUnsure = Literal["look", "again", "never"]
"""What to do about a message that may have arrived.

`look`: the platform can be searched for it. `again`: it can't, and one person alone sees it, for whom twice is better
than never. `never`: it can't, and others would see it twice."""

Going = Callable[[], Awaitable[None]]
"""Awaited right before a message is sent. Raises Overtaken where the item is another process's: then it must not be."""


class Overtaken(Exception):
    """Another process has claimed the item. Nothing was sent."""


class TryLater(Exception):
    """This attempt certainly did nothing, and the platform wants to be asked again after so many seconds
    (Retry-After)."""

    def __init__(self, after: float) -> None:
        super().__init__(f"try again after {after:g} s")
        self.after = after


class Refused(Exception):
    """It did not arrive, and trying again is no use. `why`: the platform's error code, for instance not_in_channel."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Sender(Protocol):
    """Sends to one platform. Methods raise TryLater or Refused where certainly nothing arrived.

    Any other exception of `send`, once it has awaited `going`, means that the outcome is unknown."""

    def if_unsure(self, item: OutboxItem) -> IfUnsure:
        """What to do about `item` where an earlier `send` may have arrived."""
        ...

    async def send(self, item: OutboxItem, going: Going) -> str:
        """Post `item.content` in `item.place`. Returns the platform's id of the message."""
        ...

    async def find(self, item: OutboxItem, going: Going) -> str | None:
        """The id of the message of an earlier `send`, or None if there is none.

        Called only where `if_unsure` returns "look". `going`: to await where looking involves a write."""
        ...

    async def update(self, item: OutboxItem, reference: str) -> None:
        """Replace the content of the message `reference` by `item.content`."""
        ...

    async def delete(self, item: OutboxItem, reference: str) -> None:
        """Delete the message `reference`. One that does not exist counts as deleted."""
        ...

    async def link(self, item: OutboxItem, reference: str) -> str:
        """The address of the message `reference` for a person to open; empty where the platform has none."""
        ...
