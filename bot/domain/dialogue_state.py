"""The dialogue state of a triage: the open question, and the answers so far. Stored in the database."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Given:
    """The answer to one question; no options where it was skipped.

    `words`: as typed, where the answer is the option for all that is not listed."""

    question: str
    options: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One dialogue. Answers are in the order of the questions, and each belongs to a question that is asked.

    `at` is the question that is open: the first one without an answer, or one whose answer is being changed. It is
    empty when all is answered; `record` is the id of the recommendation then, and `ended` when it was made, in seconds
    since 1970.
    """

    id: str
    at: str
    answers: tuple[Given, ...] = ()
    record: str = ""
    ended: float = 0.0

    @property
    def picks(self) -> dict[str, tuple[str, ...]]:
        return {given.question: given.options for given in self.answers}

    @property
    def words(self) -> dict[str, str]:
        """The words that were kept, by question id."""
        return {given.question: given.words for given in self.answers if given.words}

    @property
    def is_open(self) -> bool:
        return bool(self.at)
