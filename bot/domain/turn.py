"""A turn is a value: what the advisor says to a message, what it remembers then, and what has to happen besides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.domain.conversation import Conversation
from bot.domain.effects import Effect
from bot.domain.messages import Message, Reply
from bot.domain.phrases import Phrases


@dataclass(frozen=True, slots=True)
class Turn:
    reply: Reply
    conversation: Conversation
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """What a message is, as far as that can be told before it is read as a question.

    `text` is the utterance in plain words, without the platform's markup. `command` is the command's name and argument,
    pressed or typed; None for an ordinary utterance. `pressed`: it is a button's, pressed or typed by its label.

    Two things have to be fetched before the turn is taken: the kept recommendation with the id `record`, unless that is
    empty, into `Message.record`; and, with `thread`, the id of the question that is open in the thread into
    `Message.open_question`.
    """

    text: str
    command: tuple[str, str] | None = None
    pressed: bool = False
    record: str = ""
    thread: bool = False


class TurnTaker(Protocol):
    """Takes turns. Pure: reads and writes nothing, and the same arguments give the same result."""

    @property
    def phrases(self) -> Phrases:
        """What is said besides the replies of turns: notices that are sent later, and failures."""
        ...

    def route(self, message: Message, conversation: Conversation) -> Route:
        """What `message` is, and what has to be fetched for it."""
        ...

    def turn(self, message: Message, conversation: Conversation, route: Route | None = None) -> Turn:
        """The turn; `route` as `route` returned it, worked out here where it is left out."""
        ...

    def without_names(self, text: str) -> str:
        """`text` as it may be kept when nobody shall be able to tell whose it was, and of whom it speaks."""
        ...
