"""Proves from a history that nothing was lost, crossed or doubled. Pure: the same history gives the same verdict.

A reply is due where a message was acknowledged. It is the answer to that very question, or a notice that says that the
message was not taken in. A second copy is only right where it says that the first one may be there already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.chaos.history import Asked, Confirmed, History, Shown
from bot.knowledge.shipped_phrases import shipped

_say = shipped()
# Notices of surfaces have other texts than their titles only.
NOT_TAKEN = (_say("notice-failure"), _say("notice-unsure"), _say("notice-not-shown"))
MAY_BE_THERE = (_say("notice-maybe-above"), _say("notice-look-above"), _say("notice-maybe-twice"))
STANDS, MAY_STAND, NOT_POSTED = _say("post-arrived-title"), _say("post-unsure-title"), _say("post-failed-title")

NOTHING_WAITS = _say("confirm-nothing-title")  # the answer to the confirmation of an earlier preview


@dataclass(frozen=True)
class Violation:
    kind: str  # lost, crossed, doubled, untold
    id: str  # of the question or post; of a message that belongs to none, its place
    why: str


@dataclass(frozen=True)
class Verdict:
    counts: Counter[str] = field(default_factory=Counter)
    violations: tuple[Violation, ...] = ()


def check(history: History) -> Verdict:
    counts: Counter[str] = Counter()
    violations = [*_crossed(history)]
    for asked in history.asked:
        violations += _of_question(asked, history, counts)
    for confirmed in history.confirmed:
        violations += _of_post(confirmed, history, counts)
    violations += _of_notices(history, counts)
    if history.waiting:
        violations.append(Violation("lost", "outbox", f"{history.waiting} still wait to be sent"))
    return Verdict(counts, tuple(violations))


def _crossed(history: History) -> Iterator[Violation]:
    """Whatever stands where it does not belong."""
    for shown in history.shown:
        for thing in shown.things if not shown.notes else ():
            if not any(_belongs(shown, asked) for asked in history.asked if asked.thing == thing) and not any(
                _is_alone(shown, one.alone) for one in history.confirmed
            ):
                yield Violation("crossed", shown.where, f"thing {thing} was not asked about there")
        for note in shown.notes:
            owners = [one for one in history.confirmed if one.note == note]
            if not any(shown.where == one.channel or _is_alone(shown, one.alone) for one in owners):
                yield Violation("crossed", shown.where, f"{note} was not posted there")
    for asked in history.asked:
        if asked.response and (others := Shown("", asked.response).things - {asked.thing}):
            yield Violation("crossed", asked.id, f"the response is about {sorted(others)}")


def _of_question(asked: Asked, history: History, counts: Counter[str]) -> Iterator[Violation]:
    counts["questions"] += 1
    counts["questions acknowledged"] += asked.acknowledged
    if asked.response is not None:
        if asked.acknowledged and not _answers(asked.response, asked) and not _is_notice(asked.response):
            yield Violation("lost", asked.id, "the response has neither its answer nor a notice")
        return
    answers = [shown for shown in history.shown if _belongs(shown, asked) and asked.thing in shown.things]
    unmarked = [shown for shown in answers if not _says(shown.text, MAY_BE_THERE)]
    if len(unmarked) > 1 and not asked.gone:  # what would tell a second delivery is deleted with the rest
        yield Violation("doubled", asked.id, f"{len(unmarked)} answers, and none says that there may be another")
    elif len(answers) > 1:
        counts["doubled, and told"] += 1
    counts["answered"] += bool(answers)
    if answers or not asked.acknowledged or asked.gone:
        return
    if any(_says(shown.text, (*NOT_TAKEN, *MAY_BE_THERE)) and _belongs(shown, asked) for shown in history.shown):
        counts["not answered, and told"] += 1
    else:
        yield Violation("lost", asked.id, "acknowledged, and nothing was said")


def _of_notices(history: History, counts: Counter[str]) -> Iterator[Violation]:
    """Of several questions in one chat each has an answer, or one of the notices there."""
    for where in {asked.where for asked in history.asked}:
        here = [one for one in history.asked if one.where == where and one.response is None]
        unanswered = [
            one
            for one in here
            if one.acknowledged
            and not one.gone
            and not any(one.thing in shown.things and _belongs(shown, one) for shown in history.shown)
        ]
        notices = [
            shown
            for shown in history.shown
            if any(_belongs(shown, one) for one in here) and _says(shown.text, (*NOT_TAKEN, *MAY_BE_THERE))
        ]
        if len(here) > 1 and unanswered and len(unanswered) > len(notices) > 0:
            ids = ", ".join(one.id for one in unanswered)
            yield Violation("lost", ids, f"{len(unanswered)} without an answer, and {len(notices)} notices")


def _of_post(confirmed: Confirmed, history: History, counts: Counter[str]) -> Iterator[Violation]:
    counts["posts"] += 1
    counts["posts confirmed"] += confirmed.acknowledged
    stand = sum(confirmed.note in shown.notes and shown.where == confirmed.channel for shown in history.shown)
    own = [shown.text for shown in history.shown if _is_alone(shown, confirmed.alone)]
    told = {name for name in (STANDS, MAY_STAND, NOT_POSTED) if any(name in text for text in own)}
    counts["posts that stand"] += bool(stand)
    if stand > 1:
        yield Violation("doubled", confirmed.id, f"the post stands {stand} times")
    if stand and not told & {STANDS, MAY_STAND}:
        yield Violation("untold", confirmed.id, "the post stands, and its person was not told")
    if not stand and STANDS in told:
        yield Violation("lost", confirmed.id, "its person was told of a post that does not stand")
    replaced = sum(confirmed.note in text for text in own) > 1 and any(NOTHING_WAITS in text for text in own)
    if not stand and not told and not replaced and confirmed.acknowledged and not any(map(_is_notice, own)):
        yield Violation("lost", confirmed.id, "confirmed, and nothing came of it")
    counts["posts that may stand, and told"] += MAY_STAND in told


def _belongs(shown: Shown, asked: Asked) -> bool:
    """Whether `shown` stands where the reply to `asked` may be, before the eyes of its person."""
    if shown.to and shown.to != asked.alone:
        return False
    return shown.where == asked.where or _is_alone(shown, asked.alone)


def _is_alone(shown: Shown, alone: str) -> bool:
    """Whether its person alone sees it, outside the threads of other questions."""
    return shown.to == alone or shown.where == f"{alone}/"


def _answers(text: str, asked: Asked) -> bool:
    return asked.thing in Shown("", text).things


def _is_notice(text: str) -> bool:
    return _says(text, NOT_TAKEN)


def _says(text: str, phrases: tuple[str, ...]) -> bool:
    return any(phrase in text for phrase in phrases)
