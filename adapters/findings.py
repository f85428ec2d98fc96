"""What `advisor doctor` found: one line about one thing, with what to do."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Literal

Level = Literal["ok", "look", "wrong"]
"""`look`: it works, and should be looked at. `wrong`: it does not work, or will not."""

WAIT = 10.0  # seconds in which another server has to answer
WINDOW = 300  # seconds by which clocks may differ: then Slack's signatures and Microsoft's tokens count as outdated
NOTABLE = 30  # seconds by which a clock that is set by the network never differs


@dataclass(frozen=True, slots=True)
class Finding:
    """Nothing in it is secret."""

    level: Level
    about: str  # a few words
    said: str  # a sentence without its full stop
    remedy: str = ""  # what to do, where the level is not "ok"


def clock_by(headers: Mapping[str, str]) -> list[Finding]:
    """Our clock beside that of another server, by the Date in the headers of its answer; nothing where it has none."""
    try:
        theirs = parsedate_to_datetime(next(value for name, value in headers.items() if name.lower() == "date"))
    except (StopIteration, TypeError, ValueError):
        return []
    ahead = time.time() - theirs.timestamp()
    where = f"{abs(ahead):.0f} seconds {'ahead of' if ahead > 0 else 'behind'} the platform's"
    if abs(ahead) < NOTABLE:
        return [Finding("ok", "clock", "agrees with the platform's")]
    said = f"is {where}; from {WINDOW} on all requests are refused"
    remedy = "set the clock of this machine, and have it set by the network (NTP)"
    return [Finding("wrong" if abs(ahead) >= WINDOW else "look", "clock", said, remedy)]
