"""What every turn gets at its end: the reply's name, what can be done with it, and what is remembered of both."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from bot.answering.decision import Decision
from bot.answering.post_drafts import ANSWER, RECORD
from bot.commands.feedback import tools
from bot.commands.notices import read_in_part
from bot.domain.conversation import Conversation, LastTurn, Offered
from bot.domain.messages import Choice, Message, Reply
from bot.domain.turn import Turn
from bot.nlu.question import Question

UNANSWERED = ("unstated", "offtopic", "clarify")  # kinds of reply after which the question is still open


def finished(turn: Turn, message: Message, before: Conversation) -> Turn:
    """`turn` with its reply named and its tools beside it; `before` is the conversation as it was."""
    reference = reference_of(message, turn.reply)
    own = (*turn.reply.tools, *tools_for(turn.reply, reference, message))
    reply = replace(turn.reply, reference=reference, tools=own)
    if message.cut:
        reply = read_in_part(reply)
    last = turn.conversation.last
    if reply.record:
        last = replace(last or LastTurn(), record=reply.record, reference=reference)
    elif last is not None and last is not before.last:
        last = replace(last, reference=reference)
    shown = tuple(Choice(choice.label, choice.command) for choice in (*reply.choices, *reply.tools))
    offered = Offered(shown, numbered=reply.form is None)
    if not offered.choices:  # what stands on the buttons further up can still be typed
        offered = replace(before.offered, numbered=False)
    after = replace(turn.conversation, last=last, offered=offered, moved_at=message.at)
    return Turn(reply, after, turn.effects)


def tools_for(reply: Reply, reference: str, message: Message) -> tuple[Choice, ...]:
    """What can be done with a reply: share it, ask a person instead, say whether it helped."""
    share: tuple[Choice, ...] = ()
    if message.can_post and reply.kind == "answer" and reply.entry:
        share = (Choice("Share", f"share:{ANSWER}/{reply.entry}"),)
    elif message.can_post and reply.record:
        share = (Choice("Share", f"share:{RECORD}/{reply.record}"),)
    ask = (Choice("Ask a person", "ask"),) if reply.kind in UNANSWERED and message.experts else ()
    votes = tools(reference, reply.entry) if reply.kind in ("answer", "recommendation") else ()
    return (*share, *ask, *votes)


def reference_of(message: Message, reply: Reply) -> str:
    """Names a reply: the same message gets the same reference."""
    place = message.place
    said = (message.person, message.delivery, str(message.at), message.text, reply.entry or "")
    content = "\x1f".join((place.surface, place.tenant, place.channel, place.thread, *said))
    return hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()


def explain(question: Question, decision: Decision, parts: list[tuple[Question, Decision]]) -> dict[str, object]:
    """What was read, the candidates with their scores, the margin and the rule that decided: plain data."""
    return {
        "words": list(question.words),
        "mended": [list(pair) for pair in question.mended],
        "subjects": list(question.subjects),
        "topics": list(question.topics),
        "aspects": list(question.aspects),
        "form": question.form,
        "reversed": question.reversed,
        "context": decision.resolved.rule,
        "candidates": [
            {"entry": c.entry, "score": round(c.score, 3), "wording": round(c.wording, 3), "contrary": c.contrary}
            for c in decision.candidates.ranked[:5]
        ],
        "margin": round(decision.candidates.margin, 3),
        "rule": decision.rule,
        "parts": [{"question": q.text, "entry": d.entry, "rule": d.rule} for q, d in parts],
    }
