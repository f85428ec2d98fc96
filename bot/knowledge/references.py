"""What names something else must name something that exists."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from bot.knowledge.draft import SECTION_OF, Draft, Reference, Thing
from bot.knowledge.model import Concept
from bot.knowledge.problems import quoted


def check_references(draft: Draft) -> None:
    """Reports ids that nothing has, claims in tension with themselves, and topics that lie within themselves."""
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
        _check_circles(thing, table, draft)


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


def _check_circles(thing: Thing, table: Mapping[str, Concept], draft: Draft) -> None:
    """Whoever follows `within` upwards must come to an end."""
    wider = {id: set(concept.within) for id, concept in table.items()}
    while circle := _circle(wider):
        path = " within ".join(circle)
        draft.report.add(
            draft.spot(thing, circle[0], "within"), f"{thing}s lie within each other ({path}); take one out"
        )
        del wider[circle[0]]  # to find the others


def _circle(wider: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(wider).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]  # first and last are the same
        return circle if circle[0] in wider else []
    return []
