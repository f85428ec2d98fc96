"""Which conversations the bot is in, where they are sent to, and where the experts are: kept in the database."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from adapters.references import Reference, Store
from adapters.teams.translate import person_of, references_in, tenant_of
from bot.domain.messages import Place
from bot.domain.records import Person
from bot.service.effect_handlers import forget

K = TypeVar("K")
V = TypeVar("V")
KEPT = 10_000  # conversations and tenants that are known without asking the database
EXPERTS_KNOWN_FOR = 60.0  # seconds after which another process's choice is seen here too
KNOWN_FOR = 3600.0  # the same for what another process has deleted of a conversation


class Directory:
    """`usable` says which service URLs may be sent to; `fallback` is for tenants that nothing was heard from.
    `experts_channel` is the operator's choice, for the tenant `experts_tenant` or, where that is empty, for all."""

    def __init__(
        self,
        store: Store,
        *,
        usable: Callable[[str], bool],
        fallback: str = "",
        experts_channel: str = "",
        experts_tenant: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._usable = usable
        self._fallback = fallback
        self._experts_channel = experts_channel
        self._experts_tenant = experts_tenant
        self._clock = clock
        self._kept: OrderedDict[tuple[str, str], tuple[Reference, float]] = OrderedDict()
        self._members: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._experts: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def met(self, activity: Any) -> None:
        """Remember under which id Teams itself keeps the person whom `activity` comes from."""
        if activity.from_property is not None and activity.from_property.id:
            _remember(self._members, (tenant_of(activity), person_of(activity)), str(activity.from_property.id))

    def member_id(self, tenant: str, person: str) -> str:
        """The id by which Teams is asked for a person: its own where it is known, else the one of the organisation's
        directory, which Teams takes as well."""
        return self._members.get((tenant, person), person)

    async def heard(self, activity: Any) -> None:
        """Keep where `activity` comes from, unless that is known. Raises StoreUnavailable."""
        is_new = activity.type == "installationUpdate"  # another process may have forgotten it meanwhile
        news = [one for one in references_in(activity) if is_new or self._known(_key(one)) != one]
        if not news:
            return
        async with self._store.transaction() as unit:
            for reference in news:
                await unit.references.keep(reference)
        for reference in news:
            _remember(self._kept, _key(reference), (reference, self._clock() + KNOWN_FOR))

    def _known(self, key: tuple[str, str]) -> Reference | None:
        reference, until = self._kept.get(key, (None, 0.0))
        return reference if self._clock() < until else None

    def forgot(self, tenant: str, person: str) -> None:
        """All that was kept of a person is deleted: whoever writes from now on is new."""
        theirs = [key for key, (one, _) in self._kept.items() if (one.tenant, one.person) == (tenant, person)]
        for key in theirs:
            del self._kept[key]
        self._members.pop((tenant, person), None)

    async def welcome(self, tenant: str, conversation: str) -> bool:
        """Whether the bot has still to introduce itself there; then it has. Raises StoreUnavailable."""
        async with self._store.transaction() as unit:
            return await unit.references.welcome(tenant, conversation)

    async def left(self, tenant: str, conversation: str, person: str = "") -> int:
        """Delete all that is kept of a conversation that the bot is no longer in, of `person` whose chat it was, and of
        the whole tenant if it was the last one. Returns how many rows that were. Raises StoreUnavailable."""
        async with self._store.transaction() as unit:
            gone = {conversation, *await unit.references.remove(tenant, conversation)}
            deleted = sum([await unit.delete_channel("teams", tenant, each) for each in sorted(gone)])
            if person:
                await forget(Person("teams", tenant, person), unit)
            if await unit.references.is_empty(tenant):
                deleted += await unit.delete_tenant("teams", tenant)
        for each in gone:
            self._kept.pop((tenant, each), None)
        self._experts.pop(tenant, None)
        return deleted

    async def service_url(self, place: Place) -> str:
        """Where messages into `place` are sent to; empty where that is not known. Raises StoreUnavailable."""
        known = self._known((place.tenant, place.channel))
        url = known.service_url if known else ""
        if not url:
            async with self._store.transaction() as unit:
                url = await unit.references.service_url(place.tenant, place.channel)
        return url if url and self._usable(url) else self._fallback

    async def teams(self, tenant: str) -> Sequence[Reference]:
        """The teams that the bot is in. Raises StoreUnavailable."""
        async with self._store.transaction() as unit:
            return await unit.references.teams(tenant)

    async def name(self, tenant: str, person: str) -> str:
        """How a person is called who has a chat with the bot; empty: unknown. Raises StoreUnavailable."""
        async with self._store.transaction() as unit:
            chat = await unit.references.personal(tenant, person)
        return chat.name if chat else ""

    async def chat(self, tenant: str, person: str) -> Place | None:
        """The person's own chat with the bot, if they have one. Raises StoreUnavailable."""
        async with self._store.transaction() as unit:
            chat = await unit.references.personal(tenant, person)
        return Place("teams", tenant, chat.conversation) if chat else None

    def experts_are_set(self, tenant: str) -> bool:
        """Whether the operator has chosen the experts' channel, so that nobody else can."""
        return bool(self._experts_channel) and self._experts_tenant in ("", tenant)

    async def experts(self, tenant: str) -> Place | None:
        """Where questions to a person go; None: nowhere. Raises StoreUnavailable."""
        if self.experts_are_set(tenant):
            return Place("teams", tenant, self._experts_channel)
        channel, until = self._experts.get(tenant, ("", float("-inf")))
        if self._clock() >= until:
            async with self._store.transaction() as unit:
                channel = await unit.references.experts(tenant)
            _remember(self._experts, tenant, (channel, self._clock() + EXPERTS_KNOWN_FOR))
        return Place("teams", tenant, channel) if channel else None

    async def choose_experts(self, tenant: str, channel: str) -> bool:
        """False where another channel was chosen before. Raises StoreUnavailable."""
        async with self._store.transaction() as unit:
            chosen = await unit.references.choose_experts(tenant, channel)
            chosen = chosen or await unit.references.experts(tenant) == channel
        self._experts.pop(tenant, None)
        return chosen

    async def unchoose_experts(self, tenant: str) -> None:
        """Raises StoreUnavailable."""
        async with self._store.transaction() as unit:
            await unit.references.unchoose_experts(tenant)
        self._experts.pop(tenant, None)


def _key(reference: Reference) -> tuple[str, str]:
    return reference.tenant, reference.conversation


def _remember(kept: OrderedDict[K, V], key: K, value: V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > KEPT:
        kept.popitem(last=False)
