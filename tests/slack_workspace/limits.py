"""What Slack refuses in Block Kit, as its documentation gives the limits. Each problem names the block."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

BLOCKS_IN_JSON = 13_200  # characters of all blocks of a message: not documented, but measured by others
FALLBACK_IN_UPDATE = 4000  # characters of the text of chat.update
VIEW_IN_JSON = 250_000
LIMITS = {"header": 150, "section": 3000, "context": 3000, "button": 75}
KNOWN = {"header", "section", "context", "actions", "divider", "rich_text", "input", "image"}
IN_MESSAGES = {"table", "context_actions"}  # not in modals or on the Home tab
ELEMENTS = {
    "button", "plain_text_input", "static_select", "multi_static_select", "radio_buttons", "checkboxes",
    "conversations_select", "overflow",
}  # fmt: skip


def problems(blocks: list[dict[str, Any]], *, view: bool = False) -> list[str]:
    """Everything that Slack would refuse in these blocks, of a message or, if `view`, of a modal or the Home tab."""
    most = 100 if view else 50
    found = [f"{len(blocks)} blocks, at most {most} fit"] if len(blocks) > most else []
    if view:
        found += [f"{block['type']} in a view" for block in blocks if block["type"] in IN_MESSAGES]
    tables = [block for block in blocks if block["type"] == "table"]
    if len(tables) > 1:
        found.append("only_one_table_allowed")
    if sum(len(text) for table in tables for row in table["rows"] for cell in row for text in _texts(cell)) > 10_000:
        found.append("a table of more than 10000 characters")
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        found.append("a block_id stands twice")
    for number, block in enumerate(blocks):
        found += [f"block {number} ({block.get('type')}): {problem}" for problem in _in_block(block)]
    return found


def size(value: object) -> int:
    """Characters in JSON, at the most: as if each beyond ASCII were several."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def view_problems(view: dict[str, Any]) -> list[str]:
    """Everything that Slack would refuse in a modal or a Home tab."""
    found = problems(view.get("blocks", []), view=True)
    if size(view) > VIEW_IN_JSON:
        found.append("the view is too large")
    if view.get("type") == "modal":
        for part, most in (("title", 24), ("submit", 24), ("close", 24)):
            if part in view or part == "title":
                found += [f"{part}: {problem}" for problem in _text(view.get(part), most)]
        if any(block["type"] == "input" for block in view["blocks"]) and "submit" not in view:
            found.append("a modal with inputs needs submit")
    if len(view.get("private_metadata", "")) > 3000:
        found.append("private_metadata is too long")
    if len(view.get("callback_id", "")) > 255:
        found.append("callback_id is too long")
    return found


def _in_block(block: dict[str, Any]) -> Iterator[str]:
    kind = block.get("type", "")
    if kind not in KNOWN | IN_MESSAGES:
        yield "unknown type"
    if len(block.get("block_id", "")) > 255:
        yield "block_id is too long"
    match kind:
        case "header" | "section":
            yield from _text(block.get("text"), LIMITS[kind])
            if kind == "header" and block["text"]["type"] != "plain_text":
                yield "a header takes plain_text"
        case "context":
            if not 1 <= len(block["elements"]) <= 10:
                yield "1 to 10 elements"
            for element in block["elements"]:
                yield from _text(element, LIMITS[kind])
        case "actions":
            if not 1 <= len(block["elements"]) <= 25:
                yield "1 to 25 elements"
            ids = [element.get("action_id") for element in block["elements"]]
            if len(ids) != len(set(ids)):
                yield "an action_id stands twice"
            for element in block["elements"]:
                yield from _element(element)
        case "context_actions":
            if not 1 <= len(block["elements"]) <= 5:
                yield "1 to 5 elements"
            for element in block["elements"]:
                yield from _feedback(element)
        case "table":
            if not 1 <= len(block["rows"]) <= 100:
                yield "1 to 100 rows"
            if len(block.get("column_settings", ())) > 20 or any(len(row) > 20 for row in block["rows"]):
                yield "at most 20 columns"
            for cell in [cell for row in block["rows"] for cell in row]:
                if cell["type"] != "rich_text":
                    yield f"a cell of type {cell['type']}"
                yield from _in_block(cell)
        case "input":
            yield from _text(block.get("label"), 2000)
            yield from _element(block["element"])
        case "rich_text":
            if not block["elements"]:
                yield "no elements"
            for text in _texts(block):
                if not text:
                    yield "an empty text"


def _feedback(element: dict[str, Any]) -> Iterator[str]:
    """`feedback_buttons`, which stand in `context_actions` alone."""
    if element.get("type") != "feedback_buttons":
        yield f"unknown element {element.get('type')}"
    if not 1 <= len(element.get("action_id", "")) <= 255:
        yield "action_id needs 1 to 255 characters"
    for pressed in (element["positive_button"], element["negative_button"]):
        yield from _text(pressed.get("text"), LIMITS["button"])
        if not 1 <= len(pressed.get("value", "")) <= 2000:
            yield "value needs 1 to 2000 characters"


def _element(element: dict[str, Any]) -> Iterator[str]:
    if element.get("type") not in ELEMENTS:
        yield f"unknown element {element.get('type')}"
    if not 1 <= len(element.get("action_id", "")) <= 255:
        yield "action_id needs 1 to 255 characters"
    if element["type"] == "button":
        yield from _text(element.get("text"), LIMITS["button"])
        if len(element.get("value", "")) > 2000:
            yield "value is too long"
        if len(element.get("accessibility_label", "")) > 75:
            yield "accessibility_label is too long"
    options = element.get("options")
    if options is not None:
        most = 10 if element["type"] in ("radio_buttons", "checkboxes") else 100
        if not 1 <= len(options) <= most:
            yield f"1 to {most} options"
        for option in options:
            yield from _text(option["text"], 75)
            if not 1 <= len(option["value"]) <= 150:
                yield "an option's value needs 1 to 150 characters"
        for initial in [*element.get("initial_options", ()), *filter(None, [element.get("initial_option")])]:
            if initial not in options:
                yield "an initial option is not among the options"


def _text(text: Any, most: int) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in ("plain_text", "mrkdwn"):
        yield "no text object"
    elif not 1 <= len(text.get("text", "")) <= most:
        yield f"text has {len(text.get('text', ''))} characters, 1 to {most} fit"


def _texts(element: dict[str, Any]) -> Iterator[str]:
    if element.get("type") == "text":
        yield element["text"]
    for inner in element.get("elements", ()):
        yield from _texts(inner)
