"""The conversations that the bot is in, their service URLs, and the experts' channel: a cache over the store."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from adapters.references import Reference, Store
from adapters.teams.translate import person_of, references_in, tenant_of
from bot.domain.messages import Place
from bot.domain.records import Person
from bot.service.effect_handlers import forget as forget_person

K = TypeVar("K")
V = TypeVar("V")
MAX_CACHED = 10_000  # conversations, people, and tenants
EXPERTS_CACHED_FOR = 60.0  # seconds, after which another process's choice is seen here too
CACHED_FOR = 3600.0  # seconds, after which a conversation that another process deleted is stored again


class Directory:
    """`is_usable`: whether a service URL may be sent to. `fallback`: the service URL of tenants that have sent nothing
    yet. `experts_channel`: the operator's choice for the tenant `experts_tenant`; empty: for all. `clock`: seconds,
    monotonic. Coroutines raise StoreUnavailable."""

    def __init__(
        self,
        store: Store,
        *,
        is_usable: Callable[[str], bool],
        fallback: str = "",
        experts_channel: str = "",
        experts_tenant: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._is_usable = is_usable
        self._fallback = fallback
        self._experts_channel = experts_channel
        self._experts_tenant = experts_tenant
        self._clock = clock
        self._references: OrderedDict[tuple[str, str], tuple[Reference, float]] = OrderedDict()
        self._members: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._experts: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def remember_member_id(self, activity: Any) -> None:
        """Cache the id by which Teams knows the sender of `activity` as a member."""
        if activity.from_property is not None and activity.from_property.id:
            _cache(self._members, (tenant_of(activity), person_of(activity)), str(activity.from_property.id))

    def member_id(self, tenant: str, person: str) -> str:
        """The id by which Teams is asked for a member: its own if it is known, else the one of the organisation's
        directory, which Teams takes as well."""
        return self._members.get((tenant, person), person)

    async def remember_place(self, activity: Any) -> None:
        """Store the conversation that `activity` comes from, unless it is cached."""
        is_new = activity.type == "installationUpdate"  # another process may have deleted it meanwhile
        unknown = [one for one in references_in(activity) if is_new or self._cached(_key(one)) != one]
        if not unknown:
            return
        async with self._store.transaction() as unit:
            for reference in unknown:
                await unit.references.keep(reference)
        for reference in unknown:
            _cache(self._references, _key(reference), (reference, self._clock() + CACHED_FOR))

    def _cached(self, key: tuple[str, str]) -> Reference | None:
        reference, until = self._references.get(key, (None, 0.0))
        return reference if self._clock() < until else None

    def forget(self, tenant: str, person: str) -> None:
        """Drop a person from the cache, because the store has deleted them."""
        theirs = [key for key, (one, _) in self._references.items() if (one.tenant, one.person) == (tenant, person)]
        for key in theirs:
            del self._references[key]
        self._members.pop((tenant, person), None)

    async def welcome(self, tenant: str, conversation: str) -> bool:
        """True the first time that it is called for a conversation, which is to be welcomed then."""
        async with self._store.transaction() as unit:
            return await unit.references.welcome(tenant, conversation)

    async def left(self, tenant: str, conversation: str, person: str = "") -> int:
        """Delete everything about a conversation that the bot is no longer in, about `person` whose chat it was, and
        about the whole tenant if it was the last one. Returns the number of rows."""
        async with self._store.transaction() as unit:
            gone = {conversation, *await unit.references.remove(tenant, conversation)}
            deleted = sum([await unit.delete_channel("teams", tenant, each) for each in sorted(gone)])
            if person:
                await forget_person(Person("teams", tenant, person), unit)
            if await unit.references.is_empty(tenant):
                deleted += await unit.delete_tenant("teams", tenant)
        for each in gone:
            self._references.pop((tenant, each), None)
        self._experts.pop(tenant, None)
        return deleted

    async def service_url(self, place: Place) -> str:
        """The connector service for messages into `place`; empty: none that may be sent to."""
        return self._usable(await self._stored_url(place))

    async def is_misled(self, place: Place) -> bool:
        """True if only a service is known for `place` that must not be sent to, as after a change of settings."""
        url = await self._stored_url(place)
        return bool(url) and not self._usable(url)

    def _usable(self, url: str) -> str:
        return url if url and self._is_usable(url) else self._fallback

    async def _stored_url(self, place: Place) -> str:
        cached = self._cached((place.tenant, place.channel))
        url = cached.service_url if cached else ""
        if not url:
            async with self._store.transaction() as unit:
                url = await unit.references.service_url(place.tenant, place.channel)
        return url

    async def teams(self, tenant: str) -> Sequence[Reference]:
        """The teams that the bot is in, by name."""
        async with self._store.transaction() as unit:
            return await unit.references.teams(tenant)

    def team_of(self, tenant: str, channel: str) -> str:
        """The id of the team of a channel that the bot heard from lately; empty: unknown."""
        reference = self._cached((tenant, channel))
        return "" if reference is None else reference.team or (channel if reference.kind == "team" else "")

    async def name(self, tenant: str, person: str) -> str:
        """The name of a person who has a chat with the bot; empty: unknown."""
        async with self._store.transaction() as unit:
            chat = await unit.references.personal(tenant, person)
        return chat.name if chat else ""

    async def chat(self, tenant: str, person: str) -> Place | None:
        """The person's own chat with the bot, if they have one."""
        async with self._store.transaction() as unit:
            chat = await unit.references.personal(tenant, person)
        return Place("teams", tenant, chat.conversation) if chat else None

    def experts_are_set(self, tenant: str) -> bool:
        """True if the operator has chosen the experts' channel, so that nobody else can."""
        return bool(self._experts_channel) and self._experts_tenant in ("", tenant)

    async def experts(self, tenant: str) -> Place | None:
        """The experts' channel; None: none is chosen."""
        if self.experts_are_set(tenant):
            return Place("teams", tenant, self._experts_channel)
        channel, until = self._experts.get(tenant, ("", float("-inf")))
        if self._clock() >= until:
            async with self._store.transaction() as unit:
                channel = await unit.references.experts(tenant)
            _cache(self._experts, tenant, (channel, self._clock() + EXPERTS_CACHED_FOR))
        return Place("teams", tenant, channel) if channel else None

    async def choose_experts(self, tenant: str, channel: str) -> bool:
        """Choose the experts' channel. False where another one was chosen before."""
        async with self._store.transaction() as unit:
            chosen = await unit.references.choose_experts(tenant, channel)
            chosen = chosen or await unit.references.experts(tenant) == channel
        self._experts.pop(tenant, None)
        return chosen

    async def unchoose_experts(self, tenant: str) -> None:
        async with self._store.transaction() as unit:
            await unit.references.unchoose_experts(tenant)
        self._experts.pop(tenant, None)


def _key(reference: Reference) -> tuple[str, str]:
    return reference.tenant, reference.conversation


def _cache(cached: OrderedDict[K, V], key: K, value: V) -> None:
    cached[key] = value
    cached.move_to_end(key)
    if len(cached) > MAX_CACHED:
        cached.popitem(last=False)
