"""A reply's form as Block Kit inputs, and what a person entered in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.domain.bounds import Fields
from bot.domain.messages import Field, Form, Option

Element = dict[str, Any]
Values = Mapping[str, Mapping[str, Mapping[str, Any]]]  # block id, action id, what was entered

FIELD = "field-"  # before a field's id in a block's id, so that no other block passes for a field
ENTERED = "entered"  # the action id of every input
LABEL = 2000
OPTION = 75
FEW = 10  # Slack draws at most so many radio buttons or checkboxes; more become a menu
MOST = 100


def fits_a_message(form: Form) -> bool:
    """Whether a form is filled in where the message stands: one question with options. Anything else opens a modal."""
    return len(form.fields) == 1 and bool(form.fields[0].options)


def inputs(form: Form) -> Iterator[Element]:
    for field in form.fields:
        block: Element = {
            "type": "input",
            "block_id": FIELD + field.id,
            "label": _plain(field.label, LABEL),
            "element": _element(field),
            "optional": not field.required,
        }
        if field.hint:
            block["hint"] = _plain(field.hint, LABEL)
        yield block


def entered(values: Values) -> Fields:
    """What was entered: `state.values` of a message or a modal, by field."""
    return tuple(
        (block_id.removeprefix(FIELD), _chosen(element))
        for block_id, elements in values.items()
        if block_id.startswith(FIELD)
        for element in elements.values()
    )


def channels(values: Values) -> dict[str, str]:
    """The channels that were picked, by the id of the block."""
    return {
        block_id: str(element["selected_conversation"])
        for block_id, elements in values.items()
        for element in elements.values()
        if element.get("selected_conversation")
    }


def _element(field: Field) -> Element:
    if field.place:
        picker: Element = {
            "type": "conversations_select",
            "action_id": ENTERED,
            "filter": {"include": ["public", "private"], "exclude_bot_users": True},
        }
        return picker | ({"initial_conversation": field.chosen[0]} if field.chosen else {})
    if not field.options:
        text: Element = {"type": "plain_text_input", "action_id": ENTERED, "multiline": True, "max_length": 1000}
        return text | ({"initial_value": field.chosen[0]} if field.chosen else {})
    options = [_option(option) for option in field.options[:MOST]]
    chosen = [option for option in options if option["value"] in field.chosen]
    element: Element = {"action_id": ENTERED, "options": options}
    if field.multiple:
        kind = "checkboxes" if len(options) <= FEW else "multi_static_select"
        return element | {"type": kind} | ({"initial_options": chosen} if chosen else {})
    kind = "radio_buttons" if len(options) <= FEW else "static_select"
    return element | {"type": kind} | ({"initial_option": chosen[0]} if chosen else {})


def _option(option: Option) -> Element:
    drawn: Element = {"text": _plain(option.label, OPTION), "value": option.value}
    return drawn | ({"description": _plain(option.hint, OPTION)} if option.hint else {})


def _plain(text: str, length: int) -> Element:
    shown = text if len(text) <= length else text[: length - 1].rstrip() + "…"
    return {"type": "plain_text", "text": shown, "emoji": False}


def _chosen(element: Mapping[str, Any]) -> tuple[str, ...]:
    match element:
        case {"selected_options": list(options)}:
            return tuple(str(option["value"]) for option in options)
        case {"selected_option": {"value": value}}:
            return (str(value),)
        case {"selected_conversation": str(value)} | {"value": str(value)}:
            return (value,) if value else ()
    return ()
