"""Transitions of the dialogue state: pure functions from one `Run` to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.domain.dialogue_state import Given, Run
from bot.knowledge.triage import Picks, Triage, TriageQuestion, holds, may_hold


def start_run(id: str, triage: Triage) -> Run:
    return with_answers(Run(id, ""), {}, triage)


def with_answers(run: Run, picks: Picks, triage: Triage, words: Mapping[str, str] | None = None) -> Run:
    """`run` with those of the answers `picks` that are valid and asked for, at the first unanswered question.

    `words`: typed ones, by question id, kept where the option for them is picked; those of `run` by default."""
    kept_words = run.words if words is None else words
    kept: dict[str, tuple[str, ...]] = {}
    at = ""
    for question in triage.questions.values():
        if not holds(question.when, kept):
            continue
        if is_answer(question, picks.get(question.id)):
            kept[question.id] = picks[question.id]
        else:
            at = at or question.id
    answers = tuple(
        Given(id, options, kept_words.get(id, "") if takes_words(triage.questions[id], options) else "")
        for id, options in kept.items()
    )
    return replace(run, answers=answers, at=at, record="", ended=0.0)


def takes_words(question: TriageQuestion, options: tuple[str, ...]) -> bool:
    """True if one of `options` keeps the words in which it was typed."""
    return any(question.options[option].free for option in options)


def is_answer(question: TriageQuestion, options: tuple[str, ...] | None) -> bool:
    """True if `options` is a valid answer to `question`; an empty tuple skips it, None is no answer."""
    if options is None:
        return False
    if not options:
        return not question.required
    return (question.multiple or len(options) == 1) and all(option in question.options for option in options)


def with_answer(run: Run, question: str, options: Iterable[str], triage: Triage, words: str = "") -> Run:
    """`run` with `options` as the answer to `question`. `words`: as typed, see `Given`; without any, the earlier ones
    stay where they still belong to the answer."""
    picked = set(options)
    ordered = tuple(option for option in triage.questions[question].options if option in picked)
    kept = {**run.words, question: words} if words else run.words
    return with_answers(run, {**run.picks, question: ordered}, triage, kept)


def without_last_answer(run: Run, triage: Triage) -> Run:
    """`run` less its last answer; where an answer was being changed, that one is left as it was."""
    if run.at in run.picks:
        return with_answers(run, run.picks, triage)
    return with_answers(run, {given.question: given.options for given in run.answers[:-1]}, triage)


def reopened(run: Run, question: str) -> Run:
    """`run` with `question` as the open one; its earlier answer counts until it is replaced."""
    return replace(run, at=question, record="", ended=0.0)


def steps(run: Run, triage: Triage) -> tuple[int, int]:
    """The number of the open question from 1, and the greatest number of questions still possible."""
    picks = run.picks
    numbers = [
        question.id
        for question in triage.questions.values()
        if question.id in picks or question.id == run.at or may_hold(question.when, picks)
    ]
    return (numbers.index(run.at) + 1 if run.at in numbers else len(numbers)), len(numbers)
