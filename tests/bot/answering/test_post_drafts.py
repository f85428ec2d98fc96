"""Drafts of posts, updates of stale posts, and who answers a question to a person."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.advisor import Advisor
from bot.answering.composer import Composer
from bot.answering.post_drafts import PostDrafts
from bot.answering.replies import Responder
from bot.commands.experts import ExpertCommands
from bot.domain.conversation import Conversation
from bot.domain.effects import Post
from bot.domain.messages import Message, Place, Reply
from bot.domain.outbox import ExpertAnswer, ExpertQuestion
from bot.domain.records import StoredPost, Subscription
from bot.knowledge.shipped_phrases import shipped
from bot.service.ports import Store
from bot.service.post_refresh import refresh_stale, stale
from bot.service.session import Session
from tests.bot.knowledge.folders import SOUND, TRIAGE, write

HERE = Place("here", "T1", "C1")
EXPERTS = Place("here", "T1", "C9")
ANSWERS = """
- id: watering
  title: Watering roses
  questions: [how to water roses]
  answer: Roses want water.
  claims: [roses.water]
- id: rain
  title: Rain
  questions: [do tulips like rain]
  answer: Both like rain.
  claims: [both.rain]
- id: compare
  title: Side by side
  questions: [roses or tulips]
  answer: They differ.
"""


@pytest.fixture(scope="module")
def advisor(tmp_path_factory: pytest.TempPathFactory) -> Advisor:
    """The advisor on a small folder. Of its answers, `rain` is promotion and `compare` rests on no claims."""
    folder: Path = tmp_path_factory.mktemp("garden")
    return Advisor.load(write(folder, {**SOUND, "answers/care.yaml": ANSWERS, "triage.yaml": TRIAGE}))


def later(drafts: PostDrafts, entry: str) -> PostDrafts:
    """PostDrafts from the same knowledge, but for one entry's text."""
    knowledge = drafts.knowledge
    answers = {**knowledge.answers, entry: replace(knowledge.answers[entry], answer="It reads differently now.")}
    changed = replace(knowledge, answers=answers, version="later")
    return PostDrafts(changed, Responder(changed, Composer(changed), ""), lambda _: Reply("recommendation"))


async def stand(store: Store, *posts: Post) -> None:
    async with store.transaction() as unit:
        for number, post in enumerate(posts):
            await unit.posts.add(StoredPost(f"p{number}", HERE, "anna", post, at=float(number)))
            await unit.posts.change(f"p{number}", state="posted", reference=str(number))


def test_a_post_carries_the_claims_and_how_to_ask(advisor: Advisor) -> None:
    post = advisor.drafts.answer("watering")
    assert post is not None
    assert [citation.claim for citation in post.citations] == ["roses.water"]
    assert post.how_to_ask and post.knowledge == advisor.knowledge.version


def test_a_subscription_brings_answers_with_claims_none_of_them_promotional(advisor: Advisor) -> None:
    assert advisor.drafts.subscribable() == ("watering",)


def test_a_subscribed_post_says_who_set_it_up_how_often_and_how_to_stop_it(advisor: Advisor) -> None:
    post = advisor.drafts.subscribed("watering", Subscription(HERE, "daily", "anna", 0.0))
    assert (post.shared_by, post.cadence) == ("anna", "daily")
    assert "unsubscribe" in post.how_to_ask


async def test_only_posts_whose_entry_reads_differently_are_stale(store: Store, advisor: Advisor) -> None:
    posts = [advisor.drafts.answer(entry) for entry in ("watering", "rain")]
    await stand(store, *(replace(post, note="mine", shared_by="anna") for post in posts if post))
    assert not await stale(store, advisor.drafts, 0.0)
    assert [kept.id for kept, _ in await stale(store, later(advisor.drafts, "watering"), 0.0)] == ["p0"]


async def test_a_stale_post_is_updated_in_place_and_keeps_its_note_and_sharer(store: Store, advisor: Advisor) -> None:
    post = advisor.drafts.answer("watering")
    assert post is not None
    await stand(store, replace(post, note="mine", shared_by="anna"))
    assert [kept.id for kept in await refresh_stale(store, later(advisor.drafts, "watering"), 86_400.0)] == ["p0"]
    async with store.transaction() as unit:
        (claimed,) = await unit.outbox.claim("a", now=86_400.0, lease=1.0, surfaces=("here",))
    content = claimed.item.content
    assert isinstance(content, Post) and claimed.item.action == "update"
    assert (content.note, content.shared_by, content.updated) == ("mine", "anna", "1970-01-02")
    assert "differently" in str(content.body)
    assert not await refresh_stale(store, later(advisor.drafts, "watering"), 86_400.0)


async def test_a_post_of_an_entry_that_is_gone_is_left_as_it_is(store: Store, advisor: Advisor) -> None:
    await stand(store, Post("Old", entry="gone"))
    assert not await stale(store, advisor.drafts, 0.0)


@pytest.fixture
def asked(store: Store, advisor: Advisor) -> Session:
    return Session(advisor, store)


async def ask(session: Session, store: Store) -> str:
    """Anna asks a person; returns the id of her question, which stands in the experts' channel as message 55.5."""
    numbers = itertools.count()
    anna = Message(place=HERE, person="anna", experts=EXPERTS, at=1.0)
    await session.respond(replace(anna, text="do daisies snore?", delivery=str(next(numbers))))
    preview = await session.respond(replace(anna, command="ask", delivery=str(next(numbers))))
    await session.respond(replace(anna, command=preview.choices[0].command, delivery=str(next(numbers))))
    async with store.transaction() as unit:
        (claimed,) = await unit.outbox.claim("a", now=10.0, lease=1.0, surfaces=("here",))
        assert isinstance(claimed.item.content, ExpertQuestion)
        await unit.outbox.mark_sent(claimed.item.id, "a", 10.0)
        await unit.questions.posted(claimed.item.id, "55.5")
    return claimed.item.content.id


async def test_an_expert_answers_by_a_form_in_the_experts_channel(store: Store, asked: Session) -> None:
    id = await ask(asked, store)
    eve = Message(place=EXPERTS, person="eve", experts=EXPERTS, at=20.0)
    form = (await asked.respond(replace(eve, command=f"answering:{id}", delivery="e1"))).form
    assert form is not None
    answer = replace(eve, command=form.command, fields=((form.fields[0].id, ("It is not.",)),), delivery="e2")
    assert (await asked.respond(answer)).title == "Passed on"
    async with store.transaction() as unit:
        (claimed,) = await unit.outbox.claim("a", now=20.0, lease=1.0, surfaces=("here",))
        (gap, *_) = await unit.gaps.all()
    assert claimed.item.place == HERE
    assert claimed.item.content == ExpertAnswer("do daisies snore?", "It is not.", "eve", "anna")
    assert gap.answer == "It is not."


@pytest.mark.parametrize("place", [HERE, replace(EXPERTS, tenant="T2")], ids=["elsewhere", "another workspace"])
async def test_nobody_outside_the_experts_channel_answers(store: Store, asked: Session, place: Place) -> None:
    id = await ask(asked, store)
    mallory = Message(place=place, person="mallory", experts=EXPERTS, at=20.0)
    fields = (("answer", ("Yes, trust me.",)),)
    await asked.respond(replace(mallory, command=f"relay:{id}", fields=fields, delivery="m1"))
    async with store.transaction() as unit:
        assert not await unit.outbox.claim("a", now=20.0, lease=1.0, surfaces=("here",))


def test_without_an_experts_channel_the_contact_is_named() -> None:
    reply = ExpertCommands("security@corp.example", shipped()).ask("", Message(), Conversation()).reply
    assert "security@corp.example" in reply.text and not reply.choices


def test_a_surface_without_channels_shows_the_text_to_copy(advisor: Advisor) -> None:
    asked = advisor.turn(Message("how to water roses?"), Conversation())
    assert "Share" not in [tool.label for tool in asked.reply.tools]
    reply = advisor.turn(Message("share"), asked.conversation).reply
    assert reply.title == "Copy this" and "Roses want water" in reply.text


async def test_a_recommendation_is_shared_by_the_number_of_its_button(store: Store, asked: Session) -> None:
    numbers = itertools.count()

    async def say(**given: Any) -> Reply:
        message = Message(place=HERE, person="anna", can_post=True, at=1.0, delivery=str(next(numbers)))
        return await asked.respond(replace(message, **given))

    form = (await say(command="form")).form
    assert form is not None
    fields = (("sun", ("full",)), ("pests", ("snails",)))
    reply = await say(command=form.command, fields=fields)
    labels = [choice.label for choice in (*reply.choices, *reply.tools)]
    shared = await say(text=str(labels.index("Share") + 1))
    assert shared.form is not None and reply.title in shared.title
