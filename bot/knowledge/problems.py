"""What is wrong with a knowledge folder: each problem with its file and line, and how to mend it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from rapidfuzz import fuzz, process

SUGGESTION_CUTOFF = 70  # of 100: below this similarity "did you mean" guesses rather than helps
MOST_LISTED = 12  # as many known names are listed where none is near
MOST_SUGGESTIONS = 500  # suggestions in one report; beyond, a broken folder would take long to be told so


class Spot(NamedTuple):
    """A place in a knowledge folder. `file` is relative to the folder; `line` counts from 1, 0 is the whole file."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend. `str(problem)` reads `claims.yaml:41: unknown topic 'rian'; did you mean 'rain'?`."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.message}"


class KnowledgeError(Exception):
    """The folder cannot be used. `problems` holds everything that is wrong, in the order of files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(slots=True)
class Report:
    """Collects problems while a folder is read, so that all of them are told at once."""

    problems: list[Problem] = field(default_factory=list)
    suggestions: int = 0

    def add(self, spot: Spot, message: str) -> None:
        self.problems.append(Problem(spot.file, spot.line, message))

    def unknown(self, spot: Spot, what: str, name: str, known: Collection[str], otherwise: str) -> None:
        """Says that `name` is unknown, with the nearest known one, else the known ones, else what to do `otherwise`."""
        self.add(spot, f"unknown {what} {quoted(name)}; {self._remedy(name, known, otherwise)}")

    def sorted(self) -> list[Problem]:
        """The problems in the order of files and lines, each once."""
        return sorted(set(self.problems))

    def _remedy(self, name: str, known: Collection[str], otherwise: str) -> str:
        if known and self.suggestions < MOST_SUGGESTIONS:
            self.suggestions += 1
            best = process.extractOne(name, list(known), scorer=fuzz.ratio, score_cutoff=SUGGESTION_CUTOFF)
            if best is not None:
                return f"did you mean {quoted(best[0])}?"
        if 0 < len(known) <= MOST_LISTED:
            return f"known here: {', '.join(known)}"
        return otherwise


def quoted(text: str, longest: int = 60) -> str:
    """Text as shown within a message: in quotes, on one line, control characters escaped, shortened."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return f"'{shown if len(shown) <= longest else shown[: longest - 1] + '…'}'"
