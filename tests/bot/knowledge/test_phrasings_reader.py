"""Most phrasings stand in examples/phrasings/, so that the answers can be read as text; both are learnt from alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.advisor import Advisor
from bot.curation.gaps import Gap, grouped, phrasings
from bot.knowledge import check, load
from bot.knowledge.rules import MOST_BESIDE
from tests.bot.knowledge.folders import SOUND, problems, write

MORE = """\
roses-water:
  - a drink for the roses
  - "rose {folk} and water"
contrary:
  roses-water: [do roses like drought]
"""


def test_an_answer_has_the_phrasings_beside_it_and_then_those_among_the_examples(tmp_path: Path) -> None:
    answer = load(write(tmp_path, {**SOUND, "examples/phrasings/care.yaml": MORE})).answers["roses-water"]

    assert answer.questions[0] == "how to water roses"
    beside, among = answer.questions[:4], answer.questions[4:]
    assert beside[-1] == "do roses dry out"  # it asks whether the opposite holds
    assert among == ("a drink for the roses", "rose people and water", "rose crowd and water", "do roses like drought")
    assert (answer.file, answer.examples) == ("answers/care.yaml", "examples/phrasings/care.yaml:1")


def test_what_is_learnt_does_not_depend_on_where_a_phrasing_stands(tmp_path: Path) -> None:
    questions = [f"how to water roses in {month}" for month in ("may", "june", "july", "march", "april", "august")]
    garden = (
        "- {{id: roses, title: Roses, answer: Weekly., questions: [{}]}}\n- {{id: z, questions: [hi], answer: Z}}\n"
    )
    beside = write(tmp_path / "beside", {"answers/a.yaml": garden.format(", ".join(questions))})
    apart = write(
        tmp_path / "apart",
        {
            "answers/a.yaml": garden.format(questions[4]),
            "examples/phrasings/a.yaml": f"roses: [{', '.join(set(questions) - {questions[4]})}]",
        },
    )

    said = [Advisor.load(folder).ask("watering of roses in autumn") for folder in (beside, apart)]

    assert said[0] == said[1]
    assert said[0].confidence > 0


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("rose-water: [a drink]", "1: unknown answer 'rose-water'; did you mean 'roses-water'?"),
        ("contrary: {rose-water: [a drink]}", "1: unknown answer 'rose-water'; did you mean 'roses-water'?"),
        (
            "compare:\n  - a drink\n  - How to water roses?\n",
            "3: the question 'How to water roses?' leads to two answers, 'compare' and 'roses-water' "
            "(answers/care.yaml:3); keep it in one of them",
        ),
        ("compare: [\n 7]", "2: 'compare' must be text, not a number or date ('7'); put it in quotes"),
        ("- x", "1: the phrasings must be a mapping (name: …), not a list"),
        ("compare: ['{folx}']", "1: unknown group 'folx'; did you mean 'folk'?"),
    ],
)
def test_each_error_among_the_examples_is_told_with_file_and_line(tmp_path: Path, more: str, problem: str) -> None:
    assert problems(tmp_path, {"examples/phrasings/more.yaml": more}) == [f"examples/phrasings/more.yaml:{problem}"]


def test_a_folder_with_examples_keeps_few_phrasings_beside_an_answer(tmp_path: Path) -> None:
    many = f"[{', '.join(f'roses {number} or tulips' for number in range(MOST_BESIDE + 1))}]"
    care = SOUND["answers/care.yaml"].replace("[roses or tulips]", many)

    assert problems(tmp_path, {"answers/care.yaml": care}) == []
    assert problems(tmp_path, {"answers/care.yaml": care, "examples/phrasings/care.yaml": MORE}) == [
        f"answers/care.yaml:14: answer 'compare' has {MOST_BESIDE + 1} phrasings beside it, at most {MOST_BESIDE} can "
        "be read with it; keep the telling ones, move the others to examples/phrasings/ under 'compare:'"
    ]


def test_an_answer_may_have_all_its_phrasings_among_the_examples(tmp_path: Path) -> None:
    care = SOUND["answers/care.yaml"].replace("questions: [roses or tulips]", "questions: []")
    more = "compare: [roses or tulips]"
    assert problems(tmp_path, {"answers/care.yaml": care, "examples/phrasings/care.yaml": more}) == []


@pytest.mark.parametrize("name", ["examples/care.yaml", "examples/phrasing/care.yaml"])
def test_examples_in_another_place_are_told(tmp_path: Path, name: str) -> None:
    read = "sources/, vocabulary/, claims/, answers/, examples/phrasings/, examples/labelled/"
    assert problems(tmp_path, {name: MORE}) == [f"{name}: this file is not read; folders that are read: {read}"]


def test_phrasings_from_the_gaps_go_where_the_further_ones_of_the_answer_are(tmp_path: Path) -> None:
    more = "compare: [tulips or roses]\nroses-water:\n  - a drink for the roses\n"
    folder = write(tmp_path, {**SOUND, "examples/phrasings/care.yaml": more})
    advisor = Advisor.load(folder)
    [group] = grouped([Gap("liquid for the roses", "2026-05-01", "clarify", "roses-water")], advisor.reader)

    piece = phrasings(group, advisor.knowledge.answers["roses-water"])

    assert piece.startswith("# examples/phrasings/care.yaml:2, under roses-water:\n")
    write(folder, {"examples/phrasings/care.yaml": more + piece})
    assert check(folder) == []
    assert "liquid for the roses" in load(folder).answers["roses-water"].questions
