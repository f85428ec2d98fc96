"""Where a tenant's conversations are sent to. Teams names its regional service with everything it sends."""

from __future__ import annotations

from collections import OrderedDict

KEPT = 10_000


class ServiceUrls:
    """The service URL that was last heard from each tenant, and `fallback` for tenants not heard from since the start.

    Microsoft keeps a global address that passes on to the right region, so nothing is lost by forgetting.
    """

    def __init__(self, fallback: str) -> None:
        self._fallback = fallback
        self._heard: OrderedDict[str, str] = OrderedDict()

    def heard(self, tenant: str, service_url: str) -> None:
        """`service_url` has been checked against the token of the request that named it."""
        self._heard[tenant] = service_url
        self._heard.move_to_end(tenant)
        if len(self._heard) > KEPT:
            self._heard.popitem(last=False)

    def of(self, tenant: str) -> str:
        """The service URL; empty where none is known."""
        return self._heard.get(tenant, self._fallback)
