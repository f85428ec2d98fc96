"""By the clock: sweeping now and then, posting when a subscription is due."""

from __future__ import annotations

import asyncio

import pytest

from adapters import housekeeping
from adapters.housekeeping import SWEEP_EVERY, Housekeeper
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
    keeper = Housekeeper(store, Catalogue, clock=lambda: now[0], woken=lambda: woken.append(now[0]))
    for now[0] in (40.0, 50.0, 60.0):
        await keeper.look()
    assert woken == [50.0]


async def test_old_conversations_are_swept_now_and_then() -> None:
    store, now = InMemoryStore(), [DAY - 1.0]
    async with store.transaction() as unit:
        await unit.conversations.save(HERE, "anna", Conversation(last=LastTurn()), version=0, look_again_at=DAY)
    keeper = Housekeeper(store, Catalogue, clock=lambda: now[0])
    kept = []
    for now[0] in (DAY - 1.0, DAY, DAY - 1.0 + SWEEP_EVERY):
        await keeper.look()
        async with store.transaction() as unit:
            kept.append((await unit.conversations.load(HERE, "anna")).version)
    assert kept == [1, 1, 0]


async def test_a_clock_that_was_set_back_does_not_put_the_sweeping_off() -> None:
    store, now = InMemoryStore(), [DAY * 400]
    keeper = Housekeeper(store, Catalogue, clock=lambda: now[0])
    await keeper.look()
    async with store.transaction() as unit:
        await unit.conversations.save(HERE, "anna", Conversation(last=LastTurn()), version=0, look_again_at=DAY)
    now[0] = DAY * 2
    await keeper.look()
    async with store.transaction() as unit:
        assert (await unit.conversations.load(HERE, "anna")).version == 0


async def test_a_look_that_fails_is_told_and_does_not_end_the_looking(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(housekeeping, "LOOK_EVERY", 0.001)
    store, posted, looks = InMemoryStore(), asyncio.Event(), iter([RuntimeError("of nobody's making")])
    async with store.transaction() as unit:
        await unit.subscriptions.put(Subscription(HERE, "daily", "anna", next_at=50.0))

    def recommends() -> Catalogue:
        for error in looks:
            raise error
        return Catalogue()

    keeper = Housekeeper(store, recommends, clock=lambda: 60.0, woken=posted.set)
    running = asyncio.create_task(keeper.run())
    await posted.wait()
    keeper.close()
    await running
    assert "look failed: error=RuntimeError at=" in caplog.text
    assert "nobody" not in caplog.text
