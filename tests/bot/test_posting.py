"""What is posted in channels, how it is brought up to date, and who answers a question to a person."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from bot.advisor import Advisor
from bot.asking import Asking
from bot.composing import Composer
from bot.conversation import Conversation
from bot.effects import Post
from bot.kept import KeptPost, Subscription
from bot.memory import Memory
from bot.messages import Message, Place, Reply
from bot.posting import Drafts
from bot.refreshing import refresh_stale, stale
from bot.responding import Responder
from bot.sending import ExpertAnswer, ExpertQuestion
from bot.session import Session

HERE = Place("here", "T1", "C1")
EXPERTS = Place("here", "T1", "C9")


def later(drafts: Drafts, entry: str) -> Drafts:
    """Drafts from the same knowledge, but for one entry's text."""
    knowledge = drafts.knowledge
    answers = {**knowledge.answers, entry: replace(knowledge.answers[entry], answer="It reads differently now.")}
    changed = replace(knowledge, answers=answers, version="later")
    return Drafts(changed, Responder(changed, Composer(changed), ""), lambda _: Reply("recommendation"))


async def stand(memory: Memory, *posts: Post) -> None:
    async with memory.transaction() as unit:
        for number, post in enumerate(posts):
            await unit.posts.add(KeptPost(f"p{number}", HERE, "anna", post, at=float(number)))
            await unit.posts.change(f"p{number}", state="posted", reference=str(number))


def test_a_post_carries_the_claims_and_how_to_ask(advisor: Advisor) -> None:
    post = advisor.drafts.answer("sast")
    assert post is not None
    assert [citation.claim for citation in post.citations] == ["appsec.type.sast"]
    assert post.how_to_ask and post.knowledge == advisor.knowledge.version


def test_what_is_recommended_by_the_clock_is_no_promotion(advisor: Advisor) -> None:
    for entry in advisor.drafts.subscribable():
        post = advisor.drafts.answer(entry)
        assert post is not None and post.citations
        assert not any(citation.promotion for citation in post.citations)
    assert len(advisor.drafts.subscribable()) > 30


def test_a_subscribed_post_says_who_set_it_up_how_often_and_how_to_stop_it(advisor: Advisor) -> None:
    post = advisor.drafts.subscribed("sast", Subscription(HERE, "daily", "anna", 0.0))
    assert (post.shared_by, post.cadence) == ("anna", "daily")
    assert "unsubscribe" in post.how_to_ask


async def test_only_posts_whose_entry_reads_differently_are_stale(memory: Memory, advisor: Advisor) -> None:
    posts = [advisor.drafts.answer(entry) for entry in ("sast", "dast")]
    await stand(memory, *(replace(post, note="mine", shared_by="anna") for post in posts if post))
    assert not await stale(memory, advisor.drafts, 0.0)
    assert [kept.id for kept, _ in await stale(memory, later(advisor.drafts, "sast"), 0.0)] == ["p0"]


async def test_a_stale_post_is_updated_in_place_and_keeps_its_note_and_sharer(memory: Memory, advisor: Advisor) -> None:
    post = advisor.drafts.answer("sast")
    assert post is not None
    await stand(memory, replace(post, note="mine", shared_by="anna"))
    assert [kept.id for kept in await refresh_stale(memory, later(advisor.drafts, "sast"), 86_400.0)] == ["p0"]
    async with memory.transaction() as unit:
        (claimed,) = await unit.outbox.claim("a", now=86_400.0, lease=1.0, surfaces=("here",))
    content = claimed.parcel.content
    assert isinstance(content, Post) and claimed.parcel.action == "update"
    assert (content.note, content.shared_by, content.updated) == ("mine", "anna", "1970-01-02")
    assert "differently" in str(content.body)
    assert not await refresh_stale(memory, later(advisor.drafts, "sast"), 86_400.0)


async def test_a_post_of_an_entry_that_is_gone_is_left_as_it_is(memory: Memory, advisor: Advisor) -> None:
    await stand(memory, Post("Old", entry="gone"))
    assert not await stale(memory, advisor.drafts, 0.0)


@pytest.fixture
def asked(memory: Memory, advisor: Advisor) -> Session:
    return Session(advisor, memory)


async def ask(session: Session, memory: Memory) -> str:
    """Anna asks a person; returns the id of her question, which stands in the experts' channel as message 55.5."""
    numbers = itertools.count()
    anna = Message(place=HERE, person="anna", experts=EXPERTS, at=1.0)
    await session.respond(replace(anna, text="is zero trust in the article?", delivery=str(next(numbers))))
    preview = await session.respond(replace(anna, command="ask", delivery=str(next(numbers))))
    await session.respond(replace(anna, command=preview.choices[0].command, delivery=str(next(numbers))))
    async with memory.transaction() as unit:
        (claimed,) = await unit.outbox.claim("a", now=10.0, lease=1.0, surfaces=("here",))
        assert isinstance(claimed.parcel.content, ExpertQuestion)
        await unit.outbox.sent(claimed.parcel.id, "a", 10.0)
        await unit.questions.posted(claimed.parcel.id, "55.5")
    return claimed.parcel.content.id


async def test_an_expert_answers_by_a_form_in_the_experts_channel(memory: Memory, asked: Session) -> None:
    id = await ask(asked, memory)
    eve = Message(place=EXPERTS, person="eve", experts=EXPERTS, at=20.0)
    form = (await asked.respond(replace(eve, command=f"answering:{id}", delivery="e1"))).form
    assert form is not None
    answer = replace(eve, command=form.command, fields=((form.fields[0].id, ("It is not.",)),), delivery="e2")
    assert (await asked.respond(answer)).title == "Passed on"
    async with memory.transaction() as unit:
        (claimed,) = await unit.outbox.claim("a", now=20.0, lease=1.0, surfaces=("here",))
        (gap, *_) = await unit.gaps.all()
    assert claimed.parcel.place == HERE
    assert claimed.parcel.content == ExpertAnswer("is zero trust in the article?", "It is not.", "eve", "anna")
    assert gap.answer == "It is not."


@pytest.mark.parametrize("place", [HERE, replace(EXPERTS, tenant="T2")], ids=["elsewhere", "another workspace"])
async def test_nobody_outside_the_experts_channel_answers(memory: Memory, asked: Session, place: Place) -> None:
    id = await ask(asked, memory)
    mallory = Message(place=place, person="mallory", experts=EXPERTS, at=20.0)
    fields = (("answer", ("Yes, trust me.",)),)
    await asked.respond(replace(mallory, command=f"relay:{id}", fields=fields, delivery="m1"))
    async with memory.transaction() as unit:
        assert not await unit.outbox.claim("a", now=20.0, lease=1.0, surfaces=("here",))


def test_without_an_experts_channel_the_contact_is_named() -> None:
    reply = Asking("security@corp.example").ask("", Message(), Conversation()).reply
    assert "security@corp.example" in reply.text and not reply.choices


def test_a_surface_without_channels_shows_the_text_to_copy(advisor: Advisor) -> None:
    asked = advisor.turn(Message("what is SAST?"), Conversation())
    assert "Share" not in [tool.label for tool in asked.reply.tools]
    reply = advisor.turn(Message("share"), asked.conversation).reply
    assert reply.title == "Copy this" and "SAST" in reply.text


async def test_a_recommendation_is_shared_by_the_number_of_its_button(memory: Memory, asked: Session) -> None:
    numbers = itertools.count()

    async def say(**given: Any) -> Reply:
        message = Message(place=HERE, person="anna", can_post=True, at=1.0, delivery=str(next(numbers)))
        return await asked.respond(replace(message, **given))

    form = (await say(command="form")).form
    assert form is not None
    fields = (("protect", ("one",)), ("worry", ("code",)), ("existing", ("nothing",)), ("due", ("nothing",)))
    reply = await say(command=form.command, fields=fields)
    labels = [choice.label for choice in (*reply.choices, *reply.tools)]
    shared = await say(text=str(labels.index("Share") + 1))
    assert shared.form is not None and reply.title in shared.title
