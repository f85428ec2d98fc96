"""Gaps as an inbox: marked, grouped, and asked again only where nobody knows the answer yet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.advisor import Advisor
from bot.curation.gap_inbox import GapReader, Inbox, marks_of
from bot.domain.messages import Reply
from bot.domain.records import Gap, GapMark

GARDEN = "- {id: roses, questions: [how often do roses need water], answer: Once a week.}\n"


class Gardener:
    """An advisor that notes what it is asked."""

    def __init__(self, folder: Path) -> None:
        self.advisor = Advisor.load(folder)
        self.asked: list[str] = []

    @property
    def version(self) -> str:
        return self.advisor.knowledge.version

    def ask(self, question: str) -> Reply:
        self.asked.append(question)
        return self.advisor.ask(question)

    def read(self, reader: GapReader, gaps: list[Gap], version: str = "") -> Inbox:
        return reader.read(gaps, version or self.version, self.ask, self.advisor.reader)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("garden")
    (folder / "answers").mkdir()
    (folder / "answers" / "garden.yaml").write_text(GARDEN, encoding="utf-8")
    return folder


@pytest.fixture
def gardener(folder: Path) -> Gardener:
    return Gardener(folder)


def gaps_of(*questions: str, knowledge: str = "") -> list[Gap]:
    """Newest first, as they are stored."""
    asked = [
        Gap(question, f"2026-05-0{number}", "offtopic", knowledge=knowledge, number=number)
        for number, question in enumerate(questions, 1)
    ]
    return asked[::-1]


def marked(gaps: list[Gap], **marks: GapMark) -> list[Gap]:
    """`gaps` with these marks, by number, as in n1="reviewed"."""
    return [replace(gap, mark=marks.get(f"n{gap.number}", "")) for gap in gaps]


def test_nothing_is_asked_twice_with_the_same_knowledge(gardener: Gardener) -> None:
    reader = GapReader()
    gaps = gaps_of("who won the cup", "how often do roses need water")
    assert gardener.read(reader, gaps).settled == 1
    assert sorted(gardener.asked) == ["how often do roses need water", "who won the cup"]
    more = gaps_of("who won the cup", "how often do roses need water", "what is a spade for")
    assert gardener.read(reader, more).settled == 1
    assert gardener.asked[2:] == ["what is a spade for"]
    gardener.read(reader, more, version="changed")
    assert len(gardener.asked) == 6


def test_what_was_asked_in_vain_of_the_present_knowledge_is_open_without_being_asked(gardener: Gardener) -> None:
    inbox = gardener.read(GapReader(), gaps_of("who won the cup", knowledge=gardener.version))
    assert list(inbox.leaders) == [1] and gardener.asked == []


def test_groups_are_split_by_mark(gardener: Gardener) -> None:
    gaps = gaps_of("what does a greenhouse cost?", "price of a greenhouse", "who won the cup")
    inbox = gardener.read(GapReader(), gaps)
    groups = inbox.groups(marked(gaps, n2="reviewed"))
    assert {mark: [group.count for group in part] for mark, part in groups.items()} == {
        "": [1, 1], "reviewed": [1], "foreign": [], "dismissed": [],
    }  # fmt: skip


def test_a_group_is_found_by_any_of_its_questions(gardener: Gardener) -> None:
    gaps = gaps_of("what does a greenhouse cost?", "price of a greenhouse", "who won the cup")
    inbox = gardener.read(GapReader(), gaps)
    found = inbox.group_with("Price of a greenhouse?", gaps, "")
    assert {gap.number for gap in found} == {1, 2}
    assert {gap.number for gap in inbox.group_with("price of a greenhouse", marked(gaps, n1="dismissed"), "")} == {2}


def test_what_is_not_read_yet_is_a_group_of_its_own_words(gardener: Gardener) -> None:
    gaps = gaps_of("who won the cup", "Who won the cup?")
    assert {gap.number for gap in Inbox({}, 0).group_with("who won the cup", gaps, "")} == {1, 2}


@pytest.mark.parametrize("mark", ["dismissed", "foreign"])
def test_what_was_dismissed_stays_away_in_the_same_words(mark: GapMark) -> None:
    gaps = marked(gaps_of("who won the cup", "Who won the cup?", "who lost it"), n1=mark)
    assert marks_of(gaps) == {1: mark, 2: mark, 3: ""}


def test_what_was_reviewed_comes_back_when_it_is_asked_again() -> None:
    gaps = marked(gaps_of("who won the cup", "who won the cup"), n1="reviewed")
    assert marks_of(gaps) == {1: "reviewed", 2: ""}
