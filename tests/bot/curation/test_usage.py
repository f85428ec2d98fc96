"""What the daily counts say of the last weeks."""

from __future__ import annotations

from datetime import date

from bot.curation.usage import WEEKS, first_day, left_at, weeks
from bot.domain.daily_counts import DailyCount

TODAY = date(2026, 3, 29)


def counted(day: str, **names: int) -> list[DailyCount]:
    return [DailyCount(day, name.replace("_", ":"), number) for name, number in names.items()]


def test_a_week_is_seven_days_that_end_today() -> None:
    counts = [
        *counted("2026-03-29", question_answer=1),
        *counted("2026-03-23", question_answer=2, question_clarify=4),
        *counted("2026-03-22", question_offtopic=8),
    ]
    found = weeks(counts, TODAY)
    assert len(found) == WEEKS
    assert (found[-1].first, found[-1].last, found[-2].last) == ("2026-03-23", "2026-03-29", "2026-03-22")
    assert found[-1].questions == {"answer": 3, "unstated": 0, "offtopic": 0, "clarify": 4}
    assert found[-2].asked == 8
    assert (found[-1].share("answer").part, found[-1].share("answer").whole) == (3, 7)


def test_the_first_day_is_that_of_the_first_week_and_what_was_before_is_left_out() -> None:
    first = first_day(TODAY)
    assert first == weeks([], TODAY)[0].first
    found = weeks([*counted("2026-01-04", question_answer=1), *counted(first, question_answer=2)], TODAY)
    assert [week.asked for week in found] == [2] + [0] * (WEEKS - 1)


def test_dialogues_are_begun_once_and_finished_in_the_week_of_their_end() -> None:
    counts = [
        DailyCount("2026-03-20", "triage:soil", 3),
        DailyCount("2026-03-28", "triage:soil", -1),
        DailyCount("2026-03-28", "triage:", 1),
    ]
    found = weeks(counts, TODAY)
    assert [(week.begun, week.finished) for week in found[-2:]] == [(3, 0), (0, 1)]


def test_dialogues_are_left_at_the_question_that_was_open_last() -> None:
    counts = [
        DailyCount("2026-03-20", "triage:soil", 3),
        DailyCount("2026-03-28", "triage:soil", -1),
        DailyCount("2026-03-28", "triage:sun", 1),
        DailyCount("2026-03-28", "triage:", 5),
    ]
    assert left_at(counts, ["sun", "soil", "wind"]) == [("sun", 1), ("soil", 2), ("wind", 0)]


def test_questions_that_there_are_no_longer_come_last_and_nothing_is_below_none() -> None:
    counts = [DailyCount("2026-03-20", "triage:frost", 2), DailyCount("2026-03-20", "triage:sun", -1)]
    assert left_at(counts, ["sun"]) == [("sun", 0), ("", 2)]
