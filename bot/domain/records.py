"""What is kept from one turn to the next, as values: whose it is, what was said, posted, asked, ordered and missing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Literal

from bot.domain.conversation import Conversation
from bot.domain.effects import Cadence, Post
from bot.domain.messages import Place


@dataclass(frozen=True, slots=True)
class Person:
    """Who someone is on a surface. The same id in two workspaces is two people."""

    surface: str
    tenant: str
    id: str


NOBODY = "nobody-"


def nobody() -> str:
    """An id that is no person's, for what is kept when its person is not: each is another one."""
    return NOBODY + secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class StoredConversation:
    conversation: Conversation
    version: int  # 0: nothing is kept yet


@dataclass(frozen=True, slots=True)
class ExpiringConversation:
    """A kept conversation that is due to be looked at by the sweep."""

    place: Place
    person: str
    conversation: Conversation
    version: int


NOWHERE = Place("")


@dataclass(frozen=True, slots=True)
class StoredRecommendation:
    id: str
    record: str  # JSON
    at: float


PostState = Literal["waiting", "posted", "unsure", "retracted", "failed"]
"""`unsure`: it may stand there, and nobody can find out but a person who looks. It is not sent again by itself."""


@dataclass(frozen=True, slots=True)
class StoredPost:
    id: str
    place: Place
    person: str  # who shared it; empty where the advisor posted by itself, or where that person asked to be forgotten
    post: Post
    state: PostState = "waiting"
    reference: str = ""  # the platform's own id of the message, once it is posted
    at: float = 0.0
    asked_in: Place = NOWHERE  # where the person shared it, and is told if it could not be posted


QuestionState = Literal["open", "answered"]


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """A question that was sent to the experts. Nobody's once its asker is forgotten: then it waits to be taken away."""

    id: str
    place: Place  # where it was asked, and where the answer is told
    person: str  # who asked
    to: Place
    question: str
    state: QuestionState = "open"
    reference: str = ""  # the platform's own id of the message in the experts' channel
    at: float = 0.0


def owner_of(kept: StoredPost | StoredQuestion) -> Person:
    """Who shared or asked it, on the surface where that was."""
    return Person(kept.place.surface, kept.place.tenant, kept.person)


@dataclass(frozen=True, slots=True)
class Subscription:
    place: Place
    cadence: Cadence
    person: str  # who set it up
    next_at: float
    shown: tuple[str, ...] = ()  # ids of the entries shown since all were last shown
    sent: int = 0  # how many were sent so far


@dataclass(frozen=True, slots=True)
class Gap:
    """A question nobody could answer, kept without author and place. `day` is an ISO date: no time, so no trace."""

    question: str
    day: str
    kind: str = ""
    best_entry: str | None = None
    confidence: float = 0.0
    knowledge: str = ""
    answer: str = ""  # what an expert said


@dataclass(frozen=True, slots=True)
class VoteTally:
    """The votes on one entry at one version of the knowledge."""

    entry: str
    knowledge: str
    helpful: int
    unhelpful: int
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DeletionCounts:
    """How many of each were kept about a person. Posts and subscriptions stay, without the person's name and note."""

    conversations: int = 0
    deliveries: int = 0
    recommendations: int = 0
    votes: int = 0
    questions: int = 0
    posts: int = 0
    subscriptions: int = 0
