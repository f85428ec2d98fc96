"""What is counted of a turn, by day: names of counts and numbers, never a text, a person or a place.

Each question counts under its kind of reply, each vote under what it says. A guided dialogue counts once, at where it
stands: at the question that is open, or at its end. When it moves on, one is taken from where it stood and added to
where it stands. So the sum over some days is where its dialogues were left, and the sum over all places is how many
were begun. An option counts while it is picked.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from bot.domain.dialogue_state import Run
from bot.domain.messages import Reply

# The names are stored, so they stay.
QUESTION = "question:"  # with the kind of its reply
ASKED_KINDS = ("answer", "unstated", "offtopic", "clarify")
HELPFUL, UNHELPFUL = "vote:yes", "vote:no"
DIALOGUE = "triage:"  # with the id of the open question, "" at the end
PICK = "pick:"  # with QUESTION/OPTION


@dataclass(frozen=True, slots=True)
class DailyCount:
    day: str  # an ISO date, in UTC
    name: str
    number: int


def counts_of_question(reply: Reply) -> dict[str, int]:
    """The count of a reply to words that were no command; none where they asked for no answer, such as a greeting."""
    return {QUESTION + reply.kind: 1} if reply.kind in ASKED_KINDS else {}


def counts_of_vote(helpful: bool, before: bool | None) -> dict[str, int]:
    """`before`: what the same person said of the same reply earlier; None if nothing."""
    if before is helpful:
        return {}
    names = {True: HELPFUL, False: UNHELPFUL}
    return {names[helpful]: 1, **({} if before is None else {names[before]: -1})}


def counts_of_dialogue(before: Run | None, after: Run | None) -> dict[str, int]:
    """What changed from `before` to `after`. A dialogue that was given up or begun anew stays where it stood."""
    if after is None or after is before:
        return {}
    changes = Counter(_standing(after))
    if before is not None and before.id == after.id:
        changes.subtract(_standing(before))
    return {name: number for name, number in changes.items() if number}


def _standing(run: Run) -> dict[str, int]:
    picks = {f"{PICK}{given.question}/{option}": 1 for given in run.answers for option in given.options}
    return {DIALOGUE + run.at: 1, **picks}
