"""From answers to a recommendation: its outcome, its reasons, and what another answer would change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.dialogue_state import Run
from bot.knowledge.triage import Outcome, Picks, Point, Triage, TriageQuestion, holds
from bot.triage.transitions import with_answers


@dataclass(frozen=True, slots=True)
class Change:
    """Another answer to one question, and the outcome it would lead to."""

    question: str
    options: tuple[str, ...]
    outcome: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    outcome: Outcome
    rules: tuple[str, ...]  # what fired: OUTCOME/ROW of its condition, then QUESTION/OPTION of each reason
    reasons: tuple[Point, ...]
    watch: tuple[Point, ...]
    first: tuple[Point, ...]
    tools: tuple[Point, ...]
    changes: tuple[Change, ...]


def decide(picks: Picks, triage: Triage) -> Recommendation:
    """The recommendation for `picks`, which must be complete: a checked dialogue has one outcome for any of them."""
    outcome = triage.fitting(picks)[0]
    spoken = dict(_spoken(picks, outcome, triage))
    said = (*spoken.values(), *outcome.reasons)
    return Recommendation(
        outcome=outcome,
        rules=(*_rows(outcome, picks), *spoken),
        reasons=tuple(point for point in said if holds(point.when, picks)),
        watch=_said(outcome.watch, picks),
        first=_said(outcome.first, picks),
        tools=_said(outcome.tools, picks),
        changes=tuple(changes(picks, outcome.id, triage)),
    )


def changes(picks: Picks, outcome: str, triage: Triage) -> Iterator[Change]:
    """Every change of one answer that leads to another outcome. Questions that it adds count as skipped."""
    for question in triage.questions.values():
        if question.id not in picks:
            continue
        for options in _others(question, picks[question.id]):
            other = with_answers(Run("", ""), {**picks, question.id: options}, triage).picks
            ends = triage.fitting(other)[0].id
            if ends != outcome:
                yield Change(question.id, options, ends)


def _others(question: TriageQuestion, picked: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The neighbouring answers: another option, or for multiple choice one option more or one less."""
    for option in question.options:
        if not question.multiple:
            if (option,) != picked:
                yield (option,)
        elif option not in picked:
            yield tuple(one for one in question.options if one in picked or one == option)
        elif len(picked) > 1:
            yield tuple(one for one in picked if one != option)


def _spoken(picks: Picks, outcome: Outcome, triage: Triage) -> Iterator[tuple[str, Point]]:
    for question, picked in picks.items():
        for option in picked:
            for reason in triage.questions[question].options[option].speaks:
                if outcome.id in reason.outcomes:
                    yield f"{question}/{option}", Point(reason.text, reason.claims)


def _rows(outcome: Outcome, picks: Picks) -> Iterator[str]:
    """`OUTCOME/ROW` for the rows of its condition that hold, from 1; `OUTCOME` where it has no condition."""
    if not outcome.when:
        yield outcome.id
    for number, row in enumerate(outcome.when, 1):
        if all(test.holds(picks) for test in row):
            yield f"{outcome.id}/{number}"


def _said(points: tuple[Point, ...], picks: Picks) -> tuple[Point, ...]:
    return tuple(point for point in points if holds(point.when, picks))
