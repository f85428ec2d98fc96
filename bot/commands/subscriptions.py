"""Subscriptions: setting up and ending one recommendation a day or week for a channel."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from bot.commands.confirmation import Handler, choices_for
from bot.domain.conversation import Conversation, Pending
from bot.domain.effects import Cadence, Subscribe, Unsubscribe, identity
from bot.domain.messages import Field, Form, Message, Option, Paragraph, Place, Reply
from bot.domain.phrases import Phrases
from bot.domain.turn import Turn

PLACE, CADENCE = "place", "cadence"
_OPTIONS: dict[Cadence, str] = {"weekly": "subscribe-form-weekly", "daily": "subscribe-form-daily"}
_PREVIEWS: dict[Cadence, str] = {"weekly": "subscribe-preview-weekly", "daily": "subscribe-preview-daily"}


class SubscriptionCommands:
    """The commands subscribe and unsubscribe."""

    def __init__(self, say: Phrases) -> None:
        self._say = say

    def handlers(self) -> dict[str, Handler]:
        return {"subscribe": self.subscribe, "unsubscribe": self.unsubscribe}

    def subscribe(self, _: str, message: Message, conversation: Conversation) -> Turn:
        """The form for channel and cadence; once it is filled in, a preview with the subscription as pending effect."""
        say = self._say
        if not message.can_post:
            body = (Paragraph(say("subscribe-nowhere")),)
            return Turn(Reply("notice", say("subscribe-nowhere-title"), body=body), conversation)
        channel, cadence = _entered(message)
        if not channel or cadence is None:
            return Turn(self._asked(channel or message.present_channel), conversation)
        id = identity(message)
        place = Place(message.place.surface, message.place.tenant, channel)
        body = (Paragraph(say(_PREVIEWS[cadence])),)
        choices = choices_for(say, id, say("subscribe-confirm"))
        title = say("subscribe-preview-title")
        reply = Reply("notice", title, body=body, choices=choices, form=self._form(channel, cadence), about=channel)
        return Turn(reply, replace(conversation, pending=Pending(id, Subscribe(place, cadence))))

    def amended(self, effect: Subscribe, message: Message) -> Subscribe | Reply:
        """`effect` with the channel and the cadence that stand in the form beside the preview when it is confirmed; or
        the form again, where one of them is missing."""
        if PLACE not in message.entered:
            return effect
        channel, cadence = _entered(message)
        if not channel or cadence is None:
            return self._asked(channel)
        return Subscribe(replace(effect.place, channel=channel), cadence)

    def unsubscribe(self, channel: str, message: Message, conversation: Conversation) -> Turn:
        """End the subscription of `channel`, or of this one. The effect is refused where it is not allowed."""
        place = Place(message.place.surface, message.place.tenant, channel or message.place.channel)
        body = (Paragraph(self._say("subscribe-stopped")),)
        stopped = Reply("notice", self._say("subscribe-stopped-title"), body=body, about=place.channel)
        return Turn(stopped, conversation, (Unsubscribe(place),))

    def _asked(self, channel: str) -> Reply:
        """The form for channel and cadence."""
        body = (Paragraph(self._say("subscribe-what")),)
        return Reply("notice", self._say("subscribe-title"), body=body, form=self._form(channel, "weekly"))

    def _form(self, channel: str, cadence: Cadence) -> Form:
        say = self._say
        chosen = (channel,) if channel else ()
        options = tuple(Option(value, say(_OPTIONS[value])) for value in _OPTIONS)
        fields = (
            Field(PLACE, say("field-channel"), required=True, place=True, chosen=chosen),
            Field(CADENCE, say("subscribe-form-cadence"), options, required=True, chosen=(cadence,)),
        )
        return Form("subscribe", say("subscribe-form-title"), say("subscribe-form-submit"), fields)


def _entered(message: Message) -> tuple[str, Cadence | None]:
    """The channel and the cadence in the submitted form; None for a cadence that there is not."""
    channel = "".join((message.entered.get(PLACE) or ())[:1])
    given = "".join((message.entered.get(CADENCE) or ("weekly",))[:1])
    return channel, next((known for known in get_args(Cadence) if known == given), None)
