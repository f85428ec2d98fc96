"""A reply as Block Kit: verdict first, the answer, where it stands in the source, what to do next.

Bodies are drawn as rich text, whose text elements Slack shows as they are: nothing that a person or a YAML file wrote
can mention somebody, link somewhere or format anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from adapters.slack.forms import fits_a_message, inputs
from bot.domain.messages import Block, Bullets, Choice, Form, Heading, Paragraph, Reply, Table

Element = dict[str, Any]

# Slack's limits, in characters.
HEADER = 150
BUTTON = 75
VALUE = 2000
CONTEXT = 2000
TEXT = 3000  # a section's; kept for a rich text block too, for which no limit is documented
FALLBACK = 3000
MOST_BLOCKS = 50
ROW = 5  # buttons in one row; more wrap badly on a phone

COMMAND = "command"  # the action id of every button that carries a command, followed by a number
OPENS = "opens"  # the action id of a button that opens a form: it asks again what brought the form about
OWNER = "of-"  # before a person's id in a block's id
SOURCES = "Where this comes from"
MORE = "There is more to this answer than fits here. Ask about one part of it."
EMPTY = "There is nothing to show."


def draw(reply: Reply, below: Sequence[Element] = (), *, most: int = MOST_BLOCKS) -> list[Element]:
    """What there is to read in a reply, with `below` under it. At most `most` blocks: the body gives way."""
    above = [*_headline(reply)]
    body = [block for part in reply.body for block in _drawn(part)]
    last = [*_sources(reply), *_disclosure(reply.disclosure), *_link(reply.link), *below]
    room = most - len(above) - len(last)
    if len(body) > room:
        body = [*body[: room - 1], _rich([_section(MORE, italic=True)])]
    return [*above, *body, *last] or [_rich([_section(EMPTY)])]


def message(reply: Reply, *, asked: str = "", owner: str = "") -> dict[str, Any]:
    """What a method that posts a message takes: blocks with their fallback, unfurling nothing.

    `asked`: what brought a form about, to be asked again by the button that opens it (`translate.asked_again`).
    `owner`: whose buttons these are, where others can press them too.
    """
    below = [
        *_form(reply.form, asked, reply.title),
        *buttons(reply.choices),
        *buttons(reply.tools, start=len(reply.choices)),
    ]
    if owner:
        below = [
            block | ({"block_id": f"{OWNER}{owner}-{number}"} if block["type"] == "actions" else {})
            for number, block in enumerate(below)
        ]
    return shown(draw(reply, below), reply)


def shown(blocks: list[Element], reply: Reply) -> dict[str, Any]:
    """`blocks`, which stand for `reply`, as a message."""
    return {"text": fallback(reply), "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def fallback(reply: Reply) -> str:
    """The whole reply as text for notifications and screen readers, with everything in it dead."""
    return escape(cut(reply.text or EMPTY, FALLBACK))


def escape(text: str) -> str:
    """Text in which Slack finds no mention, link or entity."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _headline(reply: Reply) -> Iterator[Element]:
    if reply.progress:
        yield _context(f"Question {reply.progress.step} of {reply.progress.steps}")
    headline = ". ".join(part for part in (reply.verdict_label, reply.title) if part)
    if headline and not _is_asked_below(reply):
        yield {"type": "header", "text": {"type": "plain_text", "text": cut(headline, HEADER), "emoji": False}}


def _is_asked_below(reply: Reply) -> bool:
    """Whether the title is a question that stands above its options anyway."""
    form = reply.form
    return form is not None and fits_a_message(form) and form.fields[0].label == reply.title


def _drawn(block: Block) -> Iterator[Element]:
    match block:
        case Paragraph(text):
            yield from (_rich([_section(part)]) for part in _within(text, TEXT))
        case Heading(text):
            yield _rich([_section(cut(text, TEXT), bold=True)])
        case Bullets(items):
            for group in _groups(items):
                yield _rich([_list([[_text(item)] for item in group])])
        case Table(header, rows):
            # Row by row, as a phone is too narrow for columns of sentences.
            for row in rows:
                cells = [
                    [_text(f"{name}: ", bold=True), _text(cut(cell, TEXT // len(row)))]
                    for name, cell in zip(header[1:], row[1:], strict=False)
                ]
                yield _rich([_section(row[0], bold=True), _list(cells)])


def _sources(reply: Reply) -> Iterator[Element]:
    """Each claim with its place; of what stands in a table already, the place alone, and once."""
    cells = {cell for block in reply.body if isinstance(block, Table) for row in block.rows for cell in row}
    cited = list(dict.fromkeys(("" if one.says in cells else one.says, one.at) for one in reply.citations))
    if not cited:
        return
    room = next(_groups([says + at for says, at in cited]))
    items = [
        [*([_text(f"{cut(says, TEXT // 2)} ")] if says else ()), _text(f"[{cut(at, 300)}]", italic=True)]
        for says, at in cited[: len(room)]
    ]
    left_out = len(cited) - len(room)
    more = [_section(f"And {left_out} more that do not fit here.", italic=True)] if left_out else []
    yield {"type": "divider"}
    yield _rich([_section(SOURCES, bold=True), _list(items), *more])


def _disclosure(text: str) -> Iterator[Element]:
    if text:
        yield _context(text)


def _link(link: str) -> Iterator[Element]:
    """The one address that is live: Slack's own, of a message in this workspace."""
    if link:
        target = {"type": "link", "url": link, "text": "Open it"}
        yield _rich([{"type": "rich_text_section", "elements": [target]}])


def _form(form: Form | None, asked: str, title: str) -> Iterator[Element]:
    if form is None:
        return
    if fits_a_message(form):
        yield from inputs(form)
        yield row([Choice(form.submit, form.command, style="primary")]) | {"block_id": "submit"}
    elif asked:
        yield {"type": "actions", "elements": [button(Choice(form.title or title, asked), OPENS)]}


def buttons(choices: Sequence[Choice], start: int = 0) -> Iterator[Element]:
    """Rows of buttons, numbered from `start`, below what they mean where their labels do not say it all."""
    hinted = [choice for choice in choices if choice.hint]
    if hinted:
        yield _rich([_list([[_text(one.label, bold=True), _text(f": {cut(one.hint, TEXT // 10)}")] for one in hinted])])
    for at in range(0, len(choices), ROW):
        yield row(choices[at : at + ROW], start + at)


def row(choices: Sequence[Choice], start: int = 0) -> Element:
    return {
        "type": "actions",
        "elements": [button(choice, f"{COMMAND}-{number}") for number, choice in enumerate(choices, start)],
    }


def button(choice: Choice, action_id: str) -> Element:
    drawn: Element = {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": cut(choice.label, BUTTON), "emoji": False},
        "value": cut(choice.command, VALUE),
    }
    if choice.style:
        drawn["style"] = choice.style
    if choice.hint:
        drawn["accessibility_label"] = cut(f"{choice.label}. {choice.hint}", BUTTON)
    return drawn


def _rich(elements: list[Element]) -> Element:
    return {"type": "rich_text", "elements": elements}


def _section(text: str, **style: bool) -> Element:
    return {"type": "rich_text_section", "elements": [_text(text, **style)]}


def _list(items: list[list[Element]]) -> Element:
    return {
        "type": "rich_text_list",
        "style": "bullet",
        "elements": [{"type": "rich_text_section", "elements": item} for item in items],
    }


def _text(text: str, **style: bool) -> Element:
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def _context(text: str) -> Element:
    return {"type": "context", "elements": [{"type": "plain_text", "text": cut(text, CONTEXT), "emoji": False}]}


def _within(text: str, length: int) -> Iterator[str]:
    """`text` in pieces of at most so many characters, parted between words."""
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
