"""Messages that show a reply as a card."""

from __future__ import annotations

from typing import Any

from botbuilder.schema import Activity, ActivityTypes, Attachment, CardAction, SuggestedActions

from adapters.teams.cards import draw
from adapters.teams.targeted import CARD
from bot.commands.feedback import without_votes
from bot.domain.messages import Message, Reply
from bot.domain.phrases import Phrases

MAX_SUGGESTIONS = 3  # Teams shows no more


def card_activity(say: Phrases, reply: Reply, to: Message, *, rated: bool = False) -> Any:
    """A message that shows `reply` as a card. `to`: the message that it replies to. `rated`: see `Notice`."""
    drawn = without_votes(reply) if rated else reply
    return activity_of(draw(say, drawn, owner=to.person if to.public else ""), reply, to, rated=rated)


def activity_of(card: dict[str, Any], reply: Reply, to: Message | None = None, *, rated: bool = False) -> Any:
    """The same for a card that is drawn already. Without text: a message with a text and a card may come back without
    an id, and without an id the card can't be replaced later. Notifications show the summary."""
    return Activity(
        type=ActivityTypes.message,
        summary=reply.text.split("\n", 1)[0][:200],
        attachments=[Attachment(content_type=CARD, content=card)],
        suggested_actions=_suggestions(reply) if to is not None and not to.public else None,
        channel_data={"feedbackLoop": {"type": "default"}} if rated else None,
    )


def _suggestions(reply: Reply) -> Any:
    """The first choices of the help, above the compose box; None for other replies."""
    if reply.kind != "help" or not reply.choices:
        return None
    labels = [choice.label for choice in reply.choices[:MAX_SUGGESTIONS]]
    return SuggestedActions(actions=[CardAction(type="imBack", title=label, value=label) for label in labels])
