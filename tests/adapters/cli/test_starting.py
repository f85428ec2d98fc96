"""`advisor init DIR`: a small folder that passes the check and answers, on a subject of nobody's trade."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.advisor import Advisor
from bot.domain.conversation import Conversation
from bot.domain.messages import Message
from bot.knowledge import check
from tests.adapters.cli.test_commands import advisor


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("begun") / "plants"
    done = advisor("init", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def gardener(begun: Path) -> Advisor:
    return Advisor.load(begun)


def test_nothing_is_wrong_with_it(begun: Path) -> None:
    assert check(begun) == []


def test_it_has_every_file_with_comments(begun: Path) -> None:
    files = {file.relative_to(begun).as_posix(): file.read_text(encoding="utf-8") for file in begun.rglob("*.yaml")}
    wanted = {"sources.yaml", "vocabulary.yaml", "claims.yaml", "triage.yaml", "phrases.yaml"}
    assert wanted < files.keys()
    assert all(text.startswith("# ") for text in files.values())
    assert not [name for name, text in files.items() if "security" in text.lower()]


def test_it_has_no_more_phrasings_beside_an_answer_than_can_be_read(gardener: Advisor) -> None:
    answers = gardener.knowledge.answers.values()
    assert max(len(one.questions) for one in answers) <= 8


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("do ferns like the sun?", "fern-light"), ("is shade good for a fern?", "fern-light"),
        ("do cacti like a dark corner?", "cactus-light"), ("how often do I water cacti", "cactus-water"),
        ("ferns", "fern-what"), ("compare", "compare-care"), ("wat is a cactuss", "cactus-what"),
    ],
)  # fmt: skip
def test_it_answers(gardener: Advisor, question: str, entry: str) -> None:
    reply = gardener.ask(question)
    assert (reply.entry, reply.verdict) == (entry, None)  # it has no learnt reader, so it says neither Yes nor No
    assert reply.citations


@pytest.mark.parametrize(
    ("before", "question", "entry"),
    [
        ("do ferns like the sun?", "and cacti?", "cactus-light"),  # the same of another subject
        ("how often do I water cacti", "what about ferns", "fern-water"),
        ("do cacti like a dark corner?", "and the watering?", "cactus-water"),  # another matter of the same subject
        ("what is a cactus", "how often do I water my ferns at home", "fern-water"),  # complete: it leans on nothing
    ],
)
def test_a_follow_up_leans_on_the_question_before(gardener: Advisor, before: str, question: str, entry: str) -> None:
    assert gardener.ask(question, [before]).entry == entry


@pytest.mark.parametrize(
    ("question", "kind"),
    [("are ferns bad for my cat?", "unstated"), ("who won the match?", "offtopic"), ("hello", "help")],
)
def test_it_declines_what_it_does_not_know(gardener: Advisor, question: str, kind: str) -> None:
    assert gardener.ask(question).kind == kind


def test_it_leads_to_a_recommendation(gardener: Advisor) -> None:
    conversation = Conversation()
    for said in ("help me choose", "Hardly any", "often"):
        turn = gardener.turn(Message(text=said), conversation)
        conversation = turn.conversation
    assert turn.reply.kind == "recommendation"
    assert "Ask somebody to water it while you are away [2]." in turn.reply.text


def test_it_says_what_to_do_next(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    done = advisor("init", str(folder))
    for command in ("ask", "chat", "check", "serve"):
        assert f" {command} " in done.stdout
    assert done.stdout.count(f"--knowledge {folder}") == 4


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    assert advisor("init", str(tmp_path)).returncode == 0
    assert check(tmp_path) == []


def test_a_folder_with_something_in_it_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = advisor("init", str(tmp_path))
    assert (done.returncode, "not empty" in done.stderr) == (2, True)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "plants").write_text("mine")
    done = advisor("init", str(tmp_path / "plants"))
    assert (done.returncode, "is a file" in done.stderr) == (2, True)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = advisor("init", str(tmp_path / "file" / "plants"))
    assert done.returncode == 1
    assert "can't be written" in done.stderr
