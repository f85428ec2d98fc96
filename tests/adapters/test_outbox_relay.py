"""The relay sends each outbox item once, obeys the platform, and searches before it sends again."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from adapters.database import SqlStore
from adapters.in_memory import InMemoryStore
from adapters.leases import LEASE
from adapters.outbox_relay import ATTEMPTS, OutboxRelay, wait_before
from bot.domain.effects import Post
from bot.domain.messages import Place
from bot.domain.outbox import ExpertQuestion, Going, IfUnsure, Notice, OutboxItem, Refused, TryLater
from bot.domain.records import StoredPost, StoredQuestion
from bot.knowledge.shipped_phrases import shipped
from bot.service.ports import AT_ONCE, Store, UnitOfWork

HERE = Place("slack", "T1", "C1")
POST = StoredPost("p1", HERE, "anna", Post("Title", note="something private"))
ITEM = OutboxItem("p1", "send", HERE, subject="p1", content=POST.post)


@dataclass
class Channel:
    """A platform with one channel. `troubles` are raised by the next attempts to send; `arrives` anyway, or not."""

    troubles: list[Exception] = field(default_factory=list)
    arrives: bool = False
    where_unsure: IfUnsure = "look"
    messages: dict[str, object] = field(default_factory=dict)
    attempts: int = 0
    looked: int = 0

    def if_unsure(self, item: OutboxItem) -> IfUnsure:
        return "again" if isinstance(item.content, Notice) else self.where_unsure

    async def send(self, item: OutboxItem, going: Going) -> str:
        await going()
        self.attempts += 1
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is None or self.arrives:
            assert f"m-{item.id}" not in self.messages
            self.messages[f"m-{item.id}"] = item.content
        if trouble is not None:
            raise trouble
        return f"m-{item.id}"

    async def find(self, item: OutboxItem, going: Going) -> str | None:
        self.looked += 1
        return f"m-{item.id}" if f"m-{item.id}" in self.messages else None

    async def link(self, item: OutboxItem, reference: str) -> str:
        return f"https://chat.example/{reference}"

    async def update(self, item: OutboxItem, reference: str) -> None:
        self.messages[reference] = item.content

    async def delete(self, item: OutboxItem, reference: str) -> None:
        self.messages.pop(reference, None)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def looks(relay: OutboxRelay, clock: Clock) -> list[int]:
    """The items sent at each poll, with enough polls for an abandoned lease to expire."""
    found = []
    for _ in range(3):
        found.append(await relay.send_due())
        clock.now += LEASE / 2
    return found


async def put(store: Store, *items: OutboxItem) -> None:
    async with store.transaction() as unit:
        await unit.posts.add(POST)
        for item in items:
            await unit.outbox.put(item, 0.0)


async def post_state(store: Store) -> tuple[str, str]:
    async with store.transaction() as unit:
        kept = await unit.posts.get("p1")
    assert kept is not None
    return kept.state, kept.reference


async def test_a_post_is_sent_once_and_its_message_remembered(store: Store) -> None:
    channel = Channel()
    relay = OutboxRelay(store, {"slack": channel}, shipped)
    await put(store, ITEM)
    assert [await relay.send_due(), await relay.send_due()] == [1, 0]
    assert channel.messages == {"m-p1": POST.post}
    assert channel.looked == 0
    assert await post_state(store) == ("posted", "m-p1")


async def test_the_platforms_retry_after_is_obeyed(store: Store) -> None:
    channel, clock = Channel([TryLater(90.0)]), Clock()
    relay = OutboxRelay(store, {"slack": channel}, shipped, clock=clock)
    await put(store, ITEM)
    await relay.send_due()
    clock.now += 89.0
    assert await relay.send_due() == 0
    clock.now += 1.0
    assert await relay.send_due() == 1
    assert (channel.attempts, channel.looked) == (2, 0)
    assert await post_state(store) == ("posted", "m-p1")


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_post_of_unknown_outcome_is_looked_up_and_appears_once(store: Store, arrives: bool) -> None:
    channel, clock = Channel([ConnectionResetError("something private")], arrives=arrives), Clock()
    relay = OutboxRelay(store, {"slack": channel}, shipped, clock=clock)
    await put(store, ITEM)
    await relay.send_due()
    assert await relay.send_due() == 0
    clock.now += wait_before(1)
    assert await relay.send_due() == 1
    assert channel.messages == {"m-p1": POST.post}
    assert channel.looked == 1
    assert await post_state(store) == ("posted", "m-p1")


async def test_while_it_cannot_be_looked_up_a_post_of_unknown_outcome_is_not_sent_again(store: Store) -> None:
    class Busy(Channel):
        async def find(self, item: OutboxItem, going: Going) -> str | None:
            found = await super().find(item, going)
            if self.looked < 3:
                raise TryLater(30.0)
            return found

    channel, clock = Busy([ConnectionResetError()], arrives=True), Clock()
    relay = OutboxRelay(store, {"slack": channel}, shipped, clock=clock)
    await put(store, ITEM)
    for _ in range(4):
        await relay.send_due()
        clock.now += 30.0
    assert (channel.attempts, channel.looked) == (1, 3)
    assert await post_state(store) == ("posted", "m-p1")


async def test_after_a_crash_another_process_goes_on_when_the_lease_has_ended(store: Store) -> None:
    channel, clock = Channel(), Clock()
    await put(store, ITEM)
    async with store.transaction() as unit:
        await unit.outbox.claim("crashed", now=clock.now, lease=LEASE, surfaces=("slack",))
        await unit.outbox.mark_going_out("p1", "crashed", now=clock.now, lease=LEASE)
    channel.messages["m-p1"] = POST.post  # it had arrived
    relay = OutboxRelay(store, {"slack": channel}, shipped, clock=clock, monotonic=clock)
    assert await looks(relay, clock) == [0, 0, 1]
    assert (channel.attempts, channel.looked) == (0, 1)
    assert await post_state(store) == ("posted", "m-p1")


async def test_an_attempt_that_takes_too_long_counts_as_unknown(store: Store) -> None:
    class Slow(Channel):
        async def send(self, item: OutboxItem, going: Going) -> str:
            reference = await super().send(item, going)
            if self.attempts == 1:
                await asyncio.Event().wait()
            return reference

    channel, clock = Slow(), Clock()
    relay = OutboxRelay(store, {"slack": channel}, shipped, clock=clock, timeout=0.5)
    await put(store, ITEM)
    await relay.send_due()
    clock.now += wait_before(1)
    await OutboxRelay(store, {"slack": channel}, shipped, clock=clock).send_due()
    assert channel.attempts == 1
    assert await post_state(store) == ("posted", "m-p1")


async def test_what_the_platform_refuses_is_not_tried_again(store: Store) -> None:
    channel, clock = Channel([Refused("not_in_channel")]), Clock()
    relay = OutboxRelay(store, {"slack": channel}, shipped, clock=clock)
    await put(store, ITEM)
    with capture_logs() as logged:
        await relay.send_due()
    clock.now += 10_000.0
    assert await relay.send_due() == 0
    assert await post_state(store) == ("failed", "")
    assert "not_in_channel" in str(logged) and "p1" in str(logged)


async def test_the_log_shows_nothing_of_what_was_sent(store: Store) -> None:
    relay = OutboxRelay(store, {"slack": Channel([ConnectionResetError("something private")])}, shipped)
    await put(store, ITEM)
    with capture_logs() as logged:
        await relay.send_due()
    assert "ConnectionResetError" in str(logged)
    assert "private" not in str(logged)


async def test_a_post_taken_back_while_on_its_way_is_deleted_after_it_arrived(store: Store) -> None:
    channel = Channel()
    relay = OutboxRelay(store, {"slack": channel}, shipped)
    await put(store, ITEM, OutboxItem("p1-retract", "delete", HERE, subject="p1"))
    async with store.transaction() as unit:
        await unit.posts.change("p1", state="retracted")
    while await relay.send_due():
        pass
    assert channel.messages == {}
    assert await post_state(store) == ("retracted", "m-p1")


async def test_a_post_that_never_arrived_need_not_be_deleted(store: Store) -> None:
    channel = Channel([Refused("channel_not_found")])
    relay = OutboxRelay(store, {"slack": channel}, shipped)
    await put(store, ITEM, OutboxItem("p1-retract", "delete", HERE, subject="p1"))
    while await relay.send_due():
        pass
    async with store.transaction() as unit:
        assert await unit.outbox.waiting() == 0


async def test_a_post_is_updated_in_place(store: Store) -> None:
    channel, newer = Channel(), Post("Newer")
    relay = OutboxRelay(store, {"slack": channel}, shipped)
    await put(store, ITEM, OutboxItem("p1-k2", "update", HERE, subject="p1", content=newer))
    while await relay.send_due():
        pass
    assert channel.messages == {"m-p1": newer}


async def test_a_question_remembers_the_message_that_starts_its_thread(store: Store) -> None:
    experts = Place("slack", "T1", "C9")
    content = ExpertQuestion("q1", "why?", "anna")
    await put(store, OutboxItem("q1", "send", experts, subject="q1", content=content))
    async with store.transaction() as unit:
        await unit.questions.add(StoredQuestion("q1", HERE, "anna", experts, "why?"))
    await OutboxRelay(store, {"slack": Channel()}, shipped).send_due()
    async with store.transaction() as unit:
        found = await unit.questions.in_thread(Place("slack", "T1", "C9", "m-q1"))
    assert found is not None and found.id == "q1"


async def test_two_relays_send_each_item_once(store: Store) -> None:
    channel = Channel()
    items = [OutboxItem(f"n{n}", "send", HERE, subject=f"n{n}", content=POST.post) for n in range(30)]
    await put(store, *items)

    async def work(relay: OutboxRelay) -> None:
        while await relay.send_due():
            pass

    await asyncio.gather(*(work(OutboxRelay(store, {"slack": channel}, shipped)) for _ in range(3)))
    assert len(channel.messages) == channel.attempts == 30


async def test_each_surface_has_its_own_sender(store: Store) -> None:
    slack, teams = Channel(), Channel()
    await put(store, ITEM, OutboxItem("t1", "send", Place("teams", "X", "Y"), subject="t1", content=POST.post))
    assert await OutboxRelay(store, {"slack": slack}, shipped).send_due() == 1
    assert await OutboxRelay(store, {"teams": teams}, shipped).send_due() == 1
    assert (list(slack.messages), list(teams.messages)) == (["m-p1"], ["m-t1"])


async def test_a_running_postman_is_woken_and_ends_when_closed(store: Store) -> None:
    arrived = asyncio.Event()

    class Telling(Channel):
        async def send(self, item: OutboxItem, going: Going) -> str:
            arrived.set()
            return await super().send(item, going)

    relay = OutboxRelay(store, {"slack": Telling()}, shipped, poll=3600.0)
    running = asyncio.create_task(relay.run())
    await asyncio.sleep(0)
    await put(store, ITEM)
    relay.wake()
    await arrived.wait()
    relay.close()
    await running
    assert await post_state(store) == ("posted", "m-p1")


async def test_what_another_version_wrote_is_given_up_and_the_rest_is_sent(
    database: str,
) -> None:
    store, channel = SqlStore.at(database), Channel()
    fine = OutboxItem("p2", "send", HERE, subject="p2", content=POST.post)
    await put(store, ITEM, fine)
    async with store.engine.begin() as connection:
        content = '{"is": "Bygone", "text": "something private"}'
        await connection.execute(text("UPDATE outbox SET content = :content WHERE id = 'p1'"), {"content": content})
    with capture_logs() as logged:
        assert await OutboxRelay(store, {"slack": channel}, shipped).send_due() == 1
    assert list(channel.messages) == ["m-p2"]
    async with store.transaction() as unit:
        assert await unit.outbox.waiting() == 0
    async with store.engine.begin() as connection:
        [row] = await connection.execute(text("SELECT why, content FROM outbox WHERE id = 'p1'"))
    assert tuple(row) == ("unreadable", None)
    assert "p1" in str(logged) and "private" not in str(logged)
    await store.close()


async def test_a_poll_that_fails_for_any_reason_is_followed_by_another() -> None:
    class Faulty(InMemoryStore):
        trouble: Exception | None = None

        def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]:
            trouble, self.trouble = self.trouble, None
            if trouble is not None:
                raise trouble
            return super().transaction()

    class Last(Channel):
        async def send(self, item: OutboxItem, going: Going) -> str:
            relay.close()
            return await super().send(item, going)

    store = Faulty()
    relay = OutboxRelay(store, {"slack": Last()}, shipped, poll=0.001)
    await put(store, ITEM)
    store.trouble = ValueError("something private")
    with capture_logs() as logged:
        await relay.run()
    assert await post_state(store) == ("posted", "m-p1")
    assert "ValueError" in str(logged) and "private" not in str(logged)


async def test_what_fails_for_hours_is_given_up(store: Store) -> None:
    clock = Clock()
    relay = OutboxRelay(store, {"slack": Channel([TryLater(0.0)] * (ATTEMPTS + 1))}, shipped, clock=clock)
    await put(store, ITEM)
    for _ in range(ATTEMPTS):
        clock.now += LEASE + 300.0
        assert await relay.send_due() == 1
    clock.now += LEASE + 300.0
    assert await relay.send_due() == 0
    assert await post_state(store) == ("failed", "")


def test_the_wait_between_two_attempts_grows_to_a_limit() -> None:
    assert [wait_before(attempt) for attempt in (1, 2, 3, 8, 100)] == [2.0, 4.0, 8.0, 256.0, 300.0]


async def test_the_author_of_a_post_that_never_arrived_is_told(store: Store) -> None:
    channel, asked_in = Channel([Refused("not_in_channel")]), Place("slack", "T1", "D7")
    async with store.transaction() as unit:
        await unit.posts.add(replace(POST, asked_in=asked_in))
        await unit.outbox.put(ITEM, 0.0)
    relay = OutboxRelay(store, {"slack": channel}, shipped)
    while await relay.send_due():
        pass
    (told,) = channel.messages.values()
    assert isinstance(told, Notice)
    assert (told.person, told.reply.kind) == ("anna", "notice")


async def test_the_asker_of_a_question_that_never_arrived_is_told(store: Store) -> None:
    channel, experts = Channel([Refused("channel_not_found")]), Place("slack", "T1", "C9")
    await put(store, OutboxItem("q1", "send", experts, subject="q1", content=ExpertQuestion("q1", "why?", "anna")))
    async with store.transaction() as unit:
        await unit.questions.add(StoredQuestion("q1", HERE, "anna", experts, "why?"))
    relay = OutboxRelay(store, {"slack": channel}, shipped)
    while await relay.send_due():
        pass
    (told,) = channel.messages.values()
    assert isinstance(told, Notice) and told.person == "anna"


async def test_the_author_of_a_post_gets_its_link_and_can_retract_it(store: Store) -> None:
    channel, asked_in = Channel(), Place("slack", "T1", "D7")
    async with store.transaction() as unit:
        await unit.posts.add(replace(POST, asked_in=asked_in))
        await unit.outbox.put(ITEM, 0.0)
    relay = OutboxRelay(store, {"slack": channel}, shipped)
    while await relay.send_due():
        pass
    told = channel.messages["m-p1-notice"]
    assert isinstance(told, Notice) and told.person == "anna"
    assert told.reply.link == "https://chat.example/m-p1"
    assert [choice.command for choice in told.reply.choices] == ["retract:p1"]


async def test_what_may_have_arrived_and_cannot_be_searched_for_is_never_sent_again_and_told(store: Store) -> None:
    channel, clock = Channel([ConnectionResetError()], arrives=True, where_unsure="never"), Clock()
    async with store.transaction() as unit:
        await unit.posts.add(replace(POST, asked_in=Place("slack", "T1", "D7")))
        await unit.outbox.put(ITEM, AT_ONCE)
    relay = OutboxRelay(store, {"slack": channel}, shipped, clock=clock)
    while await relay.send_due():
        clock.now += 600.0
    assert await post_state(store) == ("unsure", "")
    told = channel.messages.pop("m-p1-unsure-notice")
    assert isinstance(told, Notice)
    assert [choice.command for choice in told.reply.choices] == ["again:p1"]
    assert list(channel.messages) == ["m-p1"] and channel.looked == 0


async def test_what_failed_before_it_went_out_is_simply_sent(store: Store) -> None:
    class Failing(Channel):
        async def send(self, item: OutboxItem, going: Going) -> str:
            if self.troubles:
                raise self.troubles.pop()
            return await super().send(item, going)

    channel, clock = Failing([ConnectionResetError()], where_unsure="never"), Clock()
    relay = OutboxRelay(store, {"slack": channel}, shipped, clock=clock)
    await put(store, ITEM)
    await relay.send_due()
    clock.now += wait_before(1)
    await relay.send_due()
    assert await post_state(store) == ("posted", "m-p1")


async def test_a_process_that_was_stopped_and_overtaken_sends_nothing(store: Store) -> None:
    clock = Clock()

    class Stopped(Channel):
        async def send(self, item: OutboxItem, going: Going) -> str:
            others = OutboxRelay(store, {"slack": other}, shipped, clock=clock, monotonic=clock)
            await looks(others, clock)  # it was stopped for so long that another one took over
            return await super().send(item, going)

    first, other = Stopped(where_unsure="never"), Channel(where_unsure="never")
    await put(store, ITEM)
    await OutboxRelay(store, {"slack": first}, shipped, clock=clock, monotonic=clock).send_due()
    assert (first.attempts, other.attempts) == (0, 1)
    assert await post_state(store) == ("posted", "m-p1")


async def test_a_slow_attempt_goes_on_in_the_background(store: Store) -> None:
    goes_on = asyncio.Event()

    class Slow(Channel):
        async def send(self, item: OutboxItem, going: Going) -> str:
            reference = await super().send(item, going)
            await goes_on.wait()
            return reference

    channel = Slow(where_unsure="never")
    relay = OutboxRelay(store, {"slack": channel}, shipped, poll=3600.0)
    await put(store)
    await relay.deliver(ITEM, within=0.01)
    assert await post_state(store) == ("waiting", "")
    relay.close()
    ending = asyncio.create_task(relay.run())
    goes_on.set()
    await ending  # it waits for what is under way
    assert await post_state(store) == ("posted", "m-p1")


async def test_a_lease_that_is_renewed_is_never_taken_over_whatever_the_clocks_say(store: Store) -> None:
    clock, ahead = Clock(), Clock()
    await put(store, ITEM)
    async with store.transaction() as unit:
        await unit.outbox.claim("alive", now=clock.now, lease=LEASE, surfaces=("slack",))
    other = OutboxRelay(store, {"slack": Channel()}, shipped, clock=ahead, monotonic=clock)
    for jump in (0.0, 86_400.0, -172_800.0, 86_400.0):
        ahead.now += jump
        clock.now += LEASE * 0.9
        async with store.transaction() as unit:
            await unit.outbox.renew(["p1"], "alive", now=clock.now, lease=LEASE)
        assert await other.send_due() == 0
