"""Log lines about refused requests, which anybody can send: however many there are, they do not fill the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import structlog

log = structlog.get_logger(__name__)

INTERVAL = 60.0  # seconds between two lines


class RefusalLog:
    """Logs the first refusal at once as `event`, and from then on at most one line every `INTERVAL` seconds, with all
    refusals since the line before. What follows the last line waits for the next refusal. `clock`: seconds.
    `remedies`: by reason. `count`: called with the reason of each."""

    def __init__(
        self,
        event: str,
        clock: Callable[[], float],
        remedies: Mapping[str, str] | None = None,
        count: Callable[[str], None] = lambda why: None,
    ) -> None:
        self._event = event
        self._clock = clock
        self._remedies = remedies or {}
        self._count = count
        self._logged_at: float | None = None
        self._since: Counter[str] = Counter()

    def add(self, why: str) -> None:
        """Count a refusal. `why`: one of few words, nothing from the request."""
        self._count(why)
        self._since[why] += 1
        now = self._clock()
        if self._logged_at is not None and 0 <= now - self._logged_at < INTERVAL:  # below 0: the clock was set back
            return
        found = {self._remedies[reason]: None for reason in sorted(self._since) if reason in self._remedies}
        remedy = {"remedy": "; ".join(found)} if found else {}
        log.warning(self._event, count=self._since.total(), why=", ".join(sorted(self._since)), **remedy)
        self._logged_at = now
        self._since.clear()
