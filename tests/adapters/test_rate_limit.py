"""The rate limiter by itself; each surface tests it through its own requests too."""

from __future__ import annotations

from adapters import rate_limit as flood
from adapters.rate_limit import DELIVERED_AGAIN, MOST, WITHIN, RateLimited, RateLimiter
from bot.domain.records import Person

ANNA, BEN = Person("slack", "T1", "anna"), Person("slack", "T1", "ben")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def sent(counted: RateLimiter, person: Person, times: int) -> list[RateLimited | None]:
    return [counted.slowed(person) for _ in range(times)]


def test_whoever_sends_too_much_is_told_once_and_accepted_again_a_minute_later() -> None:
    clock = Clock()
    counted = RateLimiter(clock)
    assert sent(counted, ANNA, MOST) == [None] * MOST
    assert sent(counted, ANNA, 3) == [
        RateLimited(WITHIN, False, MOST),
        RateLimited(WITHIN, True, MOST),
        RateLimited(WITHIN, True, MOST),
    ]
    assert sent(counted, BEN, 1) == [None]
    assert sent(counted, Person("slack", "T2", "anna"), 1) == [None]
    clock.now += WITHIN
    assert sent(counted, ANNA, MOST + 1) == [*[None] * MOST, RateLimited(WITHIN, False, MOST)]


def test_a_person_slightly_above_the_limit_is_told_once() -> None:
    clock = Clock()
    counted = RateLimiter(clock)
    told = 0
    for _ in range(300):
        clock.now += WITHIN / MOST * 0.75
        slowed = counted.slowed(ANNA)
        told += slowed is not None and not slowed.told
    assert told == 1


def test_what_is_delivered_again_counts_once_and_not_without_end() -> None:
    counted = RateLimiter(Clock())
    for number in range(MOST - 1):
        assert [counted.slowed(ANNA, f"Ev{number}") for _ in range(1 + DELIVERED_AGAIN)] == [None] * 5
    assert counted.slowed(ANNA, "Ev0") is None  # more often than any platform does, so it counts
    assert counted.slowed(ANNA, "Ev-new") == RateLimited(WITHIN, False, MOST)
    assert counted.slowed(ANNA, "Ev1") is not None


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    clock = Clock()
    counted = RateLimiter(clock)
    sent(counted, ANNA, MOST + 1)
    clock.now -= 500.0
    assert sent(counted, ANNA, 1) == [None]


def test_nobody_who_floods_is_forgotten_for_others_who_come() -> None:
    clock = Clock()
    counted = RateLimiter(clock)
    sent(counted, ANNA, MOST + 1)
    for number in range(3 * flood.MOST_PEOPLE):
        counted.slowed(Person("slack", "T1", f"U{number}"))
        if number % (flood.MOST_PEOPLE // 2) == 0:
            assert sent(counted, ANNA, 1) == [RateLimited(WITHIN, True, MOST)]
    assert len(counted._people) == flood.MOST_PEOPLE


def test_a_person_without_messages_for_a_minute_is_forgotten() -> None:
    clock = Clock()
    counted = RateLimiter(clock)
    for number in range(50):
        counted.slowed(Person("slack", "T1", f"U{number}"))
    clock.now += WITHIN
    counted.slowed(ANNA)
    assert list(counted._people) == [ANNA]
