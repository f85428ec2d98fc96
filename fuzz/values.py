"""JSON values in the place of others: what stands in a body is taken out, swapped, nested, or made enormous."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

from fuzz.sources import Source
from fuzz.texts import short_texts, texts

Path = tuple[str | int, ...]
MISSING = object()

ODD = (
    *(None, True, False, 0, -1, 1, 1e308, -0.0, 2**63, 2**64, -(2**63), 10**400, 1700000000, 0.5),
    *("", " ", "0", "-1", "T1", "U1", "C1", "D1", "\x00", "\ud800", "null", "true", "{", "{}", "[]",
        "x" * 300, "x" * 70_000),
    *("/", "..", "a:b", "command-0", "help", "forget me", "triage", "19:a@thread.tacv2;messageid=1", "https://example.com"),
    *([], {}, [[]], [{}], [None], {"": ""}, {"id": {}}, {"type": "message"}, [1] * 3000, [[[]]] * 50),
    *({str(number): number for number in range(3000)}, "🇩🇪" * 300, "\u0301" * 500),
)  # fmt: skip
NAMES = st.sampled_from(
    ("id", "type", "user", "team_id", "channel", "event", "text", "value", "ts", "action_id", "a", "", "is", "\ud800")
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | short_texts
nested = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=4
)
values = st.one_of(st.sampled_from(ODD), st.sampled_from(ODD), scalars, nested)


def deep(depth: int) -> object:
    value: object = "in"
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Of everything within a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*path, name)
        yield from paths(one, (*path, name))


def put(body: Any, path: Path, value: object) -> None:
    """Put `value` at `path`, or take out what stands there; nothing where there is no such path any more."""
    for name in path[:-1]:
        if not _is_in(body, name):
            return
        body = body[name]
    if not _is_in(body, path[-1]):
        return
    if value is MISSING:
        del body[path[-1]]
    else:
        body[path[-1]] = value


def _is_in(body: Any, name: str | int) -> bool:
    return (
        name in body
        if isinstance(body, dict)
        else isinstance(body, list) and isinstance(name, int) and name < len(body)
    )


def found(body: Any, path: Path) -> Any:
    for name in path:
        body = body[name]
    return body


class Changed:
    """Changes a body that was really sent. `said`: the names of the fields in which a text is somebody's words."""

    def __init__(self, body: Any, said: Sequence[str] = ("text", "value", "topic", "content")) -> None:
        self._written = json.dumps(body)
        all_paths = list(paths(body))
        self._paths = all_paths
        self._said = [path for path in all_paths if path[-1] in said and isinstance(found(body, path), str)]
        self._values = [found(body, path) for path in all_paths]

    def make(self, source: Source) -> Any:
        body = json.loads(self._written)
        how = source.number(0, 9)
        if self._said and how < 4:  # a sound body with a strange text
            put(body, source.one_of(self._said), source.part(texts))
            if how:
                return body
        for _ in range(source.number(1, 3)):
            path = source.one_of(self._paths)
            match source.number(0, 5):
                case 0:
                    put(body, path, MISSING)
                case 1:
                    put(body, path, json.loads(json.dumps(source.one_of(self._values))))
                case 2:
                    put(body, path, deep(source.one_of((3, 60, 200))))
                case _:
                    put(body, path, copy.deepcopy(source.part(values)))  # never the same one within itself
        return body


def wild(source: Source) -> str:
    """Any JSON, or none."""
    return json.dumps(source.part(values)) if source.number(0, 2) else source.part(short_texts)
