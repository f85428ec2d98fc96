"""Housekeeping: retention at intervals, and posts when a subscription is due."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from adapters import housekeeping
from adapters.housekeeping import RETENTION_EVERY, Housekeeper
from adapters.in_memory import InMemoryStore
from bot.domain.conversation import DAY, Conversation, LastTurn
from bot.domain.effects import Post
from bot.domain.messages import Place
from bot.domain.records import Subscription

HERE = Place("slack", "T1", "C1")


class Catalogue:
    def subscribable(self) -> list[str]:
        return ["a"]

    def subscribed(self, entry: str, subscription: Subscription) -> Post:
        return Post(entry)


async def test_what_is_due_is_posted_and_the_outbox_woken() -> None:
    store, woken = InMemoryStore(), []
    async with store.transaction() as unit:
        await unit.subscriptions.put(Subscription(HERE, "daily", "anna", next_at=50.0))
    now = [0.0]
    keeper = Housekeeper(store, Catalogue, clock=lambda: now[0], on_enqueued=lambda: woken.append(now[0]))
    for now[0] in (40.0, 50.0, 60.0):
        await keeper.run_once()
    assert woken == [50.0]


async def test_old_conversations_are_deleted_at_intervals() -> None:
    store, now = InMemoryStore(), [DAY - 1.0]
    async with store.transaction() as unit:
        await unit.conversations.save(HERE, "anna", Conversation(last=LastTurn()), version=0, look_again_at=DAY)
    keeper = Housekeeper(store, Catalogue, clock=lambda: now[0])
    kept = []
    for now[0] in (DAY - 1.0, DAY, DAY - 1.0 + RETENTION_EVERY):
        await keeper.run_once()
        async with store.transaction() as unit:
            kept.append((await unit.conversations.load(HERE, "anna")).version)
    assert kept == [1, 1, 0]


async def test_a_clock_that_was_set_back_does_not_put_the_sweeping_off() -> None:
    store, now = InMemoryStore(), [DAY * 400]
    keeper = Housekeeper(store, Catalogue, clock=lambda: now[0])
    await keeper.run_once()
    async with store.transaction() as unit:
        await unit.conversations.save(HERE, "anna", Conversation(last=LastTurn()), version=0, look_again_at=DAY)
    now[0] = DAY * 2
    await keeper.run_once()
    async with store.transaction() as unit:
        assert (await unit.conversations.load(HERE, "anna")).version == 0


async def test_what_becomes_due_between_two_rounds_is_posted_at_once_when_it_is_woken() -> None:
    store, posted, begun = InMemoryStore(), asyncio.Event(), asyncio.Event()

    def recommends() -> Catalogue:
        begun.set()
        return Catalogue()

    keeper = Housekeeper(store, recommends, clock=lambda: 60.0, on_enqueued=posted.set)
    running = asyncio.create_task(keeper.run())
    await begun.wait()
    async with store.transaction() as unit:
        await unit.subscriptions.put(Subscription(HERE, "daily", "anna", next_at=50.0))
    keeper.wake()
    await posted.wait()
    keeper.close()
    await running


async def test_a_round_that_fails_is_logged_and_the_next_one_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(housekeeping, "RUN_EVERY", 0.001)
    store, posted, looks = InMemoryStore(), asyncio.Event(), iter([RuntimeError("of nobody's making")])
    async with store.transaction() as unit:
        await unit.subscriptions.put(Subscription(HERE, "daily", "anna", next_at=50.0))

    def recommends() -> Catalogue:
        for error in looks:
            raise error
        return Catalogue()

    keeper = Housekeeper(store, recommends, clock=lambda: 60.0, on_enqueued=posted.set)
    with capture_logs() as logged:
        running = asyncio.create_task(keeper.run())
        await posted.wait()
        keeper.close()
        await running
    [failed] = [entry for entry in logged if entry["event"] == "housekeeping.failed"]
    assert failed["error"] == "RuntimeError" and "adapters/housekeeping.py:" in failed["at"]
    assert "nobody" not in str(logged)
