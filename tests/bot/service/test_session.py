"""One transaction surrounds a turn: on every implementation of the store."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from adapters.in_memory import InMemoryStore
from bot.advisor import Advisor
from bot.domain.conversation import DAY, Conversation, LastTurn
from bot.domain.effects import (
    AskExpert,
    Forget,
    Keep,
    Post,
    Publish,
    PublishNext,
    Refresh,
    Relay,
    Retract,
    Subscribe,
    Unanswered,
    Unsubscribe,
    Vote,
    identity,
)
from bot.domain.messages import Message, Paragraph, Place, Reply
from bot.domain.outbox import ExpertAnswer, ExpertQuestion, OutboxItem, Replied
from bot.domain.records import Person
from bot.service.ports import OutcomeUnknown, Store, StoreUnavailable, UnitOfWork
from bot.service.session import Session
from tests.bot.service.counting import StepCounter

HERE = Place("slack", "T1", "C1", "17.1")
EXPERTS = Place("slack", "T1", "C9")
NEXT = Message(command="next:0", place=HERE, person="anna", delivery="d1", at=100.0)
POST = Post("Title", (Paragraph("Body"),), shared_by="anna")


async def test_a_conversation_goes_on_where_it_was(store: Store) -> None:
    session = Session(StepCounter(), store)
    assert (await session.respond(NEXT)).title == "step 1"
    assert (await session.respond(replace(NEXT, command="next:1", delivery="d2"))).title == "step 2"
    assert (await session.respond(replace(NEXT, command=None, text="hm", delivery="d3"))).title == "step 2"


async def test_a_redelivered_message_gets_the_reply_it_got(store: Store) -> None:
    session = Session(StepCounter(), store)
    again = replace(NEXT, command="next")
    first = await session.respond(again)
    assert await session.respond(again) == first
    assert (await session.respond(replace(again, delivery="d2"))).title == "step 2"


async def test_a_reply_is_handed_over_in_the_turns_transaction_and_once(store: Store) -> None:
    session = Session(StepCounter(), store)

    async def put(reply: Reply, unit: UnitOfWork) -> None:
        await unit.outbox.put(OutboxItem("p1", "send", HERE, "p1", content=Replied(reply)), 100.0)

    reply = await session.hand_over(NEXT, put)
    assert reply is not None
    assert await session.hand_over(NEXT, put) is None  # a second item of that id would fail
    async with store.transaction() as unit:
        [waits] = await unit.outbox.claim("me", now=100.0, lease=10.0, surfaces=("slack",))
    assert waits.item.content == Replied(reply)


async def test_what_is_handed_over_to_many_at_once_is_handed_over_once(store: Store) -> None:
    session = Session(StepCounter(), store)
    taken: list[Reply] = []

    async def take(reply: Reply, unit: UnitOfWork) -> None:
        taken.append(reply)

    replies = await asyncio.gather(*(session.hand_over(NEXT, take) for _ in range(12)))
    assert [reply.title for reply in replies if reply] == ["step 1"] == [reply.title for reply in taken]


async def test_a_turn_is_undone_where_its_reply_could_not_be_handed_over(store: Store) -> None:
    session = Session(StepCounter(), store)

    async def fail(reply: Reply, unit: UnitOfWork) -> None:
        raise RuntimeError

    notice = await session.hand_over(NEXT, fail)
    assert notice and notice.kind == "notice"
    assert (await session.respond(replace(NEXT, delivery="d2"))).title == "step 1"


async def test_messages_without_a_delivery_id_are_each_taken(store: Store) -> None:
    session = Session(StepCounter(), store)
    again = replace(NEXT, command="next", delivery="")
    assert [(await session.respond(again)).title for _ in range(2)] == ["step 1", "step 2"]


async def test_two_people_in_one_thread_have_two_conversations(store: Store) -> None:
    session = Session(StepCounter(), store)
    await session.respond(NEXT)
    assert (await session.respond(replace(NEXT, person="ben", command=None, delivery="d2"))).title == "step 0"


async def test_one_person_in_two_threads_has_two_conversations(store: Store) -> None:
    session = Session(StepCounter(), store)
    await session.respond(NEXT)
    elsewhere = replace(HERE, thread="99.9")
    assert (await session.respond(replace(NEXT, place=elsewhere, command=None, delivery="d2"))).title == "step 0"


async def test_answers_at_the_same_instant_move_the_dialogue_once(store: Store) -> None:
    session = Session(StepCounter(), store)
    presses = [replace(NEXT, delivery=f"d{number}") for number in range(12)]
    replies = await asyncio.gather(*(session.respond(press) for press in presses))
    assert {reply.title for reply in replies} == {"step 1"}
    assert {reply.kind for reply in replies} == {"triage"}


async def test_one_delivery_arriving_many_times_at_once_counts_once(store: Store) -> None:
    session = Session(StepCounter(), store)
    again = replace(NEXT, command="next")
    replies = await asyncio.gather(*(session.respond(again) for _ in range(12)))
    assert {reply.title for reply in replies} == {"step 1"}


async def test_different_messages_at_the_same_instant_all_count(store: Store) -> None:
    session = Session(StepCounter(), store)
    messages = [replace(NEXT, command="next", delivery=f"d{number}") for number in range(12)]
    replies = await asyncio.gather(*(session.respond(message) for message in messages))
    assert sorted(int(reply.title.removeprefix("step ")) for reply in replies) == list(range(1, 13))


async def test_a_conversation_fades_after_a_day(store: Store) -> None:
    session = Session(StepCounter(), store)
    await session.respond(NEXT)
    still = replace(NEXT, command=None, delivery="d2", at=100.0 + DAY - 1)
    assert (await session.respond(still)).title == "step 1"
    assert (await session.respond(replace(still, delivery="d3", at=100.0 + 2 * DAY))).title == "step 0"


async def test_the_clock_is_asked_where_a_message_has_no_time(store: Store) -> None:
    session = Session(StepCounter(), store, clock=lambda: 500.0)
    await session.respond(replace(NEXT, at=0.0))
    async with store.transaction() as unit:
        assert (await unit.conversations.load(HERE, "anna")).conversation.moved_at == 500.0


async def test_a_failing_turn_gets_a_notice_and_a_log_line_with_one_reference(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    session = Session(StepCounter(), store)
    with caplog.at_level(logging.ERROR):
        reply = await session.respond(replace(NEXT, command=None, text="fail"))
    assert reply.kind == "notice"
    assert reply.reference and reply.reference in reply.text
    (record,) = caplog.records
    assert reply.reference in record.getMessage() and "ValueError" in record.getMessage()
    assert "fail:" not in record.getMessage() and record.exc_info is None
    assert (await session.respond(NEXT)).title == "step 1"


class BrokenStore:
    """A store that is away for the first `failures` transactions, before or after the turn was taken."""

    def __init__(self, failures: int, *, after: bool) -> None:
        self._store = InMemoryStore()
        self._failures = failures
        self._after = after

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UnitOfWork]:
        fails = self._failures > 0
        self._failures -= fails
        if fails and not self._after:
            raise StoreUnavailable("OperationalError 08006")
        async with self._store.transaction() as unit:
            yield unit
            if fails:
                raise StoreUnavailable("OperationalError 08006")


@pytest.mark.parametrize("after", [False, True])
async def test_a_store_that_is_away_gets_a_notice_and_loses_nothing(
    after: bool, caplog: pytest.LogCaptureFixture
) -> None:
    session = Session(StepCounter(), BrokenStore(2, after=after))
    with caplog.at_level(logging.ERROR):
        reply = await session.respond(NEXT)
    assert reply.kind == "notice" and "try again" in reply.text
    assert reply.reference in caplog.text and "08006" in caplog.text
    assert (await session.respond(NEXT)).title == "step 1"


@pytest.mark.parametrize("after", [False, True])
async def test_a_store_that_stumbles_once_is_not_noticed(after: bool) -> None:
    session = Session(StepCounter(), BrokenStore(1, after=after))
    assert (await session.respond(NEXT)).title == "step 1"


async def test_unanswered_questions_are_kept_without_traces(store: Store) -> None:
    question = "mail anna@corp.example about 4711, says <@U1>"
    await Session(StepCounter(Unanswered(question, "unstated")), store).respond(NEXT)
    async with store.transaction() as unit:
        (gap,) = await unit.gaps.all()
    assert gap.question == "mail [e-mail] about [number], says [person]"
    assert gap.day == "1970-01-01"


async def test_a_vote_is_the_persons_own(store: Store) -> None:
    session = Session(StepCounter(Vote("r1", True, entry="e1")), store)
    for person, delivery in (("anna", "d1"), ("anna", "d2"), ("ben", "d3")):
        await session.respond(replace(NEXT, person=person, command="next", delivery=delivery))
    async with store.transaction() as unit:
        (tally,) = await unit.feedback.tallies()
    assert tally.helpful == 2


async def test_a_recommendation_is_kept_with_the_turn(store: Store) -> None:
    await Session(StepCounter(Keep("rec1", "{}")), store).respond(NEXT)
    async with store.transaction() as unit:
        assert await unit.recommendations.record("rec1", Person("slack", "T1", "anna")) == "{}"


async def test_a_post_is_put_in_the_outbox_with_the_turn(store: Store) -> None:
    woken: list[bool] = []
    session = Session(StepCounter(Publish("p1", HERE, POST)), store, wake_outbox=lambda: woken.append(True))
    await session.respond(NEXT)
    await session.respond(NEXT)
    assert woken == [True]
    async with store.transaction() as unit:
        (claimed,) = await unit.outbox.claim("a", now=100.0, lease=1, surfaces=("slack",))
        assert claimed.item == OutboxItem("p1", "send", HERE, subject="p1", content=POST)
        kept = await unit.posts.get("p1")
    assert kept is not None and (kept.person, kept.state) == ("anna", "waiting")


async def test_of_several_posts_the_one_that_does_not_stand_there_is_next_and_then_the_oldest(store: Store) -> None:
    posts = tuple(Post(title, entry=title) for title in ("a", "b", "c"))
    titles = []
    for number in range(5):
        place = HERE if number else replace(HERE, channel="C2")  # what stands elsewhere does not count
        message = replace(NEXT, command="next", delivery=f"d{number}", at=100.0 + number)
        reply = await Session(StepCounter(PublishNext(f"p{number}", place, posts)), store).respond(message)
        titles.append(reply.title)
        async with store.transaction() as unit:
            await unit.posts.change(f"p{number}", state="posted", reference=f"1.{number}")
    assert titles == ["a", "a", "b", "c", "a"]
    assert reply.entry == "a"


@pytest.mark.parametrize("why", ["", "You are not in that channel."])
async def test_the_next_of_several_posts_is_posted_only_where_that_may_be(store: Store, why: str) -> None:
    async def posting_check(place: Place) -> str:
        return why

    effect = PublishNext("p1", HERE, (POST,))
    reply = await Session(StepCounter(effect), store).respond(NEXT, posting_check)
    async with store.transaction() as unit:
        assert (await unit.posts.get("p1") is None) == bool(why)
    assert why in reply.text


async def test_a_post_that_never_left_is_taken_back_without_a_trace(store: Store) -> None:
    await Session(StepCounter(Publish("p1", HERE, POST)), store).respond(NEXT)
    reply = await Session(StepCounter(Retract("p1")), store).respond(replace(NEXT, command="next", delivery="d2"))
    assert reply.title == "step 2"
    async with store.transaction() as unit:
        assert await unit.outbox.waiting() == 0


async def test_a_post_that_left_is_deleted_by_the_outbox(store: Store) -> None:
    await Session(StepCounter(Publish("p1", HERE, POST)), store).respond(NEXT)
    async with store.transaction() as unit:
        await unit.outbox.claim("a", now=100.0, lease=1, surfaces=("slack",))
        await unit.outbox.mark_sent("p1", "a", 100.0)
        await unit.posts.change("p1", state="posted", reference="55.5")
    await Session(StepCounter(Retract("p1")), store).respond(replace(NEXT, command="next", delivery="d2"))
    async with store.transaction() as unit:
        (claimed,) = await unit.outbox.claim("a", now=100.0, lease=1, surfaces=("slack",))
    assert (claimed.item.action, claimed.item.subject) == ("delete", "p1")


async def test_only_the_sharer_takes_a_post_back(store: Store) -> None:
    await Session(StepCounter(Publish("p1", HERE, POST)), store).respond(NEXT)
    session = Session(StepCounter(Retract("p1")), store)
    assert "not yours" in (await session.respond(replace(NEXT, person="ben", delivery="d2"))).title
    other_workspace = replace(NEXT, place=replace(HERE, tenant="T2"), delivery="d3")
    assert "not yours" in (await session.respond(other_workspace)).title
    missing = Session(StepCounter(Retract("p2")), store)
    assert "not there" in (await missing.respond(replace(NEXT, person="carl", delivery="d4"))).title


async def test_only_a_standing_post_is_refreshed(store: Store) -> None:
    session = Session(StepCounter(Refresh("p1", replace(POST, knowledge="k2"))), store)
    await Session(StepCounter(Publish("p1", HERE, POST)), store).respond(NEXT)
    assert "not there" in (await session.respond(replace(NEXT, command="next", delivery="d2"))).title
    async with store.transaction() as unit:
        await unit.outbox.claim("a", now=100.0, lease=1, surfaces=("slack",))
        await unit.outbox.mark_sent("p1", "a", 100.0)
        await unit.posts.change("p1", state="posted", reference="55.5")
    await session.respond(replace(NEXT, command="next", delivery="d3"))
    async with store.transaction() as unit:
        (claimed,) = await unit.outbox.claim("a", now=100.0, lease=1, surfaces=("slack",))
    assert (claimed.item.action, claimed.item.content) == ("update", replace(POST, knowledge="k2"))


async def test_an_experts_answer_is_relayed_to_the_asker_once(store: Store, advisor: Advisor) -> None:
    ask = Session(StepCounter(AskExpert("q1", "why, says <@U1>?", EXPERTS)), store)
    await ask.respond(NEXT)
    async with store.transaction() as unit:
        (claimed,) = await unit.outbox.claim("a", now=100.0, lease=1, surfaces=("slack",))
        assert claimed.item.content == ExpertQuestion("q1", "why, says <@U1>?", "anna")
        assert claimed.item.place == EXPERTS
        await unit.outbox.mark_sent("q1", "a", 100.0)
        await unit.questions.posted("q1", "55.5")
    answer = Message(
        "because", place=replace(EXPERTS, thread="55.5"), person="eve", delivery="d2", at=200.0, experts=EXPERTS
    )
    experts = Session(advisor, store)
    assert (await experts.respond(answer)).title == "Passed on"
    async with store.transaction() as unit:
        (claimed,) = await unit.outbox.claim("a", now=200.0, lease=1, surfaces=("slack",))
        *_, gap = await unit.gaps.all()
    assert claimed.item.place == HERE
    assert claimed.item.content == ExpertAnswer("why, says <@U1>?", "because", "eve", "anna")
    assert (gap.question, gap.answer) == ("why, says [person]?", "because")


async def test_a_second_answer_is_passed_on_too(store: Store) -> None:
    await Session(StepCounter(AskExpert("q1", "why?", EXPERTS)), store).respond(NEXT)
    session = Session(StepCounter(Relay("q1", "because", "eve")), store)
    there = replace(NEXT, command="next", place=replace(EXPERTS, thread="55.5"))
    titles = [(await session.respond(replace(there, delivery=f"e{n}"))).title for n in range(2)]
    async with store.transaction() as unit:
        sent = []
        while claimed := await unit.outbox.claim("a", now=200.0, lease=1, surfaces=("slack",)):
            for one in claimed:
                sent.append(type(one.item.content))
                await unit.outbox.mark_sent(one.item.id, "a", 200.0)
        [gap] = await unit.gaps.all()
    assert titles == ["step 1", "Passed on"]
    assert sent == [ExpertQuestion, ExpertAnswer, ExpertAnswer]
    assert gap.answer == "because"


async def test_nobody_answers_a_question_that_went_to_the_experts_of_others(store: Store) -> None:
    await Session(StepCounter(AskExpert("q1", "why?", EXPERTS)), store).respond(NEXT)
    session = Session(StepCounter(Relay("q1", "because", "eve")), store)
    for number, elsewhere in enumerate((replace(EXPERTS, tenant="T9"), replace(EXPERTS, channel="C8"))):
        stranger = replace(NEXT, command="next", place=elsewhere, delivery=f"e{number}")
        assert (await session.respond(stranger)).title == "That is not there any more"


async def test_a_place_is_subscribed_and_unsubscribed(store: Store) -> None:
    begun: list[str] = []
    session = Session(StepCounter(Subscribe(HERE, "daily")), store, on_subscribed=lambda: begun.append("now"))
    await session.respond(NEXT)
    assert begun == ["now"]
    async with store.transaction() as unit:
        subscription = await unit.subscriptions.get(HERE)
    assert subscription is not None and (subscription.cadence, subscription.person) == ("daily", "anna")
    await Session(StepCounter(Unsubscribe(HERE)), store).respond(replace(NEXT, command="next", delivery="d2"))
    async with store.transaction() as unit:
        assert await unit.subscriptions.get(HERE) is None


async def test_only_who_set_it_up_or_is_there_unsubscribes_a_place(store: Store) -> None:
    channel = replace(HERE, thread="")
    session = Session(StepCounter(Unsubscribe(channel)), store)
    stop = replace(NEXT, command="next", delivery="")
    await Session(StepCounter(Subscribe(channel)), store).respond(NEXT)
    for stranger in (
        replace(stop, person="ben", place=replace(HERE, channel="C2")),
        replace(stop, place=Place("teams", "T1", "C2")),
        replace(stop, place=replace(HERE, tenant="T2")),
    ):
        assert (await session.respond(stranger)).title == "Nothing was stopped"
    assert "step" in (await session.respond(replace(stop, place=replace(HERE, channel="C2")))).title
    assert (await session.respond(replace(stop, person="ben"))).title == "Nothing to stop"
    await Session(StepCounter(Subscribe(channel)), store).respond(stop)
    assert "step" in (await session.respond(replace(stop, person="ben"))).title


async def test_forget_me_deletes_and_says_what_it_was(store: Store) -> None:
    await Session(StepCounter(Vote("r1", True), Keep("rec1", "{}")), store).respond(NEXT)
    session = Session(StepCounter(Forget()), store)
    forget = replace(NEXT, command="next", delivery="d2")
    reply = await session.respond(forget)
    for said in ("1 conversation", "1 message I had replied to", "1 recommendation", "1 vote"):
        assert said in reply.text
    assert await session.respond(forget) == reply
    assert (await session.respond(replace(NEXT, command=None, delivery="d3"))).title == "step 0"


@pytest.mark.parametrize("state", ["waiting", "posted"])
async def test_forget_me_takes_the_name_out_of_what_stands_in_channels(store: Store, state: str) -> None:
    noted = replace(POST, note="mine", cadence="weekly")
    posts = [Publish(f"p{number}", HERE, noted) for number in range(12)]
    await Session(StepCounter(*posts), store).respond(NEXT)
    async with store.transaction() as unit:
        for post in posts if state == "posted" else ():
            await unit.outbox.withdraw(post.id)
            await unit.posts.change(post.id, state="posted", reference="55.5")
    reply = await Session(StepCounter(Forget()), store).respond(replace(NEXT, command="next", delivery="d2"))
    assert "12 posts that no longer name you" in reply.text
    actions = []
    async with store.transaction() as unit:
        while claimed := await unit.outbox.claim("a", now=100.0, lease=1, surfaces=("slack",), limit=50):
            actions.append({one.item.action for one in claimed})
            for one in claimed:
                last = one.item.content
                await unit.outbox.mark_sent(one.item.id, "a", 100.0)
            assert len(claimed) == 12
    assert actions == ([{"update"}] if state == "posted" else [{"send"}, {"update"}])
    assert last == replace(noted, shared_by="", note="")


async def test_forget_me_leaves_nothing_that_leads_to_the_person(store: Store) -> None:
    session = Session(StepCounter(Forget()), store)
    await session.respond(NEXT)
    reply = await session.respond(replace(NEXT, delivery="d2"))
    assert "Nothing was kept" in reply.text


def test_the_same_message_names_the_same_thing() -> None:
    assert identity(NEXT) == identity(replace(NEXT))
    assert identity(NEXT) != identity(NEXT, "other")
    assert identity(NEXT) != identity(replace(NEXT, delivery="d2"))
    assert identity(replace(NEXT, delivery="")) != identity(replace(NEXT, delivery="", text="x"))


def test_a_fresh_conversation_is_empty() -> None:
    assert Conversation() != Conversation(last=LastTurn())


@pytest.mark.parametrize("delivery", ["d1", ""])
async def test_nobody_is_told_that_a_message_was_not_taken_in_which_may_have_been(delivery: str) -> None:
    class Silent(BrokenStore):
        @asynccontextmanager
        async def transaction(self) -> AsyncIterator[UnitOfWork]:
            fails, self._failures = self._failures > 0, self._failures - 1
            async with self._store.transaction() as unit:
                yield unit
            if fails:  # kept, and the answer was lost
                raise OutcomeUnknown("OperationalError 08006")

    known = await Session(StepCounter(), Silent(1, after=True)).respond(replace(NEXT, delivery="d1"))
    assert known.title == "step 1", "asked again, it is known to have been kept"
    reply = await Session(StepCounter(), Silent(9, after=True)).respond(replace(NEXT, delivery=delivery))
    assert "I can't tell whether your message was taken in" in reply.text
    away = await Session(StepCounter(), BrokenStore(9, after=False)).respond(replace(NEXT, delivery=delivery))
    assert "your message was not taken in" in away.text
