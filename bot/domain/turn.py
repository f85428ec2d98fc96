"""A turn is a value: what the advisor says to a message, what it remembers then, and what has to happen besides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.domain.conversation import Conversation
from bot.domain.effects import Effect
from bot.domain.messages import Message, Reply


@dataclass(frozen=True, slots=True)
class Turn:
    reply: Reply
    conversation: Conversation
    effects: tuple[Effect, ...] = ()


class TurnTaker(Protocol):
    """Whoever takes the turns. Pure: reads and writes nothing, and the same arguments give the same turn."""

    def turn(self, message: Message, conversation: Conversation) -> Turn: ...

    def without_names(self, text: str) -> str:
        """`text` as it may be kept when nobody shall be able to tell whose it was, and of whom it speaks."""
        ...
