"""The guided dialogue as checked, immutable values: questions, options, outcomes, and the conditions between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Picks = Mapping[str, tuple[str, ...]]
"""Ids of the options picked, by question id; an empty tuple if it was skipped, no key if it is unanswered."""

How = Literal["any", "all", "none", "only"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A test of the options picked for one question; none are if it is skipped or unanswered."""

    question: str
    how: How
    options: tuple[str, ...]

    def holds(self, picks: Picks) -> bool:
        picked = picks.get(self.question, ())
        match self.how:
            case "any":
                return _intersects(self.options, picked)
            case "all":
                return set(picked).issuperset(self.options)
            case "none":
                return not _intersects(self.options, picked)
            case "only":
                return bool(picked) and set(self.options).issuperset(picked)


def _intersects(options: tuple[str, ...], picked: tuple[str, ...]) -> bool:
    # A loop is faster than sets: both are short, and this runs thousands of times per recommendation.
    for option in picked:  # noqa: SIM110
        if option in options:
            return True
    return False


@dataclass(frozen=True, slots=True)
class Balance:
    """A test of the reasons that the options picked give: at least one is for `outcome`, more than for any of `over`,
    and no fewer than for any of `matching`."""

    outcome: str
    over: tuple[str, ...]
    matching: tuple[str, ...]
    reasons: Reasons = field(repr=False, compare=False)  # of the whole dialogue

    def holds(self, picks: Picks) -> bool:
        given = [
            reason.outcomes
            for question, picked in picks.items()
            for option in picked
            for reason in self.reasons.get((question, option), ())
            if holds(reason.when, picks)
        ]
        own = _count(self.outcome, given)
        return (
            own > 0
            and all(own > _count(other, given) for other in self.over)
            and all(own >= _count(other, given) for other in self.matching)
        )


def _count(outcome: str, given: list[tuple[str, ...]]) -> int:
    return sum(outcome in outcomes for outcomes in given)


Test = Criterion | Balance
Condition = tuple[tuple[Test, ...], ...]
"""In disjunctive normal form: at least one row must hold, and of a row every test. () always holds."""


def holds(condition: Condition, picks: Picks) -> bool:
    for row in condition:
        for criterion in row:
            if not criterion.holds(picks):
                break
        else:
            return True
    return not condition


def may_hold(condition: Condition, picks: Picks) -> bool:
    """True if `condition` may hold for some answers to the questions that `picks` leaves open."""
    return not condition or any(all(_may_hold(one, picks) for one in row) for row in condition)


def _may_hold(test: Test, picks: Picks) -> bool:
    return isinstance(test, Balance) or test.question not in picks or test.holds(picks)


@dataclass(frozen=True, slots=True)
class Point:
    """A text with its claims, shown if `when` holds."""

    text: str
    claims: tuple[str, ...] = ()
    when: Condition = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an option speaks for some outcomes (their ids), where `when` holds."""

    outcomes: tuple[str, ...]
    text: str
    claims: tuple[str, ...] = ()
    when: Condition = ()


@dataclass(frozen=True, slots=True)
class Spoken:
    """A reason, with the question and the option that give it."""

    question: str
    option: str
    reason: Reason


Reasons = Mapping[tuple[str, str], tuple[Reason, ...]]
"""The reasons that options give, by question and option."""


@dataclass(frozen=True, slots=True)
class TriageOption:
    id: str
    label: str
    means: str = ""
    names: tuple[str, ...] = ()  # synonyms of the label
    speaks: tuple[Reason, ...] = ()
    free: bool = False  # what is typed and fits no option is taken for this one, and its words are kept
    keeps: tuple[str, ...] = ()  # names of which the words are kept too, as they say more than the label


@dataclass(frozen=True, slots=True)
class TriageQuestion:
    id: str
    ask: str
    why: Point
    options: Mapping[str, TriageOption]
    short: str = ""  # its name in a list of answers
    multiple: bool = False
    required: bool = False
    when: Condition = ()  # asked only if this holds; refers to earlier questions

    @property
    def free(self) -> str:
        """The id of the option whose words are kept; "" if there is none."""
        return next((option.id for option in self.options.values() if option.free), "")

    @property
    def name(self) -> str:
        return self.short or self.ask.rstrip("?")


@dataclass(frozen=True, slots=True)
class Outcome:
    id: str
    title: str
    says: str
    when: Condition = ()
    before: tuple[str, ...] = ()  # ids of outcomes that this one takes precedence over if both fit
    takes: tuple[str, ...] = ()  # ids of outcomes that this one takes up, the foremost first; their reasons are its own
    claims: tuple[str, ...] = ()  # what `says` rests on
    reasons: tuple[Point, ...] = ()
    watch: tuple[Point, ...] = ()
    first: tuple[Point, ...] = ()  # what to do first
    tools: tuple[Point, ...] = ()
    related: tuple[str, ...] = ()  # answers to go on with

    @property
    def parts(self) -> tuple[str, ...]:
        """Ids of the outcomes whose reasons speak for this one."""
        return self.takes or (self.id,)

    def is_supported_by(self, reason: Reason) -> bool:
        return self.id in reason.outcomes or any(part in reason.outcomes for part in self.takes)


@dataclass(frozen=True, slots=True, order=True)
class Lead:
    """On some path the answer `option` to `question` ("" if it is skipped) is followed by the question or outcome
    `to`."""

    question: str
    option: str
    to: str
    ends: bool  # `to` is an outcome


@dataclass(frozen=True, slots=True)
class Triage:
    """The guided dialogue: questions in order. Every path ends in exactly one outcome (`triage_paths` proves it)."""

    title: str
    questions: Mapping[str, TriageQuestion]
    outcomes: Mapping[str, Outcome]
    limit: int = 6  # questions on the longest path
    precedence: Mapping[str, frozenset[str]] = field(default_factory=dict)  # outcome id: ids of all that yield to it
    leads: tuple[Lead, ...] = ()  # of all paths, each once

    def spoken(self, picks: Picks) -> Iterator[Spoken]:
        """The reasons that the options picked give, in the order of `picks`."""
        for question, picked in picks.items():
            for option in picked:
                for reason in self.questions[question].options[option].speaks:
                    if holds(reason.when, picks):
                        yield Spoken(question, option, reason)

    def asked(self, picks: Picks) -> tuple[TriageQuestion, ...]:
        """The questions whose condition holds for `picks`."""
        return tuple(question for question in self.questions.values() if holds(question.when, picks))

    def fitting(self, picks: Picks) -> tuple[Outcome, ...]:
        """The outcomes whose condition holds, without those that yield to another of them."""
        firing = [outcome for outcome in self.outcomes.values() if holds(outcome.when, picks)]
        return tuple(
            outcome
            for outcome in firing
            if not any(outcome.id in self.precedence.get(other.id, frozenset()) for other in firing)
        )


def precedence(outcomes: Mapping[str, Outcome]) -> dict[str, frozenset[str]]:
    """For each outcome id the ids of all that yield to it, directly or transitively."""
    return {id: frozenset(_yielding(id, outcomes, set())) for id in outcomes}


def _yielding(id: str, outcomes: Mapping[str, Outcome], seen: set[str]) -> set[str]:
    for lower in outcomes[id].before if id in outcomes else ():
        if lower not in seen:
            seen.add(lower)
            _yielding(lower, outcomes, seen)
    return seen
