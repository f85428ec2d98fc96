"""A sound folder becomes a knowledge base; which files count."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge import Concept, KnowledgeError, Problem, Source, Statement, check, load
from tests.bot.knowledge.folders import SOUND, problems, write


def test_a_sound_folder_has_no_problems(tmp_path: Path) -> None:
    assert problems(tmp_path, {}) == []


def test_everything_in_a_folder_is_loaded(tmp_path: Path) -> None:
    knowledge = load(write(tmp_path, SOUND))

    assert knowledge.sources == {
        "almanac": Source(
            "almanac",
            "The gardener's almanac",
            "Orchard Press",
            "A. Gardener",
            "2024-05-01",
            "The publisher sells seeds.",
            "https://press.example/almanac",
        )
    }
    assert knowledge.subjects["roses"] == Concept(
        "roses", "Roses", ("rose people", "rose crowd", "rosebush"), contrast=("tulips",)
    )
    assert knowledge.topics["watering"] == Concept("watering", "watering", ("water",), ("drought",), exclusive=True)
    assert knowledge.topics["rain"].within == ("watering",)
    assert not knowledge.topics["greenhouse"].stated
    assert knowledge.phrases("help-intro") == "Good day"
    assert knowledge.phrases.all("help-examples") == ("how to water roses", "roses or tulips")
    answer = knowledge.answers["roses-water"]
    assert answer.questions == (
        "how to water roses",
        "what do rose people say of water",
        "what do rose crowd say of water",
        "do roses dry out",
    )
    assert (answer.subjects, answer.aspect, answer.topics) == (("roses",), "care", ("watering",))
    assert (answer.file, answer.line) == ("answers/care.yaml", 1)
    assert knowledge.answers["greeting"].kind == "help"


def test_a_claim_states_something_of_each_of_its_subjects_and_of_others(tmp_path: Path) -> None:
    claims = load(write(tmp_path, SOUND)).claims

    assert claims["roses.water"].statements == (
        Statement("roses", "watering", True),
        Statement("roses", "rain", False),
        Statement("tulips", "watering", False),
    )
    assert claims["both.rain"].statements == (Statement("roses", "rain", True), Statement("tulips", "rain", True))
    assert claims["both.rain"].promotion


def test_a_claim_states_what_it_says_unless_it_is_marked_as_weaker(tmp_path: Path) -> None:
    marked = SOUND["claims.yaml"].replace("  promotion: yes\n", "  promotion: yes\n  strength: names-some\n")
    claims = load(write(tmp_path, {**SOUND, "claims.yaml": marked})).claims

    assert (claims["roses.water"].strength, claims["both.rain"].strength) == ("states", "names-some")


def test_a_one_sided_tension_is_loaded_on_both_sides(tmp_path: Path) -> None:
    one_sided = SOUND["claims.yaml"].replace("  tension: [roses.water]\n", "")
    claims = load(write(tmp_path, {**SOUND, "claims.yaml": one_sided})).claims

    assert (claims["roses.water"].tension, claims["both.rain"].tension) == (("both.rain",), ("roses.water",))


def test_one_file_of_answers_is_enough(tmp_path: Path) -> None:
    knowledge = load(
        write(tmp_path, {"answers/all.yaml": "- {id: x, questions: [what is x], answer: X is a letter.}\n"})
    )

    assert knowledge.answers["x"].answer == "X is a letter."
    assert not knowledge.topics


def test_a_second_source_is_added_by_adding_files(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        {
            **SOUND,
            "sources/more.yaml": "- {id: blog, title: A blog}\n",
            "vocabulary/more.yaml": "subjects: [{id: lilies, name: Lilies, names: ['lily {folk}']}]\n",
            "claims/blog.yaml": "- {id: blog.x, source: blog, at: Top, says: Lilies., subject: lilies, aspect: care}\n",
            "answers/blog.yaml": "- {id: x, title: X, questions: [what is x], answer: X, claims: [blog.x]}\n",
        },
    )

    assert check(folder) == []
    knowledge = load(folder)
    assert list(knowledge.sources) == ["almanac", "blog"]
    assert knowledge.subjects["lilies"].names == ("lily people", "lily crowd")


def test_the_version_changes_with_content_and_with_nothing_else(tmp_path: Path) -> None:
    first = load(write(tmp_path / "a", SOUND)).version
    same = load(write(tmp_path / "b", {**SOUND, "README.md": "notes"})).version
    other = load(write(tmp_path / "c", {**SOUND, "phrases.yaml": "help-intro: Hello\n"})).version

    assert len(first) == 12
    assert first == same != other


def test_an_error_holds_every_problem_by_file_and_line(tmp_path: Path) -> None:
    folder = write(tmp_path, {**SOUND, "phrases.yaml": "a: [1]\nb: 2\n", "claims.yaml": "- {id: x}\n"})

    with pytest.raises(KnowledgeError) as error:
        load(folder)

    places = [(problem.file, problem.line) for problem in error.value.problems]
    assert places == sorted(places)
    assert {("phrases.yaml", 1), ("phrases.yaml", 2), ("claims.yaml", 1), ("answers/care.yaml", 10)} <= set(places)
    assert str(error.value).splitlines() == list(map(str, error.value.problems))


def test_a_folder_that_does_not_exist_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "nowhere"

    assert check(folder) == [Problem(str(folder), 0, "there is no such folder; look at the spelling of the path")]


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    file = write(tmp_path, SOUND) / "claims.yaml"

    [problem] = check(file)
    assert problem.message.startswith("this is a file; name the folder")


def test_a_folder_without_answers_is_told(tmp_path: Path) -> None:
    assert check(tmp_path) == [
        Problem(
            str(tmp_path), 0, "there are no answers; add a file answers/*.yaml with a list of id, questions, answer"
        )
    ]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("claim.yaml", "claim.yaml: unknown file 'claim.yaml'; did you mean 'claims.yaml'?"),
        (
            "zz.yaml",
            "zz.yaml: unknown file 'zz.yaml'; known here: sources.yaml, vocabulary.yaml, claims.yaml, answers.yaml, "
            "incidents.yaml, phrases.yaml, triage.yaml",
        ),
        ("claims.yml", "claims.yml: this file is not read; its name must end in .yaml"),
        ("answers/more.yml", "answers/more.yml: this file is not read; its name must end in .yaml"),
        ("answers/deep/more.yaml", "answers/deep/more.yaml: this file is not read; move it up into answers/"),
        (
            "answer/more.yaml",
            "answer/more.yaml: this file is not read; folders that are read: sources/, vocabulary/, claims/, answers/, "
            "examples/phrasings/, examples/labelled/",
        ),
    ],
)
def test_yaml_that_nothing_reads_is_told(tmp_path: Path, name: str, problem: str) -> None:
    assert problems(tmp_path, {name: "- x\n"}) == [problem]


def test_files_that_are_no_yaml_and_hidden_files_do_not_count(tmp_path: Path) -> None:
    assert (
        problems(tmp_path, {"notes.txt": "x", ".hidden.yaml": "a: [", "answers/.swap.yaml": "\t", "img/a.png": b"\0"})
        == []
    )
