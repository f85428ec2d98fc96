"""Votes on whether a reply helped."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import replace

from bot.commands.confirmation import Handler
from bot.domain.conversation import Conversation
from bot.domain.effects import Effect, Unanswered, Vote
from bot.domain.messages import Choice, Message, Paragraph, Reply
from bot.domain.phrases import Phrases
from bot.domain.turn import Turn

# Reasons for a "no", each with the phrase on its button.
REASONS = {
    "wrong": "vote-wrong",
    "missed": "vote-missed",
    "unclear": "vote-unclear",
    "missing": "vote-missing",
}

UNASKED = "unhelpful"  # the answer of a platform's own button, which opens a form of its own

_REFERENCE = re.compile("[0-9a-f]{1,32}")


class FeedbackCommands:
    """The command `vote:yes/REFERENCE/ENTRY`, `vote:no/REFERENCE/ENTRY` and, after that, `…/REASON`; or
    `vote:unhelpful/REFERENCE/ENTRY`, a "no" of which no reason is asked."""

    def __init__(self, knowledge_version: str, entries: Container[str], say: Phrases) -> None:
        """`entries`: ids of the answers; any other id in a command is dropped, and never stored."""
        self._version = knowledge_version
        self._entries = entries
        self._say = say

    def handlers(self) -> dict[str, Handler]:
        return {"vote": self.vote}

    def vote(self, argument: str, message: Message, conversation: Conversation) -> Turn | None:
        say = self._say
        answer, _, named = argument.partition("/")
        reference, _, entry = named.partition("/")
        if answer not in ("yes", "no", UNASKED) or not _REFERENCE.fullmatch(reference):
            return None
        helpful, reason = answer == "yes", entry.rpartition("/")[2]
        if reason in REASONS:
            entry = entry.rpartition("/")[0]
        else:
            reason = ""
        entry = entry if entry in self._entries else ""
        vote = Vote(reference, helpful, reason, entry or None, self._version)
        gap = () if helpful or reason else _gap(reference, entry, conversation, self._version)
        if helpful or reason or answer == UNASKED:
            thanks = Reply("notice", say("vote-thanks-title"), body=(Paragraph(say("vote-thanks")),), quiet=True)
            return Turn(thanks, conversation, (vote, *gap))
        choices = tuple(Choice(say(REASONS[id]), f"vote:no/{reference}/{entry}/{id}") for id in REASONS)
        asked = (Paragraph(say("vote-reasons")),)
        reply = Reply("notice", say("vote-reasons-title"), body=asked, choices=choices, aside=True)
        return Turn(reply, conversation, (vote, *gap))


def tools(say: Phrases, reference: str, entry: str | None) -> tuple[Choice, ...]:
    """The buttons that vote on the reply `reference`."""
    about = f"{reference}/{entry or ''}"
    return Choice(say("vote-yes"), f"vote:yes/{about}"), Choice(say("vote-no"), f"vote:no/{about}")


def votes_in(tools: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """The two buttons of `tools` that vote, "helpful" first; for surfaces that draw them as a pair. Else none."""
    votes = tuple(tool for tool in tools if tool.command.startswith("vote:"))
    return votes if len(votes) == 2 else ()


def without_votes(reply: Reply) -> Reply:
    """`reply` for a surface whose platform has buttons of its own that vote."""
    votes = votes_in(reply.tools)
    return replace(reply, tools=tuple(tool for tool in reply.tools if tool not in votes))


def vote_on(reference: str, entry: str, *, helpful: bool) -> str:
    """The command of a platform's own button that votes on the reply `reference`."""
    return f"vote:{'yes' if helpful else UNASKED}/{reference}/{entry}"


def _gap(reference: str, entry: str, conversation: Conversation, version: str) -> tuple[Effect, ...]:
    """A gap with the question of the reply `reference`, where the conversation still has it."""
    last = conversation.last
    if last is None or last.reference != reference or not last.question:
        return ()
    return (Unanswered(last.question, "unhelpful", entry or None, knowledge=version),)
