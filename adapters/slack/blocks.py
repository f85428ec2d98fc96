"""A reply as a message in Block Kit: verdict first, the answer, where it stands in the source, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from adapters.slack.block_body import (
    Element,
    block_elements,
    channel_elements,
    citation_elements,
    cut,
    disclosure_elements,
    escaped_within,
    headline,
    hint_elements,
    link_elements,
    plain_text,
    rich_text,
    text_section,
)
from adapters.slack.fitting import MESSAGE, fitted
from adapters.slack.forms import fits_a_message, form_elements
from bot.domain.messages import Choice, Form, Reply
from bot.domain.phrases import Phrases

# Slack's limits, in characters.
BUTTON = 75
VALUE = 2000
FALLBACK = 3900  # bytes; `chat.update` takes 4,000 characters
MAX_BLOCKS = 50
ROW = 5  # buttons in one row; more wrap badly on a phone

COMMAND = "command"  # the action id of every button that carries a command, followed by a number
OPENS = "opens"  # the action id of a button that opens a form: it repeats the message that the form replies to
OWNER = "of-"  # before a person's id in a block's id


def draw(
    say: Phrases,
    reply: Reply,
    below: Sequence[Element] = (),
    *,
    first: Sequence[Element] = (),
    most: int = MAX_BLOCKS,
    size: int = MESSAGE,
) -> list[Element]:
    """The text of a reply as blocks, with `first` at the beginning and `below` at the end. Where there are more than
    `most`, or more than `size` bytes, the body is cut, and says so."""
    above = [
        *first,
        *headline(say, reply, with_title=not _is_field_label(reply)),
        *channel_elements(say, reply.about),
    ]
    body = [element for block in reply.body for element in block_elements(block)]
    last = [
        *citation_elements(say, reply),
        *disclosure_elements(reply.disclosure),
        *link_elements(say, reply.link),
        *below,
    ]
    more = rich_text(text_section(say("slack-cut"), italic=True))
    drawn = fitted(above, body, last, more=more, most=most, size=size)
    return [*drawn] or [rich_text(text_section(say("slack-empty")))]


def message(say: Phrases, reply: Reply, *, asked: str = "", owner: str = "") -> dict[str, Any]:
    """The arguments of a method that posts a message: blocks with their fallback text, without unfurling.

    `asked`: the message that the reply answers, for the button that opens its form (`translate.asked_again`).
    `owner`: the person whose buttons these are, where others can press them too.
    """
    below = [
        *_form(reply.form, asked, reply.title),
        *buttons(reply.choices),
        *buttons(reply.tools, start=len(reply.choices)),
    ]
    if owner:
        below = [
            block | ({"block_id": f"{OWNER}{owner}-{number}"} if block["type"] == "actions" else {})
            for number, block in enumerate(below)
        ]
    return shown(say, draw(say, reply, below), reply)


def shown(say: Phrases, blocks: list[Element], reply: Reply) -> dict[str, Any]:
    """The same for `blocks` that were drawn of `reply` already."""
    return {"text": fallback(say, reply), "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def fallback(say: Phrases, reply: Reply) -> str:
    """The whole reply as escaped text, for notifications and screen readers."""
    return escaped_within(reply.text or say("slack-empty"), FALLBACK)


def without_unfurling(arguments: dict[str, Any]) -> dict[str, Any]:
    """The same for a method that takes no `unfurl_…` arguments, as nothing that it sends unfurls."""
    return {name: value for name, value in arguments.items() if not name.startswith("unfurl")}


def _is_field_label(reply: Reply) -> bool:
    """True if the title is the label of the one field of a form that is drawn in the message."""
    form = reply.form
    return form is not None and fits_a_message(form) and form.fields[0].label == reply.title


def _form(form: Form | None, asked: str, title: str) -> Iterator[Element]:
    """The form itself where it fits a message, else a button that opens it."""
    if form is None:
        return
    if fits_a_message(form):
        yield from form_elements(form)
        yield _row([Choice(form.submit, form.command, style="primary")]) | {"block_id": "submit"}
    elif asked:
        yield {"type": "actions", "elements": [button(Choice(form.title or title, asked), OPENS)]}


def buttons(choices: Sequence[Choice], start: int = 0) -> Iterator[Element]:
    """Rows of buttons, numbered from `start`, below the hints of those that have one."""
    yield from hint_elements(choices)
    for at in range(0, len(choices), ROW):
        yield _row(choices[at : at + ROW], start + at)


def _row(choices: Sequence[Choice], start: int = 0) -> Element:
    return {
        "type": "actions",
        "elements": [button(choice, f"{COMMAND}-{number}") for number, choice in enumerate(choices, start)],
    }


def button(choice: Choice, action_id: str) -> Element:
    drawn: Element = {
        "type": "button",
        "action_id": action_id,
        "text": plain_text(choice.label, BUTTON),
        "value": cut(choice.command, VALUE),
    }
    if choice.style:
        drawn["style"] = choice.style
    if choice.hint:
        drawn["accessibility_label"] = cut(f"{choice.label}. {choice.hint}", BUTTON)
    return drawn
