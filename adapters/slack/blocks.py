"""A reply as a message in Block Kit: verdict first, the answer, where it stands in the source, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from adapters.slack.block_body import (
    Element,
    body_elements,
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
from bot.commands.feedback import votes_in
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
FEEDBACK = "feedback"  # the action id of the pair of buttons that vote
OWNER = "of-"  # before a person's id in a block's id


def draw(
    say: Phrases,
    reply: Reply,
    below: Sequence[Element] = (),
    *,
    first: Sequence[Element] = (),
    most: int = MAX_BLOCKS,
    size: int = MESSAGE,
    tables: bool = False,
) -> list[Element]:
    """The text of a reply as blocks, with `first` at the beginning and `below` at the end. Where there are more than
    `most`, or more than `size` bytes, the body is cut, and says so. `tables`: they are drawn for a message, which
    alone takes a table."""
    above = [
        *first,
        *headline(say, reply, with_title=not _is_field_label(reply)),
        *channel_elements(say, reply.about),
    ]
    body = [*body_elements(reply.body, tables=tables)]
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

    A reply that has a short form is drawn in that one. `asked`: the message that the reply answers, for the button that
    opens its form (`translate.asked_again`). `owner`: the person whose buttons these are, where others can press them
    too.
    """
    drawn = in_short(reply)
    tools = tuple(tool for tool in drawn.tools if tool not in votes_in(drawn.tools))
    below = [
        *_form(drawn.form, asked, drawn.title),
        *buttons(drawn.choices),
        *buttons(tools, start=len(drawn.choices)),
        *_feedback(votes_in(drawn.tools)),
    ]
    if owner:
        below = [
            block | ({"block_id": f"{OWNER}{owner}-{number}"} if block["type"] == "actions" else {})
            for number, block in enumerate(below)
        ]
    return shown(say, draw(say, drawn, below, tables=True), drawn)


def in_short(reply: Reply) -> Reply:
    """The reply as a message shows it: its sources are behind the button that its tools have for them."""
    brief = reply.brief
    if brief is None:
        return reply
    return replace(reply, body=brief.body, choices=brief.choices, citations=(), places_line="")


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


def _feedback(votes: Sequence[Choice]) -> Iterator[Element]:
    """The pair of buttons that vote, which show themselves which one was pressed. Messages alone take them."""
    if votes:
        helpful, unhelpful = ({"text": plain_text(vote.label, BUTTON), "value": vote.command} for vote in votes)
        pair = {"type": "feedback_buttons", "action_id": FEEDBACK}
        yield {
            "type": "context_actions",
            "elements": [{**pair, "positive_button": helpful, "negative_button": unhelpful}],
        }


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
