"""What a turn asks for besides its reply: values only. The session and the outbox carry them out.

Votes, gaps, subscriptions and deletions are rows written in the turn's own transaction. Whatever has to reach a
platform (`Publish`, `Retract`, `Refresh`, `AskExpert`, `Relay`) is put in the outbox there, and sent after it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from bot.domain.messages import Block, Citation, Message, Place

Cadence = Literal["daily", "weekly"]


@dataclass(frozen=True, slots=True)
class Post:
    """A recommendation as it stands in a channel. `note` is the sharer's own words: plain text, nothing gets live."""

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


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that found no answer. Addresses, names, numbers and secrets are taken out before it is kept."""

    question: str
    kind: str = ""  # the kind of reply it got
    best_entry: str | None = None
    confidence: float = 0.0
    knowledge: str = ""


@dataclass(frozen=True, slots=True)
class Vote:
    """Helpful or not. One vote a person and reply (`reference`); a later one takes the place of an earlier one."""

    reference: str
    helpful: bool
    reason: str = ""  # one of a short list
    entry: str | None = None
    knowledge: str = ""


@dataclass(frozen=True, slots=True)
class Keep:
    """A recommendation to be kept under `id`. `record` is JSON text that replays to the same recommendation."""

    id: str
    record: str
    knowledge: str = ""


@dataclass(frozen=True, slots=True)
class Publish:
    """Post `post` in `place`. `id` names the post from now on; see `identity`."""

    id: str
    place: Place
    post: Post


@dataclass(frozen=True, slots=True)
class Retract:
    """Take a post back. Refused unless the person who asks is the one who shared it."""

    id: str


@dataclass(frozen=True, slots=True)
class Refresh:
    """Put `post` in the place of what an earlier post says. Refused unless that post stands."""

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
    """Say what the person has shared, each with a way to take it back."""


@dataclass(frozen=True, slots=True)
class Relay:
    """An expert's answer to the question `id`, for the asker. A second relay of the same question is refused."""

    id: str
    answer: str
    answered_by: str


@dataclass(frozen=True, slots=True)
class Subscribe:
    """One recommendation a day or week in `place`, from now on."""

    place: Place
    cadence: Cadence = "weekly"


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Stop what `place` gets. Refused unless it is asked for there, or by the person who set it up."""

    place: Place


@dataclass(frozen=True, slots=True)
class Forget:
    """Delete what is kept about the person who sent the message."""


@dataclass(frozen=True, slots=True)
class PostAgain:
    """Send a post whose outcome is unknown once more, by the person who shared it. `attempt` names this sending."""

    id: str
    attempt: str


Effect = (
    Unanswered
    | Vote
    | Keep
    | Publish
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
    """A short id for something that `message` brings about: the same message, taken again, names the same thing."""
    place = message.place
    said = message.delivery or f"{message.at}|{message.command}|{message.text}"
    named = "\x1f".join((place.surface, place.tenant, place.channel, place.thread, message.person, said, salt))
    return hashlib.blake2s(named.encode(), digest_size=8).hexdigest()
