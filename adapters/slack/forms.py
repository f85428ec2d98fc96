"""A form as Block Kit inputs, and the values entered in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.slack.block_body import Element, plain_text
from bot.domain.bounds import Fields
from bot.domain.messages import Field, Form, Option

Values = Mapping[str, Mapping[str, Mapping[str, Any]]]  # `state.values` of Slack: block id, action id, element

FIELD = "field-"  # before a field's id in a block's id, so that no other block is taken for a field
ENTERED = "entered"  # the action id of every input
LABEL = 2000  # characters, also of a hint
OPTION = 75  # characters
LONGEST = 1000  # characters of a free text
EXPANDED = 10  # radio buttons or checkboxes at most; more options become a menu
MAX_OPTIONS = 100


def fits_a_message(form: Form) -> bool:
    """True for one field with options, which is filled in within the message. Any other form opens a modal."""
    return len(form.fields) == 1 and bool(form.fields[0].options)


def form_elements(form: Form) -> Iterator[Element]:
    """One input block for each field."""
    for field in form.fields:
        block: Element = {
            "type": "input",
            "block_id": FIELD + field.id,
            "label": plain_text(field.label, LABEL),
            "element": _element(field),
            "optional": not field.required,
        }
        if field.hint:
            block["hint"] = plain_text(field.hint, LABEL)
        yield block


def fields_in(values: Values) -> Fields:
    """The values entered in the fields of a message or a modal. Inputs that belong to no field are left out."""
    return tuple(
        (block_id.removeprefix(FIELD), _values(element))
        for block_id, elements in values.items()
        if block_id.startswith(FIELD)
        for element in elements.values()
    )


def channels(values: Values) -> dict[str, str]:
    """The ids of the channels that were picked, by block id."""
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
        text: Element = {"type": "plain_text_input", "action_id": ENTERED, "multiline": True, "max_length": LONGEST}
        return text | ({"initial_value": field.chosen[0]} if field.chosen else {})
    options = [_option(option) for option in field.options[:MAX_OPTIONS]]
    chosen = [option for option in options if option["value"] in field.chosen]
    element: Element = {"action_id": ENTERED, "options": options}
    if field.multiple:
        kind = "checkboxes" if len(options) <= EXPANDED else "multi_static_select"
        return element | {"type": kind} | ({"initial_options": chosen} if chosen else {})
    kind = "radio_buttons" if len(options) <= EXPANDED else "static_select"
    return element | {"type": kind} | ({"initial_option": chosen[0]} if chosen else {})


def _option(option: Option) -> Element:
    drawn: Element = {"text": plain_text(option.label, OPTION), "value": option.value}
    return drawn | ({"description": plain_text(option.hint, OPTION)} if option.hint else {})


def _values(element: Mapping[str, Any]) -> tuple[str, ...]:
    match element:
        case {"selected_options": list(options)}:
            return tuple(str(option["value"]) for option in options)
        case {"selected_option": {"value": value}}:
            return (str(value),)
        case {"selected_conversation": str(value)} | {"value": str(value)}:
            return (value,) if value else ()
    return ()
