"""The last step of every turn: the reply's reference, labels and tools, and the buttons that may be typed next."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Literal

from bot.answering.labels import labelled
from bot.answering.post_drafts import ANSWER, RECORD
from bot.commands.feedback import tools
from bot.commands.notices import files_unread, read_in_part
from bot.domain.conversation import Conversation, LastTurn, Offered
from bot.domain.messages import UNANSWERED, Choice, Message, Reply
from bot.domain.phrases import Phrases
from bot.domain.turn import Turn

SOURCES = "sources"  # the command that shows what a reply rests on
MOST_COMMAND = 1_900  # characters: Slack takes 2,000 with a button
STEPS = frozenset({"triage", "recommendation"})  # kinds of reply that replace the previous one of their dialogue
# Commands whose buttons are of no use after they were pressed.
SETTLING = frozenset({
    "confirm", "discard", "retract", "unsubscribe", "cancel", "relay",
    "pick", "back", "skip", "why", "change", "restart", "resume", "fill",
})  # fmt: skip


def finish_turn(say: Phrases, turn: Turn, message: Message, before: Conversation) -> Turn:
    """`turn` with reference, labels and tools on its reply. `before`: the conversation before the turn."""
    reference = reference_of(message, turn.reply)
    own = (*turn.reply.tools, *tools_for(say, turn.reply, reference, message))
    reply = labelled(say, turn.reply)
    reply = replace(reply, reference=reference, tools=own, replaces=_replaces(reply, message))
    if message.cut:
        reply = read_in_part(say, reply)
    if message.has_files:
        reply = files_unread(say, reply)
    last = turn.conversation.last
    claims = _by_number(reply)
    if reply.record:
        last = replace(last or LastTurn(), record=reply.record, reference=reference, claims=claims)
    elif last is not None and last is not before.last:
        # A reply without a title joins several answers, and its verdict is on none of them alone.
        verdict, label = (reply.verdict, reply.verdict_label) if reply.title else (None, "")
        last = replace(last, reference=reference, claims=claims, verdict=verdict, verdict_label=label)
    in_short = reply.brief.choices if reply.brief else ()
    drawn = dict.fromkeys((*reply.choices, *reply.tools, *in_short))
    shown = tuple(Choice(choice.label, choice.command) for choice in drawn)
    offered = Offered(shown, numbered=reply.form is None, asked=reply.kind == "clarify")
    if not offered.choices:  # the labels of earlier buttons can still be typed
        offered = replace(before.offered, numbered=False)
    after = replace(turn.conversation, last=last, offered=offered, moved_at=message.at)
    return Turn(reply, after, turn.effects)


def _replaces(reply: Reply, message: Message) -> bool:
    """True for the next step of a dialogue, a form filled in again, and what settles the buttons that were pressed."""
    if message.command is None:
        return False
    name = message.command.partition(":")[0]
    return reply.kind in STEPS or reply.form is not None or (reply.kind == "notice" and name in SETTLING)


def tools_for(say: Phrases, reply: Reply, reference: str, message: Message) -> tuple[Choice, ...]:
    """The buttons to share a reply, to see its sources, to ask a person instead, and to vote on it, as far as they
    apply."""
    share: tuple[Choice, ...] = ()
    label = say("share-button-alone") if message.alone else say("share-button")
    if message.can_post and reply.kind == "answer" and reply.entry:
        share = (Choice(label, f"share:{ANSWER}/{reply.entry}"),)
    elif message.can_post and reply.record:
        share = (Choice(label, f"share:{RECORD}/{reply.record}"),)
    sources = _sources_button(say, reply) if reply.kind in ("answer", "recommendation") else ()
    style: Literal["primary", ""] = "primary" if reply.kind == "unstated" else ""  # it is the one way on then
    ask = (Choice(say("ask-button"), "ask", style=style),) if reply.kind in UNANSWERED and message.experts else ()
    votes = tools(say, reference, reply.entry) if reply.kind in ("answer", "recommendation") else ()
    return (*share, *sources, *ask, *votes)


def _sources_button(say: Phrases, reply: Reply) -> tuple[Choice, ...]:
    """The button that shows the words of what the reply rests on; none where its command would be too long."""
    command = f"{SOURCES}:{','.join(_by_number(reply))}"
    return (Choice(say("sources-button"), command),) if reply.citations and len(command) <= MOST_COMMAND else ()


def _by_number(reply: Reply) -> tuple[str, ...]:
    """The claims that the reply rests on, in the order of its numbers: shown alone, they get the same ones."""
    return tuple(one.claim for one in sorted(reply.citations, key=lambda citation: citation.number))


def shows_sources(tool: Choice) -> bool:
    """Whether a button shows what the reply rests on; for surfaces that have another way to do that."""
    return tool.command.startswith(f"{SOURCES}:")


def reference_of(message: Message, reply: Reply) -> str:
    """A deterministic id (10 hex digits) of a reply: the same message gets the same one."""
    place = message.place
    said = (message.person, message.delivery, str(message.at), message.text, reply.entry or "")
    content = "\x1f".join((place.surface, place.tenant, place.channel, place.thread, *said))
    return hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()
