"""Checks on every path of the guided dialogue that its outcome is one that the reasons given speak for."""

from __future__ import annotations

from collections.abc import Iterator

from bot.knowledge.draft import Draft
from bot.knowledge.problems import quoted
from bot.knowledge.triage import Condition, Criterion, Outcome, Picks, Reason, Triage, holds
from bot.knowledge.triage_paths import (
    MOST_PATHS,
    answers_of,
    described,
    path_criteria,
    reason_conditions,
    walk,
)


def check_support(draft: Draft) -> None:
    """Reports each outcome once for each way in which a path to it is not supported, with the picks: rules of content.

    An outcome needs a reason that speaks for it and for no single other one as well. One that takes up others needs a
    reason for each of these, and no fewer for the foremost than for any other. No other outcome may have more reasons
    than the one that is recommended.
    """
    triage = draft.triage
    if triage is None or not draft.survey.reached:
        return
    tests = [*path_criteria(triage), *_criteria_of(reason_conditions(triage)), *_own_criteria(triage)]
    reported: set[tuple[str, str]] = set()
    for number, path in enumerate(walk(triage, answers_of(triage, tests, by_reasons=True))):
        if number >= MOST_PATHS:
            said = f"the dialogue has more than {MOST_PATHS:,} paths that differ in their reasons"
            draft.report.add(draft.triage_spot, f"{said}, too many to check; use fewer questions or conditions")
            return
        for outcome in path.fitting:
            for kind, said in unsupported(outcome, path.picks, triage):
                if (outcome.id, kind) not in reported:
                    reported.add((outcome.id, kind))
                    where = draft.spot("outcome", outcome.id)
                    draft.report.add(where, f"{said}, with the answers {described(path.picks)}; {_REMEDY}")


_REMEDY = "mend its 'when', or the reasons of the options"


def unsupported(outcome: Outcome, picks: Picks, triage: Triage) -> Iterator[tuple[str, str]]:
    """In which ways the reasons that `picks` give don't support `outcome`: a key and a sentence for each."""
    given = [spoken.reason for spoken in triage.spoken(picks)]
    why = sum(map(outcome.is_supported_by, given)) + sum(holds(point.when, picks) for point in outcome.reasons)
    if not why:
        yield "none", f"no reason speaks for the outcome {quoted(outcome.id)}"
        return
    for part in outcome.takes:
        if not _count(part, given):
            yield part, f"no reason speaks for {quoted(part)}, which the outcome {quoted(outcome.id)} takes up"
    first = outcome.takes[0] if outcome.takes else ""
    for part in outcome.takes[1:]:
        if _count(part, given) > _count(first, given):
            said = f"more reasons speak for {quoted(part)} than for {quoted(first)}, which the outcome"
            yield f"{part} first", f"{said} {quoted(outcome.id)} puts first"
    for other in triage.outcomes.values():
        if other.id == outcome.id or other.id in outcome.takes or other.takes:
            continue
        own = [reason for reason in given if outcome.is_supported_by(reason)]
        if own and len(own) == why and all(other.id in reason.outcomes for reason in own):
            said = f"every reason for the outcome {quoted(outcome.id)} speaks for {quoted(other.id)} as well"
            yield f"{other.id} as well", said
        against = _count(other.id, given)
        if against > why:
            said = f"{against} reasons speak for {quoted(other.id)}"
            yield f"{other.id} more", f"{said} and {why} for the outcome {quoted(outcome.id)}"


def _count(outcome: str, given: list[Reason]) -> int:
    return sum(outcome in reason.outcomes for reason in given)


def _own_criteria(triage: Triage) -> Iterator[Criterion]:
    """The criteria of the reasons that outcomes give themselves."""
    return _criteria_of([point.when for outcome in triage.outcomes.values() for point in outcome.reasons])


def _criteria_of(conditions: list[Condition]) -> Iterator[Criterion]:
    return (test for condition in conditions for row in condition for test in row if isinstance(test, Criterion))
