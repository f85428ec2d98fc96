"""Commands that do something with what was said: what handles them, confirming what waits, buttons that are typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.domain.conversation import Conversation, Offered
from bot.domain.effects import AskExpert, Publish, Subscribe
from bot.domain.messages import Choice, Message, Paragraph, Reply
from bot.domain.turn import Turn

Handler = Callable[[str, Message, Conversation], Turn | None]
"""Takes a command's argument. None: the argument is not one that it knows."""


def choices_for(id: str, yes: str) -> tuple[Choice, ...]:
    """The buttons below a preview."""
    return Choice(yes, f"confirm:{id}", style="primary"), Choice("Drop it", f"discard:{id}")


def handlers() -> dict[str, Handler]:
    return {"confirm": confirm, "discard": discard}


def confirm(id: str, message: Message, conversation: Conversation) -> Turn:
    """Let happen what waits, if that is what the button was shown for. A second press finds nothing waiting."""
    pending = conversation.pending
    if pending is None or (id and pending.id != id):
        return _nothing_waits(conversation)
    return Turn(_confirmed(pending.id, pending.effect), replace(conversation, pending=None), (pending.effect,))


def discard(id: str, message: Message, conversation: Conversation) -> Turn:
    pending = conversation.pending
    if pending is None or (id and pending.id != id):
        return _nothing_waits(conversation)
    body = (Paragraph("Nothing was sent, and nothing is kept of it."),)
    return Turn(Reply("notice", "Dropped", body=body), replace(conversation, pending=None))


def _confirmed(id: str, effect: Publish | AskExpert | Subscribe) -> Reply:
    match effect:
        case Publish():
            body = (Paragraph("I post it now, and tell you when it is there."),)
            return Reply("notice", "On its way", body=body, choices=(Choice("Take it back", f"retract:{id}"),))
        case AskExpert():
            body = (Paragraph("I tell you when somebody answers: here, or to you alone."),)
            return Reply("notice", "Sent", body=body)
        case Subscribe(place, cadence):
            often = {"daily": "day", "weekly": "week"}[cadence]
            body = (Paragraph(f"One recommendation a {often} goes to that channel. The first one comes now."),)
            return Reply("notice", "Set up", body=body, choices=(Choice("Stop it", f"unsubscribe:{place.channel}"),))


def _nothing_waits(conversation: Conversation) -> Turn:
    body = (Paragraph("It was confirmed or dropped already, or it is too long ago. Start again if you still want it."),)
    return Turn(Reply("notice", "Nothing waits for that", body=body), conversation)


def typed(text: str, offered: Offered) -> str | None:
    """The command of the button whose label, or number from 1, was typed; None where it is neither."""
    wanted = " ".join(text.casefold().split())
    for choice in offered.choices:
        if wanted == choice.label.casefold():
            return choice.command
    if offered.numbered and wanted.isdecimal() and 1 <= int(wanted) <= len(offered.choices):
        return offered.choices[int(wanted) - 1].command
    return None
