"""The guided dialogue as YAML: read, and proved on every path."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.knowledge import check, load
from bot.knowledge.triage import Criterion, Triage, holds, may_hold
from bot.knowledge.triage_paths import answer_classes, answers_of, path_criteria, possible_answers, walk
from tests.bot.knowledge.folders import SOUND, TRIAGE, problems, write


def told(folder: Path, old: str = "", new: str = "", **files: str) -> list[str]:
    """What `check` says of a sound folder with the dialogue, `old` in it replaced by `new`."""
    assert old in TRIAGE
    return problems(folder, {"triage.yaml": TRIAGE.replace(old, new, 1)})


@pytest.fixture
def garden(tmp_path: Path) -> Triage:
    triage = load(write(tmp_path, {**SOUND, "triage.yaml": TRIAGE})).triage
    assert triage is not None
    return triage


def test_a_sound_dialogue_has_no_problems(tmp_path: Path) -> None:
    assert told(tmp_path) == []


def test_a_folder_without_a_dialogue_loads(tmp_path: Path) -> None:
    assert load(write(tmp_path, SOUND)).triage is None


def test_everything_in_the_dialogue_is_loaded(garden: Triage) -> None:
    assert (garden.title, garden.limit, list(garden.questions)) == ("What to plant", 3, ["sun", "pests"])
    sun, pests = garden.questions.values()
    assert (sun.required, sun.multiple, sun.why.claims) == (True, False, ("roses.water",))
    assert sun.options["full"].names == ("all day", "sunny")
    assert sun.options["full"].speaks[0].outcomes == ("roses",)
    assert pests.when == ((Criterion("sun", "any", ("full",)),),)
    assert garden.outcomes["roses"].when[1] == (
        Criterion("sun", "any", ("full",)),
        Criterion("pests", "none", ("snails", "mice")),
    )
    assert garden.outcomes["tulips"].related == ("compare",)
    assert garden.precedence == {"roses": {"tulips"}, "tulips": set()}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "required: yes",
            "requird: yes",
            "triage.yaml:6: unknown key of a question, 'requird'; did you mean 'required'?",
        ),
        ("ask: How much", "aks: How much", "triage.yaml:4: a question needs 'ask'; add it"),
        (
            "claims: [roses.water]",
            "claims: [rose.water]",
            "triage.yaml:8: unknown claim 'rose.water'; did you mean 'roses.water'?",
        ),
        ("when: {sun: full}", "when: {sum: full}", "triage.yaml:21: unknown question 'sum'; known here: sun"),
        (
            "when: {sun: full}",
            "when: {sun: ful}",
            "triage.yaml:21: unknown option of 'sun' 'ful'; did you mean 'full'?",
        ),
        ("when: {sun: full}", "when: {pests: mice}", "triage.yaml:21: unknown question 'pests'; known here: sun"),
        (
            "{none: [snails",
            "{nome: [snails",
            "triage.yaml:33: unknown kind of condition 'nome'; did you mean 'none'?",
        ),
        (
            "when: {sun: full}",
            "when: full",
            "triage.yaml:21: 'when' must be a mapping from questions to options, or a list of them, not text; "
            "write for instance {sun: [full, half]}",
        ),
        ("for: roses", "for: rose", "triage.yaml:15: unknown outcome 'rose'; did you mean 'roses'?"),
        ("before: tulips", "before: tulip", "triage.yaml:34: unknown outcome 'tulip'; did you mean 'tulips'?"),
        (
            "related: [compare]",
            "related: [compares]",
            "triage.yaml:41: unknown answer 'compares'; did you mean 'compare'?",
        ),
        (
            ", claims: [roses.water]}",
            "}",
            "triage.yaml:15: the reason rests on no claim; add 'claims' with what the source says, or take it out",
        ),
        (
            "    claims: [both.rain]\n    related",
            "    related",
            "triage.yaml:37: the outcome rests on no claim; add 'claims' with what the source says, or take it out",
        ),
        (
            "claims: [both.rain], when",
            "when",
            "triage.yaml:36: the point rests on no claim; add 'claims' with what the source says, or take it out",
        ),
        (
            "limit: 3",
            "limit: many",
            "triage.yaml:2: 'limit' must be a number from 1 to 99: questions on the longest path",
        ),
        (
            "id: tulips",
            "id: roses",
            "triage.yaml:37: duplicate outcome id 'roses' (first in triage.yaml:27); give one of them another id",
        ),
        (
            "{id: mice",
            "{id: snails",
            "triage.yaml:24: duplicate option id 'pests/snails' (first in triage.yaml:23); give one of them another id",
        ),
    ],
)
def test_what_is_wrong_in_the_file_is_told_with_its_line(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert problem in told(tmp_path, old, new)


def test_a_path_that_ends_nowhere_is_told_with_its_answers(tmp_path: Path) -> None:
    [problem] = told(tmp_path, "    says: Plant tulips.\n", "    says: Plant tulips.\n    when: {pests: frost}\n")
    assert problem == (
        "triage.yaml:1: no outcome fits the answers sun: none; give one of them a 'when' that holds then"
    )


def test_outcomes_that_fit_the_same_answers_need_an_order(tmp_path: Path) -> None:
    [problem] = told(tmp_path, "    before: tulips\n")
    assert problem == (
        "triage.yaml:27: the outcomes 'roses' and 'tulips' both fit the answers sun: full, pests: snails; "
        "say with 'before' which of them goes first"
    )


def test_an_order_in_a_circle_leaves_no_outcome(tmp_path: Path) -> None:
    assert any("no outcome fits" in problem for problem in told(tmp_path, "related:", "before: roses\n    related:"))


def test_an_order_by_way_of_another_outcome_counts(tmp_path: Path) -> None:
    more = (
        "  - {id: ferns, title: Ferns, says: Plant ferns., claims: [both.rain], before: roses, "
        "when: {pests: frost}, reasons: [{text: Frost comes., claims: [both.rain]}]}\n"
    )
    assert told(tmp_path, "outcomes:\n", "outcomes:\n" + more) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "when: {sun: full}\n",
            "when: {sun: {all: [full, none]}}\n",
            "question 'pests' is never asked; mend its 'when' or take it out",
        ),
        (
            "limit: 3",
            "limit: 1",
            "a path has 2 questions (sun: full, pests: snails), at most 1 are allowed; ask less, or raise 'limit'",
        ),
        (
            "      - {sun: full, pests: {none: [snails, mice]}}\n",
            "      - {sun: [full, none]}\n",
            "no answers lead to outcome 'tulips'; mend its 'when', or the 'before' of others",
        ),
        (
            "for: roses",
            "for: tulips",
            "option 'full' speaks for 'tulips', and never leads there; "
            "take the reason out or mend the outcome's 'when'",
        ),
        (
            "when: {pests: snails}",
            "when: {sun: none}",
            "'Snails come.' under 'watch' of outcome 'roses' is never said; mend its 'when' or take it out",
        ),
        (
            "names: [all day, sunny]",
            "names: [all day, shade]",
            "'shade' stands for two options of question 'sun', 'full' and 'none'; keep it in one of them",
        ),
        ("label: Full sun", f"label: {'x' * 76}", "the label has 76 characters, at most 75 fit; shorten it"),
    ],
)
def test_what_a_curator_should_mend_is_told(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert [found.partition(": ")[2] for found in told(tmp_path, old, new)].count(problem) == 1


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            ", speaks: [{for: tulips, because: Fine., claims: [both.rain]}]}",
            "}",
            "no reason speaks for the outcome 'tulips', with the answers sun: none",
        ),
        (
            "{id: snails, label: Snails}",
            "{id: snails, label: Snails, speaks: [{for: tulips, because: A., claims: [both.rain]}, "
            "{for: tulips, because: B., claims: [both.rain]}]}",
            "2 reasons speak for 'tulips' and 1 for the outcome 'roses', with the answers sun: full, pests: snails",
        ),
        (
            "for: roses, because",
            "for: [roses, tulips], because",
            "every reason for the outcome 'roses' speaks for 'tulips' as well, "
            "with the answers sun: full, pests: snails",
        ),
        (
            "    before: tulips\n",
            "    before: tulips\n    takes: [roses, tulips]\n",
            "no reason speaks for 'tulips', which the outcome 'roses' takes up, "
            "with the answers sun: full, pests: snails",
        ),
    ],
)
def test_an_outcome_that_its_reasons_do_not_support_is_told_with_the_picks(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    found = [said.partition(": ")[2] for said in told(tmp_path, old, new)]
    assert f"{problem}; mend its 'when', or the reasons of the options" in found


def test_the_foremost_of_the_outcomes_taken_up_needs_as_many_reasons_as_the_others(tmp_path: Path) -> None:
    both = (
        "  - {id: mixed, title: Both, says: Plant both., claims: [both.rain], before: roses, takes: [roses, tulips], "
        "when: {pests: snails}}\n"
    )
    against = "{for: tulips, because: A., claims: [both.rain]}"
    one, two = (f"{{id: snails, label: Snails, speaks: [{', '.join([against] * count)}]}}" for count in (1, 2))
    dialogue = TRIAGE.replace("outcomes:\n", "outcomes:\n" + both)
    fine = problems(tmp_path, {"triage.yaml": dialogue.replace("{id: snails, label: Snails}", one)})
    assert not [said for said in fine if "puts first" in said]
    found = problems(tmp_path, {"triage.yaml": dialogue.replace("{id: snails, label: Snails}", two)})
    assert [said for said in found if "more reasons speak for 'tulips' than for 'roses', which the outcome" in said]


WEIGHED = TRIAGE.replace(
    "      - {sun: full, pests: [snails, mice]}\n      - {sun: full, pests: {none: [snails, mice]}}\n",
    "      - {reasons: {for: roses, over: tulips}}\n",
).replace(
    "{id: mice, label: Mice}",
    "{id: mice, label: Mice, speaks: [{for: tulips, because: A., claims: [both.rain], when: {pests: snails}}]}",
)


def test_an_outcome_may_depend_on_how_many_reasons_are_given(tmp_path: Path) -> None:
    triage = load(write(tmp_path, {**SOUND, "triage.yaml": WEIGHED})).triage
    assert triage is not None
    ends = {
        pests: triage.fitting({"sun": ("full",), "pests": pests})[0].id
        for pests in ((), ("mice",), ("snails",), ("snails", "mice"))
    }
    assert ends == {(): "roses", ("mice",): "roses", ("snails",): "roses", ("snails", "mice"): "tulips"}
    assert problems(tmp_path, {"triage.yaml": WEIGHED}) == []
    matching = load(write(tmp_path, {"triage.yaml": WEIGHED.replace("over: tulips", "matching: tulips")})).triage
    assert matching is not None
    assert matching.fitting({"sun": ("full",), "pests": ("snails", "mice")})[0].id == "roses"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("over: tulips", "ovr: tulips", "unknown key of a condition on reasons, 'ovr'; did you mean 'over'?"),
        ("for: roses, over", "over", "a condition on reasons needs 'for'; add it"),
        ("over: tulips", "over: tulip", "unknown outcome 'tulip'; did you mean 'tulips'?"),
        ("when: {pests: snails}}]}", "when: {pest: snails}}]}", "unknown question 'pest'; did you mean 'pests'?"),
        ("id: sun", "id: reasons", "'reasons' means the reasons given in a condition; give the question another id"),
        (
            "label: Full sun",
            "label: Full sun\n        keeps: [dawn]\n      - {id: half, label: Half, keeps: []}\n      - id: more\n"
            "        label: More",
            "the options 'full' and 'half' of question 'sun' both keep what is typed; keep one",
        ),
    ],
)
def test_what_is_wrong_in_what_weighs_reasons_is_told(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in WEIGHED
    found = problems(tmp_path, {"triage.yaml": WEIGHED.replace(old, new, 1)})
    assert any(problem in said for said in found), found


@pytest.mark.parametrize("text", ["[]", "x", "title: x", "questions: []", "outcomes: {}", "questions:\n  - id: 5\n"])
def test_what_is_no_dialogue_is_a_problem_and_nothing_worse(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, {"triage.yaml": text})


def test_answers_that_no_condition_tells_apart_are_walked_once_and_none_is_left_out(garden: Triage) -> None:
    pests = garden.questions["pests"]
    found = answer_classes(pests, path_criteria(garden))
    assert len(list(possible_answers(pests))) == 8
    assert [answer.picked for answer in found] == [("snails",), ("frost",)]
    assert [answer.options for answer in found] == [{"snails", "mice", "frost"}, {"frost"}]


def every_run(triage: Triage) -> list[dict[str, tuple[str, ...]]]:
    """All answers there are, without any shortcut."""
    runs: list[dict[str, tuple[str, ...]]] = [{}]
    for question in triage.questions.values():
        runs = [
            {**run, question.id: answer}
            for run in runs
            if holds(question.when, run)
            for answer in possible_answers(question)
        ] + [run for run in runs if not holds(question.when, run)]
    return runs


def test_the_walk_finds_what_walking_without_shortcuts_finds() -> None:
    triage = load(Path(__file__).parents[3] / "knowledge").triage
    assert triage is not None
    paths = list(walk(triage, answers_of(triage, path_criteria(triage))))
    runs = every_run(triage)
    ends = [triage.fitting(run) for run in runs]
    assert len(runs) > 10_000 > len(paths)
    assert {len(end) for end in ends} == {1}
    assert {end[0].id for end in ends} == {path.fitting[0].id for path in paths} == set(triage.outcomes)
    reached = {
        (end[0].id, question, option)
        for run, end in zip(runs, ends, strict=True)
        for question, picked in run.items()
        for option in picked
    }
    assert reached == {(path.fitting[0].id, *option) for path in paths for option in path.options}


def test_too_many_paths_are_refused_soon(tmp_path: Path) -> None:
    questions = [
        {
            "id": f"q{number}", "ask": "?", "why": "x",
            "options": [{"id": f"o{option}", "label": f"o{option}"} for option in range(5)],
        }
        for number in range(9)
    ]  # fmt: skip
    outcomes = [
        {"id": "any", "title": "x", "says": "x", "claims": ["roses.water"], "when": [
            {f"q{number}": f"o{option}"} for number in range(9) for option in range(5)
        ] + [{f"q{number}": {"none": [f"o{option}" for option in range(5)]} for number in range(9)}]},
    ]  # fmt: skip
    file = yaml.safe_dump({"title": "x", "limit": 9, "questions": questions, "outcomes": outcomes}, sort_keys=False)
    found = list(map(str, check(write(tmp_path, {**SOUND, "triage.yaml": file}))))
    assert any("paths that differ, too many to check" in problem for problem in found)


def test_what_may_still_hold_depends_on_open_questions_only() -> None:
    condition = ((Criterion("sun", "any", ("full",)), Criterion("pests", "only", ("mice",))),)
    assert may_hold(condition, {})
    assert may_hold(condition, {"sun": ("full",)})
    assert not may_hold(condition, {"sun": ()})
    assert not may_hold(condition, {"sun": ("full",), "pests": ("mice", "frost")})
