"""Transitions of the dialogue state: each function takes a run and returns the next one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.domain.dialogue_state import Given, Run
from bot.knowledge.triage import Picks, Triage, TriageQuestion, holds, may_hold


def begun(id: str, triage: Triage) -> Run:
    return settled(Run(id, ""), {}, triage)


def settled(run: Run, picks: Picks, triage: Triage) -> Run:
    """`run` with these answers, without those that no longer apply, at the first question that has none."""
    kept: dict[str, tuple[str, ...]] = {}
    at = ""
    for question in triage.questions.values():
        if not holds(question.when, kept):
            continue
        if is_answer(question, picks.get(question.id)):
            kept[question.id] = picks[question.id]
        else:
            at = at or question.id
    answers = tuple(Given(question, options) for question, options in kept.items())
    return replace(run, answers=answers, at=at, record="")


def is_answer(question: TriageQuestion, options: tuple[str, ...] | None) -> bool:
    """Whether `options` is something that `question` takes; none is a skip."""
    if options is None:
        return False
    if not options:
        return not question.required
    return (question.multiple or len(options) == 1) and all(option in question.options for option in options)


def answered(run: Run, question: str, options: Iterable[str], triage: Triage) -> Run:
    """`run` after an answer to any of its questions; options are put in the order in which they are offered."""
    picked = set(options)
    ordered = tuple(option for option in triage.questions[question].options if option in picked)
    return settled(run, {**run.picks, question: ordered}, triage)


def gone_back(run: Run, triage: Triage) -> Run:
    """The last answer before the open question taken back; the same run at the first question.

    Where an answer is being changed, the change is given up.
    """
    if run.at in run.picks:
        return settled(run, run.picks, triage)
    return settled(run, {given.question: given.options for given in run.answers[:-1]}, triage)


def changing(run: Run, question: str) -> Run:
    """`run` with `question` open again; its answer stands until there is another one."""
    return replace(run, at=question, record="")


def steps(run: Run, triage: Triage) -> tuple[int, int]:
    """The number of the open question from 1, and how many there are at most, as far as can be told now."""
    picks = run.picks
    numbers = [
        question.id
        for question in triage.questions.values()
        if question.id in picks or question.id == run.at or may_hold(question.when, picks)
    ]
    return (numbers.index(run.at) + 1 if run.at in numbers else len(numbers)), len(numbers)
