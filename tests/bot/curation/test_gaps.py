"""Questions that were asked in vain, grouped, with YAML that mends them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.advisor import Advisor
from bot.curation.gaps import grouped, new_answer, phrasings, still_open
from bot.domain.records import Gap
from bot.knowledge import check

GARDEN = """- id: roses
  title: Watering roses
  answer: Once a week.
  questions:
    - "how often do roses need water"
"""
ASKED = [
    ("what does a greenhouse cost?", "offtopic"),
    ("What does a greenhouse cost", "offtopic"),
    ("how much does a greenhouse cost", "clarify"),
    ("price of a greenhouse", "offtopic"),
    ("who wrote the anthem of 'Brazil': \"Ouviram\"?", "offtopic"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "garden.yaml").write_text(GARDEN, encoding="utf-8")
    return tmp_path


@pytest.fixture
def gardener(folder: Path) -> Advisor:
    return Advisor.load(folder)


def gaps_of(asked: list[tuple[str, str]]) -> list[Gap]:
    return [Gap(question, f"2026-05-0{day}", kind, "roses") for day, (question, kind) in enumerate(asked, 1)]


def test_questions_that_ask_for_the_same_are_one_group_and_the_largest_comes_first(gardener: Advisor) -> None:
    groups = grouped(gaps_of(ASKED), gardener.reader)
    assert [group.count for group in groups] == [4, 1]
    first = groups[0]
    assert first.questions[0] == ("what does a greenhouse cost?", 2)
    assert dict(first.kinds) == {"offtopic": 3, "clarify": 1}
    assert (first.first, first.last, first.nearest) == ("2026-05-01", "2026-05-04", "roses")


def test_the_yaml_of_a_group_pasted_into_an_answers_file_is_right_and_answers_its_questions(
    folder: Path, gardener: Advisor
) -> None:
    file = folder / "answers" / "garden.yaml"
    gaps = gaps_of(ASKED)
    pieces = [new_answer(group, gardener.reader, ["roses"]) for group in grouped(gaps, gardener.reader)]
    file.write_text(GARDEN + "".join(pieces), encoding="utf-8")
    assert check(folder) == []
    mended = Advisor.load(folder)
    assert still_open(gaps, mended.ask) == []


def test_phrasings_for_the_nearest_entry_can_be_pasted_under_its_questions(folder: Path, gardener: Advisor) -> None:
    gaps = gaps_of([("roses: when to give them a drink?", "clarify")])
    [group] = grouped(gaps, gardener.reader)
    piece = phrasings(group, gardener.knowledge.answers["roses"])
    assert piece.startswith("# answers/garden.yaml:1, ")
    (folder / "answers" / "garden.yaml").write_text(GARDEN + piece, encoding="utf-8")
    assert check(folder) == []
    assert still_open(gaps, Advisor.load(folder).ask) == []


def test_what_an_expert_said_is_the_answer_that_is_proposed(gardener: Advisor) -> None:
    gap = Gap("do roses like coffee grounds?", "2026-05-01", "asked", answer='Yes: "a little".')
    [group] = grouped([gap], gardener.reader)
    assert '  answer: "Yes: \\"a little\\"."' in new_answer(group, gardener.reader)


def test_an_answer_found_unhelpful_stays_a_gap_until_another_is_given(gardener: Advisor) -> None:
    question = "how often do roses need water"
    unhelpful = Gap(question, "2026-05-01", "unhelpful", "roses")
    assert still_open([unhelpful, Gap(question, "2026-05-01", "clarify", "roses")], gardener.ask) == [unhelpful]


def test_an_id_that_is_taken_is_not_proposed_again(gardener: Advisor) -> None:
    [group] = grouped(gaps_of([("garden gnomes?", "offtopic")]), gardener.reader)
    assert new_answer(group, gardener.reader, ["garden-gnomes"]).startswith("- id: garden-gnomes-2\n")
