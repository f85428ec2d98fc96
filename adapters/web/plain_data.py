"""What a page is drawn from as JSON: the same values that its template gets."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

LEFT_OUT = frozenset({"knowledge", "drawn"})  # the whole knowledge, and the geometry of drawings


def as_json(values: Mapping[str, Any]) -> str:
    shown = {name: value for name, value in values.items() if name not in LEFT_OUT}
    return json.dumps(_plain(shown), ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Records as objects, without what they only compute; what JSON has no form for as text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        named = {one.name: getattr(value, one.name) for one in fields(value)}
        return {name: _plain(one) for name, one in named.items() if not callable(one)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items() if not callable(one)}
    if isinstance(value, set | frozenset):
        return sorted(map(_plain, value), key=str)
    return list(map(_plain, value)) if isinstance(value, Collection) else str(value)
