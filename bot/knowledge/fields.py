"""Typed access to YAML nodes. A wrong shape is reported as a problem and reads as empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.knowledge.problems import Report, Spot, quoted
from bot.knowledge.yamlfile import BOOL, DATE, NULL, TEXT

_YES = frozenset({"yes", "true", "on"})


class Words(NamedTuple):
    """A text with its place in the files."""

    text: str
    spot: Spot


class Fields:
    """The fields of one YAML mapping. `known`: the keys that it may have; `what`: its name in problems ("claim")."""

    def __init__(self, node: MappingNode, what: str, known: tuple[str, ...], file: str, report: Report) -> None:
        self.spot = Spot(file, node.start_mark.line + 1)
        self.file = file
        self.report = report
        self.what = what
        self._nodes: dict[str, Node] = {}
        for key, value in node.value:
            if key.value in known:
                self._nodes[key.value] = value
            else:
                report.unknown(
                    self._spot(key), f"key of {with_article(what)},", key.value, known, f"known are {', '.join(known)}"
                )

    def __contains__(self, key: str) -> bool:
        return key in self._nodes

    def spot_of(self, key: str) -> Spot:
        return self._spot(self._nodes[key]) if key in self._nodes else self.spot

    def node(self, key: str) -> Node | None:
        return self._nodes.get(key)

    def require(self, *keys: str) -> None:
        for key in keys:
            if key not in self._nodes:
                self.report.add(self.spot, f"{with_article(self.what)} needs {quoted(key)}; add it")

    def text(self, key: str, *, may_be_empty: bool = False) -> str:
        """The text under `key`, stripped; "" if there is none."""
        node = self._nodes.get(key)
        if may_be_empty and isinstance(node, ScalarNode) and not node.value:
            return ""
        return "" if node is None else text_of(node, key, self.file, self.report).text

    def words(self, key: str) -> Words | None:
        """The text under `key` with its place; None if there is none or it is empty."""
        node = self._nodes.get(key)
        words = None if node is None else text_of(node, key, self.file, self.report)
        return words if words and words.text else None

    def flag(self, key: str, default: bool) -> bool:
        node = self._nodes.get(key)
        if node is None:
            return default
        value = truth_of(node)
        if value is None:
            self.report.add(self._spot(node), f"{quoted(key)} must be yes or no, not {kind_of(node)}")
        return default if value is None else value

    def list_of_words(self, *keys: str) -> tuple[Words, ...]:
        """The texts of the list under one of `keys`, which are spellings of one; a single text is a list of one."""
        present = [key for key in keys if key in self._nodes]
        if len(present) > 1:
            self.report.add(
                self.spot_of(present[1]), f"{quoted(present[0])} and {quoted(present[1])} say the same; keep one"
            )
        if not present:
            return ()
        return texts_of(self._nodes[present[0]], present[0], self.file, self.report)

    def mappings(self, key: str, what: str, known: tuple[str, ...]) -> list[Fields]:
        """The mappings of the list under `key`."""
        node = self._nodes.get(key)
        return [] if node is None else list(rows(node, what, known, self.file, self.report))

    def _spot(self, node: Node) -> Spot:
        return Spot(self.file, node.start_mark.line + 1)


def text_of(node: Node, key: str, file: str, report: Report) -> Words:
    """The text of a node, stripped; `key` names it in problems."""
    spot = Spot(file, node.start_mark.line + 1)
    if isinstance(node, ScalarNode) and node.tag in (TEXT, DATE):
        text = node.value.strip()
        if not text:
            report.add(spot, f"{quoted(key)} is empty; write something or take it out")
        return Words(text, spot)
    remedy = "; put it in quotes" if isinstance(node, ScalarNode) and node.tag != NULL else ""
    if isinstance(node, MappingNode):
        remedy = "; a text that contains ': ' or { needs quotes around it"
    report.add(spot, f"{quoted(key)} must be text, not {kind_of(node)}{remedy}")
    return Words("", spot)


def texts_of(node: Node, key: str, file: str, report: Report) -> tuple[Words, ...]:
    """The texts of a list node; a single text is a list of one."""
    items = node.value if isinstance(node, SequenceNode) else [node]
    return tuple(words for item in items if (words := text_of(item, key, file, report)).text)


def truth_of(node: Node) -> bool | None:
    """True for yes, False for no, None for anything else."""
    return node.value.lower() in _YES if isinstance(node, ScalarNode) and node.tag == BOOL else None


def rows(node: Node, what: str, known: tuple[str, ...], file: str, report: Report) -> Iterator[Fields]:
    """The mappings of a list node; anything else in it, or in its place, is a problem."""
    if not isinstance(node, SequenceNode):
        spot = Spot(file, node.start_mark.line + 1)
        report.add(spot, f"a list of {what}s is needed here, not {kind_of(node)}; begin each {what} with '- '")
        return
    for item in node.value:
        if isinstance(item, MappingNode):
            yield Fields(item, what, known, file, report)
        else:
            spot = Spot(file, item.start_mark.line + 1)
            report.add(spot, f"{with_article(what)} is a mapping with {', '.join(known[:3])} …, not {kind_of(item)}")


def mapping(node: Node, what: str, known: tuple[str, ...], file: str, report: Report) -> Fields | None:
    """The mapping at the root of a file; None and a problem if it is something else."""
    if isinstance(node, MappingNode):
        return Fields(node, what, known, file, report)
    spot = Spot(file, node.start_mark.line + 1)
    report.add(spot, f"{with_article(what)} is a mapping with {', '.join(known[:3])} …, not {kind_of(node)}")
    return None


def entries(node: Node, what: str, file: str, report: Report) -> Iterator[tuple[Words, Node]]:
    """The keys and values of a mapping with any keys; a problem if it is none."""
    if not isinstance(node, MappingNode):
        spot = Spot(file, node.start_mark.line + 1)
        report.add(spot, f"{what} must be a mapping (name: …), not {kind_of(node)}")
        return
    for key, value in node.value:
        yield Words(key.value, Spot(file, key.start_mark.line + 1)), value


def kind_of(node: Node) -> str:
    """The kind of a node, as worded in problems."""
    if isinstance(node, MappingNode):
        return "a mapping"
    if isinstance(node, SequenceNode):
        return "a list"
    if node.tag == NULL:
        return "nothing"
    if node.tag == BOOL:
        return f"yes/no ({quoted(str(node.value))})"
    return "text" if node.tag == TEXT else f"a number or date ({quoted(str(node.value))})"


def with_article(what: str) -> str:
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"
