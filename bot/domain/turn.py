"""A turn as a value: the reply to a message, the next state of the conversation, and effects."""

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
    """What can be told of a message before it is read as a question.

    `text` is the utterance without the platform's markup, and `said` the part of it that may be a command: not what is
    quoted, "" where there is code. `quoted`: it is somebody else's, in part at least. `command` is the command's name
    and argument, pressed or typed; None for an ordinary utterance. `pressed`: the command is a button's, pressed or
    typed by its label.

    The session fetches two things for the turn: the stored recommendation with the id `record`, if there is one, into
    `Message.record`; and, where `in_experts_thread`, the id of the question that started that thread into
    `Message.expert_question`.
    """

    text: str
    command: tuple[str, str] | None = None
    pressed: bool = False
    record: str | None = None
    in_experts_thread: bool = False
    said: str = ""
    quoted: bool = False


class TurnTaker(Protocol):
    """Takes turns. Pure: reads and writes nothing, and the same arguments give the same result."""

    @property
    def phrases(self) -> Phrases:
        """The phrases of the present knowledge, for notices outside of turns."""
        ...

    def route(self, message: Message, conversation: Conversation) -> Route:
        """What `message` is, and which records its turn needs."""
        ...

    def turn(self, message: Message, conversation: Conversation, route: Route | None = None) -> Turn:
        """The turn on `message`. `route`: the result of `route`, if it was called before."""
        ...

    def without_names(self, text: str) -> str:
        """`text` without what could name a person, for records that are stored without their author."""
        ...
