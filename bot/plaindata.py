"""Frozen dataclasses as plain JSON data, and back: `dumps` and `loads`.

The declared types of the fields decide how a value is read, so a new field needs no code here. Written are the fields
that differ from their default, without those that take no part in comparison (`compare=False`). What comes back
equals what went in, for: str, int, float, bool, None, Literal, tuples, frozensets of str, mappings with str keys,
dataclasses and unions of these. A dataclass carries its name, by which a union tells its members apart.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache, partial
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
NAME = "is"  # the key under which a dataclass writes its name

T = TypeVar("T")
Reader = Callable[[Any], Any]
Writer = Callable[[Any], Any]


class ShapeError(ValueError):
    """The data does not have the shape of the type: written by another version, most likely."""


def dumps(value: object) -> str:
    """`value` as compact JSON text."""
    return _encode(to_plain(value))


def loads(cls: type[T], text: str) -> T:
    """What `dumps` wrote, as a `cls`. Raises ShapeError for anything else."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ShapeError("not JSON") from error
    return from_plain(cls, data)


def to_plain(value: object) -> object:
    """`value` as what `json` knows: dicts, lists, strings, numbers, booleans, None. Raises TypeError for the rest."""
    return _writer(cast(Any, type(value)))(value)


def from_plain(cls: type[T], data: object) -> T:
    """Plain data as a `cls`, without fields that `cls` no longer has. Raises ShapeError where the rest does not fit."""
    read: Reader = _reader(cast(Any, cls))
    return cast(T, read(data))


def field_readers(cls: type) -> Mapping[str, Reader]:
    """For each kept field of a dataclass, the function that reads its plain value (and raises ShapeError)."""
    return _field_readers(cls)


@cache
def _writer(kind: Any) -> Writer:
    """Chosen once for each type: a reply has a hundred values, and is written with every turn."""
    if issubclass(kind, (bool, int, float, str, type(None))):
        return lambda value: value
    if issubclass(kind, (tuple, list)):
        return lambda value: [to_plain(item) for item in value]
    if issubclass(kind, frozenset):
        return sorted
    if issubclass(kind, Mapping):
        return lambda value: {str(key): to_plain(item) for key, item in value.items()}
    name: str = kind.__name__
    if not is_dataclass(kind):
        raise TypeError(f"{name} cannot be kept as plain data")
    return partial(_write_fields, name, _kept(cast(Any, kind)))


def _write_fields(name: str, kept: tuple[tuple[str, object], ...], value: object) -> dict[str, object]:
    plain: dict[str, object] = {NAME: name}
    for field, default in kept:
        item = getattr(value, field)
        if item is not default and (item != default or type(item) is not type(default)):
            plain[field] = to_plain(item)
    return plain


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
        return lambda data: frozenset(_list(data))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(args[1])
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass(kind)
    raise TypeError(f"plain data cannot hold {kind}")


def _scalar(kind: Any) -> Reader:
    allowed: tuple[type, ...] = {float: (float, int), None: (type(None),)}.get(kind, (kind,))

    def read(data: Any) -> Any:
        if not isinstance(data, allowed) or (isinstance(data, bool) and kind is not bool):
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
        if isinstance(data, dict) and data.get(NAME) in by_name:
            return by_name[data[NAME]](data)
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
    def read(data: Any) -> Any:
        if not isinstance(data, dict) or data.get(NAME) != cls.__name__:
            raise ShapeError(f"expected {cls.__name__}")
        readers = _field_readers(cls)  # looked up late, so that a type may contain itself
        try:
            return cls(**{name: readers[name](one) for name, one in data.items() if name in readers})
        except (TypeError, ValueError) as error:
            raise ShapeError(f"{cls.__name__}: {error}") from error

    return read
