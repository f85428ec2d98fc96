"""Edits of one entry of a YAML file that leave the rest of the file as it is, to the byte.

The lines of the entry alone are read, changed and written with ruamel.yaml, which keeps comments, quotes and the order
of keys. What then stands in the file is compared with what is meant: a file that is written in a way that does not
allow this is refused, not spoilt.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, FoldedScalarString
from yaml.nodes import MappingNode, Node, SequenceNode

from bot.curation.folder_files import EditError

WIDTH = 120  # of a line of folded text
_ANY_WIDTH = 1_000_000  # a line that is longer stays one line
_OFFSET = 2  # of the dashes of a list; ruamel.yaml indents one at the root like any other
_PLAIN = re.compile(r"[A-Za-z][\w ,.;()/'’–-]*[\w.)]")  # reads as text without quotes, if it is no word of YAML's own

Values = dict[str, str | list[str] | dict[str, bool]]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lines:
    """An entry of a file: its first line, the one after its last, and by how much it is indented."""

    begin: int
    end: int
    indent: int


def set_values(text: str, id: str, values: Values) -> str:
    """`text`, a list of mappings, with these values in the one that has this `id`; an empty value is taken out."""

    def change(row: Row) -> None:
        for key, value in values.items():
            if not value:
                row.pop(key, None)
            elif row.get(key) != value:
                row[key] = _styled(value, row.get(key))

    return _edited(text, _row_of(text, id), lambda found: change(found[0]), lambda whole: change(_by_id(whole, id)))


def extend(text: str, id: str, key: str, more: list[str]) -> str:
    """`text`, a list of mappings, with `more` at the end of the list under `key` of the one that has this `id`."""

    def change(row: Row) -> None:
        row[key] = _longer(row.get(key), more)

    return _edited(text, _row_of(text, id), lambda found: change(found[0]), lambda whole: change(_by_id(whole, id)))


def extend_under(text: str, path: tuple[str, ...], more: list[str]) -> str:
    """`text`, a mapping, with `more` at the end of the list at `path`: one key, or two within one another."""
    *outer, key = path

    def change(whole: Row) -> None:
        for name in outer:
            whole = whole[name]
        whole[key] = _longer(whole.get(key), more)

    return _edited(text, _pair_of(text, path), lambda found: found.update({key: _longer(found[key], more)}), change)


def add_row(text: str, values: Values) -> str:
    """`text`, a list of mappings in block style, with one more at its end."""
    row = {key: _styled(value, None) for key, value in values.items() if value}
    new = _dumped([row], 0)
    after = (text if text.endswith("\n") or not text else text + "\n") + new
    _prove(text, after, lambda whole: whole.append({key: value for key, value in values.items() if value}))
    return after


def row_of(text: str, id: str) -> Row | None:
    """The values of the mapping with this `id` in a list of them; None if there is none, or the text can't be read."""
    try:
        return next((row for row in _plain(text) or () if isinstance(row, dict) and row.get("id") == id), None)
    except (yaml.YAMLError, TypeError):
        return None


def has(text: str, path: tuple[str, ...]) -> bool:
    """Whether the text, a mapping, has something at this path."""
    try:
        found = _plain(text)
    except yaml.YAMLError:
        return False
    for key in path:
        if not isinstance(found, dict) or key not in found:
            return False
        found = found[key]
    return True


def _edited(text: str, at: Lines, change: Callable[[Any], None], meant: Callable[[Any], None]) -> str:
    lines = text.splitlines(keepends=True)
    try:
        entry = _round_trip().load(_as_dumped("".join(lines[at.begin : at.end]), at.indent))
        change(entry)
        new = _dumped(entry, at.indent)
    except (YAMLError, KeyError, TypeError, AttributeError):
        raise _by_hand() from None
    if lines[at.end - 1][-1:] != "\n" and at.end == len(lines):
        new = new.rstrip("\n")
    after = "".join([*lines[: at.begin], new, *lines[at.end :]])
    _prove(text, after, meant)
    return after


def _prove(before: str, after: str, meant: Callable[[Any], None]) -> None:
    """Raises EditError unless `after` says what `before` says once it is changed as `meant`."""
    try:
        wanted = _plain(before)
        meant(wanted)
        if _plain(after) == wanted:
            return
    except (yaml.YAMLError, KeyError, TypeError, AttributeError):
        pass
    raise _by_hand()


def _by_hand() -> EditError:
    return EditError("The file is written in a way that can't be edited here; open it in an editor.")


def _by_id(rows: list[Row], id: str) -> Row:
    return next(row for row in rows if row.get("id") == id)


def _row_of(text: str, id: str) -> Lines:
    root = _composed(text)
    rows = root.value if isinstance(root, SequenceNode) else []
    for row in rows:
        if isinstance(row, MappingNode) and any(key.value == "id" and value.value == id for key, value in row.value):
            line = row.start_mark.line
            dash = text.splitlines()[line][: row.start_mark.column]
            if dash.strip() != "-":
                raise _by_hand()
            return _lines(text, line, row.end_mark, dash.index("-"))
    raise EditError(f"There is no {id[:100]} in the folder any more. Begin again from the list of answers.")


def _pair_of(text: str, path: tuple[str, ...]) -> Lines:
    node: Node | None = _composed(text)
    for depth, name in enumerate(path):
        pairs = node.value if isinstance(node, MappingNode) else []
        key, node = next(((key, value) for key, value in pairs if key.value == name), (None, None))
        if key is None or node is None:
            raise _by_hand()
        if depth == len(path) - 1:
            return _lines(text, key.start_mark.line, node.end_mark, key.start_mark.column)
    raise _by_hand()


def _lines(text: str, begin: int, mark: yaml.Mark, indent: int) -> Lines:
    """Up to where the node ends, without the comments and empty lines between it and the next one."""
    lines = text.splitlines()
    end = mark.line + (1 if mark.column else 0)
    while end > begin + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return Lines(begin, min(end, len(lines)), indent)


def _longer(old: Any, more: list[str]) -> Any:
    if not isinstance(old, list):
        old = CommentedSeq([old] if old else [])
    quoted = any(isinstance(one, DoubleQuotedScalarString) for one in old) or not old
    added = [DoubleQuotedScalarString(one) if quoted else _styled(one, None) for one in more]
    last = len(old) - 1
    old.extend(added)
    if isinstance(old, CommentedSeq) and last in old.ca.items:
        _keep_below(old.ca.items, last, len(old) - 1)
    return old


def _keep_below(comments: dict[int, list[Any]], was: int, now: int) -> None:
    """What ruamel.yaml holds as one comment of an item: the rest of its line stays, what stands below the list stays
    below the list."""
    token = comments[was][0]
    beside, _, below = token.value.partition("\n")
    if below.strip() or not beside:
        moved = copy(token)
        moved.value = "\n" + below
        comments[now] = [moved, *comments[was][1:]]
        token.value = f"{beside}\n"
    if not beside:
        del comments[was]


def _styled(value: Any, old: Any) -> Any:
    """A new value as the files have such ones: long text folded, other text in quotes where it needs them, ids in a row
    where they are short, and in a list of lines where they were."""
    if isinstance(value, str):
        if len(value) > WIDTH - 20 and "\n" not in value and not value.startswith(" "):
            return _folded(value)
        return value if _PLAIN.fullmatch(value) and _plain(value) == value else DoubleQuotedScalarString(value)
    if isinstance(value, list):
        found = CommentedSeq(_styled(one, None) for one in value)
        block = isinstance(old, CommentedSeq) and not old.fa.flow_style()
        (found.fa.set_block_style if block else found.fa.set_flow_style)()
        return found
    stances = CommentedMap((key, "yes" if holds else "no") for key, holds in value.items())
    stances.fa.set_flow_style()
    return stances


def _folded(text: str) -> Any:
    folded = FoldedScalarString(text)
    at, places = 0, []
    for line in textwrap.wrap(text, WIDTH - 4, break_long_words=False, break_on_hyphens=False)[:-1]:
        at += len(line)
        places.append(at)
        at += 1
    folded.fold_pos = places  # where ruamel.yaml breaks the lines
    return folded


def _round_trip() -> YAML:
    made = YAML()
    made.preserve_quotes = True
    made.width = _ANY_WIDTH
    made.indent(mapping=2, sequence=2 + _OFFSET, offset=_OFFSET)
    return made


def _dumped(entry: Any, indent: int) -> str:
    written = io.StringIO()
    _round_trip().dump(entry, written)
    text = written.getvalue()
    if isinstance(entry, list):
        text = _outdented(text, _OFFSET)
    return textwrap.indent(text, " " * indent)


def _as_dumped(text: str, indent: int) -> str:
    """The lines of an entry at the column at which `_dumped` has them first, as comments keep their columns."""
    text = _outdented(text, indent)
    return textwrap.indent(text, " " * _OFFSET) if text.startswith("- ") else text


def _outdented(text: str, by: int) -> str:
    return "\n".join(line.removeprefix(" " * by) for line in text.split("\n"))


def _composed(text: str) -> Node | None:
    try:
        return yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        raise EditError("The file can't be read as it is. Mend it first; the overview says where.") from None


def _plain(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)
