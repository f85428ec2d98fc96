"""Talking to an advisor, turn by turn, with what is remembered going through JSON as in the store."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from bot.advisor import Advisor
from bot.domain.conversation import Conversation, conversation_from_json, conversation_to_json
from bot.domain.dialogue_state import Run
from bot.domain.effects import Keep
from bot.domain.messages import Choice, Message, Reply
from bot.domain.turn import Turn


class Talk:
    """One person's conversation. `now` is in seconds and may be moved on."""

    def __init__(self, advisor: Advisor) -> None:
        self.advisor = advisor
        self.conversation = Conversation()
        self.now = 1_000_000.0
        self.kept: list[Keep] = []
        self.reply = Reply("notice")
        self._numbers = itertools.count()

    def say(self, *texts: str) -> Reply:
        for text in texts:
            self.send(Message(text=text))
        return self.reply

    def command(self, command: str, fields: Mapping[str, tuple[str, ...]] | None = None) -> Reply:
        return self.send(Message(command=command, fields=tuple((fields or {}).items())))

    def press(self, label: str) -> Reply:
        return self.command(next(choice.command for choice in buttons(self.reply) if choice.label == label))

    def fill(self, **fields: tuple[str, ...]) -> Reply:
        assert self.reply.form is not None
        return self.command(self.reply.form.command, fields)

    def send(self, message: Message) -> Reply:
        turn = self.taken(message)
        self.kept += [effect for effect in turn.effects if isinstance(effect, Keep)]
        self.conversation = conversation_from_json(conversation_to_json(turn.conversation))
        assert self.conversation == turn.conversation
        self.reply = turn.reply
        return turn.reply

    def taken(self, message: Message) -> Turn:
        """The turn that `message` would make now; nothing is remembered of it."""
        self.now += 1
        message = Message(
            message.text, message.command, fields=message.fields, at=self.now, delivery=str(next(self._numbers))
        )
        return self.advisor.turn(message, self.conversation)

    @property
    def run(self) -> Run:
        assert self.conversation.triage is not None
        return self.conversation.triage

    @property
    def answers(self) -> dict[str, tuple[str, ...]]:
        return self.run.picks


def buttons(reply: Reply) -> tuple[Choice, ...]:
    return (*reply.choices, *reply.tools)


def says(reply: Reply, text: str) -> bool:
    return text.casefold() in " ".join(reply.text.split()).casefold()
