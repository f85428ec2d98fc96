"""Where the parts of an input come from: drawn by hypothesis, or thrown together from what it drew before.

Hypothesis takes about a millisecond to draw an input, and makes small what fails. Reading a body takes a tenth of that,
so most inputs of the cheap kinds are thrown together at random from texts and values that hypothesis drew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
KEPT = 3000  # parts of a kind that are kept to be thrown again


class Source(Protocol):
    def one_of(self, some: Sequence[T]) -> T: ...

    def number(self, least: int, most: int) -> int: ...

    def part(self, strategy: st.SearchStrategy[T]) -> T:
        """Something that `strategy` makes."""
        ...


@dataclass
class Parts:
    """What hypothesis drew, by strategy."""

    drawn: dict[int, list[Any]] = field(default_factory=dict)

    def keep(self, strategy: object, part: object) -> None:
        kept = self.drawn.setdefault(id(strategy), [])
        if len(kept) < KEPT:
            kept.append(part)
        else:
            kept[hash(repr(part)[:80]) % KEPT] = part


@dataclass(frozen=True)
class Drawn:
    """By hypothesis."""

    draw: st.DrawFn
    parts: Parts

    def one_of(self, some: Sequence[T]) -> T:
        return self.draw(st.sampled_from(some))

    def number(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    def part(self, strategy: st.SearchStrategy[T]) -> T:
        part = self.draw(strategy)
        self.parts.keep(strategy, part)
        return part


@dataclass(frozen=True)
class Thrown:
    """At random. Texts are joined and cut anew."""

    random: Random
    parts: Parts

    def one_of(self, some: Sequence[T]) -> T:
        return some[int(self.random.random() * len(some))]

    def number(self, least: int, most: int) -> int:
        return least + int(self.random.random() * (most - least + 1))

    def part(self, strategy: st.SearchStrategy[T]) -> T:
        kept = self.parts.drawn.get(id(strategy)) or [""]
        part: Any = self.one_of(kept)
        if isinstance(part, str) and self.random.random() < 0.6:
            other = self.one_of(kept)
            at = self.number(0, len(part))
            part = part[:at] + (other if isinstance(other, str) else "") + part[at + self.number(0, 3) :]
        return part
