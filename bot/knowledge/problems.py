"""Problems of a knowledge folder, each with its file, line and remedy."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from rapidfuzz import fuzz, process

SUGGESTION_CUTOFF = 70  # least similarity (0 to 100) of a name after "did you mean"
MOST_LISTED = 12  # known names are listed if none is similar and there are no more of them
MOST_SUGGESTIONS = 500  # in one report: each is a search through all known names


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
    """The folder can't be loaded. `problems` holds all errors, by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(slots=True)
class Report:
    """Collects the problems of a folder, so that all of them are shown at once."""

    problems: list[Problem] = field(default_factory=list)
    suggestions: int = 0

    def add(self, spot: Spot, message: str) -> None:
        self.problems.append(Problem(spot.file, spot.line, message))

    def unknown(self, spot: Spot, what: str, name: str, known: Collection[str], otherwise: str) -> None:
        """Reports an unknown `name` with a remedy: the most similar known name, else all of them, else `otherwise`."""
        self.add(spot, f"unknown {what} {quoted(name)}; {self._remedy(name, known, otherwise)}")

    def sorted(self) -> list[Problem]:
        """The problems by file and line, each once."""
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
    """Text as shown in a message: in quotes, on one line, without control characters, cut to `longest` characters."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return f"'{shown if len(shown) <= longest else shown[: longest - 1] + '…'}'"
