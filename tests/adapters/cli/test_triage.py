"""`advisor triage` as a person or a script runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.adapters.cli.test_commands import advisor, garden

__all__ = ["garden"]  # a fixture

ANSWERS = "1\n1, 2\nwhat is SAST?\nnothing yet\npci\nno budget\n"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The record of a dialogue walked in the terminal."""
    done = advisor("triage", "--export", "json", stdin=ANSWERS)
    assert done.returncode == 0
    assert "What worries you most?" in done.stderr
    assert "SAST (static application security testing)" in " ".join(done.stderr.split())
    path = tmp_path_factory.mktemp("records") / "record.json"
    path.write_text(done.stdout, encoding="utf-8")
    return path


def test_a_dialogue_walked_in_the_terminal_is_exported_as_one_line_of_json(record: Path) -> None:
    [line] = record.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["outcome"] == "both"


def test_a_record_replays_to_the_recommendation_and_exports_as_it_came(record: Path) -> None:
    replayed = advisor("triage", "--replay", str(record))
    assert replayed.returncode == 0
    assert replayed.stdout.startswith("Both, AppSec first")
    assert advisor("triage", "--replay", str(record), "--export", "json").stdout == record.read_text(encoding="utf-8")


def test_a_record_is_exported_as_markdown_with_its_claims(record: Path) -> None:
    lines = advisor("triage", "--replay", str(record), "--export", "markdown").stdout.splitlines()
    assert lines[0] == "# Both, AppSec first"
    assert {"## Why", "## What would change it", "## Where this comes from"} <= set(lines)
    assert any(line.startswith("- [1] AppSec and product security are both valuable") for line in lines)
    assert any(line.startswith("[1] Which one should you choose? · [2] ") for line in lines)
    assert any("a vendor that sells an AppSec platform" in line for line in lines)


def test_a_question_that_takes_several_options_says_how_to_pick_them_and_what_else_can_be_typed() -> None:
    shown = advisor("triage", stdin="1\n").stdout
    several = shown[shown.index("What worries you most?") :]
    assert "Pick one or several: type their numbers, for instance 1, 3." in several
    assert "Or type: Back   Skip   Why do you ask?   Stop" in several
    assert "Pick one or several" not in shown[: shown.index("What worries you most?")]


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("1, 3", "Flaws in our code, Insiders and data"),
        ("back", "What has to be protected?"),
        ("skip", "What worries you most? skipped"),
        ("why", "The two approaches address different threats."),
        ("Why do you ask?", "The two approaches address different threats."),
        ("stop", "Nothing is kept of your answers."),
    ],
)
def test_what_the_question_offers_to_type_is_understood(typed: str, seen: str) -> None:
    shown = " ".join(advisor("triage", stdin=f"1\n{typed}\n").stdout.split())
    assert seen in shown.partition("Stop you ›")[2].partition("Stop you ›")[2]


def test_a_malformed_record_is_refused_with_the_remedy(record: Path, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.json"
    spoilt.write_text(record.read_text(encoding="utf-8").replace('"components"', '"component"'), encoding="utf-8")
    done = advisor("triage", "--replay", str(spoilt))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == f"{spoilt}: unknown option of 'worry' 'component'; did you mean 'components'?"


def test_unanswered_questions_give_no_recommendation() -> None:
    done = advisor("triage", stdin="1\n")
    assert done.returncode == 1
    assert "not answered to the end" in done.stderr


def test_a_folder_without_a_dialogue_says_so(garden: Path) -> None:
    done = advisor("triage", "--knowledge", str(garden))
    assert done.returncode == 1
    assert "no triage.yaml" in done.stderr
