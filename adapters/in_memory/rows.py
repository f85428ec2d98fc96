"""Rows that remember what stood there before, so that a transaction can be undone."""

from __future__ import annotations

from typing import Any, TypeVar

V = TypeVar("V")
Journal = list[tuple["Rows[Any]", Any, Any]]
_ABSENT = object()


class Rows(dict[Any, V]):
    """A dict that notes in the journal what stood there before each change."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    def __setitem__(self, key: Any, value: V) -> None:
        self._journal.append((self, key, self.get(key, _ABSENT)))
        super().__setitem__(key, value)

    def __delitem__(self, key: Any) -> None:
        self._journal.append((self, key, self[key]))
        super().__delitem__(key)

    def drop(self, keys: list[Any]) -> int:
        for key in keys:
            del self[key]
        return len(keys)

    def put_back(self, key: Any, value: Any) -> None:
        if value is _ABSENT:
            super().__delitem__(key)
        else:
            super().__setitem__(key, value)
