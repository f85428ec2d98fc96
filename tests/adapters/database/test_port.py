"""The port behaves alike in this process, on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.conversation import Conversation, LastTurn, Pending
from bot.domain.effects import Post, Publish, Unanswered, Vote
from bot.domain.messages import (
    Bullets,
    Choice,
    Citation,
    Field,
    Form,
    Heading,
    Message,
    Option,
    Paragraph,
    Place,
    Progress,
    Reply,
    Table,
)
from bot.domain.outbox import ExpertAnswer, ExpertQuestion, Notice, OutboxItem, Replied
from bot.domain.records import DeletionCounts, Person, ShownReply, StoredPost, StoredQuestion, Subscription, owner_of
from bot.service.ports import AT_ONCE, LONGEST_PUT_OFF, Store

HERE = Place("slack", "T1", "C1", "17.1")
ANNA = Person("slack", "T1", "anna")
REPLY = Reply(
    kind="answer",
    title="Ärger – “quoted” 👋",
    verdict="partly",
    body=(Paragraph("One."), Heading("Two"), Bullets(("a", "b")), Table(("x", "y"), (("1", "2"), ("3", "4")))),
    citations=(Citation("c1", "It says so.", "§ 2", "A source", promotion=True),),
    choices=(Choice("More", "answer:x", "hint", "primary"),),
    form=Form("triage:form", "All", "Send", (Field("f", "F", (Option("v", "V"),), multiple=True, chosen=("v",)),)),
    progress=Progress(2, 5),
    private=False,
    confidence=0.25,
    reference="r1",
)
TALK = Conversation(
    last=LastTurn(entry="x"),
    pending=Pending("p1", Publish("p1", HERE, Post("T", (Paragraph("B"),), note="mine"))),
    moved_at=10.0,
)
POST = StoredPost(
    "p1", HERE, "anna", Post("Title", (Paragraph("Body"),), shared_by="anna", note="my note"), at=1.0, asked_in=HERE
)
SHOWN = ShownReply(HERE, "m1", "anna", "r1", "e1", at=5.0)
ITEM = OutboxItem("p1", "send", HERE, subject="p1", content=POST.post)


async def test_a_conversation_comes_back_equal(store: Store) -> None:
    async with store.transaction() as unit:
        assert (await unit.conversations.load(HERE, "anna")).version == 0
        assert await unit.conversations.save(HERE, "anna", TALK, version=0, look_again_at=99.0)
    async with store.transaction() as unit:
        remembered = await unit.conversations.load(HERE, "anna")
    assert remembered.conversation == TALK
    assert remembered.version == 1


async def test_two_people_and_two_threads_share_nothing(store: Store) -> None:
    async with store.transaction() as unit:
        await unit.conversations.save(HERE, "anna", TALK, version=0, look_again_at=99.0)
        for place, person in (
            (HERE, "ben"),
            (replace(HERE, thread="17.2"), "anna"),
            (replace(HERE, tenant="T2"), "anna"),
        ):
            assert (await unit.conversations.load(place, person)).version == 0


async def test_a_persons_conversations_are_theirs_alone(store: Store) -> None:
    there = replace(HERE, thread="17.2")
    async with store.transaction() as unit:
        for place, person in ((HERE, "anna"), (there, "anna"), (HERE, "ben"), (replace(HERE, tenant="T2"), "anna")):
            await unit.conversations.save(place, person, TALK, version=0, look_again_at=99.0)
        assert dict(await unit.conversations.of(ANNA)) == {HERE: TALK, there: TALK}


async def test_who_saves_on_an_old_version_is_refused(store: Store) -> None:
    async with store.transaction() as unit:
        await unit.conversations.save(HERE, "anna", TALK, version=0, look_again_at=99.0)
        assert await unit.conversations.save(HERE, "anna", TALK, version=1, look_again_at=99.0)
    async with store.transaction() as unit:
        assert not await unit.conversations.save(HERE, "anna", Conversation(), version=1, look_again_at=99.0)
        assert not await unit.conversations.save(HERE, "anna", Conversation(), version=0, look_again_at=99.0)
        assert (await unit.conversations.load(HERE, "anna")).conversation == TALK


async def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.transaction() as unit:
            await unit.conversations.save(HERE, "anna", TALK, version=0, look_again_at=99.0)
            await unit.posts.add(POST)
            await unit.outbox.put(ITEM, 1.0)
            raise ZeroDivisionError
    async with store.transaction() as unit:
        assert (await unit.conversations.load(HERE, "anna")).version == 0
        assert await unit.posts.get("p1") is None
        assert await unit.outbox.waiting() == 0


async def test_a_conversation_is_due_when_its_time_has_come(store: Store) -> None:
    async with store.transaction() as unit:
        await unit.conversations.save(HERE, "anna", TALK, version=0, look_again_at=50.0)
        assert not await unit.conversations.due(49.0)
        (due,) = await unit.conversations.due(50.0)
        assert (due.place, due.person, due.conversation, due.version) == (HERE, "anna", TALK, 1)
        assert not await unit.conversations.delete(HERE, "anna", version=7)
        assert await unit.conversations.delete(HERE, "anna", version=1)
        assert not await unit.conversations.due(50.0)


async def test_a_delivery_keeps_its_first_reply(store: Store) -> None:
    message = Message("hi", place=HERE, person="anna", delivery="d1")
    async with store.transaction() as unit:
        assert await unit.deliveries.reply_to(message) is None
        assert await unit.deliveries.record(message, REPLY, person="anna", at=5.0)
    async with store.transaction() as unit:
        assert not await unit.deliveries.record(message, Reply("notice"), person="anna", at=6.0)
        assert await unit.deliveries.reply_to(message) == REPLY
        assert await unit.deliveries.reply_to(replace(message, place=Place("teams", "T1"))) is None


async def test_a_delivery_can_be_taken_in_without_its_reply(store: Store) -> None:
    message = Message("hi", place=HERE, person="anna", delivery="d1")
    async with store.transaction() as unit:
        assert await unit.deliveries.record(message, None, person="anna", at=5.0)
        assert await unit.deliveries.reply_to(message) is None
        assert not await unit.deliveries.record(message, REPLY, person="anna", at=6.0)


async def test_old_deliveries_are_pruned(store: Store) -> None:
    message = Message("hi", place=HERE, person="anna", delivery="d1")
    async with store.transaction() as unit:
        await unit.deliveries.record(message, REPLY, person="anna", at=5.0)
        assert await unit.deliveries.prune(5.0) == 0
        assert await unit.deliveries.prune(5.1) == 1
        assert await unit.deliveries.reply_to(message) is None


async def test_a_recommendation_is_found_by_its_id(store: Store) -> None:
    async with store.transaction() as unit:
        await unit.recommendations.keep("r1", ANNA, '{"a": 1}', "k1", 1.0)
        await unit.recommendations.keep("r1", ANNA, '{"a": 2}', "k1", 2.0)
        assert await unit.recommendations.record("r1", ANNA) == '{"a": 2}'
        assert await unit.recommendations.record("r2", ANNA) is None
        assert await unit.recommendations.record("r1", replace(ANNA, id="ben")) is None
        assert await unit.recommendations.record("r1", replace(ANNA, tenant="T2")) is None


async def test_a_person_finds_their_own_recommendations_newest_first(store: Store) -> None:
    async with store.transaction() as unit:
        for number in range(3):
            await unit.recommendations.keep(f"r{number}", ANNA, "{}", "k1", float(number))
        await unit.recommendations.keep("other", replace(ANNA, id="ben"), "{}", "k1", 9.0)
        assert [kept.id for kept in await unit.recommendations.of(ANNA, limit=2)] == ["r2", "r1"]


async def test_a_person_finds_what_they_shared_and_did_not_take_back(store: Store) -> None:
    async with store.transaction() as unit:
        for number, state in enumerate(("waiting", "posted", "retracted", "failed")):
            await unit.posts.add(replace(POST, id=f"p{number}", at=float(number)))
            await unit.posts.change(f"p{number}", state=state)  # type: ignore[arg-type]
        await unit.posts.add(replace(POST, id="other", person="ben"))
        assert [post.id for post in await unit.posts.of(owner_of(POST))] == ["p1", "p0"]
        assert await unit.posts.of(replace(owner_of(POST), id="")) == []


async def test_a_post_is_kept_once_and_changes(store: Store) -> None:
    async with store.transaction() as unit:
        assert await unit.posts.add(POST)
        assert not await unit.posts.add(replace(POST, person="ben"))
        assert await unit.posts.get("p1") == POST
        assert not await unit.posts.standing()
        await unit.posts.change("p1", state="posted", reference="123.4")
        changed = replace(POST.post, title="New")
        await unit.posts.change("p1", state="posted", post=changed)
        assert await unit.posts.standing() == [replace(POST, state="posted", reference="123.4", post=changed)]
        await unit.posts.change("p1", state="retracted")
        assert not await unit.posts.standing()


async def test_a_later_vote_takes_the_place_of_an_earlier_one(store: Store) -> None:
    async with store.transaction() as unit:
        await unit.feedback.vote(ANNA, Vote("r1", False, "too long", "e1", "k1"), 1.0)
        await unit.feedback.vote(ANNA, Vote("r1", True, "", "e1", "k1"), 2.0)
        await unit.feedback.vote(replace(ANNA, id="ben"), Vote("r9", False, "wrong", "e1", "k1"), 2.0)
        (tally,) = await unit.feedback.tallies()
    assert (tally.entry, tally.knowledge, tally.helpful, tally.unhelpful) == ("e1", "k1", 1, 1)
    assert tally.reasons == (("wrong", 1),)


async def test_which_reply_a_message_shows_is_known_in_every_thread_of_its_channel_until_it_is_old(
    store: Store,
) -> None:
    async with store.transaction() as unit:
        await unit.shown_replies.add(SHOWN)
        await unit.shown_replies.add(replace(SHOWN, reference="r2"))
        elsewhere = replace(HERE, thread="17.9")
        assert await unit.shown_replies.find(HERE, "m1") == SHOWN
        assert await unit.shown_replies.find(elsewhere, "m1") == replace(SHOWN, place=elsewhere)
        for place, message in ((replace(HERE, channel="C2"), "m1"), (replace(HERE, tenant="T2"), "m1"), (HERE, "m2")):
            assert await unit.shown_replies.find(place, message) is None
        assert await unit.shown_replies.prune(5.0) == 0
        assert await unit.shown_replies.prune(5.1) == 1
        assert await unit.shown_replies.find(HERE, "m1") is None


async def test_gaps_are_listed_newest_first(store: Store) -> None:
    async with store.transaction() as unit:
        await unit.gaps.add(Unanswered("first", "unstated", "e1", 0.5, "k1"), day="2025-01-01")
        await unit.gaps.add(Unanswered("second"), day="2025-01-02", answer="because")
        newest, oldest = await unit.gaps.all()
    assert (newest.question, newest.answer, newest.best_entry) == ("second", "because", None)
    assert (oldest.question, oldest.day, oldest.best_entry, oldest.confidence) == ("first", "2025-01-01", "e1", 0.5)


async def test_gaps_of_earlier_days_are_pruned(store: Store) -> None:
    async with store.transaction() as unit:
        for day in ("2025-01-01", "2025-01-02", "2025-01-03"):
            await unit.gaps.add(Unanswered(day), day=day)
        assert await unit.gaps.prune("2025-01-02") == 1
        await unit.gaps.add(Unanswered("new"), day="2025-01-04")
        assert [gap.question for gap in await unit.gaps.all()] == ["new", "2025-01-03", "2025-01-02"]


async def test_a_question_is_found_by_its_thread_and_answered_once(store: Store) -> None:
    experts = Place("slack", "T1", "C9")
    question = StoredQuestion("q1", HERE, "anna", experts, "why?", at=1.0)
    async with store.transaction() as unit:
        assert await unit.questions.add(question)
        assert not await unit.questions.add(question)
        assert await unit.questions.in_thread(experts) is None
        await unit.questions.posted("q1", "55.5")
        asked = replace(question, reference="55.5")
        assert await unit.questions.in_thread(replace(experts, thread="55.5")) == asked
        assert await unit.questions.in_thread(Place("slack", "T1", "C8", "55.5")) is None
        assert await unit.questions.answered("q1")
        assert not await unit.questions.answered("q1")
        assert not await unit.questions.answered("q2")
        assert await unit.questions.get("q1") == replace(asked, state="answered")
        assert await unit.questions.prune(2.0) == 1


async def test_a_subscription_keeps_what_was_shown_when_it_is_set_up_again(store: Store) -> None:
    first = Subscription(HERE, "weekly", "anna", next_at=10.0)
    async with store.transaction() as unit:
        await unit.subscriptions.put(first)
        assert not await unit.subscriptions.due(9.0)
        assert list(await unit.subscriptions.due(10.0)) == [first]
        await unit.subscriptions.advance(replace(first, next_at=20.0, shown=("e1", "e2"), sent=2))
        await unit.subscriptions.put(Subscription(HERE, "daily", "ben", next_at=15.0))
        assert await unit.subscriptions.get(HERE) == Subscription(HERE, "daily", "ben", 15.0, ("e1", "e2"), 2)
        assert await unit.subscriptions.remove(HERE)
        assert not await unit.subscriptions.remove(HERE)


async def test_an_item_has_one_owner_until_the_lease_ends(store: Store) -> None:
    async with store.transaction() as unit:
        await unit.outbox.put(ITEM, 1.0)
        await unit.outbox.put(ITEM, 1.0)
        assert not await unit.outbox.claim("a", now=0.5, lease=60, surfaces=("slack",))
        assert not await unit.outbox.claim("a", now=1.0, lease=60, surfaces=("teams",))
        (claimed,) = await unit.outbox.claim("a", now=1.0, lease=60, surfaces=("slack",))
        assert (claimed.item, claimed.attempts, claimed.unsure) == (ITEM, 0, False)
        assert not await unit.outbox.claim("b", now=1e9, lease=60, surfaces=("slack",)), "clocks say nothing"
        seen = await unit.outbox.leases()
        assert await unit.outbox.mark_going_out("p1", "a", now=2.0, lease=60)
        assert not await unit.outbox.claim("b", now=1.0, lease=60, surfaces=("slack",), dead=seen), "it is alive"
        assert await unit.outbox.renew(["p1", "p2"], "a", now=3.0, lease=60) == ["p1"]
        assert await unit.outbox.renew(["p1"], "b", now=3.0, lease=60) == []
    async with store.transaction() as unit:
        seen = await unit.outbox.leases()
        (again,) = await unit.outbox.claim("b", now=1.0, lease=60, surfaces=("slack",), dead=seen)
        assert (again.attempts, again.unsure) == (1, True)
        assert not await unit.outbox.mark_going_out("p1", "a", now=62.0, lease=60)
        assert not await unit.outbox.mark_sent("p1", "a", 62.0)
        assert await unit.outbox.mark_sent("p1", "b", 62.0)
        assert await unit.outbox.waiting() == 0
        assert await unit.outbox.prune(62.0) == 0
        assert await unit.outbox.prune(63.0) == 1


async def test_an_item_that_is_taken_is_claimed_by_nobody_else_and_stored_once(store: Store) -> None:
    async with store.transaction() as unit:
        assert await unit.outbox.take(ITEM, "me", now=5.0, lease=60.0)
        assert not await unit.outbox.take(ITEM, "me too", now=6.0, lease=60.0)
        assert await unit.outbox.claim("another", now=65.0, lease=60.0, surfaces=["slack"]) == []
        seen = await unit.outbox.leases()
        [left] = await unit.outbox.claim("another", now=65.0, lease=60.0, surfaces=["slack"], dead=seen)
    assert left.item == ITEM and left.unsure and left.attempts == 1


async def test_items_of_one_subject_go_in_order(store: Store) -> None:
    async with store.transaction() as unit:
        await unit.outbox.put(ITEM, 1.0)
        await unit.outbox.put(OutboxItem("p1-retract", "delete", HERE, subject="p1"), 1.0)
        await unit.outbox.put(replace(ITEM, id="p2", subject="p2"), 1.0)
        first = await unit.outbox.claim("a", now=1.0, lease=60, surfaces=("slack",))
        assert [one.item.id for one in first] == ["p1", "p2"]
        await unit.outbox.mark_sent("p1", "a", 2.0)
        (second,) = await unit.outbox.claim("a", now=2.0, lease=60, surfaces=("slack",))
        assert second.item == OutboxItem("p1-retract", "delete", HERE, subject="p1")


async def test_an_item_waits_until_its_retry_is_due(store: Store) -> None:
    async with store.transaction() as unit:
        await unit.outbox.put(ITEM, 1.0)
        await unit.outbox.claim("a", now=1.0, lease=60, surfaces=("slack",))
        assert await unit.outbox.postpone("p1", "a", due_at=30.0, unsure=False)
        assert not await unit.outbox.claim("a", now=29.0, lease=60, surfaces=("slack",))
        (claimed,) = await unit.outbox.claim("b", now=30.0, lease=60, surfaces=("slack",))
        assert (claimed.attempts, claimed.unsure) == (1, False)
        assert await unit.outbox.mark_failed("p1", "b", why="not_in_channel", at=31.0)
        assert await unit.outbox.waiting() == 0


@pytest.mark.parametrize("jump", [-30 * 86_400.0, -7200.0, 7200.0, 30 * 86_400.0])
async def test_a_clock_that_jumps_keeps_nothing_waiting(store: Store, jump: float) -> None:
    now = 1.7e9
    async with store.transaction() as unit:
        await unit.outbox.put(ITEM, AT_ONCE)
        await unit.outbox.put(replace(ITEM, id="p2", subject="p2"), AT_ONCE)
        await unit.outbox.claim("a", now=now, lease=60, surfaces=("slack",), limit=1)
        await unit.outbox.postpone("p1", "a", due_at=now + LONGEST_PUT_OFF, unsure=False)
        found = await unit.outbox.claim("a", now=now + jump, lease=60, surfaces=("slack",))
    assert [one.item.id for one in found] == ["p1", "p2"]


async def test_only_what_never_went_out_can_be_withdrawn(store: Store) -> None:
    async with store.transaction() as unit:
        await unit.outbox.put(ITEM, 1.0)
        assert await unit.outbox.withdraw("p1")
        assert not await unit.outbox.withdraw("p1")
        await unit.outbox.put(ITEM, 1.0)
        await unit.outbox.claim("a", now=1.0, lease=60, surfaces=("slack",))
        assert await unit.outbox.withdraw("p1")
        assert not await unit.outbox.mark_going_out("p1", "a", now=1.0, lease=60), "so it does not go out"
        await unit.outbox.put(ITEM, 1.0)
        await unit.outbox.claim("a", now=1.0, lease=60, surfaces=("slack",))
        assert await unit.outbox.mark_going_out("p1", "a", now=1.0, lease=60)
        assert not await unit.outbox.withdraw("p1")
        assert await unit.outbox.waiting() == 1


async def test_forgetting_deletes_everything_about_one_person_and_counts_it(store: Store) -> None:
    async with store.transaction() as unit:
        for person in ("anna", "ben"):
            who = replace(ANNA, id=person)
            message = Message("hi", place=HERE, person=person, delivery=f"d-{person}")
            await unit.conversations.save(HERE, person, TALK, version=0, look_again_at=99.0)
            await unit.conversations.save(replace(HERE, thread=""), person, TALK, version=0, look_again_at=99.0)
            await unit.deliveries.record(message, REPLY, person=person, at=5.0)
            await unit.recommendations.keep(f"r-{person}", who, "{}", "k1", 1.0)
            await unit.feedback.vote(who, Vote("r1", True, entry="e1"), 1.0)
            await unit.shown_replies.add(replace(SHOWN, message=f"m-{person}", person=person))
            await unit.posts.add(replace(POST, id=f"p-{person}", person=person))
            asked = StoredQuestion(f"q-{person}", HERE, person, Place("slack", "T1", "C9"), "why?", at=1.0)
            await unit.questions.add(asked)
        await unit.subscriptions.put(Subscription(HERE, "weekly", "anna", next_at=10.0))
    async with store.transaction() as unit:
        assert await unit.forget(ANNA) == DeletionCounts(
            conversations=2, deliveries=1, recommendations=1, votes=1, questions=1, posts=1, subscriptions=1
        )
        assert await unit.forget(ANNA) == DeletionCounts()
        assert await unit.forget(replace(ANNA, id="")) == DeletionCounts()
    async with store.transaction() as unit:
        post = await unit.posts.get("p-anna")
        assert post is not None
        assert (post.person, post.post.shared_by, post.post.note, post.asked_in) == ("", "", "", None)
        assert (await unit.conversations.load(HERE, "ben")).conversation == TALK
        assert [one.id for one in await unit.questions.of(replace(ANNA, id="ben"))] == ["q-ben"]
        assert await unit.shown_replies.find(HERE, "m-anna") is None
        assert await unit.shown_replies.find(HERE, "m-ben") is not None
        assert await unit.questions.of(replace(ANNA, id="")) == []
        question = await unit.questions.get("q-anna")  # it still says what is to be taken out of the experts' channel
        assert question is not None and question.to == Place("slack", "T1", "C9")
        assert (question.person, question.question, question.place) == ("", "", Place("slack", "T1"))
        subscription = await unit.subscriptions.get(HERE)
        assert subscription is not None and subscription.person == ""


async def test_nothing_waits_for_who_was_forgotten_and_nothing_that_waits_names_them(store: Store) -> None:
    contents = {
        "reply": Replied(REPLY, to="anna"),
        "thread": Replied(REPLY, person="anna"),
        "notice": Notice(REPLY, "anna"),
        "told": ExpertAnswer("why?", "because", "dana", asked_by="anna"),
        "post": POST.post,
        "hers": ExpertAnswer("why?", "because", "anna", asked_by="ben"),
        "his": Replied(REPLY, to="ben"),
        "asked": ExpertQuestion("q1", "why?", "anna"),
        "tried": ExpertQuestion("q2", "why?", "anna"),
    }
    async with store.transaction() as unit:
        for id, content in contents.items():
            item = OutboxItem(id, "send", HERE, id, content)
            if id in ("tried", "notice"):
                await unit.outbox.take(item, "me", now=0.0, lease=1.0)
                await unit.outbox.mark_going_out(id, "me", now=0.0, lease=1.0)
            else:
                await unit.outbox.put(item, 1.0)
        await unit.outbox.put(OutboxItem("away", "delete", HERE, "away"), 1.0)
        await unit.forget(ANNA)
        dead = await unit.outbox.leases()
        left = await unit.outbox.claim("other", now=1.0, lease=60.0, surfaces=("slack",), dead=dead, limit=20)
    assert {one.item.id: one.item.content for one in left} == {
        "post": replace(POST.post, shared_by="", note=""),
        "hers": ExpertAnswer("why?", "because", "", asked_by="ben"),
        "his": contents["his"],
        "tried": None,  # it may be there, and is looked for
        "away": None,
    }


async def test_deleting_a_tenant_leaves_nothing_of_it_and_everything_of_another(store: Store) -> None:
    async with store.transaction() as unit:
        for tenant in ("T1", "T2"):
            place, who = replace(HERE, tenant=tenant), replace(ANNA, tenant=tenant)
            await unit.conversations.save(place, "anna", TALK, version=0, look_again_at=99.0)
            await unit.deliveries.record(Message("hi", place=place, delivery="d"), REPLY, person="anna", at=5.0)
            await unit.recommendations.keep(f"r-{tenant}", who, "{}", "k1", 1.0)
            await unit.feedback.vote(who, Vote("r1", True, entry="e1"), 1.0)
            await unit.shown_replies.add(replace(SHOWN, place=place))
            await unit.posts.add(replace(POST, id=f"p-{tenant}", place=place))
            await unit.questions.add(StoredQuestion(f"q-{tenant}", place, "anna", place, "why?", at=1.0))
            await unit.subscriptions.put(Subscription(place, "weekly", "anna", next_at=10.0))
            await unit.outbox.put(replace(ITEM, id=f"p-{tenant}", place=place), 1.0)
    async with store.transaction() as unit:
        assert await unit.delete_tenant("slack", "") == 0
        assert await unit.delete_tenant("teams", "T1") == 0
        assert await unit.delete_tenant("slack", "T1") == 9
        assert await unit.delete_tenant("slack", "T1") == 0
    async with store.transaction() as unit:
        assert await unit.posts.get("p-T1") is None and await unit.posts.get("p-T2") is not None
        assert await unit.outbox.waiting() == 1
        assert await unit.delete_tenant("slack", "T2") == 9


async def test_deleting_a_channel_leaves_nothing_of_its_threads_and_everything_of_another(store: Store) -> None:
    async with store.transaction() as unit:
        for channel in ("C1", "C2"):
            place = replace(HERE, channel=channel)
            await unit.conversations.save(place, "anna", TALK, version=0, look_again_at=99.0)
            await unit.shown_replies.add(replace(SHOWN, place=place))
            await unit.posts.add(replace(POST, id=f"p-{channel}", place=place))
            await unit.questions.add(StoredQuestion(f"q-{channel}", place, "anna", place, "why?", at=1.0))
            await unit.subscriptions.put(Subscription(replace(place, thread=""), "weekly", "anna", next_at=10.0))
            await unit.outbox.put(replace(ITEM, id=f"p-{channel}", place=place), 1.0)
    async with store.transaction() as unit:
        assert await unit.delete_channel("slack", "T1", "") == 0
        assert await unit.delete_channel("slack", "T2", "C1") == 0
        assert await unit.delete_channel("slack", "T1", "C1") == 6
        assert await unit.delete_channel("slack", "T1", "C1") == 0
    async with store.transaction() as unit:
        assert (await unit.conversations.load(replace(HERE, channel="C2"), "anna")).conversation == TALK
        assert await unit.delete_channel("slack", "T1", "C2") == 6
