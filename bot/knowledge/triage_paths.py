"""Checks of the guided dialogue on all of its paths.

Answers to a question that no condition distinguishes are equivalent, so only one of each equivalence class is walked:
a handful instead of dozens for a question that takes several options, and the proof is still complete.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

from bot.knowledge.draft import Draft, Survey
from bot.knowledge.problems import quoted
from bot.knowledge.triage import Balance, Condition, Criterion, Lead, Outcome, Picks, Triage, TriageQuestion, holds

MOST_PATHS = 20_000
PARTS = ("reasons", "watch", "first", "tools")  # the points of an outcome


@dataclass(frozen=True, slots=True)
class AnswerClass:
    """Equivalent answers to one question: one of them, the options in any, and whether skipping it is one."""

    picked: tuple[str, ...]
    options: frozenset[str]
    skips: bool


@dataclass(frozen=True, slots=True)
class Path:
    picks: Picks
    fitting: tuple[Outcome, ...]  # exactly one, unless the dialogue is wrong
    options: frozenset[tuple[str, str]]  # (question, option) of all equivalent answers
    skipped: frozenset[str]  # questions that equivalent answers skip


def check_paths(draft: Draft) -> None:
    """Reports paths without exactly one outcome, and more than MOST_PATHS paths: errors."""
    triage = draft.triage
    if triage is None or not triage.questions or not triage.outcomes:
        return
    if has_problems(draft):
        return  # an unreadable condition would cause false alarms
    reported: set[tuple[str, ...]] = set()
    for number, path in enumerate(walk(triage, answers_of(triage, path_criteria(triage)))):
        if number >= MOST_PATHS:
            said = f"the dialogue has more than {MOST_PATHS:,} paths that differ"
            draft.report.add(draft.triage_spot, f"{said}, too many to check; use fewer questions or conditions")
            return
        _record(draft.survey, path)
        ends = tuple(outcome.id for outcome in path.fitting)
        if len(ends) == 1 or ends in reported:
            continue
        reported.add(ends)
        if not ends:
            said = f"no outcome fits the answers {described(path.picks)}"
            draft.report.add(draft.triage_spot, f"{said}; give one of them a 'when' that holds then")
        else:
            names = " and ".join(quoted(end) for end in ends)
            said = f"the outcomes {names} both fit the answers {described(path.picks)}"
            draft.report.add(draft.spot("outcome", ends[0]), f"{said}; say with 'before' which of them goes first")


def has_problems(draft: Draft) -> bool:
    """True if something was reported of the file of the guided dialogue."""
    return any(problem.file == draft.triage_spot.file for problem in draft.report.problems)


def check_reach(draft: Draft) -> None:
    """Reports unreachable questions, outcomes, reasons and points, and paths that are too long: rules of content."""
    triage, survey = draft.triage, draft.survey
    if triage is None or not survey.reached:
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
                if outcome in survey.reached and (question.id, option.id) not in _leading(outcome, triage, survey):
                    said = f"option {quoted(option.id)} speaks for {quoted(outcome)}, and never leads there"
                    where = draft.spot("option", f"{question.id}/{option.id}")
                    draft.report.add(where, f"{said}; take the reason out or mend the outcome's 'when'")


def _leading(outcome: str, triage: Triage, survey: Survey) -> set[tuple[str, str]]:
    """The options on the paths to `outcome`, and to those that take it up."""
    others = [other.id for other in triage.outcomes.values() if outcome in other.takes]
    return set().union(*(survey.reached.get(id, ()) for id in (outcome, *others)))


def _check_points(draft: Draft, triage: Triage) -> None:
    """Reports points whose condition holds on no path to their outcome."""
    waiting = {
        (outcome.id, part): [point for point in getattr(outcome, part) if point.when]
        for outcome in triage.outcomes.values()
        for part in PARTS
    }
    tests = [test for points in waiting.values() for point in points for test in _criteria(point.when)]
    for number, path in enumerate(walk(triage, answers_of(triage, [*path_criteria(triage), *tests]))):
        if number >= MOST_PATHS or not any(waiting.values()):
            return
        for part in PARTS if len(path.fitting) == 1 else ():
            key = path.fitting[0].id, part
            waiting[key] = [point for point in waiting[key] if not holds(point.when, path.picks)]
    for (outcome, part), points in waiting.items():
        for point in points:
            said = f"{quoted(point.text)} under {quoted(part)} of outcome {quoted(outcome)} is never said"
            draft.report.add(draft.spot("outcome", outcome), f"{said}; mend its 'when' or take it out")


def path_criteria(triage: Triage) -> list[Criterion]:
    """The criteria that the path through the dialogue depends on."""
    conditions = [question.when for question in triage.questions.values()]
    conditions += [outcome.when for outcome in triage.outcomes.values()]
    if weighs_reasons(triage):
        conditions += reason_conditions(triage)
    return [test for condition in conditions for test in _criteria(condition)]


def reason_conditions(triage: Triage) -> list[Condition]:
    options = (option for question in triage.questions.values() for option in question.options.values())
    return [reason.when for option in options for reason in option.speaks if reason.when]


def weighs_reasons(triage: Triage) -> bool:
    """True if the path to some outcome depends on how many reasons are given."""
    conditions = (outcome.when for outcome in triage.outcomes.values())
    return any(isinstance(test, Balance) for condition in conditions for row in condition for test in row)


def answers_of(
    triage: Triage, tests: Iterable[Criterion], *, by_reasons: bool | None = None
) -> dict[str, list[AnswerClass]]:
    """The classes of answers to each question. `by_reasons`: answers that give other reasons are told apart; by
    default only where the path depends on them."""
    by_reasons = weighs_reasons(triage) if by_reasons is None else by_reasons
    found = list(tests)
    return {
        question.id: answer_classes(question, found, by_reasons=by_reasons) for question in triage.questions.values()
    }


def answer_classes(
    question: TriageQuestion, tests: Iterable[Criterion], *, by_reasons: bool = False
) -> list[AnswerClass]:
    """The answers to `question` in classes that `tests` don't distinguish, nor, if asked, the reasons they give."""
    own = list(dict.fromkeys(test for test in tests if test.question == question.id))
    found: dict[tuple[object, ...], AnswerClass] = {}
    for picked in possible_answers(question):
        sign: tuple[object, ...] = tuple(test.holds({question.id: picked}) for test in own)
        if by_reasons:
            sign = (*sign, _given(question, picked))
        before = found.get(sign)
        options = frozenset(picked) | (before.options if before else frozenset())
        skips = not picked or (before is not None and before.skips)
        found[sign] = AnswerClass(before.picked if before else picked, options, skips)
    return list(found.values())


def _given(question: TriageQuestion, picked: tuple[str, ...]) -> frozenset[object]:
    """How often the picks give reasons for the same outcomes under the same condition."""
    reasons = (reason for option in picked for reason in question.options[option].speaks)
    return frozenset(Counter((reason.outcomes, reason.when) for reason in reasons).items())


def possible_answers(question: TriageQuestion) -> Iterator[tuple[str, ...]]:
    """Every answer that the dialogue accepts: the options picked, () for a skipped question."""
    most = len(question.options) if question.multiple else 1
    for count in range(1, most + 1):
        yield from combinations(question.options, count)
    if not question.required:
        yield ()


def walk(triage: Triage, answers: dict[str, list[AnswerClass]]) -> Iterator[Path]:
    """Every path, with each question that is asked answered by each of its classes in `answers`."""

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
    skipping = {(question, answer.picked) for question, found in answers.items() for answer in found if answer.skips}
    for picks in go(list(triage.questions.values()), {}):
        options = frozenset().union(*(standing_for[item] for item in picks.items()))
        skipped = frozenset(item[0] for item in picks.items() if item in skipping)
        yield Path(picks, triage.fitting(picks), options, skipped)


def described(picks: Picks) -> str:
    """Picks as worded in problems: `sun: full, soil: skipped`."""
    return ", ".join(f"{question}: {' + '.join(picked) or 'skipped'}" for question, picked in picks.items())


def _record(survey: Survey, path: Path) -> None:
    survey.asked.update(path.picks)
    if len(path.picks) > len(survey.longest):
        survey.longest = path.picks
    for outcome in path.fitting:
        survey.reached.setdefault(outcome.id, set()).update(path.options)
        follows = dict(pairwise([*path.picks, outcome.id]))
        answers = (*path.options, *((question, "") for question in path.skipped))
        ends = next(reversed(tuple(path.picks)), "")
        survey.leads.update(Lead(id, option, follows[id], id == ends) for id, option in answers)


def _criteria(condition: Condition) -> Iterator[Criterion]:
    return (test for row in condition for test in row if isinstance(test, Criterion))
