"""Rate limits of the web page, where anybody can become a new visitor by deleting a cookie.

Guaranteed under any load:

- Known visitors (those who wrote last) are accepted: at least `GUARANTEED` messages a minute each, and as many as
  `adapters.rate_limit` allows while the page as a whole has capacity. Strangers can evict a visitor only after
  `KNOWN / NEW - 1` minutes without a message.
- At most `NEW` new visitors a minute are accepted, and at most half of them from one address: one address can't keep
  out new visitors elsewhere.
- The page accepts `ALL` messages a minute, plus at most `GUARANTEED` for each known visitor. So the other surfaces keep
  their capacity, and what strangers can make the database store is bounded.

Not guaranteed: a new visitor has to wait while another client at the same address keeps creating new visitors. Behind
a proxy all have one address, unless TRUSTED_PROXIES tells them apart.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

import structlog
from aiohttp import web

from adapters.counting import UNCOUNTED, Counting
from adapters.rate_limit import MOST, WITHIN, RateLimited, RateLimiter, Window
from bot.commands.notices import crowded
from bot.domain.messages import Reply
from bot.domain.phrases import Phrases
from bot.domain.records import Person

log = structlog.get_logger(__name__)

NEW_PER_ADDRESS = 60  # new visitors a minute from one address
NEW = 120  # new visitors a minute in all
ALL = 600  # messages a minute in all
GUARANTEED = 3  # messages a minute of one known visitor, also above `ALL`
KNOWN = 1000  # visitors that are remembered, those who wrote last
ADDRESSES = 1000  # tracked at once
LONGEST_ADDRESS = 45  # characters: of an IPv6 address

_PORT = re.compile(r"^(\[.*\]|[^:]*):\d+$")  # after an IPv4 address, or an IPv6 address in brackets


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rejected message. `wait`: seconds until it may be sent. `limited`: set if the visitor's own limit was reached;
    None if the page is crowded."""

    wait: float
    limited: RateLimited | None = None

    def notice(self, say: Phrases) -> Reply:
        """The reply that says so."""
        return self.limited.notice(say) if self.limited else crowded(say)


class VisitorLimiter:
    """Counts in the memory of this process. `clock`: seconds. `most`: messages of one visitor a minute."""

    def __init__(self, clock: Callable[[], float], most: int = MOST, counting: Counting = UNCOUNTED) -> None:
        self._clock = clock
        self._counting = counting
        self._per_visitor = RateLimiter(clock, most, counting)
        self._all = Window(ALL)
        self._new = Window(NEW)
        self._new_from: OrderedDict[str, Window] = OrderedDict()
        self._known: OrderedDict[str, Window] = OrderedDict()  # least recently accepted first
        self._logged_at = -WITHIN

    def check(self, person: str, address: str, delivery: str = "") -> Refusal | None:
        """Count a message of `person`. None: accept it. A form that is sent twice (`delivery`) counts once."""
        now = self._clock()
        own = self._known.get(person)
        if own is None:
            if wait := self._wait_as_new(address, now):
                return self._crowded(wait, now)
            own = Window(GUARANTEED)
        if slowed := self._per_visitor.slowed(Person("web", "", person), delivery):
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

    def _wait_as_new(self, address: str, now: float) -> float:
        """Seconds until a new visitor from `address` is accepted; 0 if now, and then it is counted."""
        from_here = self._new_from.get(address) or Window(NEW_PER_ADDRESS)
        if wait := max(from_here.wait(now), self._new.wait(now)):
            return wait
        from_here.take(now)
        self._new.take(now)
        self._new_from[address] = from_here
        self._new_from.move_to_end(address)
        if len(self._new_from) > ADDRESSES:  # what is evicted is older than a minute, as at most `NEW` are added in one
            self._new_from.popitem(last=False)
        return 0.0

    def _crowded(self, wait: float, now: float) -> Refusal:
        self._counting.turned_away("web", "crowded")
        if not 0 <= now - self._logged_at < WITHIN:
            self._logged_at = now
            log.warning("web.crowded", remedy="see TRUSTED_PROXIES in docs/deploy.md")
        return Refusal(wait)


def address_of(request: web.Request, proxies: int) -> str:
    """The client's address: of the connection or, behind `proxies` trusted proxies, of the client of the outermost one.
    Entries further left in X-Forwarded-For can be forged. Of an IPv6 address its /64 network, as one client has many
    addresses."""
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
