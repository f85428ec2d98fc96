"""A flood from one person: one "please slow down", then silence until it ebbs."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from bot.kept import Person
from bot.messages import Paragraph, Reply

MOST = 30  # messages of one person
WITHIN = 60.0  # seconds
KEPT = 10_000  # people whose recent messages are counted

SLOW_DOWN = Reply(
    "notice",
    "Please slow down",
    body=(Paragraph(f"That was more than {MOST} messages in a minute. Wait a minute, then ask again."),),
)


@dataclass
class _Recent:
    taken_in: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=MOST))  # when, and which delivery
    told: bool = False


class Flood:
    """Counts what each person sends to this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._recent: OrderedDict[Person, _Recent] = OrderedDict()

    def judge(self, person: Person, delivery: str = "") -> Literal["fine", "tell", "ignore"]:
        """What to do with another message of `person`: take it in, ask them to slow down, or nothing any more. One that
        was taken in and that Slack delivers again counts once."""
        recent = self._recent.setdefault(person, _Recent())
        self._recent.move_to_end(person)
        if len(self._recent) > KEPT:
            self._recent.popitem(last=False)
        if delivery and any(delivery == earlier for _, earlier in recent.taken_in):
            return "fine"
        now = self._clock()
        if len(recent.taken_in) == MOST and now - recent.taken_in[0][0] < WITHIN:
            told, recent.told = recent.told, True
            return "ignore" if told else "tell"
        recent.taken_in.append((now, delivery))
        recent.told = False
        return "fine"
