"""A reply as a modal: what there is to read, with the form, whose submit button is the modal's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from adapters.slack.blocks import buttons, cut, draw
from adapters.slack.forms import inputs
from bot.domain.messages import Field, Form, Place, Reply

View = dict[str, Any]

TITLE = 24  # characters, also of the buttons
MOST_BLOCKS = 100
CALLBACK = "form"  # the callback id of every modal
NAME = "Security advisor"
QUESTION = "question"  # the field whose value is what a person asks


def modal(reply: Reply, place: Place, *, public: bool = False, on_form: bool = False) -> View:
    """The modal for `reply`, which goes on with the conversation in `place`.

    A reply with a form and a choice to go ahead is a preview. `on_form`: it lies on the form that it answers, to which
    the person can go back, so submitting it is going ahead. Else the form is in it, and going ahead is a button.
    """
    form, choices = reply.form, reply.choices
    ahead = next((choice for choice in choices if choice.style == "primary"), None) if form and on_form else None
    fields: list[View] = []
    view: View = {"type": "modal", "callback_id": CALLBACK, "title": _plain((form and form.title) or NAME)}
    command = ""
    if ahead:
        command, choices = ahead.command, tuple(choice for choice in choices if choice is not ahead)
        view["submit"] = _plain(ahead.label)
    elif form:
        command, fields = form.command, [*inputs(form)]
        view["submit"] = _plain(form.submit)
    below = [*fields, *buttons(choices), *buttons(reply.tools, start=len(choices))]
    view["close"] = _plain("Back" if ahead else "Close")
    view["private_metadata"] = json.dumps(
        {"command": command, "channel": place.channel, "thread": place.thread, "public": public}
    )
    view["blocks"] = draw(reply, below, most=MOST_BLOCKS)
    return view


def is_preview(reply: Reply) -> bool:
    """Whether a reply goes on top of the form that it answers, so that the person can go back to it."""
    return bool(reply.form) and any(choice.style == "primary" for choice in reply.choices)


def question_modal(place: Place) -> View:
    """The modal in which a person asks."""
    entry = Field(QUESTION, "Your question", required=True, hint="Only you see the answer.")
    return modal(Reply("help", form=Form("", "Ask the advisor", "Ask", (entry,))), place)


def metadata_of(view: Mapping[str, Any]) -> dict[str, Any]:
    """What the modal was opened with: command, channel, thread, public."""
    kept = json.loads(view.get("private_metadata") or "{}")
    return kept if isinstance(kept, dict) else {}


def _plain(text: str, length: int = TITLE) -> View:
    return {"type": "plain_text", "text": cut(text, length), "emoji": False}
