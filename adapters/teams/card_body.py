"""The parts of a reply as Adaptive Card elements (version 1.5)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.domain.messages import Block, Bullets, Choice, Citation, Heading, Paragraph, Reply, Table, Verdict
from bot.domain.phrases import Phrases

Element = dict[str, Any]

STYLES: dict[Verdict, str] = {"yes": "good", "no": "attention", "partly": "warning"}
SOURCES, REST = "sources", "rest"  # the ids of what is folded away
TARGET = "44px"  # the least height of what is pressed with a finger
SHORT = 7  # characters of a word that may be narrower than that
TOOLS_IN_A_ROW = 3  # more do not fit on a phone

_MARKDOWN = re.compile(r"([\\*_\[\]`~])")
_TEAMS_TAG = re.compile(r"<(?=/?at\b)", re.IGNORECASE)  # a mention, which the client takes out where it knows nobody
_LIST_START = re.compile(r"(?m)^([^\S\n]*)([-+>#]|\d+[.)])(?=\s)")


def plain(text: str) -> str:
    """`text`, escaped so that nothing in it formats, links, mentions, or is replaced by a date."""
    text = _MARKDOWN.sub(r"\\\1", text).replace("{{", "{\u200b{")
    text = _TEAMS_TAG.sub("<\u200b", text)
    return _LIST_START.sub(lambda found: f"{found[1]}{found[2][:-1]}\\{found[2][-1]}", text)


def text_block(text: str, **properties: Any) -> Element:
    return {"type": "TextBlock", "text": plain(text), "wrap": True, **properties}


def headline(say: Phrases, reply: Reply) -> list[Element]:
    """The progress of a triage, the verdict and the title."""
    elements = []
    if reply.progress:
        progress = say("teams-progress", step=reply.progress.step, steps=reply.progress.steps)
        elements.append(text_block(progress, isSubtle=True, size="Small", spacing="None"))
    if reply.verdict:
        elements.append(_verdict(reply.verdict, reply.verdict_label))
    if reply.title:
        properties = {"spacing": "Small"} if reply.verdict else {"style": "heading"}
        elements.append(text_block(reply.title, weight="Bolder", size="Large", **properties))
    return elements


def _verdict(verdict: Verdict, label: str) -> Element:
    """A label with the verdict's colour behind it: as the colour of a text, green and yellow can't be read on white."""
    word = text_block(label, weight="Bolder", size="Large", style="heading")
    column = {"type": "Column", "width": "auto", "style": STYLES[verdict], "items": [word]}
    return {"type": "ColumnSet", "columns": [column]}


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
    """One row: its first cell, and the others side by side below it, each with its column's name. A grid of three
    columns would break every word on a phone, and tell a screen reader no names."""
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


def citation_elements(say: Phrases, reply: Reply, citations: Sequence[Citation], *, left_out: int = 0) -> list[Element]:
    """What the reply rests on, folded away where that is not all there is: the claims with their places, whose interest
    their sources serve, and links to them. What has to be said unasked stands outside. `left_out`: the claims that the
    card has no room for."""
    shown: list[Element] = []
    if citations:
        addresses = dict.fromkeys((one.by or one.source, one.url) for one in citations if one.url)
        links = [{"type": "Action.OpenUrl", "title": name, "url": url} for name, url in addresses]
        interests = dict.fromkeys(
            one.interest for one in citations if one.interest and one.interest not in reply.disclosure
        )
        items = [_citation(say, citation) for citation in sorted(citations, key=lambda one: one.number)]
        quiet = [reply.places_line, *interests, say("teams-sources-left-out", count=left_out) if left_out else ""]
        items += [text_block(line, size="Small", isSubtle=True) for line in quiet if line]
        items += tool_elements(links)
        if reply.body and reply.kind != "help":
            shown += tool_elements([unfolding(say("teams-sources-unfold"), SOURCES)])
            items = folded(SOURCES, items, style="emphasis")
        shown += items
    if reply.disclosure:
        shown.append(text_block(reply.disclosure, isSubtle=True, size="Small"))
    return shown


def folded(id: str, items: Sequence[Element], **properties: Any) -> list[Element]:
    """`items`, shown once the action `unfolding` with the same `id` is pressed."""
    return [{"type": "Container", "id": id, "isVisible": False, "spacing": "Small", "items": [*items], **properties}]


def unfolding(title: str, id: str) -> Element:
    return {"type": "Action.ToggleVisibility", "title": title, "targetElements": [id]}


def _citation(say: Phrases, citation: Citation) -> Element:
    place = say("teams-source-promotion", place=citation.at) if citation.promotion else citation.at
    place = f"[{citation.number}] {place}" if citation.number else place
    return {
        "type": "Container",
        "spacing": "Small",
        "items": [
            text_block(citation.says, size="Small"),
            text_block(place, size="Small", isSubtle=True, spacing="None"),
        ],
    }


def hint_elements(choices: Sequence[Choice]) -> list[Element]:
    """The hints of the choices, which do not fit on their buttons."""
    facts = [{"title": plain(choice.label), "value": plain(choice.hint)} for choice in choices if choice.hint]
    return [{"type": "FactSet", "facts": facts, "spacing": "Medium"}] if facts else []


def tool_elements(actions: Sequence[Element]) -> list[Element]:
    """Actions as words to press, `TOOLS_IN_A_ROW` side by side: quieter than buttons, which are for the next steps, and
    as easy to hit."""
    rows = [actions[at : at + TOOLS_IN_A_ROW] for at in range(0, len(actions), TOOLS_IN_A_ROW)]
    return [{"type": "ColumnSet", "spacing": "None", "columns": [_tool(action) for action in row]} for row in rows]


def _tool(action: Element) -> Element:
    return {
        "type": "Column",
        "width": "56px" if len(action["title"]) <= SHORT else "auto",
        "minHeight": TARGET,
        "verticalContentAlignment": "Center",
        "items": [text_block(action["title"], color="Accent")],
        "selectAction": action,
    }
