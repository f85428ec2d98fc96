"""A small turn taker for tests, of numbered steps. `next:N` moves it on from step N, anything else shows it."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.conversation import Conversation, LastTurn
from bot.domain.effects import Effect
from bot.domain.messages import Message, Reply
from bot.domain.phrases import Phrases
from bot.domain.redaction import redact
from bot.domain.turn import Route, Turn
from bot.knowledge.shipped_phrases import shipped


class StepCounter:
    """`effects` are asked for by every turn that moves the dialogue."""

    def __init__(self, *effects: Effect) -> None:
        self._effects = effects

    @property
    def phrases(self) -> Phrases:
        return shipped()

    def route(self, message: Message, conversation: Conversation) -> Route:
        return Route(message.text)

    def turn(self, message: Message, conversation: Conversation, route: Route | None = None) -> Turn:
        step = int(conversation.last.reference) if conversation.last else 0
        if message.text == "fail":
            raise ValueError(message.text)
        moves = message.command in (f"next:{step}", "next")
        step += moves
        reply = Reply(kind="triage", title=f"step {step}", reference=message.delivery)
        moved = replace(conversation, last=LastTurn(reference=str(step)))
        return Turn(reply, moved, self._effects if moves else ())

    def without_names(self, text: str) -> str:
        return redact(text)
