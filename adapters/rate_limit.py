"""How much one person may send, by whichever door: one "please slow down", then silence until it ebbs.

Counted in the memory of this process, for a minute. With several processes each of them counts what it gets.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.commands.notices import slow_down
from bot.domain.messages import Reply
from bot.domain.phrases import Phrases
from bot.domain.records import Person

log = structlog.get_logger(__name__)

MOST = 30  # messages of one person
WITHIN = 60.0  # seconds
DELIVERED_AGAIN = 4  # times that one delivery is free: platforms deliver again what was not confirmed in time
KEPT = 10_000  # people who are counted at once


@dataclass(frozen=True, slots=True)
class RateLimited:
    """A message was not taken in. `told`: the person knows already, and nothing more is said where that can be."""

    wait: float  # seconds until there is room again
    told: bool
    most: int  # messages a minute that are taken in

    def notice(self, say: Phrases) -> Reply:
        """What the person is told."""
        return slow_down(say, self.most)


class Window:
    """When the latest `most` things of the last minute were let through."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._times: deque[float] = deque(maxlen=most)

    def wait(self, now: float) -> float:
        """Seconds until there is room for another one; 0: there is."""
        self._forget(now)
        return self._times[0] + WITHIN - now if len(self._times) == self._most else 0.0

    def take(self, now: float) -> None:
        """Count one. Where there is no room, it takes that of the oldest."""
        self._times.append(now)

    def ebbed(self, now: float) -> bool:
        """At least half of the room is free."""
        self._forget(now)
        return len(self._times) <= self._most // 2

    def _forget(self, now: float) -> None:
        # What lies ahead of now was counted before the clock was set back.
        while self._times and not 0 <= now - self._times[0] < WITHIN:
            self._times.popleft()


class _Recent:
    """What one person sent lately."""

    def __init__(self, most: int) -> None:
        self.window = Window(most)
        self.deliveries: OrderedDict[str, int] = OrderedDict()  # how often each came, the latest ones that were let in
        self.at = 0.0
        self.told = False


class RateLimiter:
    """Counts what each person sends by one door. Each door has its own, so that nobody at one of them can push out what
    is counted at another. `clock`: seconds."""

    def __init__(self, clock: Callable[[], float], most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._people: OrderedDict[Person, _Recent] = OrderedDict()  # who sent something last stands last

    def slowed(self, person: Person, delivery: str = "") -> RateLimited | None:
        """Count another message of `person`; None: take it in. What was taken in and is delivered again counts once."""
        now = self._clock()
        recent = self._recent(person, now)
        if recent.window.ebbed(now):
            recent.told = False
        if 0 < (times := recent.deliveries.get(delivery, 0)) <= DELIVERED_AGAIN:
            recent.deliveries[delivery] = times + 1
            return None
        if wait := recent.window.wait(now):
            told, recent.told = recent.told, True
            if not told:
                log.warning("flood.slowed", surface=person.surface)
            return RateLimited(wait, told, self._most)
        recent.window.take(now)
        if delivery:
            recent.deliveries[delivery] = 1
            if len(recent.deliveries) > self._most:
                recent.deliveries.popitem(last=False)
        return None

    def _recent(self, person: Person, now: float) -> _Recent:
        """Who has sent nothing for a minute is forgotten: nothing is counted for them any more. Beyond `KEPT`, whoever
        was silent longest: somebody who floods never is."""
        recent = self._people.get(person) or _Recent(self._most)
        recent.at = now
        self._people[person] = recent
        self._people.move_to_end(person)
        while (first := next(iter(self._people.values()))) and not 0 <= now - first.at < WITHIN:
            self._people.popitem(last=False)
        if len(self._people) > KEPT:
            self._people.popitem(last=False)
        return recent
