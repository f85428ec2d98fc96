"""What a person sees in Block Kit: texts in reading order, buttons, fields to fill in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Blocks = Sequence[Mapping[str, Any]]


def texts(element: Any) -> list[str]:
    """Every text in blocks, in reading order."""
    if isinstance(element, list):
        return [text for inner in element for text in texts(inner)]
    if not isinstance(element, dict):
        return []
    own = [element["text"]] if isinstance(element.get("text"), str) else []
    return own + [text for value in element.values() if isinstance(value, dict | list) for text in texts(value)]


def buttons(blocks: Blocks) -> dict[str, str]:
    """Label to command of every button."""
    return {element["text"]["text"]: element.get("value", "") for _, element in _pressable(blocks)}


def button(blocks: Blocks, label: str) -> tuple[str, dict[str, Any]]:
    """The block id of the button with this label, and the button. Raises LookupError."""
    for block_id, element in _pressable(blocks):
        if element["text"]["text"] == label:
            return block_id, element
    raise LookupError(f"no button {label!r}, but {sorted(buttons(blocks))}")


def _pressable(blocks: Blocks) -> Iterator[tuple[str, dict[str, Any]]]:
    """Block id and element of every button; each of a pair for feedback as Slack sends it when it is pressed."""
    for block in blocks:
        for element in block["elements"] if block["type"] in ("actions", "context_actions") else ():
            id = block.get("block_id", "b")
            if element["type"] == "feedback_buttons":
                common = {"type": element["type"], "action_id": element["action_id"]}
                yield id, common | element["positive_button"]
                yield id, common | element["negative_button"]
            else:
                yield id, element


def fields(blocks: Blocks) -> dict[str, dict[str, Any]]:
    """Block id to block of everything that can be filled in."""
    return {block["block_id"]: block for block in blocks if block["type"] == "input"}


def state_of(blocks: Blocks, given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """`state.values` as Slack sends it: what `given` says by field, and what was filled in beforehand. Raises
    LookupError where `given` names no field, or an option that is not offered."""
    found = fields(blocks)
    unknown = {f"field-{name}" for name in given} - set(found)
    if unknown:
        raise LookupError(f"no field {sorted(unknown)}, but {sorted(found)}")
    values = {}
    for block_id, block in found.items():
        element = block["element"]
        entered = given.get(block_id.removeprefix("field-"))
        if entered is None:
            entered = _initial(element)
        values[block_id] = {element["action_id"]: {"type": element["type"], **_entered(element, list(entered))}}
    return values


def _initial(element: Mapping[str, Any]) -> list[str]:
    chosen = [*element.get("initial_options", ()), *filter(None, [element.get("initial_option")])]
    typed = [element[key] for key in ("initial_value", "initial_conversation") if element.get(key)]
    return [option["value"] for option in chosen] + typed


def _entered(element: Mapping[str, Any], values: list[str]) -> dict[str, Any]:
    if "options" in element:
        offered = {option["value"]: option for option in element["options"]}
        chosen = [offered[value] for value in values]
        if element["type"] in ("checkboxes", "multi_static_select"):
            return {"selected_options": chosen}
        return {"selected_option": chosen[0] if chosen else None}
    key = "selected_conversation" if element["type"] == "conversations_select" else "value"
    return {key: values[0] if values else None}
