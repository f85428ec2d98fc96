"""Reads a YAML file into a tree of nodes with line numbers, within limits.

No objects are constructed from the YAML, so tags can do no harm; aliases and deep nesting are refused.
"""

from __future__ import annotations

import stat
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.knowledge.problems import Report, Spot, quoted

MOST_BYTES = 8 * 1024 * 1024  # 100,000 example questions fit in one file; a person cannot curate more
MOST_NESTING = 20  # the formats need five; the composer recurses in C, so the depth must be bounded

TEXT, BOOL, NULL, DATE, MERGE = (f"tag:yaml.org,2002:{name}" for name in ("str", "bool", "null", "timestamp", "merge"))
INT, FLOAT, SEQ, MAP = (f"tag:yaml.org,2002:{name}" for name in ("int", "float", "seq", "map"))
_TAGS = frozenset({TEXT, BOOL, NULL, DATE, MERGE, INT, FLOAT, SEQ, MAP})
_WORDS = {
    spelling: tag
    for tag, words in ((BOOL, ("yes", "no", "true", "false", "on", "off")), (NULL, ("~", "null")))
    for word in words
    for spelling in (word, word.capitalize(), word.upper())
} | {"": NULL}
_MAY_BE_NUMBER = frozenset("0123456789+-.<=")

_REMEDIES = (  # (part of a message of libyaml, remedy)
    ("mapping values are not allowed", "a text that contains ': ' needs quotes around it, or the indentation is off"),
    ("could not find expected ':'", "a key needs a colon and a space after it, or a quote is not closed"),
    ("found unexpected end of stream", "a quote that opens here is never closed"),
    ("did not find expected ',' or", "a bracket is not closed, or a comma is missing"),
    ("did not find expected", "look at the indentation and the quotes here and in the line above"),
    ("found undefined alias", "a text that begins with * needs quotes around it"),
    ("found undefined tag handle", "a text that begins with ! needs quotes around it"),
    ("found character that cannot start any token", "a text that begins with @, ` or % needs quotes around it"),
    ("but found another document", "one document a file: take out the second '---'"),
    ("found unknown escape character", "within double quotes write \\\\ for a backslash, or use single quotes"),
)


class _NestedTooDeep(Exception):
    def __init__(self, line: int) -> None:
        self.line = line


class _Loader(yaml.CSafeLoader):
    """The safe C loader with a shortcut for plain text and a limit on nesting."""

    depth = 0

    def resolve(self, kind: type[Node], value: str | None, implicit: object) -> str:
        if kind is ScalarNode and isinstance(implicit, tuple) and value is not None:
            if not implicit[0]:
                return TEXT
            if value in _WORDS:
                return _WORDS[value]
            if value[0] not in _MAY_BE_NUMBER:
                return TEXT
        return str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]

    def descend_resolver(self, parent: Node | None, index: object) -> None:
        self.depth += 1
        if self.depth > MOST_NESTING:
            raise _NestedTooDeep(parent.start_mark.line + 1 if parent is not None else 1)

    def ascend_resolver(self) -> None:
        self.depth -= 1


def read_yaml(path: Path, file: str, report: Report) -> tuple[bytes, Node | None]:
    """The bytes of the file (b"" if it can't be read) and its root node (None, with a problem, if it can't be used)."""
    content = _read(path, file, report)
    if content is None:
        return b"", None
    text = _decode(content, file, report)
    if text is None:
        return content, None
    root = _compose(text, file, report)
    if root is not None and not _check_tree(root, text, file, report):
        root = None
    return content, root


def _read(path: Path, file: str, report: Report) -> bytes | None:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            report.add(Spot(file, 0), "this is a folder; a YAML file is needed here, or give the folder another name")
        elif not stat.S_ISREG(status.st_mode):
            report.add(Spot(file, 0), "this is not an ordinary file; take it out of the folder")
        elif status.st_size > MOST_BYTES:
            size, most = status.st_size / 1024**2, MOST_BYTES // 1024**2
            report.add(Spot(file, 0), f"the file is too large ({size:.1f} MB, at most {most} MB); split it")
        else:
            return path.read_bytes()
    except FileNotFoundError:
        report.add(Spot(file, 0), "the link points to a file that does not exist; mend the link or take it out")
    except OSError as error:
        report.add(Spot(file, 0), f"cannot be read ({error.strerror or 'input error'}); look at its permissions")
    return None


def _decode(content: bytes, file: str, report: Report) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        report.add(Spot(file, 1), "the file is in UTF-16; save it as UTF-8")
        return None
    try:
        text = content.decode("utf-8-sig")  # editors on Windows put a mark at the beginning; it does no harm
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        report.add(Spot(file, line), f"not in UTF-8 (byte {byte:#04x}); save the file as UTF-8")
        return None
    return text


def _compose(text: str, file: str, report: Report) -> Node | None:
    loader = _Loader(text)
    try:
        root: Node | None = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = min(mark.line + 1, text.count("\n") + 1) if mark else 1
        if error.problem == "found unexpected end of stream" and error.context_mark:
            line = error.context_mark.line + 1
        report.add(Spot(file, line), _with_remedy(error, text, line))
        return None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        code = error.character if isinstance(error.character, int) else ord(str(error.character)[:1] or "\0")
        report.add(Spot(file, line), f"a control character (U+{code:04X}) is not allowed in YAML; delete it")
        return None
    except _NestedTooDeep as error:
        report.add(Spot(file, error.line), f"nested more than {MOST_NESTING} levels deep; check the brackets")
        return None
    finally:
        loader.dispose()
    if root is None:
        report.add(Spot(file, 0), "the file is empty; write something into it or delete it")
    return root


def _with_remedy(error: yaml.MarkedYAMLError, text: str, line: int) -> str:
    lines = text.split("\n")
    source = lines[line - 1] if line <= len(lines) else ""
    if "\t" in source[: len(source) - len(source.lstrip(" \t-"))]:
        return "a tab is used to indent; YAML wants spaces"
    said = " ".join(part for part in (error.context, error.problem) if part)
    for sign, remedy in _REMEDIES:
        if sign in said:
            return f"not valid YAML ({sign}): {remedy}"
    return f"not valid YAML ({said}): look at the indentation and the quotes"


def _check_tree(root: Node, text: str, file: str, report: Report) -> bool:
    """True if the tree has no aliases. Reports and removes tags, and keys that are repeated or no words."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            _report_aliases(text, file, report)
            return False
        seen.add(id(node))
        if node.tag not in _TAGS:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            spot = Spot(file, node.start_mark.line + 1)
            report.add(spot, f"the tag {quoted(tag)} is not used here; take it out, or put the text in quotes")
            node.tag = TEXT
        if isinstance(node, MappingNode):
            for pair in node.value:
                waiting += pair
            _keep_plain_keys(node, file, report)
        elif isinstance(node, SequenceNode):
            waiting += node.value
    return True


def _keep_plain_keys(node: MappingNode, file: str, report: Report) -> None:
    """Reports and removes keys that are no words, and repeated ones."""
    first: dict[str, int] = {}
    kept = []
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, ScalarNode):
            report.add(
                Spot(file, line), "a key must be a word; a list or mapping stands here. Text in { } needs quotes"
            )
        elif key.tag == MERGE:
            report.add(Spot(file, line), "merge keys (<<) are not used here; write the keys out")
        elif key.value in first:
            where = f"line {first[key.value]}"
            report.add(Spot(file, line), f"the key {quoted(key.value)} stands here twice ({where}); keep one")
        else:
            first[key.value] = line
            kept.append((key, value))
    node.value = kept


def _report_aliases(text: str, file: str, report: Report) -> None:
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else 1
            report.add(Spot(file, line), f"aliases are not used here (*{event.anchor}); write the text out")
