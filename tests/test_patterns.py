"""No pattern of the program takes more than its share of time, whatever somebody writes to make it do so."""

from __future__ import annotations

import ast
import pkgutil
import re
import re._constants as signs  # type: ignore[import-untyped]
import re._parser as parser  # type: ignore[import-untyped]
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import adapters
import bot
from bot.domain import redaction
from tests.growth import outgrows

ROOT = Path(__file__).parent.parent
NO_MODULES = ("__main__", "migrations")  # one runs the program, the others are run by Alembic

# What has stopped one pattern or another, whatever it looks for.
ANYWHERE = (" ", "\n", "&\n", " \n", "\t", "a", "aA", "0", "a.", "a@", "a:", "a, ", "[", "<", "&", "_", "*", "-", "?",
            ".", ",", "://a:", "<at>", "<@U|", "\u0301\u0316", "\ufdfa", "é")  # fmt: skip


def compiled() -> dict[str, re.Pattern[str]]:
    """Every pattern that stands in a module of ours, alone or within something, by what it looks for; and the patterns
    of others that secrets are looked for with."""
    found: dict[str, re.Pattern[str]] = {}
    for package in (bot, adapters):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not any(part in NO_MODULES for part in module.name.split(".")):
                for pattern in _within(vars(_imported(module.name)).values()):
                    found[f"{module.name}: {pattern.pattern}"] = pattern
    for pattern in _within(plugin.denylist for plugin in redaction._plugins()):
        found[f"detect-secrets: {pattern.pattern}"] = pattern
    return {name: pattern for name, pattern in found.items() if isinstance(pattern.pattern, str)}


def _imported(name: str) -> ModuleType:
    """The module; an empty one in the place of one that needs what only learning needs."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in ("onnx", "torch", "transformers"):
            raise
        return ModuleType(name)


def _within(values: Iterable[Any], depth: int = 3) -> Iterator[re.Pattern[str]]:
    for value in values:
        if isinstance(value, re.Pattern):
            yield value
        elif isinstance(value, dict) and depth:
            yield from _within(value.values(), depth - 1)
        elif isinstance(value, tuple | list | frozenset) and depth:
            yield from _within(value, depth - 1)


def hostile_to(pattern: re.Pattern[str]) -> Iterator[tuple[str, str, str]]:
    """What is written once, again and again, and at the end: everything that the pattern could begin with and never
    come to an end of."""
    beginnings, repeated = ["", "a", "a "], list(ANYWHERE)
    for example, inner in _examples(parser.parse(pattern.pattern, pattern.flags)):
        beginnings.append(example)
        repeated += [example, *(example + one for one in (" ", "-", "a", ">")), *inner]
    for one in dict.fromkeys(filter(None, repeated)):
        for end in ("a", "!"):
            yield "", one, end
    for beginning in dict.fromkeys(filter(None, beginnings)):
        for one in (" ", "a", "0", "-", "_", "\n", "<", *(_examples_of_repeats(pattern))):
            yield from ((beginning, one, end) for end in ("a", "!"))


def _examples_of_repeats(pattern: re.Pattern[str]) -> list[str]:
    found = [inner for _, all in _examples(parser.parse(pattern.pattern, pattern.flags)) for inner in all]
    return list(dict.fromkeys(found))[:8]


def _examples(parsed: Iterable[Any]) -> list[tuple[str, list[str]]]:
    """Texts with which a match can begin, from its first sign up to all of it, each with what is repeated at its end.
    Of alternatives each is followed."""
    texts: list[tuple[str, list[str]]] = [("", [])]
    begun: list[tuple[str, list[str]]] = []
    for kind, what in parsed:
        match kind:
            case signs.LITERAL:
                pieces = [(chr(what), [])]
            case signs.NOT_LITERAL:
                pieces = [("a" if what != ord("a") else "b", [])]
            case signs.ANY:
                pieces = [("a", [])]
            case signs.IN:
                pieces = [(one, []) for one in _members(what)[:2]]
            case signs.MAX_REPEAT | signs.MIN_REPEAT | signs.POSSESSIVE_REPEAT:
                least, _, inner = what
                whole = [text for text, _ in _examples(inner)][-1:]
                pieces = [(text * max(least, 1), [text]) for text in whole] + ([] if least else [("", [])])
            case signs.SUBPATTERN:
                pieces = _examples(what[3])[-3:]
            case signs.ATOMIC_GROUP:
                pieces = _examples(what)[-3:]
            case signs.BRANCH:
                branches = [_examples(branch) for branch in what[1]]
                pieces = [examples[-1] for examples in branches][:6]
                begun += [(texts[-1][0] + text, inner) for examples in branches for text, inner in examples[-6:]]
            case _:
                continue  # it takes up no room
        texts = [(text + piece, inner) for text, _ in texts for piece, inner in pieces][-6:]
        begun += texts
    return begun[-24:] or texts


def _members(members: list[Any]) -> list[str]:
    """Some signs of a class, or that are not of it where it says so."""
    negated = members[0][0] is signs.NEGATE
    named: list[str] = []
    for kind, what in members:
        if kind is signs.LITERAL:
            named.append(chr(what))
        elif kind is signs.RANGE:
            named.append(chr(what[0]))
        elif kind is signs.CATEGORY:
            named.append({"CATEGORY_SPACE": " ", "CATEGORY_DIGIT": "0"}.get(str(what), "a"))
    return [one for one in ("a", "-", "0", " ", ".") if one not in named] if negated else named


PATTERNS = compiled()


def test_the_patterns_of_the_program_are_found() -> None:
    modules = {name.partition(":")[0] for name in PATTERNS}
    assert {
        "bot.nlu.text",
        "bot.domain.redaction",
        "bot.triage.intent",
        "adapters.teams.card_body",
        "detect-secrets",
    } <= modules
    assert len(PATTERNS) > 80


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_takes_time_in_proportion_to_the_text(name: str) -> None:
    pattern = PATTERNS[name]
    hostile = dict.fromkeys(hostile_to(pattern))
    stopped_by = next((one for one in hostile if outgrows(_running(pattern), _written(*one))), None)
    assert stopped_by is None


def _running(pattern: re.Pattern[str]) -> Callable[[str], object]:
    return lambda text: deque(pattern.finditer(text), maxlen=0)


def _written(beginning: str, again: str, end: str) -> Callable[[int], str]:
    return lambda size: beginning + again * (size // len(again)) + end


@pytest.mark.parametrize("file", sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "adapters").rglob("*.py")]))
def test_patterns_stand_where_they_are_found(file: Path) -> None:
    """At the top of a module, and not within a function, where the test above would not see them."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    ]
    hidden = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if isinstance(node.func.value, ast.Name) and node.func.value.id in ("re", "re2") and node.func.attr != "escape"
    ]
    strangers = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module in ("re", "re2")]
    assert not hidden and not strangers
