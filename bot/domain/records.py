"""Stored records as values: conversations, posts, questions, subscriptions, gaps and votes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Literal

from bot.domain.conversation import Conversation
from bot.domain.effects import Cadence, Post
from bot.domain.messages import Place


@dataclass(frozen=True, slots=True)
class Person:
    """A person on a surface. The same id in two tenants is two people."""

    surface: str
    tenant: str
    id: str


ANONYMOUS = "nobody-"  # begins the ids of forgotten people; stored, so it stays


def anonymous_id() -> str:
    """A new random id in the place of a person's, for records that outlive it."""
    return ANONYMOUS + secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class StoredConversation:
    conversation: Conversation
    version: int  # 0: nothing is kept yet


@dataclass(frozen=True, slots=True)
class ExpiringConversation:
    """A stored conversation of which a part has expired."""

    place: Place
    person: str
    conversation: Conversation
    version: int


@dataclass(frozen=True, slots=True)
class StoredRecommendation:
    id: str
    record: str  # JSON
    at: float


PostState = Literal["waiting", "posted", "unsure", "retracted", "failed"]
"""`unsure`: whether it arrived is unknown, and cannot be looked up. It is sent again only if its sharer says so."""


@dataclass(frozen=True, slots=True)
class StoredPost:
    id: str
    place: Place
    person: str  # who shared it; empty where the advisor posted by itself, or where that person asked to be forgotten
    post: Post
    state: PostState = "waiting"
    reference: str = ""  # the platform's own id of the message, once it is posted
    at: float = 0.0
    asked_in: Place | None = None  # where the person shared it, and is told what became of it


QuestionState = Literal["open", "answered"]


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """A question to the experts. `person` is empty once its asker is forgotten and until it is deleted."""

    id: str
    place: Place  # where it was asked, and where the answer is told
    person: str  # who asked
    to: Place
    question: str
    state: QuestionState = "open"
    reference: str = ""  # the platform's own id of the message in the experts' channel
    at: float = 0.0


def owner_of(kept: StoredPost | StoredQuestion) -> Person:
    """The person who shared the post or asked the question."""
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
    """A question without an answer, stored without author, place and time. `day` is an ISO date."""

    question: str
    day: str
    kind: str = ""
    best_entry: str | None = None
    confidence: float = 0.0
    knowledge: str = ""
    answer: str = ""  # what an expert said


@dataclass(frozen=True, slots=True)
class ShownReply:
    """Which reply a message shows, where the platform's own buttons vote on it and name the message alone."""

    place: Place
    message: str  # the platform's id; each channel or chat numbers its own
    person: str  # who was answered
    reference: str
    entry: str
    at: float


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
    """How many records of a person were deleted. Posts and subscriptions stay without the person's name and note."""

    conversations: int = 0
    deliveries: int = 0
    recommendations: int = 0
    votes: int = 0
    questions: int = 0
    posts: int = 0
    subscriptions: int = 0
