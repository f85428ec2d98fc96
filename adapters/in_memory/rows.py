"""Dictionaries with an undo journal, for transactions."""

from __future__ import annotations

from typing import Any, TypeVar

V = TypeVar("V")
Journal = list[tuple["Rows[Any]", Any, Any]]
_ABSENT = object()


class Rows(dict[Any, V]):
    """A table: a dict that writes the previous value of each change to the journal."""

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
        """Delete all `keys`. Returns how many."""
        for key in keys:
            del self[key]
        return len(keys)

    def put_back(self, key: Any, value: Any) -> None:
        """Restore the journal's previous value of `key`, without a journal entry."""
        if value is _ABSENT:
            super().__delitem__(key)
        else:
            super().__setitem__(key, value)
