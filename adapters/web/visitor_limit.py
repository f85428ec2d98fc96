"""How much the page takes in, where anybody can be somebody new as often as they like.

What is guaranteed, whoever sends what:

- Who was answered lately keeps being answered: at least `SURE` messages a minute, and as many as `adapters.rate_limit`
  allows while the page as a whole has room. No stranger can make that end before `KNOWN / NEW - 1` minutes of silence.
- Visitors who are new come in so many a minute, and from one address no more than half of that: one address alone
  can't keep out those who are new elsewhere.
- The page as a whole takes in `ALL` messages a minute, and at most `SURE` more for each visitor it knows. So there is
  always room for the other doors, and a bound to what a stranger can make the database keep.

What is not: who is new has to wait while somebody at the same address keeps coming as somebody new. All who come
through a proxy have one address, unless TRUSTED_PROXIES says how to tell them apart.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

import structlog
from aiohttp import web

from adapters.rate_limit import MOST, WITHIN, RateLimited, RateLimiter, Window
from bot.commands.notices import crowded
from bot.domain.messages import Reply
from bot.domain.phrases import Phrases
from bot.domain.records import Person

log = structlog.get_logger(__name__)

NEW_FROM_ONE = 60  # new visitors a minute from one address
NEW = 120  # from all together
ALL = 600  # messages a minute
SURE = 3  # of one visitor, also where the page has no room
KNOWN = 1000  # visitors who are known, those who wrote last
ADDRESSES = 1000
LONGEST_ADDRESS = 45

_PORT = re.compile(r"^(\[.*\]|[^:]*):\d+$")  # behind an IPv4 address, or an IPv6 address in brackets


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message is not taken in for so many seconds: because of what others send, or of what this visitor sent, where
    `limited` says so."""

    wait: float
    limited: RateLimited | None = None

    def notice(self, say: Phrases) -> Reply:
        """What the visitor is told."""
        return self.limited.notice(say) if self.limited else crowded(say)


class VisitorLimiter:
    """Counts in the memory of this process. `clock`: seconds."""

    def __init__(self, clock: Callable[[], float], most: int = MOST) -> None:
        """`most`: messages of one visitor a minute."""
        self._clock = clock
        self._flood = RateLimiter(clock, most)
        self._all = Window(ALL)
        self._new = Window(NEW)
        self._new_from: OrderedDict[str, Window] = OrderedDict()
        self._known: OrderedDict[str, Window] = OrderedDict()  # who was let in last stands last
        self._told_at = -WITHIN

    def refuses(self, person: str, address: str, delivery: str = "") -> Refusal | None:
        """Count a message of this visitor; None: take it in. A form that is sent twice counts once for the visitor."""
        now = self._clock()
        own = self._known.get(person)
        if own is None:
            if wait := self._wait_of_the_new(address, now):
                return self._crowded(wait, now)
            own = Window(SURE)
        if slowed := self._flood.slowed(Person("web", "", person), delivery):
            return Refusal(slowed.wait, slowed)
        if own.wait(now) and (wait := self._all.wait(now)):
            return self._crowded(wait, now)
        own.take(now)
        self._all.take(now)
        self._known[person] = own
        self._known.move_to_end(person)
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)
        return None

    def _wait_of_the_new(self, address: str, now: float) -> float:
        """Seconds until somebody new may come from `address`; 0: now, and that is counted."""
        from_here = self._new_from.get(address) or Window(NEW_FROM_ONE)
        if wait := max(from_here.wait(now), self._new.wait(now)):
            return wait
        from_here.take(now)
        self._new.take(now)
        self._new_from[address] = from_here
        self._new_from.move_to_end(address)
        if len(self._new_from) > ADDRESSES:  # the one pushed out is older than a minute: `NEW` of them come in one
            self._new_from.popitem(last=False)
        return 0.0

    def _crowded(self, wait: float, now: float) -> Refusal:
        if not 0 <= now - self._told_at < WITHIN:
            self._told_at = now
            log.warning("web.crowded", remedy="see TRUSTED_PROXIES in docs/deploy.md")
        return Refusal(wait)


def address_of(request: web.Request, proxies: int) -> str:
    """Where a request comes from, as far as that can be known: who connected to us or, behind so many `proxies` of our
    own, who connected to the outermost of them. What stands further left in X-Forwarded-For anybody can write. Of an
    IPv6 address the network: a single household has more addresses than can be counted."""
    forwarded = [part.strip() for value in request.headers.getall("X-Forwarded-For", ()) for part in value.split(",")]
    chain = [*forwarded, request.remote or ""]
    given = chain[-1 - proxies] if proxies < len(chain) else chain[-1]
    bare = _PORT.sub(r"\1", given)
    try:
        address = ip_address(bare.strip("[]"))
    except ValueError:
        return bare[:LONGEST_ADDRESS]
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
    return str(address)
