"""The guided dialogue as checked, immutable values: questions, options, outcomes, and the conditions between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Picks = Mapping[str, tuple[str, ...]]
"""What was picked, by question; an empty tuple where a question was skipped, no key where it is not answered."""

How = Literal["any", "all", "none", "only"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A condition on one question's answer. A skipped or unanswered question has no option picked."""

    question: str
    how: How
    options: tuple[str, ...]

    def holds(self, picks: Picks) -> bool:
        picked = picks.get(self.question, ())
        match self.how:
            case "any":
                return _share(self.options, picked)
            case "all":
                return set(picked).issuperset(self.options)
            case "none":
                return not _share(self.options, picked)
            case "only":
                return bool(picked) and set(self.options).issuperset(picked)


def _share(options: tuple[str, ...], picked: tuple[str, ...]) -> bool:
    # A loop: this runs some thousand times for one recommendation, and both are short.
    for option in picked:  # noqa: SIM110
        if option in options:
            return True
    return False


Condition = tuple[tuple[Criterion, ...], ...]
"""Rows, one of which must hold; of a row every test must. Without rows it holds always."""


def holds(condition: Condition, picks: Picks) -> bool:
    for row in condition:
        for criterion in row:
            if not criterion.holds(picks):
                break
        else:
            return True
    return not condition


def may_hold(condition: Condition, picks: Picks) -> bool:
    """Whether `condition` can still come to hold, whatever is answered to the questions that `picks` leaves open."""
    return not condition or any(
        all(test.question not in picks or test.holds(picks) for test in row) for row in condition
    )


@dataclass(frozen=True, slots=True)
class Point:
    """Something that is said, the claims it rests on, and when it is said."""

    text: str
    claims: tuple[str, ...] = ()
    when: Condition = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """What picking an option speaks for (ids of outcomes), and why."""

    outcomes: tuple[str, ...]
    text: str
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TriageOption:
    id: str
    label: str
    means: str = ""
    names: tuple[str, ...] = ()  # what else people call it
    speaks: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class TriageQuestion:
    id: str
    ask: str
    why: Point
    options: Mapping[str, TriageOption]
    short: str = ""  # how the question is called in a list of answers
    multiple: bool = False
    required: bool = False
    when: Condition = ()  # asked only then; speaks of earlier questions

    @property
    def name(self) -> str:
        return self.short or self.ask.rstrip("?")


@dataclass(frozen=True, slots=True)
class Outcome:
    id: str
    title: str
    says: str
    when: Condition = ()
    before: tuple[str, ...] = ()  # outcomes that this one takes precedence of where both fire
    claims: tuple[str, ...] = ()  # what `says` rests on
    reasons: tuple[Point, ...] = ()
    watch: tuple[Point, ...] = ()
    first: tuple[Point, ...] = ()  # what to do first
    tools: tuple[Point, ...] = ()
    related: tuple[str, ...] = ()  # answers to go on with


@dataclass(frozen=True, slots=True)
class Triage:
    """Questions in the order in which they are asked. Every run of answers ends in exactly one outcome."""

    title: str
    questions: Mapping[str, TriageQuestion]
    outcomes: Mapping[str, Outcome]
    limit: int = 6  # questions on the longest path
    precedence: Mapping[str, frozenset[str]] = field(default_factory=dict)  # outcome: all that yield to it

    def asked(self, picks: Picks) -> tuple[TriageQuestion, ...]:
        """The questions that are asked where `picks` is what has been answered."""
        return tuple(question for question in self.questions.values() if holds(question.when, picks))

    def fitting(self, picks: Picks) -> tuple[Outcome, ...]:
        """The outcomes whose conditions hold, without those that yield to another one of them."""
        firing = [outcome for outcome in self.outcomes.values() if holds(outcome.when, picks)]
        return tuple(
            outcome
            for outcome in firing
            if not any(outcome.id in self.precedence.get(other.id, frozenset()) for other in firing)
        )


def precedence(outcomes: Mapping[str, Outcome]) -> dict[str, frozenset[str]]:
    """For each outcome all that yield to it, whether it says so itself or by way of another one."""
    return {id: frozenset(_below(id, outcomes, set())) for id in outcomes}


def _below(id: str, outcomes: Mapping[str, Outcome], seen: set[str]) -> set[str]:
    for lower in outcomes[id].before if id in outcomes else ():
        if lower not in seen:
            seen.add(lower)
            _below(lower, outcomes, seen)
    return seen
