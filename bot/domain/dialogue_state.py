"""The dialogue state of a triage: the open question, and the answers so far. Stored in the database."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Given:
    """The answer to one question; no options where it was skipped."""

    question: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One dialogue. Answers are in the order of the questions, and each belongs to a question that is asked.

    `at` is the question that is open: the first one without an answer, or one whose answer is being changed. It is
    empty when all is answered; `record` is the id of the recommendation then.
    """

    id: str
    at: str
    answers: tuple[Given, ...] = ()
    record: str = ""

    @property
    def picks(self) -> dict[str, tuple[str, ...]]:
        return {given.question: given.options for given in self.answers}

    @property
    def is_open(self) -> bool:
        return bool(self.at)
