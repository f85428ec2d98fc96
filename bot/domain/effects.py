"""Effects of a turn besides its reply, as values; the session and the outbox carry them out.

Votes, gaps, subscriptions and deletions are rows written in the turn's own transaction. Whatever has to reach a
platform (`Publish`, `Retract`, `Refresh`, `AskExpert`, `Relay`) is put in the outbox there, and sent after it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from bot.domain.messages import Block, Citation, Message, Place, Verdict

Cadence = Literal["daily", "weekly"]


@dataclass(frozen=True, slots=True)
class Post:
    """The content of a post in a channel. `note` is the sharer's own words, to be drawn as plain text."""

    title: str
    body: tuple[Block, ...] = ()
    citations: tuple[Citation, ...] = ()
    disclosure: str = ""
    shared_by: str = ""  # the person's id on the surface: who shared it, or who set the subscription up
    cadence: Cadence | None = None  # how often, where it is posted for a subscription
    note: str = ""
    how_to_ask: str = ""
    updated: str = ""  # ISO date of the last refresh
    entry: str | None = None  # the curated answer this was drawn from
    record: str | None = None  # the id of the recommendation this was drawn from
    knowledge: str = ""  # the version of the knowledge at that time
    verdict: Verdict | None = None  # of the answer that was shared, and as people read it
    verdict_label: str = ""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question without an answer. Addresses, names, numbers and secrets are removed before it is stored."""

    question: str
    kind: str = ""  # the kind of reply it got
    best_entry: str | None = None
    confidence: float = 0.0
    knowledge: str = ""


@dataclass(frozen=True, slots=True)
class Vote:
    """Whether a reply was helpful. One vote for each person and reply (`reference`); a later one replaces it."""

    reference: str
    helpful: bool
    reason: str = ""  # one of a short list
    entry: str | None = None
    knowledge: str = ""


@dataclass(frozen=True, slots=True)
class Keep:
    """Store a recommendation under `id`. `record` is JSON text that replays to it."""

    id: str
    record: str
    knowledge: str = ""


@dataclass(frozen=True, slots=True)
class Publish:
    """Post `post` in `place`. `id` identifies it from now on; see `identity`."""

    id: str
    place: Place
    post: Post


@dataclass(frozen=True, slots=True)
class PublishNext:
    """Post the one of `posts` in `place` that does not stand there yet; where all do, the one posted longest ago."""

    id: str
    place: Place
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class Retract:
    """Take a post back. Refused unless the person who asks is the one who shared it."""

    id: str


@dataclass(frozen=True, slots=True)
class Refresh:
    """Replace the content of an earlier post. Refused unless that post is in its channel."""

    id: str
    post: Post


@dataclass(frozen=True, slots=True)
class AskExpert:
    """Send a person's question to the experts' channel `to`. The answer given in its thread is relayed to the asker."""

    id: str
    question: str
    to: Place


@dataclass(frozen=True, slots=True)
class ListPosts:
    """List what the person has shared, each with a button to take it back."""


@dataclass(frozen=True, slots=True)
class Relay:
    """An expert's answer to the question `id`, for the asker. A second relay of the same question is refused."""

    id: str
    answer: str
    answered_by: str


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Subscribe `place` to one recommendation a day or week."""

    place: Place
    cadence: Cadence = "weekly"


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """End the subscription of `place`. Refused unless asked for there, or by the person who set it up."""

    place: Place


@dataclass(frozen=True, slots=True)
class Forget:
    """Delete the data of the person who sent the message."""


@dataclass(frozen=True, slots=True)
class PostAgain:
    """Send a post whose outcome is unknown once more. Refused for others than its sharer. `attempt`: a new item id."""

    id: str
    attempt: str


Effect = (
    Unanswered
    | Vote
    | Keep
    | Publish
    | PublishNext
    | PostAgain
    | Retract
    | Refresh
    | ListPosts
    | AskExpert
    | Relay
    | Subscribe
    | Unsubscribe
    | Forget
)


def identity(message: Message, salt: str = "") -> str:
    """A deterministic id (16 hex digits) for what `message` creates: a turn taken again creates the same thing."""
    place = message.place
    said = message.delivery or f"{message.at}|{message.command}|{message.text}"
    named = "\x1f".join((place.surface, place.tenant, place.channel, place.thread, message.person, said, salt))
    return hashlib.blake2s(named.encode(), digest_size=8).hexdigest()
