"""The guided dialogue as a graph: where a path through it stands, and where everything is drawn.

Questions stand below one another, each with its options in a row; lines lead from an option to the questions and
outcomes that may follow. What follows the next question at once is drawn between the two; the rest runs at the sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from textwrap import wrap
from urllib.parse import urlencode

from bot.knowledge.triage import Picks, Triage, TriageQuestion, holds

SKIPPED = "-"  # in an address: the question was skipped
# In pixels.
WIDTH, HEIGHT, GAP = 164, 58, 10  # of an option, and between two
HEAD, PADDING, BETWEEN, SIDE = 34, 12, 70, 56  # of a question: its title, around its options, below it, beside it
LETTERS = 21  # in a line of an option


@dataclass(frozen=True, slots=True)
class Branch:
    """`href`: the path with this option picked, or without it; "" where the question is not asked. `taken`: how often
    it was picked; None where that is not counted."""

    id: str
    label: str
    means: str
    picked: bool
    href: str
    leads: tuple[str, ...]  # ids of the questions and outcomes that may follow
    taken: int | None


@dataclass(frozen=True, slots=True)
class Step:
    id: str
    ask: str
    asked: bool
    open: bool  # the first one that the path has no answer to
    options: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """A path as far as it was followed. `ends`: it needs no further answer; `reached`: the outcomes that fit so far."""

    steps: tuple[Step, ...]
    reached: tuple[str, ...]
    ends: bool


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]
    state: str = ""
    href: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    width: int
    height: int
    questions: tuple[Box, ...]
    options: tuple[Box, ...]
    outcomes: tuple[Box, ...]
    lines: tuple[tuple[str, str], ...]  # the path of SVG, and "taken" where the followed path runs along it


def picks_in(triage: Triage, query: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """The answers in an address; those to questions that are not asked don't count."""
    picks: dict[str, tuple[str, ...]] = {}
    for question in triage.questions.values():
        given = query.get(question.id, [])
        picked = tuple(id for id in question.options if id in given)[: None if question.multiple else 1]
        skipped = given == [SKIPPED] and not question.required
        if (picked or skipped) and holds(question.when, picks):
            picks[question.id] = picked
    return picks


def followed(triage: Triage, picks: Picks, taken: Mapping[tuple[str, str], int]) -> Followed:
    """`taken`: how often options were picked, by question and option."""
    asked = [question.id for question in triage.asked(picks)]
    left = [id for id in asked if id not in picks]
    leads: dict[tuple[str, str], tuple[str, ...]] = {}
    for lead in triage.leads:
        leads[lead.question, lead.option] = (*leads.get((lead.question, lead.option), ()), lead.to)
    steps = tuple(
        Step(
            question.id,
            question.ask,
            question.id in asked,
            question.id == (left or [""])[0],
            tuple(_options(question, picks, leads, taken, asked=question.id in asked)),
        )
        for question in triage.questions.values()
    )
    reached = tuple(outcome.id for outcome in triage.fitting(picks)) if picks else ()
    return Followed(steps, reached, bool(picks) and not left)


def _options(
    question: TriageQuestion,
    picks: Picks,
    leads: Mapping[tuple[str, str], tuple[str, ...]],
    taken: Mapping[tuple[str, str], int],
    *,
    asked: bool,
) -> Iterator[Branch]:
    picked = picks.get(question.id)
    for option in question.options.values():
        chosen = set(picked or ()) ^ {option.id} if question.multiple else {option.id} - set(picked or ())
        href = _address(picks, question, tuple(id for id in question.options if id in chosen)) if asked else ""
        after = leads.get((question.id, option.id), ())
        times = taken.get((question.id, option.id), 0) if taken else None
        yield Branch(option.id, option.label, option.means, option.id in (picked or ()), href, after, times)
    if not question.required:
        href = _address(picks, question, None if picked == () else ()) if asked else ""
        yield Branch(SKIPPED, "Skipped", "", picked == (), href, leads.get((question.id, ""), ()), None)


def _address(picks: Picks, question: TriageQuestion, chosen: tuple[str, ...] | None) -> str:
    """The query with `chosen` as the answer: () skips the question, None or no option of those left leaves it open."""
    changed = {**picks}
    if chosen is None or (not chosen and picks.get(question.id)):
        changed.pop(question.id, None)
    else:
        changed[question.id] = chosen
    return "?" + urlencode([(id, one) for id, picked in changed.items() for one in picked or (SKIPPED,)])


def drawn(triage: Triage, path: Followed) -> Graph:
    rows = [_row(len(step.options)) for step in path.steps]
    last = _row(len(triage.outcomes))
    width = max([*rows, last]) + 2 * SIDE
    tall = HEAD + HEIGHT + PADDING
    questions, options, at = [], [], {}
    for number, (step, wide) in enumerate(zip(path.steps, rows, strict=True)):
        x, y = (width - wide) // 2, number * (tall + BETWEEN)
        state = "passed-over" if not step.asked else "open" if step.open else ""
        questions.append(Box(x, y, wide, tall, (step.ask,), state))
        at[step.id] = width // 2, y
        for place, option in enumerate(step.options):
            box = _box(x + PADDING + place * (WIDTH + GAP), y + HEAD, option.label)
            state = "picked" if option.picked else "" if step.asked else "passed-over"
            note = "" if option.taken is None else f"{option.taken}×"
            options.append(Box(*box, state, option.href, note))
            at[f"{step.id}/{option.id}"] = box[0] + WIDTH // 2, y + tall
    y, left = len(rows) * (tall + BETWEEN), (width - last) // 2
    outcomes = []
    for place, outcome in enumerate(triage.outcomes.values()):
        box = _box(left + PADDING + place * (WIDTH + GAP), y, outcome.title)
        outcomes.append(Box(*box, "reached" if outcome.id in path.reached else ""))
        at[f"/{outcome.id}"] = box[0] + WIDTH // 2, y
    lines = tuple(sorted(_lines(triage, path, at, width), key=lambda line: line[1]))  # what was taken lies on top
    return Graph(width, y + HEIGHT + 4, tuple(questions), tuple(options), tuple(outcomes), lines)


def _row(options: int) -> int:
    return options * (WIDTH + GAP) - GAP + 2 * PADDING


def _box(x: int, y: int, label: str) -> tuple[int, int, int, int, tuple[str, ...]]:
    return x, y, WIDTH, HEIGHT, tuple(wrap(label, LETTERS, max_lines=2, placeholder=" …"))


def _lines(triage: Triage, path: Followed, at: Mapping[str, tuple[int, int]], width: int) -> Iterator[tuple[str, str]]:
    order = list(triage.questions)
    answered = [step.id for step in path.steps if step.asked and any(option.picked for option in step.options)]
    opened = [step.id for step in path.steps if step.open]
    follows = dict(zip(answered, [*answered[1:], *(opened or path.reached)], strict=False))
    picked = {(step.id, option.id) for step in path.steps for option in step.options if option.picked}
    for lead in triage.leads:
        option = lead.option or SKIPPED
        target = f"/{lead.to}" if lead.ends else lead.to
        beside = order.index(lead.question) + 1 != (len(order) if lead.ends else order.index(lead.to))
        taken = (lead.question, option) in picked and follows.get(lead.question) == lead.to
        yield _line(at[f"{lead.question}/{option}"], at[target], width if beside else 0), "taken" if taken else ""


def _line(start: tuple[int, int], end: tuple[int, int], width: int) -> str:
    """`width` of the graph: the line runs beside the questions between; 0: there are none."""
    (x, y), (to, below) = start, end
    half = BETWEEN // 2
    if not width:
        return f"M{x} {y}C{x} {y + half} {to} {below - half} {to} {below}"
    side = width - SIDE // 2 if x > width // 2 else SIDE // 2
    return (
        f"M{x} {y}C{x} {y + half} {side} {y} {side} {y + BETWEEN}"
        f"V{below - BETWEEN}C{side} {below} {to} {below - half} {to} {below}"
    )
