"""The checker of the crash test finds each kind of violation: histories that were made up contain one each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.chaos.checker import Violation, check
from bench.chaos.history import Asked, Confirmed, History, Shown
from bot.knowledge.shipped_phrases import shipped

SAY = shipped()
ANNA = Asked("ask-1", "D1/100", "D1", 1, acknowledged=True)
BEN = Asked("ask-2", "C2/200", "D2", 2, acknowledged=True)
POST = Confirmed("post-1", "C3/", "D3", "note-1-end", acknowledged=True)
TO_ANNA = Shown("D1/100", "Thing 1: a lighthouse.")
TO_BEN = Shown("C2/200", "Thing 2: a violin.")
STANDS = Shown("C3/", "Shared by Cleo: note-1-end. Thing 3: a volcano.")
TOLD = Shown("D3/", SAY("post-arrived-title"))
UNSURE = Shown("D3/", SAY("post-unsure-title"))
NOT_TAKEN = SAY("notice-failure")
PREVIEW = Shown("D3/", "note-1-end Thing 3: a volcano.")
NOTHING_WAITS = Shown("D3/", SAY("confirm-nothing-title"))


def of(
    *shown: Shown, asked: tuple[Asked, ...] = (), confirmed: tuple[Confirmed, ...] = (), waiting: int = 0
) -> History:
    return History(asked, confirmed, shown, waiting)


def kinds(history: History) -> list[tuple[str, str]]:
    return [(found.kind, found.id) for found in check(history).violations]


RIGHT = {
    "each has the answer to its question": of(TO_ANNA, TO_BEN, asked=(ANNA, BEN)),
    "nobody acknowledged it": of(asked=(replace(ANNA, acknowledged=False),)),
    "the app was taken out": of(asked=(replace(ANNA, gone=True),)),
    "it was delivered again when the app was taken out": of(TO_ANNA, TO_ANNA, asked=(replace(ANNA, gone=True),)),
    "the person was told that it was not taken in": of(Shown("D1/100", NOT_TAKEN), asked=(ANNA,)),
    "the response has the answer": of(asked=(replace(ANNA, response="Thing 1: a lighthouse."),)),
    "the response says that it was not taken in": of(asked=(replace(ANNA, response=NOT_TAKEN),)),
    "the answer came in private": of(replace(TO_BEN, to="D2"), asked=(BEN,)),
    "the answer is in their direct messages instead": of(replace(TO_BEN, where="D2/"), asked=(BEN,)),
    "a post stands and was told": of(STANDS, TOLD, confirmed=(POST,)),
    "a post may stand and was told": of(UNSURE, confirmed=(POST,)),
    "a post was not taken in": of(Shown("", NOT_TAKEN, "D3"), confirmed=(POST,)),
    "a post could not be posted": of(Shown("D3/", SAY("post-failed-title")), confirmed=(POST,)),
    "what was never confirmed was not posted": of(confirmed=(replace(POST, acknowledged=False),)),
    "the preview that was confirmed had been replaced": of(PREVIEW, PREVIEW, NOTHING_WAITS, confirmed=(POST,)),
    "its person saw the preview": of(PREVIEW, STANDS, TOLD, confirmed=(POST,)),
}


@pytest.mark.parametrize("history", RIGHT.values(), ids=RIGHT.keys())
def test_what_is_right_is_no_violation(history: History) -> None:
    assert check(history).violations == ()


WRONG = {
    "the only preview was confirmed, and is not known": (
        of(PREVIEW, NOTHING_WAITS, confirmed=(POST,)),
        ("lost", "post-1"),
    ),
    "no answer": (of(asked=(ANNA,)), ("lost", "ask-1")),
    "an empty response": (of(asked=(replace(ANNA, response=""),)), ("lost", "ask-1")),
    "it still waits": (of(TO_ANNA, asked=(ANNA,), waiting=1), ("lost", "outbox")),
    "another thread got it": (of(replace(TO_ANNA, where="D1/101"), TO_ANNA, asked=(ANNA,)), ("crossed", "D1/101")),
    "another person got it": (of(TO_ANNA, replace(TO_ANNA, where="D9/"), asked=(ANNA,)), ("crossed", "D9/")),
    "another person alone got it": (of(TO_BEN, replace(TO_BEN, to="D9"), asked=(BEN,)), ("crossed", "C2/200")),
    "the response is another one's": (
        of(asked=(replace(ANNA, response="Thing 1: … Thing 2: …"),)),
        ("crossed", "ask-1"),
    ),
    "answered twice": (of(TO_ANNA, TO_ANNA, asked=(ANNA,)), ("doubled", "ask-1")),
    "posted twice": (of(STANDS, STANDS, TOLD, confirmed=(POST,)), ("doubled", "post-1")),
    "posted elsewhere": (of(STANDS, replace(STANDS, where="C9/"), TOLD, confirmed=(POST,)), ("crossed", "C9/")),
    "posted and not told": (of(STANDS, confirmed=(POST,)), ("untold", "post-1")),
    "told and not posted": (of(TOLD, confirmed=(POST,)), ("lost", "post-1")),
    "confirmed, and nothing came of it": (of(confirmed=(POST,)), ("lost", "post-1")),
    "posted though nobody acknowledged it, and not told": (
        of(STANDS, confirmed=(replace(POST, acknowledged=False),)),
        ("untold", "post-1"),
    ),
}


@pytest.mark.parametrize(("history", "found"), WRONG.values(), ids=WRONG.keys())
def test_each_violation_is_found_and_no_other(history: History, found: tuple[str, str]) -> None:
    assert kinds(history) == [found]


def test_an_answer_to_another_question_is_crossed_and_the_right_one_is_lost() -> None:
    assert sorted(kinds(of(Shown("D1/100", "Thing 2: a violin."), asked=(ANNA,)))) == [
        ("crossed", "D1/100"),
        ("lost", "ask-1"),
    ]


@pytest.mark.parametrize("phrase", ["notice-maybe-twice", "notice-maybe-above"])
def test_a_second_copy_that_says_so_is_counted_apart(phrase: str) -> None:
    again = Shown("D1/", f"{SAY(phrase)} Thing 1: a lighthouse.")
    verdict = check(of(TO_ANNA, again, asked=(ANNA,)))
    assert verdict.violations == () and verdict.counts["doubled, and told"] == 1


def test_two_questions_in_one_chat_need_two_answers_or_notices() -> None:
    one, other = replace(ANNA, where="D1/"), replace(ANNA, id="ask-3", where="D1/", thing=3)
    notice = Shown("D1/", NOT_TAKEN)
    assert check(of(notice, notice, asked=(one, other))).violations == ()
    assert check(of(notice, asked=(one, other))).violations == (
        Violation("lost", "ask-1, ask-3", "2 without an answer, and 1 notices"),
    )
