"""Walking every path of the guided dialogue, and what is wrong with it.

Answers that no condition tells apart lead the same way: one of them stands for all. So a question that takes several
options, with dozens of possible answers, has a handful of them to be walked, and the proof is still complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from bot.knowledge.draft import Draft, Survey
from bot.knowledge.problems import quoted
from bot.knowledge.triage import Condition, Criterion, Outcome, Picks, Triage, TriageQuestion, holds

MOST_PATHS = 20_000
PARTS = ("reasons", "watch", "first", "tools")  # the points of an outcome


@dataclass(frozen=True, slots=True)
class Answer:
    """Answers to one question that no condition tells apart: one of them, and every option that stands in any."""

    picked: tuple[str, ...]
    options: frozenset[str]


@dataclass(frozen=True, slots=True)
class Path:
    picks: Picks
    fitting: tuple[Outcome, ...]  # one, where all is well
    options: frozenset[tuple[str, str]]  # question and option: what may have been picked


def check_paths(draft: Draft) -> None:
    """Reports paths that end in no outcome or in several, and more paths than can be walked: errors."""
    triage = draft.triage
    if triage is None or not triage.questions or not triage.outcomes:
        return
    if _has_problems(draft):
        return  # a condition that was not understood would make false alarms
    answers = {question.id: classes(question, deciding(triage)) for question in triage.questions.values()}
    told: set[tuple[str, ...]] = set()
    for number, path in enumerate(walk(triage, answers)):
        if number >= MOST_PATHS:
            said = f"the dialogue has more than {MOST_PATHS:,} paths that differ"
            draft.report.add(draft.triage_spot, f"{said}, too many to check; use fewer questions or conditions")
            return
        _survey(draft.survey, path)
        ends = tuple(outcome.id for outcome in path.fitting)
        if len(ends) == 1 or ends in told:
            continue
        told.add(ends)
        if not ends:
            said = f"no outcome fits the answers {described(path.picks)}"
            draft.report.add(draft.triage_spot, f"{said}; give one of them a 'when' that holds then")
        else:
            names = " and ".join(quoted(end) for end in ends)
            said = f"the outcomes {names} both fit the answers {described(path.picks)}"
            draft.report.add(draft.spot("outcome", ends[0]), f"{said}; say with 'before' which of them goes first")


def _has_problems(draft: Draft) -> bool:
    return any(problem.file == draft.triage_spot.file for problem in draft.report.problems)


def check_reach(draft: Draft) -> None:
    """Reports what nobody gets to see, and paths that are too long: rules."""
    triage, survey = draft.triage, draft.survey
    if triage is None or not survey.reached or _has_problems(draft):
        return
    for id in triage.questions:
        if id not in survey.asked:
            where = draft.spot("triage question", id)
            draft.report.add(where, f"question {quoted(id)} is never asked; mend its 'when' or take it out")
    if len(survey.longest) > triage.limit:
        said = f"a path has {len(survey.longest)} questions ({described(survey.longest)}), at most {triage.limit}"
        draft.report.add(draft.triage_spot, f"{said} are allowed; ask less, or raise 'limit'")
    for id in triage.outcomes:
        if id not in survey.reached:
            said = f"no answers lead to outcome {quoted(id)}"
            draft.report.add(draft.spot("outcome", id), f"{said}; mend its 'when', or the 'before' of others")
    _check_reasons(draft, triage, survey)
    _check_points(draft, triage)


def _check_reasons(draft: Draft, triage: Triage, survey: Survey) -> None:
    for question in triage.questions.values():
        for option in question.options.values():
            for outcome in (outcome for reason in option.speaks for outcome in reason.outcomes):
                if outcome in survey.reached and (question.id, option.id) not in survey.reached[outcome]:
                    said = f"option {quoted(option.id)} speaks for {quoted(outcome)}, and never leads there"
                    where = draft.spot("option", f"{question.id}/{option.id}")
                    draft.report.add(where, f"{said}; take the reason out or mend the outcome's 'when'")


def _check_points(draft: Draft, triage: Triage) -> None:
    """Every condition of a point must come to hold on some path that ends in its outcome."""
    waiting = {
        (outcome.id, part): [point for point in getattr(outcome, part) if point.when]
        for outcome in triage.outcomes.values()
        for part in PARTS
    }
    tests = [test for points in waiting.values() for point in points for test in _tests(point.when)]
    every = [*deciding(triage), *tests]
    answers = {question.id: classes(question, every) for question in triage.questions.values()}
    for number, path in enumerate(walk(triage, answers)):
        if number >= MOST_PATHS or not any(waiting.values()):
            return
        for part in PARTS if len(path.fitting) == 1 else ():
            key = path.fitting[0].id, part
            waiting[key] = [point for point in waiting[key] if not holds(point.when, path.picks)]
    for (outcome, part), points in waiting.items():
        for point in points:
            said = f"{quoted(point.text)} under {quoted(part)} of outcome {quoted(outcome)} is never said"
            draft.report.add(draft.spot("outcome", outcome), f"{said}; mend its 'when' or take it out")


def deciding(triage: Triage) -> list[Criterion]:
    """The tests on which the way through the dialogue depends."""
    conditions = [question.when for question in triage.questions.values()]
    conditions += [outcome.when for outcome in triage.outcomes.values()]
    return [test for condition in conditions for test in _tests(condition)]


def classes(question: TriageQuestion, tests: Iterable[Criterion]) -> list[Answer]:
    """The answers to `question` that `tests` tell apart."""
    own = list(dict.fromkeys(test for test in tests if test.question == question.id))
    found: dict[tuple[bool, ...], Answer] = {}
    for picked in possible_answers(question):
        sign = tuple(test.holds({question.id: picked}) for test in own)
        before = found.get(sign)
        options = frozenset(picked) | (before.options if before else frozenset())
        found[sign] = Answer(before.picked if before else picked, options)
    return list(found.values())


def possible_answers(question: TriageQuestion) -> Iterator[tuple[str, ...]]:
    """Every answer that the dialogue takes; the empty one where the question may be skipped."""
    most = len(question.options) if question.multiple else 1
    for count in range(1, most + 1):
        yield from combinations(question.options, count)
    if not question.required:
        yield ()


def walk(triage: Triage, answers: dict[str, list[Answer]]) -> Iterator[Path]:
    """Every path, each question answered in turn with each of its `answers`, where it is asked at all."""

    def go(remaining: list[TriageQuestion], picks: dict[str, tuple[str, ...]]) -> Iterator[dict[str, tuple[str, ...]]]:
        for position, question in enumerate(remaining):
            if holds(question.when, picks):
                for answer in answers[question.id]:
                    yield from go(remaining[position + 1 :], {**picks, question.id: answer.picked})
                return
        yield picks

    standing_for = {
        (question, answer.picked): frozenset((question, option) for option in answer.options)
        for question, found in answers.items()
        for answer in found
    }
    for picks in go(list(triage.questions.values()), {}):
        options = frozenset().union(*(standing_for[item] for item in picks.items()))
        yield Path(picks, triage.fitting(picks), options)


def described(picks: Picks) -> str:
    """Answers in a problem: `sun: full, soil: skipped`."""
    return ", ".join(f"{question}: {' + '.join(picked) or 'skipped'}" for question, picked in picks.items())


def _survey(survey: Survey, path: Path) -> None:
    survey.asked.update(path.picks)
    if len(path.picks) > len(survey.longest):
        survey.longest = path.picks
    for outcome in path.fitting:
        survey.reached.setdefault(outcome.id, set()).update(path.options)


def _tests(condition: Condition) -> Iterator[Criterion]:
    return (test for row in condition for test in row)
