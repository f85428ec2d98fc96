"""A form as inputs of a card, and the values that were entered in one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.teams.card_body import Element, text_block
from bot.domain.bounds import Fields
from bot.domain.messages import Field, Form, Option
from bot.domain.phrases import Phrases

ONE = "field."  # before the id of an input, so that no field can pass for something else
MANY = "fields."  # the same where several can be chosen: Teams joins them with commas
FIELDS = "fields"  # in a button's data: the ids of the inputs on its card, also of those that are left empty
MAX_EXPANDED = 6  # options of a field that are shown one below the other; more become a drop-down list
MAX_TEXT = 1000  # characters of a free text


def form_elements(say: Phrases, form: Form, above: str = "", *, alone: bool = True) -> list[Element]:
    """The form's title and inputs. `above`: the title of the card, which is not repeated. `alone`: there is no other
    button than the form's. A client that finds a required input empty refuses every button, also one that goes back."""
    title: list[Element] = []
    if form.title and form.title not in (above, *(field.label for field in form.fields)):
        title = [text_block(form.title, weight="Bolder", size="Default", spacing="Medium", style="heading")]
    labels = [say("teams-field-answer") if field.label == above else field.label for field in form.fields]
    return [*title, *(_field(say, field, label, alone) for field, label in zip(form.fields, labels, strict=True))]


def _field(say: Phrases, field: Field, label: str, alone: bool) -> Element:
    common: Element = {
        "id": (MANY if field.multiple else ONE) + field.id,
        "label": label,
        "isRequired": field.required and alone,
        "errorMessage": say("teams-field-choose") if field.options else say("teams-field-fill"),
    }
    if not field.options:
        placeholder = {"placeholder": field.hint} if field.hint else {}
        value = {"value": field.chosen[0]} if field.chosen else {}
        return {"type": "Input.Text", "isMultiline": True, "maxLength": MAX_TEXT, **common, **placeholder, **value}
    known = {option.value for option in field.options}
    expanded = field.multiple or (len(field.options) <= MAX_EXPANDED and not field.place)
    return {
        "type": "Input.ChoiceSet",
        "style": "expanded" if expanded else "compact",
        "isMultiSelect": field.multiple,
        "wrap": True,
        "choices": [{"title": _with_hint(option), "value": option.value} for option in field.options],
        "value": ",".join(value for value in field.chosen if value in known),
        **common,
    }


def _with_hint(option: Option) -> str:
    return f"{option.label}: {option.hint}" if option.hint else option.label


def is_field(key: object) -> bool:
    """True for the id of an input of a form."""
    return isinstance(key, str) and key.startswith((ONE, MANY))


def fields_in(value: Mapping[str, Any]) -> Fields:
    """The values that were entered, by the id of the field; none for an input that stood on the card and is empty."""
    stood = value.get(FIELDS)
    entered = dict.fromkeys((key for key in stood if is_field(key)), "") if isinstance(stood, list) else {}
    entered |= {key: given for key, given in value.items() if is_field(key)}
    return tuple(
        (key.partition(".")[2], _values(key, str(given).strip()))
        for key, given in entered.items()
        if isinstance(given, str | int | float | bool)
    )


def _values(key: str, given: str) -> tuple[str, ...]:
    if key.startswith(MANY):
        return tuple(part for part in given.split(",") if part)
    return (given,) if given else ()
