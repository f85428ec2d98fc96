"""Replies in the terminal: as plain text for programs, with colours and tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from bot.domain.messages import Block, Bullets, Choice, Field, Form, Heading, Paragraph, Reply, Table, in_words

COLOURS = {"yes": "green", "no": "red", "partly": "yellow"}
WIDTH = 100  # columns at most, for readability
SEVERAL = "Pick one or several: type their numbers, for instance 1, 3."


def plain(reply: Reply) -> str:
    """The reply as text, with its choices."""
    lines = [reply.text]
    if reply.choices:
        lines += ["", *(f"  [{choice.command}] {choice.label}" for choice in reply.choices)]
    return "\n".join(lines)


def show(reply: Reply, console: Console) -> None:
    """Print `reply`. Options of a form's field, or else the choices, are numbered from 1."""
    colour = COLOURS.get(reply.verdict or "", "")
    dot = ". " if reply.title else ""
    headline = (
        Text(style="bold")
        .append(f"{reply.verdict_label}{dot}" if reply.verdict else "", style=colour)
        .append(reply.title)
    )
    if reply.progress:
        headline.append(f"   {reply.progress.step} of {reply.progress.steps}", style="dim")
    parts: list[RenderableType] = [headline] if headline.plain else []
    for block in reply.body:
        parts += [Text(), _block(block)] if parts and not _continues(block, parts[-1]) else [_block(block)]
    if below := [citation for citation in reply.citations if citation.below]:
        parts += [Text(), Text(reply.citations_label, style="dim")]
        parts.append(_bullets(tuple(map(in_words, below))))
    if reply.places_line:
        parts += [Text(), Text(reply.places_line, style="dim")]
    if reply.disclosure:
        parts += [Text(), Text(reply.disclosure, style="italic dim")]
    if reply.form or reply.choices or reply.tools:
        parts.append(Text())
    if reply.form is not None:
        parts += [part for field in reply.form.fields for part in _field(field, reply.title)]
        parts += [_choice("·", choice) for choice in reply.choices]
        parts += _how_to_answer(reply.form, reply.tools)
    elif reply.kind == "triage":
        parts += [_choice(f"{number:>2}", choice) for number, choice in enumerate(reply.choices, 1)]
        parts += _to_type(reply.tools)
    else:
        parts += [_choice(f"{number:>2}", choice) for number, choice in enumerate(reply.choices, 1)]
        parts += [_tools(reply.tools, len(reply.choices) + 1)] if reply.tools else []
    if reply.link:
        parts.append(Text(reply.link))
    console.print(Padding(Group(*parts), (1, 2)), width=min(console.width, WIDTH))


def _continues(block: Block, before: RenderableType) -> bool:
    """True for bullets after a line of text: no blank line between them."""
    return isinstance(block, Bullets) and isinstance(before, Text) and before.plain != ""


def _block(block: Block) -> RenderableType:
    match block:
        case Paragraph(text):
            return Text(text)
        case Heading(text):
            return Text(text, style="bold")
        case Bullets(items):
            return _bullets(items)
        case Table(header, rows):
            grid = Grid(*header, show_lines=True)
            for row in rows:
                grid.add_row(*map(escape, row))
            return grid


def _bullets(items: tuple[str, ...]) -> RenderableType:
    grid = Grid.grid(padding=(0, 1))
    for item in items:
        grid.add_row("•", Text(item))
    return grid


def _choice(mark: str, choice: Choice) -> Text:
    line = Text(f"{mark} ", style="cyan").append(choice.label, style="default")
    return line.append(f"  {choice.hint}", style="dim") if choice.hint else line


def _tools(tools: tuple[Choice, ...], first: int) -> Text:
    return Text("   ".join(f"{number} {tool.label}" for number, tool in enumerate(tools, first)), style="dim")


def _how_to_answer(form: Form, tools: Sequence[Choice]) -> list[RenderableType]:
    """How to pick options of the one field of a form, and what else may be typed."""
    several = len(form.fields) == 1 and form.fields[0].multiple and len(form.fields[0].options) > 1
    return [*([Text(), Text(SEVERAL, style="dim")] if several else []), *_to_type(tools)]


def _to_type(tools: Sequence[Choice]) -> list[RenderableType]:
    """The tools by the words to type: numbers stand for the options of the question."""
    if not tools:
        return []
    line = Text("Or type: ", style="dim")
    for number, tool in enumerate(tools):
        line.append("   " if number else "").append(tool.label, style="cyan")
    return [Text(), line]


def _field(field: Field, title: str) -> list[Text]:
    """The field's label, unless it is the title above, and its options."""
    options = [
        _choice(f"{number:>2}", Choice(option.label, "", option.hint)) for number, option in enumerate(field.options, 1)
    ]
    return [*([] if field.label == title else [Text(field.label, style="bold")]), *options]
