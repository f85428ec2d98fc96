"""Phrases: everything that the advisor says besides curated answers, by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Phrases:
    """The texts and lists of `phrases.yaml`: the shipped ones, overridden by those of a knowledge folder."""

    texts: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]

    def __call__(self, name: str, **values: object) -> str:
        """The text `name` with its {placeholders} filled in. Raises KeyError where no such text is shipped."""
        return filled(self.texts[name], **values) if values else self.texts[name]

    def all(self, name: str) -> tuple[str, ...]:
        """The list `name`. Raises KeyError where no such list is shipped."""
        return self.lists[name]


def filled(text: str, **values: object) -> str:
    """`text` with its {placeholders} filled in, in one pass: nothing within a value is taken for a placeholder."""
    return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), text)


def placeholders(text: str) -> frozenset[str]:
    """The names in {braces} in a phrase."""
    return frozenset(_PLACEHOLDER.findall(text))
