"""Frozen dataclasses as JSON, and back: `dumps` and `loads`.

Reading follows the declared types of the fields, so a new field needs no code here. Fields equal to their default, and
those with `compare=False`, are not written. Supported are str, int (64 bits), float (finite), bool, None, Literal,
tuples, frozensets of str, mappings with str keys, dataclasses and unions of these. A dataclass is written with its
name, which tells the members of a union apart: renaming a stored class needs a migration.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import orjson

NAME = "is"  # the key under which a dataclass writes its name

T = TypeVar("T")
Reader = Callable[[Any], Any]


class ShapeError(ValueError):
    """The data does not have the shape of the type: written by another version, most likely."""


def dumps(value: object) -> str:
    """`value` as compact JSON text. Raises TypeError for an unsupported type."""
    return orjson.dumps(value, _plain, orjson.OPT_PASSTHROUGH_DATACLASS).decode()


def loads(cls: type[T], text: str) -> T:
    """The `cls` that `dumps` wrote; fields that `cls` no longer has are dropped. Raises ShapeError."""
    try:
        data = orjson.loads(text)
    except ValueError as error:
        raise ShapeError("not JSON") from error
    read: Reader = _reader(cast(Any, cls))
    return cast(T, read(data))


def field_readers(cls: type) -> Mapping[str, Reader]:
    """For each stored field of a dataclass, the function that reads its JSON value (and raises ShapeError)."""
    return _field_readers(cls)


def _plain(value: object) -> object:
    """Converts a value that orjson does not know to one that it does."""
    cls: Any = type(value)
    name: str = cls.__name__
    if is_dataclass(cls):
        plain: dict[str, object] = {NAME: name}
        for field, default in _kept(cast(Any, cls)):
            item = getattr(value, field)
            if item is not default and (item != default or type(item) is not type(default)):
                plain[field] = item
        return plain
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{name} cannot be kept as plain data")


_NO_DEFAULT = object()


def _default(one: Field[Any]) -> object:
    if one.default is not MISSING:
        return one.default
    if one.default_factory is not MISSING:
        return one.default_factory()
    return _NO_DEFAULT


@cache
def _kept(cls: type) -> tuple[tuple[str, object], ...]:
    return tuple((one.name, _default(one)) for one in fields(cls) if one.compare and one.init)


@cache
def _field_readers(cls: type) -> Mapping[str, Reader]:
    hints = get_type_hints(cls)
    return {name: _reader(hints[name]) for name, _ in _kept(cls)}


@cache
def _reader(kind: Any) -> Reader:
    origin, args = get_origin(kind), get_args(kind)
    if kind in (Any, object):
        return lambda data: data
    if kind in (str, int, bool, float, None, type(None)):
        return _scalar(kind)
    if origin is Literal:
        return _literal(args)
    if origin in (Union, types.UnionType):
        return _union(args)
    if origin is tuple:
        return _tuple(args)
    if origin is frozenset:
        text = _scalar(str)
        return lambda data: frozenset(map(text, _list(data)))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(args[1])
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass(kind)
    raise TypeError(f"plain data cannot hold {kind}")


def _scalar(kind: Any) -> Reader:
    allowed: tuple[type, ...] = {float: (float, int), None: (type(None),)}.get(kind, (kind,))

    def read(data: Any) -> Any:
        if type(data) not in allowed:  # JSON has no subclasses of these, and a bool is no int here
            raise ShapeError(f"expected {kind}")
        return float(cast(float, data)) if kind is float else data

    return read


def _literal(values: tuple[Any, ...]) -> Reader:
    def read(data: Any) -> Any:
        if data not in values:
            raise ShapeError("not one of the known values")
        return data

    return read


def _union(kinds: tuple[Any, ...]) -> Reader:
    by_name = {kind.__name__: _reader(kind) for kind in kinds if isinstance(kind, type) and is_dataclass(kind)}
    others = [_reader(kind) for kind in kinds if not (isinstance(kind, type) and is_dataclass(kind))]

    def read(data: Any) -> Any:
        if isinstance(data, dict) and isinstance(name := data.get(NAME), str) and name in by_name:
            return by_name[name](data)
        for other in others:
            try:
                return other(data)
            except ShapeError:
                continue
        raise ShapeError("none of the known types")

    return read


def _list(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise ShapeError("expected a list")
    return data


def _tuple(args: tuple[Any, ...]) -> Reader:
    if len(args) == 2 and args[1] is Ellipsis:
        item = _reader(args[0])
        return lambda data: tuple(item(one) for one in _list(data))
    items = [_reader(arg) for arg in args]

    def read(data: Any) -> Any:
        if len(_list(data)) != len(items):
            raise ShapeError("a list of another length")
        return tuple(item(one) for item, one in zip(items, data, strict=True))

    return read


def _mapping(kind: Any) -> Reader:
    item = _reader(kind)

    def read(data: Any) -> Any:
        if not isinstance(data, dict):
            raise ShapeError("expected an object")
        return {key: item(one) for key, one in data.items()}

    return read


def _dataclass(cls: type) -> Reader:
    name = cls.__name__

    def read(data: Any) -> Any:
        if not isinstance(data, dict) or data.get(NAME) != name:
            raise ShapeError(f"expected {name}")
        readers = _field_readers(cls)  # looked up late, so that a type may contain itself
        try:
            return cls(**{name: readers[name](one) for name, one in data.items() if name in readers})
        except (TypeError, ValueError) as error:
            raise ShapeError(f"{name}: {error}") from error

    return read
