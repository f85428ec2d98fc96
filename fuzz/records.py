"""Rows that another version wrote, or nobody: each is read, or left out politely, and the conversation goes on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bot.domain.conversation import (
    Conversation,
    Retention,
    conversation_from_json,
    conversation_to_json,
    without_expired,
)
from bot.domain.effects import Post
from bot.domain.messages import Message, Place, Reply
from bot.domain.outbox import Content
from bot.domain.serialization import ShapeError, dumps, loads
from fuzz.asking import PLACE, draw
from fuzz.knowledge import advisor
from fuzz.rounds import Take
from fuzz.sources import Source
from fuzz.texts import ROOT, short_texts
from fuzz.values import Changed, wild

SAID = (
    ("what is SAST?",), ("compare",), ("triage", "1", "2"), ("triage", "2", "back"), ("share", "what is DAST?",
        "share"),
    ("what is SAST?", "and DAST?"), ("triage", "all"), ("subscribe",), ("ask an expert",
        "why?"), ("privacy",), ("topics",),
)  # fmt: skip


def _stored() -> tuple[list[str], list[str]]:
    """Conversations and replies, as this version stores them."""
    conversations, replies = [], []
    for said in SAID:
        conversation = Conversation()
        for text in said:
            message = Message(
                text, place=PLACE, person="U1", at=1.7e9, can_post=True, experts=Place("slack", "T1", "C2")
            )
            turn = advisor().turn(message, conversation)
            conversation = turn.conversation
            conversations.append(conversation_to_json(conversation))
            replies.append(dumps(turn.reply))
            replies += [dumps(effect) for effect in turn.effects]
            choice = next(
                (one for one in turn.reply.choices if one.command.startswith(("share", "answer", "subscribe"))), None
            )
            if choice:
                message = Message("", choice.command, PLACE, person="U1", at=1.7e9, can_post=True)
                conversations.append(conversation_to_json(advisor().turn(message, conversation).conversation))
    return conversations, replies


CONVERSATIONS, REPLIES = _stored()
# As the first version wrote them.
OLD = re.findall(
    r"'(\{\"is\".*?\})'(?=[,)])", (ROOT / "tests/adapters/database/rows_of_0_1_0.sql").read_text(encoding="utf-8")
)
_WORDS = ("text", "question", "title", "label", "name", "command", "id", "entry", "is")


_CONVERSATIONS = [Changed(json.loads(row), _WORDS) for row in CONVERSATIONS]
_ROWS = [Changed(json.loads(row), _WORDS) for row in (*CONVERSATIONS, *REPLIES, *OLD)]


def rows(source: Source) -> str:
    return json.dumps(source.one_of(_ROWS).make(source)) if source.number(0, 7) else wild(source)


def continued(source: Source) -> tuple[str, str, bool]:
    """A row, and what is said or pressed then."""
    row = json.dumps(source.one_of(_CONVERSATIONS).make(source)) if source.number(0, 7) else wild(source)
    return row, source.part(short_texts), bool(source.number(0, 1))


@contextmanager
def reading() -> Iterator[Take]:
    retention = Retention()
    kinds: tuple[Any, ...] = (Reply, Post, Content)

    def take(row: str) -> str:
        conversation = conversation_from_json(row)
        without_expired(conversation, 1.7e9, retention)
        read = 0
        for kind in kinds:
            try:
                loads(kind, row)
                read += 1
            except ShapeError:
                continue
        return "read" if read or conversation != Conversation() else "left out"

    yield take


@contextmanager
def going_on() -> Iterator[Take]:
    """A turn in the conversation that a row holds, typed or by one of its buttons."""
    made = advisor()

    def take(one: tuple[str, str, bool]) -> str:
        row, text, pressed = one
        conversation = without_expired(conversation_from_json(row), 1.7e9, Retention())
        choices = conversation.offered.choices
        command = (choices[len(text) % len(choices)].command if choices else text) if pressed else None
        message = Message("" if pressed else text, command, PLACE, person="U1", at=1.7e9, can_post=True)
        turn = made.turn(message, conversation)
        draw(turn.reply)
        dumps(turn.conversation)
        return turn.reply.kind

    yield take
