"""The state of a conversation between two turns, and how long it is retained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import orjson

from bot.domain.dialogue_state import Run
from bot.domain.effects import AskExpert, Publish, Subscribe
from bot.domain.messages import Choice, Verdict
from bot.domain.serialization import ShapeError, dumps, field_readers

DAY = 24 * 60 * 60.0


@dataclass(frozen=True, slots=True)
class LastTurn:
    """The context for follow-up questions: what the last question was about."""

    question: str = ""
    entry: str | None = None
    subjects: tuple[str, ...] = ()
    aspect: str = ""
    topics: tuple[str, ...] = ()
    reference: str = ""  # the reference of the last reply
    record: str = ""  # the id of the recommendation shown last; empty once something else was answered
    claims: tuple[str, ...] = ()  # that the last reply rests on
    verdict: Verdict | None = None  # of the last reply, and as people read it
    verdict_label: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """An effect that waits for the person's confirmation; the buttons carry `id`."""

    id: str
    effect: Publish | AskExpert | Subscribe


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What was confirmed last, so that a second press is told that it was done."""

    id: str  # of its preview
    what: Literal["post", "question", "subscription"]
    channel: str = ""  # where it was posted or set up


@dataclass(frozen=True, slots=True)
class Offered:
    """The buttons shown last, which may be typed: by label, or by number."""

    choices: tuple[Choice, ...] = ()
    numbered: bool = True  # False where a number means an option of a form
    asked: bool = False  # the person was asked to pick one of them


@dataclass(frozen=True, slots=True)
class Conversation:
    """The state of one person's conversation in one place."""

    last: LastTurn | None = None
    triage: Run | None = None  # the guided dialogue, open or finished
    pending: Pending | None = None
    confirmed: Confirmed | None = None
    offered: Offered = Offered()
    moved_at: float = 0.0  # when the last turn was, in seconds since 1970


@dataclass(frozen=True, slots=True)
class Retention:
    """How long data is retained, in seconds."""

    conversation: float = DAY
    triage: float = 7 * DAY
    deliveries: float = DAY
    questions: float = 30 * DAY  # sent to experts
    recommendations: float = 180 * DAY
    votes: float = 30 * DAY  # with the person's id, and which messages can be voted on; anonymous votes stay for good
    gaps: float = 180 * DAY


def without_expired(conversation: Conversation, now: float, retention: Retention) -> Conversation:
    """`conversation` without the parts that have expired at `now`: first the context, later the triage too."""
    age = now - conversation.moved_at
    if age >= retention.triage:
        return Conversation(moved_at=conversation.moved_at)
    if age >= retention.conversation:
        return replace(conversation, last=None, pending=None, confirmed=None, offered=Offered())
    return conversation


def is_empty(conversation: Conversation) -> bool:
    return conversation == Conversation(moved_at=conversation.moved_at)


def expires_at(conversation: Conversation, now: float, retention: Retention) -> float:
    """When the next part of `conversation` expires, in seconds since 1970."""
    first = conversation.moved_at + retention.conversation
    return first if now < first else conversation.moved_at + retention.triage


def conversation_to_json(conversation: Conversation) -> str:
    return dumps(conversation)


def conversation_from_json(text: str) -> Conversation:
    """A stored conversation. A part that this version cannot read is left out."""
    try:
        data = orjson.loads(text)
    except ValueError:
        return Conversation()
    if not isinstance(data, dict):
        return Conversation()
    known = {}
    for name, read in field_readers(Conversation).items():
        if name in data:
            try:
                known[name] = read(data[name])
            except ShapeError:
                continue
    return Conversation(**known)
