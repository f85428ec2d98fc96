"""Confirming or discarding a pending effect, and buttons whose label or number is typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.domain.conversation import Confirmed, Conversation, Offered
from bot.domain.effects import AskExpert, Cadence, Publish, Subscribe
from bot.domain.messages import Choice, Message, Paragraph, Reply
from bot.domain.phrases import Phrases
from bot.domain.turn import Turn

PendingEffect = Publish | AskExpert | Subscribe

Handler = Callable[[str, Message, Conversation], Turn | None]
"""The turn on a command, given its argument; None where the argument does not belong to the command."""

Amend = Callable[[Any, Message], PendingEffect | Reply]
"""A pending effect as the form beside its preview is filled in now; or the reply that asks for what is wrong in it."""


_AROUND_A_NUMBER = {
    "the", "one", "number", "no", "option", "choice", "answer", "button", "i", "mean", "meant", "take", "pick",
    "please", "pls",
}  # fmt: skip
_ORDINALS = {
    word: place
    for place, words in enumerate(("first 1st", "second 2nd", "third 3rd", "fourth 4th", "fifth 5th"))
    for word in words.split()
}
_SET_UP: dict[Cadence, str] = {"daily": "subscribe-confirmed-daily", "weekly": "subscribe-confirmed-weekly"}
_DONE = {"post": "confirm-done-post", "question": "confirm-done-question", "subscription": "confirm-done-subscription"}


def choices_for(say: Phrases, id: str, yes: str) -> tuple[Choice, ...]:
    """The buttons of a preview with the id `id`; `yes`: the label of the one that confirms."""
    return Choice(yes, f"confirm:{id}", style="primary"), Choice(say("confirm-drop"), f"discard:{id}")


class ConfirmationCommands:
    """The commands confirm and discard. `amend`: by the kind of effect, what the form beside its preview changes."""

    def __init__(self, say: Phrases, amend: Mapping[type[PendingEffect], Amend]) -> None:
        self._say = say
        self._amend = amend

    def handlers(self) -> dict[str, Handler]:
        return {"confirm": self.confirm, "discard": self.discard}

    def confirm(self, id: str, message: Message, conversation: Conversation) -> Turn:
        """Return the pending effect for execution, as it stands in the form beside it, if `id` is its id or empty. A
        second press is told that it was done."""
        pending = conversation.pending
        if pending is None or (id and pending.id != id):
            return self._nothing_pending(id, conversation)
        effect = self._amend[type(pending.effect)](pending.effect, message) if message.fields else pending.effect
        if isinstance(effect, Reply):
            return Turn(effect, conversation)
        reply = self._confirmed(pending.id, effect)
        return Turn(reply, replace(conversation, pending=None, confirmed=_done(pending.id, effect)), (effect,))

    def discard(self, id: str, message: Message, conversation: Conversation) -> Turn:
        pending = conversation.pending
        if pending is None or (id and pending.id != id):
            return self._nothing_pending(id, conversation)
        body = (Paragraph(self._say("confirm-dropped")),)
        return Turn(Reply("notice", self._say("confirm-dropped-title"), body=body), replace(conversation, pending=None))

    def _confirmed(self, id: str, effect: PendingEffect) -> Reply:
        say = self._say
        match effect:
            case Publish(_, place):
                body = (Paragraph(say("share-confirmed")),)
                ways = self._ways_back(_done(id, effect))
                return Reply("notice", say("share-confirmed-title"), body=body, choices=ways, about=place.channel)
            case AskExpert():
                return Reply("notice", say("ask-confirmed-title"), body=(Paragraph(say("ask-confirmed")),))
            case Subscribe(place, cadence):
                body = (Paragraph(say(_SET_UP[cadence])),)
                title, ways = say("subscribe-confirmed-title"), self._ways_back(_done(id, effect))
                return Reply("notice", title, body=body, choices=ways, about=place.channel)

    def _ways_back(self, done: Confirmed) -> tuple[Choice, ...]:
        """The button that undoes what was confirmed; none for a question."""
        match done.what:
            case "post":
                return (Choice(self._say("post-take-back"), f"retract:{done.id}"),)
            case "subscription":
                return (Choice(self._say("subscribe-stop"), f"unsubscribe:{done.channel}"),)
            case "question":
                return ()

    def _nothing_pending(self, id: str, conversation: Conversation) -> Turn:
        done = conversation.confirmed
        if done is not None and id in ("", done.id):
            title, body = self._say("confirm-done-title"), (Paragraph(self._say(_DONE[done.what])),)
            reply = Reply("notice", title, body=body, choices=self._ways_back(done), about=done.channel)
            return Turn(reply, conversation)
        body = (Paragraph(self._say("confirm-nothing")),)
        return Turn(Reply("notice", self._say("confirm-nothing-title"), body=body), conversation)


def _done(id: str, effect: Publish | AskExpert | Subscribe) -> Confirmed:
    match effect:
        case Publish(_, place):
            return Confirmed(id, "post", place.channel)
        case AskExpert():
            return Confirmed(id, "question")
        case Subscribe(place):
            return Confirmed(id, "subscription", place.channel)


def typed(text: str, conversation: Conversation) -> str | None:
    """The command of the offered button whose label or number is `text`; None if there is none.

    A number counts from 1: "2", "option 2", "the second one".
    """
    offered = conversation.offered
    wanted = " ".join(text.casefold().split())
    for choice in offered.choices:
        if wanted == choice.label.casefold():
            return choice.command
    # Of two things just talked about, "the second one" is one of them, unless there was something to pick.
    talked_of_two = conversation.last is not None and len(conversation.last.subjects) > 1
    place = _place(wanted, offered, ordinals=offered.asked or not talked_of_two)
    return offered.choices[place].command if place is not None else None


def _place(wanted: str, offered: Offered, *, ordinals: bool) -> int | None:
    """The index of the button that `wanted` counts off; None if it does something else, or there are not so many."""
    if not offered.numbered:
        return None
    words = [word for word in wanted.rstrip("?.! ").split() if word not in _AROUND_A_NUMBER]
    if len(words) != 1:
        return None
    if words[0].isdecimal():
        place = int(words[0]) - 1
    elif ordinals and words[0] == "last":
        place = len(offered.choices) - 1
    elif ordinals and words[0] in _ORDINALS:
        place = _ORDINALS[words[0]]
    else:
        return None
    return place if 0 <= place < len(offered.choices) else None
