"""Standing orders: setting up and stopping what a channel gets every day or week."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from bot.commands.confirmation import Handler, choices_for
from bot.domain.conversation import Conversation, Pending
from bot.domain.effects import Cadence, Subscribe, Unsubscribe, identity
from bot.domain.messages import Field, Form, Message, Option, Paragraph, Place, Reply
from bot.domain.turn import Turn

PLACE, CADENCE = "place", "cadence"
CADENCES: dict[Cadence, str] = {"weekly": "Every week", "daily": "Every day"}


def handlers() -> dict[str, Handler]:
    return {"subscribe": subscribe, "unsubscribe": unsubscribe}


def subscribe(_: str, message: Message, conversation: Conversation) -> Turn:
    """Ask which channel and how often; with both given, show what was chosen, to be confirmed."""
    if not message.can_post:
        body = (Paragraph("There are no channels here to post in. Try it in the chat that your team uses."),)
        return Turn(Reply("notice", "Not here", body=body), conversation)
    here = (message.place.channel,) if message.public else ()
    channel = "".join((message.entered.get(PLACE) or ())[:1])
    given = "".join((message.entered.get(CADENCE) or ("weekly",))[:1])
    cadence = next((known for known in get_args(Cadence) if known == given), None)
    if not channel or cadence is None:
        body = (Paragraph("One recommendation from the knowledge, in turn, none twice before all were shown."),)
        form = _form((channel,) if channel else here, "weekly")
        return Turn(Reply("notice", "Recommendations for a channel", body=body, form=form), conversation)
    id = identity(message)
    place = Place(message.place.surface, message.place.tenant, channel)
    body = (Paragraph(f"{CADENCES[cadence]}, one recommendation. Each post says that you set this up."),)
    reply = Reply(
        "notice", "Set this up?", body=body, choices=choices_for(id, "Set it up"), form=_form((channel,), cadence)
    )
    return Turn(reply, replace(conversation, pending=Pending(id, Subscribe(place, cadence))))


def unsubscribe(channel: str, message: Message, conversation: Conversation) -> Turn:
    """Stop what a channel gets: the one that is named, else this one. Whether this person may is for the memory to
    say."""
    place = Place(message.place.surface, message.place.tenant, channel or message.place.channel)
    body = (Paragraph("No more recommendations are posted there."),)
    return Turn(Reply("notice", "Stopped", body=body), conversation, (Unsubscribe(place),))


def _form(channel: tuple[str, ...], cadence: Cadence) -> Form:
    options = tuple(Option(value, label) for value, label in CADENCES.items())
    fields = (
        Field(PLACE, "Channel", required=True, place=True, chosen=channel),
        Field(CADENCE, "How often", options, required=True, chosen=(cadence,)),
    )
    return Form("subscribe", "Where and how often?", "Go on", fields)
