"""The parts of a reply as Block Kit blocks and elements.

Text is rich text, whose text elements Slack shows as they are, or plain text: nothing that a person or a YAML file
wrote can mention somebody, link somewhere or format anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.domain.messages import Block, Bullets, Choice, Heading, Paragraph, Reply, Table, in_words
from bot.domain.phrases import Phrases

Element = dict[str, Any]

# Slack's limits, in characters.
HEADER = 150
CONTEXT = 2000
TEXT = 3000  # of a section; used for rich text too, for which no limit is documented
AT = 300  # of a claim's place in its source
HINT = 300
ROWS, COLUMNS, CELLS = 100, 20, 9_900  # of a table; the last is the characters of all its cells together

_BROKEN_ENTITY = re.compile(r"&[a-z]{0,3}$")  # the beginning of one of `escape`
_PLACEHOLDER = re.compile(r"(\{[a-z_]+\})")


def escape(text: str) -> str:
    """Text in which Slack finds no mention, link or entity."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped_within(text: str, size: int) -> str:
    """The same in at most `size` bytes, ending in "…" where some is left out. No entity is cut in two."""
    escaped = escape(text)
    if len(escaped.encode()) <= size:
        return escaped
    short = escaped.encode()[: size - len("…".encode())].decode(errors="ignore")
    return _BROKEN_ENTITY.sub("", short).rstrip() + "…"


def unescape(text: str) -> str:
    """The text that `escape` made it from."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def cut(text: str, length: int) -> str:
    """At most `length` characters of `text`, ending in "…" where some are left out."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def plain_text(text: str, length: int) -> Element:
    """A `plain_text` object of at most `length` characters."""
    return {"type": "plain_text", "text": cut(text, length), "emoji": False}


def text_element(text: str, **style: bool) -> Element:
    # Slack refuses a message with an empty text.
    return {"type": "text", "text": text or " ", **({"style": style} if style else {})}


def text_elements(text: str, replacements: Mapping[str, Element]) -> list[Element]:
    """The elements of `text`, with those of `replacements` where it has their keys: "{person}" for instance."""
    parts = filter(None, _PLACEHOLDER.split(text))
    return [replacements[part] if part in replacements else text_element(part) for part in parts]


def rich_text(*sections: Element) -> Element:
    return {"type": "rich_text", "elements": list(sections)}


def section(*elements: Element) -> Element:
    return {"type": "rich_text_section", "elements": list(elements)}


def text_section(text: str, **style: bool) -> Element:
    return section(text_element(text, **style))


def headline(say: Phrases, reply: Reply, *, with_title: bool) -> Iterator[Element]:
    """The step of a dialogue, then the verdict and the title as a header."""
    if reply.progress:
        yield _context(say("slack-progress", step=reply.progress.step, steps=reply.progress.steps))
    text = ". ".join(part for part in (reply.verdict_label, reply.title) if part)
    if text and with_title:
        yield {"type": "header", "text": plain_text(text, HEADER)}


def body_elements(body: Sequence[Block], *, tables: bool) -> Iterator[Element]:
    """`tables`: a table may be one, which Slack takes in messages alone, and one in each."""
    for block in body:
        if tables and isinstance(block, Table) and (table := _table(block)):
            tables = False
            yield table
        else:
            yield from _block_elements(block)


def _block_elements(block: Block) -> Iterator[Element]:
    match block:
        case Paragraph(text):
            yield from (rich_text(text_section(part)) for part in _within(text, TEXT))
        case Heading(text):
            yield rich_text(text_section(cut(text, TEXT), bold=True))
        case Bullets(items):
            for group in _groups(items):
                yield rich_text(_list([[text_element(item)] for item in group]))
        case Table(header, rows):
            for row in rows:
                cells = [
                    [text_element(f"{name}: ", bold=True), text_element(cut(cell, TEXT // len(row)))]
                    for name, cell in zip(header[1:], row[1:], strict=False)
                ]
                yield rich_text(text_section(row[0], bold=True), _list(cells))


def _table(table: Table) -> Element | None:
    """Its columns but for the first, whose names stand in each cell instead: of columns of sentences a phone has room
    for two. None where Slack takes no table of that size."""
    names = table.header[1:]
    cells = [[(row[0], cell) for cell in row[1:]] for row in table.rows]
    size = sum(map(len, names)) + sum(len(name) + len(cell) for row in cells for name, cell in row)
    if not 1 <= len(names) <= COLUMNS or len(cells) >= ROWS or size > CELLS:
        return None
    # Rich text is shown as it is, whatever stands in it. An empty cell is refused.
    rows = [
        [rich_text(text_section(name or " ", bold=True)) for name in names],
        *([rich_text(*_named(name), text_section(cell or " ")) for name, cell in row] for row in cells),
    ]
    return {"type": "table", "rows": rows, "column_settings": [{"is_wrapped": True} for _ in names]}


def _named(name: str) -> list[Element]:
    return [text_section(name, bold=True)] if name else []


def citation_elements(say: Phrases, reply: Reply) -> Iterator[Element]:
    """The claims whose words stand below, each with its mark; then the places of all in one quiet line."""
    cited = [
        in_words(replace(one, says=cut(one.says, TEXT // 2), at=cut(one.at, AT)))
        for one in reply.citations
        if one.below
    ]
    if cited:
        shown = next(_groups(cited))
        items = [[text_element(line)] for line in shown]
        left_out = len(cited) - len(shown)
        more = [text_section(say("slack-sources-left-out", count=left_out), italic=True)] if left_out else []
        head = [text_section(reply.citations_label, bold=True)] if reply.citations_label else []
        yield {"type": "divider"}
        yield rich_text(*head, _list(items), *more)
    if reply.places_line:
        yield _context(reply.places_line)


def disclosure_elements(text: str) -> Iterator[Element]:
    if text:
        yield _context(text)


def channel_elements(say: Phrases, channel: str) -> Iterator[Element]:
    """The line that names a channel. Slack draws its name, and only for who may know of it."""
    if channel:
        named = {"type": "channel", "channel_id": channel}
        yield rich_text(section(*text_elements(say("slack-in-channel", channel="{channel}"), {"{channel}": named})))


def link_elements(say: Phrases, link: str) -> Iterator[Element]:
    """The one live address: Slack's own, of a message in this workspace."""
    if link:
        yield rich_text(section({"type": "link", "url": link, "text": say("slack-open")}))


def hint_elements(choices: Sequence[Choice]) -> Iterator[Element]:
    """The hints of the choices that have one, as a list."""
    hinted = [choice for choice in choices if choice.hint]
    if hinted:
        yield rich_text(
            _list([[text_element(one.label, bold=True), text_element(f": {cut(one.hint, HINT)}")] for one in hinted])
        )


def _list(items: Sequence[Sequence[Element]]) -> Element:
    return {"type": "rich_text_list", "style": "bullet", "elements": [section(*item) for item in items]}


def _context(text: str) -> Element:
    return {"type": "context", "elements": [plain_text(text, CONTEXT)]}


def _within(text: str, length: int) -> Iterator[str]:
    """`text` in pieces of at most `length` characters, split between words."""
    while len(text) > length:
        at = text.rfind(" ", 1, length)
        at = at if at > 0 else length
        yield text[:at]
        text = text[at:].lstrip()
    if text:
        yield text


def _groups(items: Sequence[str]) -> Iterator[list[str]]:
    """Items in groups of at most `TEXT` characters; a single longer item is cut."""
    group: list[str] = []
    length = 0
    for item in (cut(item, TEXT) for item in items):
        if group and length + len(item) > TEXT:
            yield group
            group, length = [], 0
        group.append(item)
        length += len(item)
    if group:
        yield group
