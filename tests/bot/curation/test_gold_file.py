"""Judgements in a file of gold questions: each once, and each can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.curation.evaluation import Gold, GoldError
from bot.curation.gold_file import Judged, golds_in, judge, take_back

SAST = Gold("what is SAST?", "answer", ("hello",), entry="sast")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gold.jsonl"


def test_a_judgement_is_a_line_with_question_history_and_answer(file: Path) -> None:
    judge(file, SAST)
    assert file.read_text(encoding="utf-8") == (
        '{"q": "what is SAST?", "history": ["hello"], "kind": "answer", "entry": "sast"}\n'
    )
    assert golds_in(file) == [SAST]


def test_the_same_question_stands_in_it_once_and_the_later_judgement_counts(file: Path) -> None:
    judge(file, SAST)
    judge(file, SAST)
    later = Gold("what is  SAST?", "unstated", ("hello",))
    judged = judge(file, later)
    assert golds_in(file) == [later]
    judge(file, Gold("what is SAST?", "unstated"))  # after no history it is another question
    assert len(golds_in(file)) == 2
    assert take_back(file, judged)
    assert golds_in(file)[0] == SAST


def test_what_others_wrote_stays_as_it_is(file: Path) -> None:
    file.write_text('{"q":"a","kind":"help"}\n\n{"q":"b",  "kind":"help"}', encoding="utf-8")
    judged = judge(file, SAST)
    assert file.read_text(encoding="utf-8").startswith('{"q":"a","kind":"help"}\n\n{"q":"b",  "kind":"help"}\n')
    assert take_back(file, judged) and not take_back(file, judged)
    assert [gold.question for gold in golds_in(file)] == ["a", "b"]


def test_nothing_but_a_gold_question_is_put_back(file: Path) -> None:
    judged = judge(file, SAST)
    for was in ("nonsense", '{"q": "a", "kind": "help"}\n{"q": "b", "kind": "help"}'):
        with pytest.raises(GoldError):
            take_back(file, Judged(judged.line, was))
    assert golds_in(file) == [SAST]
