"""What Teams is asked about: the channels of a team, and who is a member.

Answers and failures are remembered for a while, so that one team that does not answer delays nobody for long.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from adapters.references import Reference
from adapters.teams.connector import Connector, SendFailed
from adapters.teams.directory import Directory
from adapters.teams.in_flight import InFlight
from bot.domain.messages import Place

T = TypeVar("T")
CHANNELS_CACHED_FOR = 300.0  # seconds
MEMBERSHIP_CACHED_FOR = 60.0  # seconds
FAILURE_REMEMBERED = 60.0  # seconds in which a team that did not answer is not asked again
MAX_TEAMS = 1_000  # whose channels are cached
MAX_MEMBERSHIPS = 10_000
MAX_REQUESTS = 10  # to Teams side by side


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    team: str  # the team's id
    team_name: str
    name: str  # empty for a team's first channel, to which Teams gives none
    private: bool  # it has members of its own
    shared: bool = False  # and these need not be in the team

    @property
    def roster(self) -> str:
        """The conversation whose members may post in it."""
        return self.id if self.private else self.team


class Lookups:
    """`clock`: seconds, monotonic. `patience`: seconds for one answer. Coroutines raise SendFailed and
    StoreUnavailable."""

    def __init__(
        self,
        directory: Directory,
        connector: Connector,
        clock: Callable[[], float],
        patience: float,
    ) -> None:
        self._directory = directory
        self._connector = connector
        self._clock = clock
        self._patience = patience
        self._channels: OrderedDict[tuple[str, str], tuple[Sequence[Channel], float]] = OrderedDict()
        self._memberships: OrderedDict[tuple[str, str, str], tuple[bool, float]] = OrderedDict()
        self._failed_until: dict[tuple[str, str], float] = {}
        self._lists: InFlight[tuple[str, str], Sequence[Channel]] = InFlight()
        self._requests = asyncio.Semaphore(MAX_REQUESTS)

    def forget(self, tenant: str, team: str) -> None:
        """Drop the channels of `team` from the cache."""
        self._channels.pop((tenant, team), None)

    def known(self, team: Reference) -> Sequence[Channel]:
        """The channels of `team` as they were when Teams was asked last."""
        return self._channels.get((team.tenant, team.conversation), ((), 0.0))[0]

    async def channels(self, team: Reference) -> Sequence[Channel]:
        """The channels of `team`; none where the bot was removed from it and was not told."""
        key = (team.tenant, team.conversation)
        channels, until = self._channels.get(key, ((), float("-inf")))
        if self._clock() < until:
            return channels
        channels = await self._lists.run(key, lambda: self._patiently(key, lambda: self._fetch(team)))
        _cache(self._channels, key, (channels, self._clock() + CHANNELS_CACHED_FOR), MAX_TEAMS)
        return channels

    async def was_member(self, channel: Channel, tenant: str, person: str) -> bool:
        """True if the person was in the channel's roster within the last minute. For what is offered to them."""
        key = (tenant, channel.roster, person)
        member, until = self._memberships.get(key, (False, float("-inf")))
        if self._clock() >= until:
            member = await self._patiently((tenant, channel.team), lambda: self.is_member(channel, tenant, person))
            _cache(self._memberships, key, (member, self._clock() + MEMBERSHIP_CACHED_FOR), MAX_MEMBERSHIPS)
        return member

    async def is_member(self, channel: Channel, tenant: str, person: str) -> bool:
        """True if the person is in the channel's roster now. For what they do."""
        url = await self._directory.service_url(Place("teams", tenant, channel.team))
        member = self._directory.member_id(tenant, person)
        try:
            await self._connector.get(url, "v3", "conversations", channel.roster, "members", member)
        except SendFailed as error:
            if error.status in (400, 403, 404):
                return False
            raise
        return True

    async def _patiently(self, team: tuple[str, str], ask: Callable[[], Awaitable[T]]) -> T:
        """The answer of `ask` about `team`, unless it failed lately or takes too long."""
        if self._clock() < self._failed_until.get(team, float("-inf")):
            raise SendFailed(0)
        try:
            async with self._requests, asyncio.timeout(self._patience):
                answer = await ask()
        except (SendFailed, TimeoutError) as error:
            self._failed_until[team] = self._clock() + FAILURE_REMEMBERED
            raise error if isinstance(error, SendFailed) else SendFailed(0) from error
        self._failed_until.pop(team, None)
        return answer

    async def _fetch(self, team: Reference) -> Sequence[Channel]:
        url = await self._directory.service_url(Place("teams", team.tenant, team.conversation))
        path = ("v3", "teams", team.conversation)
        try:
            team_name = team.name or str((await self._connector.get(url, *path)).get("name") or "")
            listed = (await self._connector.get(url, *path, "conversations")).get("conversations")
        except SendFailed as error:
            if error.status in (403, 404):
                return ()
            raise
        return [
            Channel(
                id=str(each["id"]),
                team=team.conversation,
                team_name=team_name,
                name=str(each.get("name") or ""),
                private=(kind := str(each.get("type") or "standard").lower()) != "standard",
                shared=kind == "shared",
            )
            for each in (listed if isinstance(listed, list) else ())
            if isinstance(each, dict) and each.get("id")
        ]


K = TypeVar("K")
V = TypeVar("V")


def _cache(cached: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    cached[key] = value
    cached.move_to_end(key)
    if len(cached) > most:
        cached.popitem(last=False)
