"""Saying whether a reply helped."""

from __future__ import annotations

import re
from collections.abc import Container

from bot.commands.confirmation import Handler
from bot.domain.conversation import Conversation
from bot.domain.effects import Effect, Unanswered, Vote
from bot.domain.messages import Choice, Message, Paragraph, Reply
from bot.domain.turn import Turn

REASONS = {
    "wrong": "It is wrong",
    "missed": "It answers another question",
    "unclear": "It is hard to understand",
    "missing": "Something is missing",
}


_REFERENCE = re.compile("[0-9a-f]{1,32}")


class FeedbackCommands:
    """The command `vote:yes/REFERENCE/ENTRY`, `vote:no/REFERENCE/ENTRY` and, after that, `…/REASON`."""

    def __init__(self, knowledge_version: str, entries: Container[str]) -> None:
        """`entries`: ids of the answers that there are. What a person types in the place of one is not kept."""
        self._version = knowledge_version
        self._entries = entries

    def handlers(self) -> dict[str, Handler]:
        return {"vote": self.vote}

    def vote(self, argument: str, message: Message, conversation: Conversation) -> Turn | None:
        answer, _, named = argument.partition("/")
        reference, _, entry = named.partition("/")
        if answer not in ("yes", "no") or not _REFERENCE.fullmatch(reference):
            return None
        helpful, reason = answer == "yes", entry.rpartition("/")[2]
        if reason in REASONS:
            entry = entry.rpartition("/")[0]
        else:
            reason = ""
        entry = entry if entry in self._entries else ""
        vote = Vote(reference, helpful, reason, entry or None, self._version)
        if helpful or reason:
            thanks = Reply("notice", "Thank you", body=(Paragraph("Noted. You can change it any time."),))
            return Turn(thanks, conversation, (vote,))
        choices = tuple(Choice(text, f"vote:no/{reference}/{entry}/{id}") for id, text in REASONS.items())
        reply = Reply("notice", "Noted", body=(Paragraph("What was the matter with it?"),), choices=choices)
        return Turn(reply, conversation, (vote, *_gap(reference, entry, conversation, self._version)))


def tools(reference: str, entry: str | None) -> tuple[Choice, ...]:
    """The buttons below the reply `reference`."""
    about = f"{reference}/{entry or ''}"
    return Choice("Helpful", f"vote:yes/{about}"), Choice("Not helpful", f"vote:no/{about}")


def _gap(reference: str, entry: str, conversation: Conversation, version: str) -> tuple[Effect, ...]:
    """The question, for the curator, where it is still known which one it was."""
    last = conversation.last
    if last is None or last.reference != reference or not last.question:
        return ()
    return (Unanswered(last.question, "unhelpful", entry or None, knowledge=version),)
