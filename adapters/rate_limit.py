"""Rate limit per person: a sliding window of one minute. The person is told once, then ignored until it has room again.

Counted in memory, per process and surface.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from adapters.counting import UNCOUNTED, Counting
from bot.commands.notices import slow_down
from bot.domain.messages import Reply
from bot.domain.phrases import Phrases
from bot.domain.records import Person

log = structlog.get_logger(__name__)

MOST = 30  # messages of one person in `WITHIN` seconds
WITHIN = 60.0  # seconds
DELIVERED_AGAIN = 4  # redeliveries of one message that count nothing: platforms retry what was not acknowledged
MOST_PEOPLE = 10_000  # tracked at once


@dataclass(frozen=True, slots=True)
class RateLimited:
    """A message was rejected. `told`: the person was notified before, so a surface may stay silent."""

    wait: float  # seconds until there is room again
    told: bool
    most: int  # messages a minute that are accepted

    def notice(self, say: Phrases) -> Reply:
        """The reply that says so."""
        return slow_down(say, self.most)


class Window:
    """Sliding window: the times of the latest `most` accepted events within `WITHIN` seconds."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._times: deque[float] = deque(maxlen=most)

    def wait(self, now: float) -> float:
        """Seconds until another event fits; 0 if it does now."""
        self._expire(now)
        return self._times[0] + WITHIN - now if len(self._times) == self._most else 0.0

    def take(self, now: float) -> None:
        """Count an event. In a full window it replaces the oldest."""
        self._times.append(now)

    def is_half_free(self, now: float) -> bool:
        """True if at least half of the window is free."""
        self._expire(now)
        return len(self._times) <= self._most // 2

    def _expire(self, now: float) -> None:
        # Times ahead of now were counted before the clock was set back.
        while self._times and not 0 <= now - self._times[0] < WITHIN:
            self._times.popleft()


class _Recent:
    """The recent messages of one person."""

    def __init__(self, most: int) -> None:
        self.window = Window(most)
        self.deliveries: OrderedDict[str, int] = OrderedDict()  # how often each of the latest accepted ones came
        self.at = 0.0
        self.told = False


class RateLimiter:
    """Counts each person's messages on one surface. Each surface has its own, so that a flood on one can't evict the
    counts of another. `clock`: seconds."""

    def __init__(self, clock: Callable[[], float], most: int = MOST, counting: Counting = UNCOUNTED) -> None:
        self._clock = clock
        self._most = most
        self._counting = counting
        self._people: OrderedDict[Person, _Recent] = OrderedDict()  # least recently active first

    def slowed(self, person: Person, delivery: str = "") -> RateLimited | None:
        """Count a message of `person`. None: accept it. Redeliveries of an accepted message count once."""
        now = self._clock()
        recent = self._recent(person, now)
        if recent.window.is_half_free(now):
            recent.told = False
        if 0 < (times := recent.deliveries.get(delivery, 0)) <= DELIVERED_AGAIN:
            recent.deliveries[delivery] = times + 1
            return None
        if wait := recent.window.wait(now):
            self._counting.turned_away(person.surface, "rate_limit")
            told, recent.told = recent.told, True
            if not told:
                log.warning("rate_limit.exceeded", surface=person.surface)
            return RateLimited(wait, told, self._most)
        recent.window.take(now)
        if delivery:
            recent.deliveries[delivery] = 1
            if len(recent.deliveries) > self._most:
                recent.deliveries.popitem(last=False)
        return None

    def _recent(self, person: Person, now: float) -> _Recent:
        """The entry of `person`, created if missing. Evicts those inactive for `WITHIN` seconds and, beyond
        `MOST_PEOPLE`, the least recently active, which a person who floods never is."""
        recent = self._people.get(person) or _Recent(self._most)
        recent.at = now
        self._people[person] = recent
        self._people.move_to_end(person)
        while (first := next(iter(self._people.values()))) and not 0 <= now - first.at < WITHIN:
            self._people.popitem(last=False)
        if len(self._people) > MOST_PEOPLE:
            self._people.popitem(last=False)
        return recent
