"""Nothing is kept longer than needed, and subscriptions are sent in turn."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.conversation import DAY, Conversation, LastTurn, Retention
from bot.domain.dialogue_state import Run
from bot.domain.effects import Post, Unanswered, Vote
from bot.domain.messages import Message, Place, Reply
from bot.domain.outbox import ExpertAnswer, ExpertQuestion, OutboxItem
from bot.domain.records import Person, StoredQuestion, Subscription
from bot.service.effect_handlers import forget, sent_message_id
from bot.service.ports import Store
from bot.service.retention import RetentionCounts, apply_retention
from bot.service.subscription_posts import next_entry, next_time, post_due

HERE = Place("slack", "T1", "C1")
KEEP = Retention()
OPEN = Conversation(last=LastTurn(entry="x"), triage=Run("run", "soil"), moved_at=0.0)


async def save(store: Store, person: str, conversation: Conversation) -> None:
    async with store.transaction() as unit:
        await unit.conversations.save(HERE, person, conversation, version=0, look_again_at=DAY)


async def load(store: Store, person: str) -> Conversation:
    async with store.transaction() as unit:
        return (await unit.conversations.load(HERE, person)).conversation


async def test_a_conversation_is_gone_after_a_day_and_an_open_triage_after_a_week(store: Store) -> None:
    await save(store, "anna", OPEN)
    await save(store, "ben", replace(OPEN, triage=None))
    assert await apply_retention(store, DAY - 1, KEEP) == RetentionCounts()
    assert await apply_retention(store, DAY, KEEP) == RetentionCounts(conversations=1, shortened=1)
    assert await load(store, "anna") == replace(OPEN, last=None)
    assert await load(store, "ben") == Conversation()
    assert await apply_retention(store, 7 * DAY - 1, KEEP) == RetentionCounts()
    assert await apply_retention(store, 7 * DAY, KEEP) == RetentionCounts(conversations=1)


async def test_how_long_things_are_kept_is_configurable(store: Store) -> None:
    await save(store, "anna", OPEN)
    assert await apply_retention(store, DAY, Retention(conversation=60.0, triage=3600.0)) == RetentionCounts(
        conversations=1
    )


async def test_deliveries_and_questions_are_pruned(store: Store) -> None:
    async with store.transaction() as unit:
        await unit.deliveries.record(Message(place=HERE, delivery="d1"), Reply("notice"), person="anna", at=0.0)
        await unit.questions.add(StoredQuestion("q1", HERE, "anna", HERE, "why?", at=0.0))
    assert await apply_retention(store, DAY + 1, KEEP) == RetentionCounts(deliveries=1)
    assert await apply_retention(store, 30 * DAY + 1, KEEP) == RetentionCounts(questions=1)


async def test_what_was_asked_in_vain_is_gone_after_half_a_year(store: Store) -> None:
    async with store.transaction() as unit:
        await unit.gaps.add(Unanswered("why?"), day="1970-01-01")
    assert await apply_retention(store, 180 * DAY, KEEP) == RetentionCounts()
    assert await apply_retention(store, 181 * DAY, KEEP) == RetentionCounts(gaps=1)


async def test_counts_are_gone_after_a_year(store: Store) -> None:
    async with store.transaction() as unit:
        await unit.counts.add("1970-01-01", {"question:answer": 3})
    assert await apply_retention(store, 365 * DAY, KEEP) == RetentionCounts()
    assert await apply_retention(store, 366 * DAY, KEEP) == RetentionCounts(counts=1)


async def test_recommendations_go_and_votes_lose_their_names(store: Store) -> None:
    anna = Person("slack", "T1", "anna")
    async with store.transaction() as unit:
        await unit.recommendations.keep("r1", anna, "{}", "k1", 0.0)
        for number in range(2):
            await unit.feedback.vote(anna, Vote(f"r{number}", helpful=True, entry="e1"), 0.0)
    assert await apply_retention(store, 30 * DAY + 1, KEEP) == RetentionCounts(unnamed_votes=2)
    assert await apply_retention(store, 180 * DAY + 1, KEEP) == RetentionCounts(recommendations=1)
    async with store.transaction() as unit:
        assert (await unit.forget(anna)).votes == 0
        (tally,) = await unit.feedback.tallies()
    assert tally.helpful == 2


@pytest.mark.parametrize("stands", [False, True])
async def test_a_forgotten_persons_question_is_not_sent_any_more_or_taken_away(store: Store, stands: bool) -> None:
    anna, experts = Person("slack", "T1", "anna"), Place("slack", "T1", "C9")
    async with store.transaction() as unit:
        await unit.questions.add(StoredQuestion("q1", HERE, "anna", experts, "why?"))
        content = ExpertQuestion("q1", "why?", "anna")
        await unit.outbox.put(OutboxItem("q1", "send", experts, subject="q1", content=content), 0.0)
        if stands:
            await unit.outbox.claim("me", now=0.0, lease=1.0, surfaces=("slack",))
            await unit.outbox.mark_sent("q1", "me", 0.0)
            await unit.questions.posted("q1", "17.5")
            relayed = ExpertAnswer("why?", "because", "dana", asked_by="anna")
            await unit.outbox.put(OutboxItem("q1-relay", "send", HERE, subject="q1", content=relayed), 0.0)
    async with store.transaction() as unit:
        await forget(anna, unit)
        left = await unit.outbox.claim("me", now=1.0, lease=1.0, surfaces=("slack",))
        assert [(one.item.action, one.item.place) for one in left] == ([("delete", experts)] if stands else [])
        assert await sent_message_id("q1", unit) == ("17.5" if stands else None)


async def test_many_conversations_are_swept_by_several_at_once(store: Store) -> None:
    for number in range(40):
        await save(store, f"person {number}", replace(OPEN, triage=None))
    swept = await asyncio.gather(*(apply_retention(store, DAY, KEEP) for _ in range(3)))
    assert sum(one.conversations for one in swept) == 40


@dataclass(frozen=True)
class Catalogue:
    entries: tuple[str, ...]

    def subscribable(self) -> tuple[str, ...]:
        return self.entries

    def subscribed(self, entry: str, subscription: Subscription) -> Post:
        return Post(entry, how_to_ask=subscription.person)


ABC, AB = Catalogue(("a", "b", "c")), Catalogue(("a", "b"))


async def titles(store: Store) -> list[str]:
    async with store.transaction() as unit:
        claimed = await unit.outbox.claim("a", now=1e12, lease=1.0, surfaces=("slack",), limit=100)
    return [one.item.content.title for one in claimed if isinstance(one.item.content, Post)]


async def test_a_subscribed_place_gets_each_recommendation_once_before_any_twice(store: Store) -> None:
    async with store.transaction() as unit:
        await unit.subscriptions.put(Subscription(HERE, "daily", "anna", next_at=0.0))
    for day in range(5):
        assert await post_due(store, day * DAY, ABC) == 1
        assert await post_due(store, day * DAY + 1, ABC) == 0
    assert await titles(store) == ["a", "b", "c", "a", "b"]


async def test_exactly_one_of_several_processes_posts(store: Store) -> None:
    async with store.transaction() as unit:
        await unit.subscriptions.put(Subscription(HERE, "weekly", "anna", next_at=0.0))
    posted = await asyncio.gather(*(post_due(store, 5.0, AB) for _ in range(5)))
    assert sum(posted) == 1
    assert await titles(store) == ["a"]


async def test_what_was_missed_is_not_made_up_for(store: Store) -> None:
    async with store.transaction() as unit:
        await unit.subscriptions.put(Subscription(HERE, "daily", "anna", next_at=100.0))
    assert await post_due(store, 3.5 * DAY, AB) == 1
    async with store.transaction() as unit:
        subscription = await unit.subscriptions.get(HERE)
    assert subscription is not None and subscription.next_at == 100.0 + 4 * DAY


def test_the_next_time_is_always_later() -> None:
    weekly = Subscription(HERE, "weekly", "anna", next_at=10.0)
    assert next_time(weekly, 10.0) == 10.0 + 7 * DAY
    assert next_time(weekly, 10.0 + 7 * DAY) == 10.0 + 14 * DAY


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True), st.integers(1, 30))
def test_none_is_shown_twice_before_all_were_shown(entries: list[str], turns: int) -> None:
    shown: tuple[str, ...] = ()
    said = []
    for _ in range(turns):
        entry, shown = next_entry(entries, shown)
        said.append(entry)
    for start in range(0, turns, len(entries)):
        window = said[start : start + len(entries)]
        assert len(set(window)) == len(window)


def test_an_entry_that_is_new_comes_next_and_one_that_is_gone_is_left_out() -> None:
    assert next_entry(["a", "new", "b"], ("a", "b", "gone")) == ("new", ("a", "b", "new"))
