"""Checks that every reference names something that exists."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from bot.knowledge.draft import SECTION_OF, Draft, Reference, Thing
from bot.knowledge.model import Concept
from bot.knowledge.problems import quoted


def check_references(draft: Draft) -> None:
    """Reports unknown ids, claims in tension with themselves, and cycles of `within`."""
    known: dict[tuple[Thing, ...], list[str]] = {}
    for reference in draft.references:
        if reference.things not in known:
            known[reference.things] = [id for thing in reference.things for id in draft.ids(thing)]
        _check_reference(reference, known[reference.things], draft)
    for id, claim in draft.claims.items():
        if id in claim.tension:
            draft.report.add(
                draft.spot("claim", id, "tension"), f"claim {quoted(id)} is in tension with itself; name the other"
            )
    for thing, table in draft.concepts():
        _check_cycles(thing, table, draft)


def _check_reference(reference: Reference, known: list[str], draft: Draft) -> None:
    things, (id, spot) = reference
    if any(id in draft.ids(thing) for thing in things) or any(SECTION_OF[thing] in draft.broken for thing in things):
        return
    where = (
        " or ".join(sorted({f"{SECTION_OF[thing]}.yaml" for thing in things} - {"answers.yaml"})) or "answers/*.yaml"
    )
    what = " or ".join(things)
    missing = "" if known else f"there are no {what}s yet, "
    draft.report.unknown(spot, what, id, known, f"{missing}add it to {where} or mend the spelling")


def _check_cycles(thing: Thing, table: Mapping[str, Concept], draft: Draft) -> None:
    """Reports every cycle of `within`."""
    wider = {id: set(concept.within) for id, concept in table.items()}
    while cycle := _cycle(wider):
        path = " within ".join(cycle)
        draft.report.add(
            draft.spot(thing, cycle[0], "within"), f"{thing}s lie within each other ({path}); take one out"
        )
        del wider[cycle[0]]  # to find the others


def _cycle(wider: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(wider).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]  # first and last are the same
        return cycle if cycle[0] in wider else []
    return []
