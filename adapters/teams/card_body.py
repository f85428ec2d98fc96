"""The parts of a reply as Adaptive Card elements (version 1.5)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.domain.messages import Block, Bullets, Choice, Citation, Heading, Paragraph, Reply, Table

Element = dict[str, Any]

COLOURS = {"yes": "Good", "no": "Attention", "partly": "Warning"}
SHOWN_CITATIONS = 3  # the rest unfolds
HIDDEN = "more-claims"

_MARKDOWN = re.compile(r"([\\*_\[\]`~])")
_LIST_START = re.compile(r"(?m)^([^\S\n]*)([-+>#]|\d+[.)])(?=\s)")


def plain(text: str) -> str:
    """`text` so that a card shows it as it is: nothing in it formats, links, or is replaced by a date."""
    text = _MARKDOWN.sub(r"\\\1", text).replace("{{", "{\u200b{")
    return _LIST_START.sub(lambda found: f"{found[1]}{found[2][:-1]}\\{found[2][-1]}", text)


def text_block(text: str, **properties: Any) -> Element:
    return {"type": "TextBlock", "text": plain(text), "wrap": True, **properties}


def headline(reply: Reply) -> list[Element]:
    """Where a triage stands, the verdict, the title: what is read first."""
    elements = []
    if reply.progress:
        place = f"Question {reply.progress.step} of {reply.progress.steps}"
        elements.append(text_block(place, isSubtle=True, size="Small", spacing="None"))
    if reply.verdict:
        elements.append(
            text_block(
                reply.verdict_label,
                weight="Bolder",
                size="ExtraLarge",
                color=COLOURS[reply.verdict],
                style="heading",
            )
        )
    if reply.title:
        properties = {"spacing": "None"} if reply.verdict else {"style": "heading"}
        elements.append(text_block(reply.title, weight="Bolder", size="Large", **properties))
    return elements


def block_elements(block: Block) -> list[Element]:
    match block:
        case Paragraph(text):
            return [text_block(text)]
        case Heading(text):
            return [text_block(text, weight="Bolder", size="Default", spacing="Medium", style="heading")]
        case Bullets(items):
            # A list of the card's own mark-up, so that a screen reader says how many items there are.
            listed = "\r".join(f"- {plain(' '.join(item.split()))}" for item in items)
            return [{"type": "TextBlock", "text": listed, "wrap": True}]
        case Table():
            return [_row(block, row) for row in block.rows]


def _row(table: Table, row: Sequence[str]) -> Element:
    """One row, its cells side by side below its name. On a phone a grid of three columns would break every word, and a
    screen reader says with each cell whose it is."""
    columns = [
        {
            "type": "Column",
            "width": "stretch",
            "items": [text_block(name, size="Small", isSubtle=True), text_block(cell, spacing="None")],
        }
        for name, cell in zip(table.header[1:], row[1:], strict=False)
        if cell
    ]
    cells = [{"type": "ColumnSet", "columns": columns, "spacing": "Small"}] if columns else []
    return {
        "type": "Container",
        "separator": True,
        "spacing": "Medium",
        "items": [text_block(row[0] or " ", weight="Bolder"), *cells],
    }


def citation_elements(citations: Sequence[Citation], disclosure: str, *, left_out: int = 0) -> list[Element]:
    """The claims with their places. More than a few are folded away, behind a word to press."""
    if not citations and not disclosure:
        return []
    items: list[Element] = []
    if citations:
        sources = {citation.source for citation in citations}
        title = sources.pop() if len(sources) == 1 else ""  # said once, not with every claim
        items.append(text_block("Where this comes from", weight="Bolder", size="Small", style="heading"))
        if title:
            items.append(text_block(title, size="Small", isSubtle=True, spacing="None"))
        lines = [_citation(citation, with_source=not title) for citation in citations]
        shown = SHOWN_CITATIONS if folds(citations) else len(lines)
        items += lines[:shown]
        if lines[shown:]:
            items.append({"type": "Container", "id": HIDDEN, "isVisible": False, "items": lines[shown:]})
            items += tool_elements([_unfolding(citations)], spacing="Small")
    if left_out:
        items.append(text_block(f"And {left_out} more that do not fit here.", isSubtle=True, size="Small"))
    if disclosure:
        items.append(text_block(disclosure, isSubtle=True, size="Small"))
    return [{"type": "Container", "style": "emphasis", "spacing": "Medium", "items": items}]


def folds(citations: Sequence[Citation]) -> bool:
    return len(citations) > SHOWN_CITATIONS + 1  # unfolding one line is not worth a word


def _unfolding(citations: Sequence[Citation]) -> Element:
    return {
        "type": "Action.ToggleVisibility",
        "title": f"All {len(citations)} claims, or fewer",
        "targetElements": [HIDDEN],
    }


def _citation(citation: Citation, *, with_source: bool) -> Element:
    place = f"{citation.source}: {citation.at}" if with_source else citation.at
    if citation.promotion:
        place += ", of the publisher's own product"
    return {
        "type": "Container",
        "spacing": "Small",
        "items": [
            text_block(citation.says, size="Small"),
            text_block(place, size="Small", isSubtle=True, spacing="None"),
        ],
    }


def hint_elements(choices: Sequence[Choice]) -> list[Element]:
    """What the buttons below mean, where they say more than fits on them."""
    facts = [{"title": plain(choice.label), "value": plain(choice.hint)} for choice in choices if choice.hint]
    return [{"type": "FactSet", "facts": facts, "spacing": "Medium"}] if facts else []


def tool_elements(actions: Sequence[Element], spacing: str = "Medium") -> list[Element]:
    """What can be done with the reply, as one line of words to press. Buttons are for the next steps."""
    if not actions:
        return []
    columns = [
        {
            "type": "Column",
            "width": "auto",
            "items": [text_block(action["title"], size="Small", color="Accent")],
            "selectAction": action,
        }
        for action in actions
    ]
    return [{"type": "ColumnSet", "spacing": spacing, "columns": columns}]
