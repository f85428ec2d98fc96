"""Where Teams' conversations are, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.database import SqlStore
from adapters.references import Reference
from bot.domain.records import Person

URL = "https://smba.example/emea/"
TEAM = Reference("T1", "19:general", "team", URL, name="Payments")
CHANNEL = Reference("T1", "19:alerts", "channel", URL, team="19:general")
CHAT = Reference("T1", "a:dana", "personal", URL, person="dana", name="Dana")


@pytest.fixture
async def kept(database: str) -> AsyncIterator[SqlStore]:
    store = SqlStore.at(database)
    async with store.transaction() as unit:
        for reference in (TEAM, CHANNEL, CHAT, replace(TEAM, tenant="T2", service_url="https://smba.example/amer/")):
            await unit.references.keep(reference)
    yield store
    await store.close()


async def test_a_conversation_is_found_by_person_by_team_and_by_tenant(kept: SqlStore) -> None:
    async with kept.transaction() as unit:
        assert await unit.references.personal("T1", "dana") == CHAT
        assert await unit.references.personal("T2", "dana") is None
        assert await unit.references.teams("T1") == [TEAM]
        assert await unit.references.service_url("T2", "19:general") == "https://smba.example/amer/"
        assert await unit.references.service_url("T1", "19:never-heard-of") == URL
        assert await unit.references.service_url("T3", "19:general") == ""


async def test_what_is_heard_later_takes_the_place_of_what_was_known_but_for_a_name_that_is_not_told(
    kept: SqlStore,
) -> None:
    async with kept.transaction() as unit:
        await unit.references.keep(replace(TEAM, service_url="https://smba.example/apac/", name=""))
        assert await unit.references.teams("T1") == [replace(TEAM, service_url="https://smba.example/apac/")]


async def test_a_conversation_is_welcomed_once_T7(kept: SqlStore) -> None:
    async with kept.transaction() as unit:
        assert [await unit.references.welcome("T1", "a:dana") for _ in range(3)] == [True, False, False]
        await unit.references.keep(CHAT)
        assert not await unit.references.welcome("T1", "a:dana")
        assert not await unit.references.welcome("T1", "a:unknown")


async def test_a_team_that_is_left_takes_its_channels_and_the_experts_along(kept: SqlStore) -> None:
    async with kept.transaction() as unit:
        assert await unit.references.choose_experts("T1", "19:alerts")
        assert sorted(await unit.references.remove("T1", "19:general")) == ["19:alerts", "19:general"]
        assert await unit.references.experts("T1") == ""
        assert await unit.references.teams("T1") == []
        assert not await unit.references.is_empty("T1"), "a personal chat is left"
        await unit.references.remove("T1", "a:dana")
        assert await unit.references.is_empty("T1")
        assert not await unit.references.is_empty("T2"), "another tenant's team has the same id and stays"


async def test_the_experts_channel_is_chosen_once(kept: SqlStore) -> None:
    async with kept.transaction() as unit:
        assert await unit.references.choose_experts("T1", "19:alerts")
        assert not await unit.references.choose_experts("T1", "19:other")
        assert (await unit.references.experts("T1"), await unit.references.experts("T2")) == ("19:alerts", "")
        await unit.references.unchoose_experts("T1")
        assert await unit.references.choose_experts("T1", "19:other")


async def test_the_chat_of_who_is_forgotten_is_kept_as_nobodys(kept: SqlStore) -> None:
    async with kept.transaction() as unit:
        await unit.forget(Person("slack", "T1", "dana"))
        assert await unit.references.personal("T1", "dana") == CHAT
        await unit.forget(Person("teams", "T1", "dana"))
        assert await unit.references.personal("T1", "dana") is None
        assert await unit.references.personal("T1", "") is None  # so that nothing is sent to one of these
        assert await unit.references.service_url("T1", "a:dana") == CHAT.service_url
