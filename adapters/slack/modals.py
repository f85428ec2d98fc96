"""A reply as a modal: its text, and its form, which the modal's own submit button submits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from adapters.slack.block_body import plain_text
from adapters.slack.blocks import buttons, draw
from adapters.slack.fitting import VIEW
from adapters.slack.forms import fits_a_message, form_elements
from bot.domain.messages import Field, Form, Paragraph, Place, Reply
from bot.domain.phrases import Phrases

View = dict[str, Any]

TITLE = 24  # characters, also of the buttons
MAX_BLOCKS = 100
CALLBACK = "form"  # the callback id of every modal
QUESTION = "question"  # the id of the field for a question


def modal(say: Phrases, reply: Reply, place: Place, *, public: bool = False, on_form: bool = False) -> View:
    """The modal for `reply`, which continues the conversation in `place`.

    A reply with a form and a primary choice is a preview. `on_form`: it is pushed on top of the form that it answers,
    to which the person can go back, so its submit button is the primary choice. Else it holds the form, and the primary
    choice is a button.
    """
    form, choices = reply.form, reply.choices
    primary = next((choice for choice in choices if choice.style == "primary"), None) if form and on_form else None
    fields: list[View] = []
    title = (form and form.title) or say("name")
    view: View = {"type": "modal", "callback_id": CALLBACK, "title": plain_text(title, TITLE)}
    command = ""
    if primary:
        command, choices = primary.command, tuple(choice for choice in choices if choice is not primary)
        view["submit"] = plain_text(primary.label, TITLE)
    elif form:
        command, fields = form.command, [*form_elements(form)]
        view["submit"] = plain_text(form.submit, TITLE)
    below = [*fields, *buttons(choices), *buttons(reply.tools, start=len(choices))]
    view["close"] = plain_text(say("slack-back" if primary else "slack-close"), TITLE)
    view["private_metadata"] = json.dumps(
        {"command": command, "channel": place.channel, "thread": place.thread, "public": public}
    )
    view["blocks"] = draw(say, reply, below, most=MAX_BLOCKS, size=VIEW)
    return view


def on_top(reply: Reply) -> bool:
    """True if a reply to a button is shown in a modal: to fill it in, or to look at it and close it again."""
    return reply.aside or (reply.form is not None and not fits_a_message(reply.form))


def is_preview(reply: Reply) -> bool:
    """True if a reply is pushed on top of the form that it answers, so that the person can go back to it."""
    return bool(reply.form) and any(choice.style == "primary" for choice in reply.choices)


def question_modal(say: Phrases, place: Place) -> View:
    """The modal with one field for a question."""
    field = Field(QUESTION, say("slack-ask-field"), required=True, hint=say("slack-ask-hint"))
    form = Form("", say("slack-ask-title"), say("slack-ask-submit"), (field,))
    return modal(say, Reply("help", form=form), place)


def waiting_modal(say: Phrases, place: Place, external_id: str) -> View:
    """The modal that is shown while the answer takes longer; `views.update` fills it by its external id."""
    reply = Reply("notice", say("slack-looking-title"), body=(Paragraph(say("slack-looking")),))
    return modal(say, reply, place) | {"external_id": external_id}


def metadata_of(view: Mapping[str, Any]) -> dict[str, Any]:
    """What `modal` stored in the view: command, channel, thread, public. Empty where there is none."""
    metadata = json.loads(view.get("private_metadata") or "{}")
    return metadata if isinstance(metadata, dict) else {}
