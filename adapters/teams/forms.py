"""A form as inputs of a card, and what was entered in one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.teams.card_body import Element, text_block
from bot.domain.bounds import Fields
from bot.domain.messages import Field, Form, Option

ONE = "field."  # before the id of an input, so that no field can pass for something else
MANY = "fields."  # the same where several can be chosen: Teams joins them with commas
EXPANDED = 6  # so many options of a field are all shown; more become a drop-down list
ANSWER = "Your answer"
LONGEST = 1000  # characters of a free text


def form_elements(form: Form, asked: str = "") -> list[Element]:
    """The inputs; `asked` stands above them already, and is not said again."""
    title: list[Element] = []
    if form.title and form.title not in (asked, *(field.label for field in form.fields)):
        title = [text_block(form.title, weight="Bolder", size="Default", spacing="Medium", style="heading")]
    return [*title, *(_field(field, field.label if field.label != asked else ANSWER) for field in form.fields)]


def _field(field: Field, label: str) -> Element:
    asked: Element = {
        "id": (MANY if field.multiple else ONE) + field.id,
        "label": label,
        "isRequired": field.required,
        "errorMessage": "Please choose." if field.options else "Please fill this in.",
    }
    if not field.options:
        placeholder = {"placeholder": field.hint} if field.hint else {}
        value = {"value": field.chosen[0]} if field.chosen else {}
        return {"type": "Input.Text", "isMultiline": True, "maxLength": LONGEST, **asked, **placeholder, **value}
    known = {option.value for option in field.options}
    expanded = field.multiple or (len(field.options) <= EXPANDED and not field.place)
    return {
        "type": "Input.ChoiceSet",
        "style": "expanded" if expanded else "compact",
        "isMultiSelect": field.multiple,
        "wrap": True,
        "choices": [{"title": _with_hint(option), "value": option.value} for option in field.options],
        "value": ",".join(value for value in field.chosen if value in known),
        **asked,
    }


def _with_hint(option: Option) -> str:
    return f"{option.label}: {option.hint}" if option.hint else option.label


def fields_in(value: Mapping[str, Any]) -> Fields:
    """What was entered: the id of each field, and the values chosen."""
    return tuple(
        (key.partition(".")[2], _values(key, str(given).strip()))
        for key, given in value.items()
        if isinstance(key, str) and key.startswith((ONE, MANY)) and isinstance(given, str | int | float | bool)
    )


def _values(key: str, given: str) -> tuple[str, ...]:
    if key.startswith(MANY):
        return tuple(part for part in given.split(",") if part)
    return (given,) if given else ()
