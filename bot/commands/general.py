"""General commands: help, commands, topics, about, sources, compare, answer, forget me, and which one was meant."""

from __future__ import annotations

from dataclasses import replace

from bot.answering.replies import Responder
from bot.commands.confirmation import Handler
from bot.domain.conversation import Conversation, LastTurn
from bot.domain.effects import Forget
from bot.domain.messages import Message
from bot.domain.turn import Turn
from bot.knowledge.model import KnowledgeBase
from bot.nlu.command_parser import BY_NAME, MEANT


class GeneralCommands:
    """The general commands, and the one that asks which command was meant."""

    def __init__(self, knowledge: KnowledgeBase, responder: Responder) -> None:
        self._knowledge = knowledge
        self._responder = responder

    def handlers(self) -> dict[str, Handler]:
        return {
            "help": self.help,
            "commands": self.commands,
            "topics": self.topics,
            "about": self.about,
            "sources": self.sources,
            "compare": self.compare,
            "answer": self.answer,
            "forget me": self.forget,
            MEANT: self.meant,
        }

    def help(self, argument: str, message: Message, conversation: Conversation) -> Turn | None:
        can_ask = message.experts is not None
        shown = self._responder.general.help(can_post=message.can_post, can_ask=can_ask)
        return None if argument else Turn(shown, conversation)

    def commands(self, argument: str, message: Message, conversation: Conversation) -> Turn | None:
        can_ask = message.experts is not None
        shown = self._responder.general.commands(can_post=message.can_post, can_ask=can_ask)
        return None if argument else Turn(shown, conversation)

    def topics(self, argument: str, message: Message, conversation: Conversation) -> Turn | None:
        return None if argument else Turn(self._responder.general.topics(), conversation)

    def about(self, argument: str, message: Message, conversation: Conversation) -> Turn | None:
        return None if argument else Turn(self._responder.general.about(), conversation)

    def sources(self, argument: str, message: Message, conversation: Conversation) -> Turn | None:
        """The sources of the claims that the button names, else of the last reply; None if that has no claims."""
        last = conversation.last
        claims = tuple(argument.split(",")) if argument else last.claims if last else ()
        return Turn(self._responder.general.sources(claims), conversation) if claims else None

    def compare(self, argument: str, message: Message, conversation: Conversation) -> Turn | None:
        """The answer whose id the phrase `comparison` holds; None where it is empty."""
        entry = self._knowledge.phrases("comparison")
        return None if argument or not entry else self.answer(entry, message, conversation)

    def answer(self, id: str, message: Message, conversation: Conversation) -> Turn | None:
        """The curated answer `id`; a notice where there is none; None without an id."""
        if not id:
            return None
        entry = self._knowledge.answers.get(id)
        if entry is None:
            return Turn(self._responder.general.unknown_answer(), conversation)
        last = LastTurn(
            question=entry.questions[0] if entry.questions else "",
            entry=entry.id,
            subjects=entry.subjects,
            aspect=entry.aspect,
            topics=entry.topics,
        )
        return Turn(self._responder.entry(entry), replace(conversation, last=last))

    def meant(self, command: str, message: Message, conversation: Conversation) -> Turn | None:
        """Ask whether `command` was meant, which is run by its button alone; None where there is no such command."""
        known = command.partition(":")[0] in BY_NAME
        return Turn(self._responder.general.meant(command), conversation) if known else None

    def forget(self, argument: str, message: Message, conversation: Conversation) -> Turn:
        """Delete the person's data, and start a new conversation."""
        return Turn(self._responder.general.forgetting(), Conversation(), (Forget(),))
