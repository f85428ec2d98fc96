"""What version 0.1.0 stored is read by this one, and goes on from where it stood."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from adapters.database import SqlStore, migrate, state
from adapters.database.engine import database_url
from adapters.leases import LEASE
from adapters.outbox_relay import OutboxRelay
from bot.advisor import Advisor
from bot.domain.effects import Post
from bot.domain.messages import Message, Place, Reply
from bot.domain.outbox import Content, ExpertAnswer, ExpertQuestion, Going, IfUnsure, Notice, OutboxItem, Replied
from bot.domain.records import Person
from bot.service.effect_handlers import forget
from bot.service.post_refresh import stale
from bot.service.session import Session
from bot.service.subscription_posts import post_due
from tests.adapters.database.later import take_out
from tests.bot.knowledge.folders import SOUND, TRIAGE, write

ROWS = Path(__file__).with_name("rows_of_0_1_0.sql")
MORE = """\
- id: tulips-water
  title: Watering tulips
  questions: [how to water tulips]
  answer: Tulips want none.
  subject: tulips
  aspect: care
  topic: [watering]
  claims: [roses.water]
- id: roses-again
  title: Roses again
  questions: [what else of roses]
  answer: Roses want water again.
  subject: roses
  claims: [roses.water]
"""
NOW = 1_790_000_100.0  # a minute after the last of the rows
EXPERTS = Place("slack", "T1", "C9")


@pytest.fixture(scope="module")
def garden(tmp_path_factory: pytest.TempPathFactory) -> Advisor:
    folder = tmp_path_factory.mktemp("garden")
    return Advisor.load(write(folder, {**SOUND, "triage.yaml": TRIAGE, "answers/more.yaml": MORE}))


@pytest.fixture
async def store(database: str, garden: Advisor) -> AsyncIterator[SqlStore]:
    """On a database that 0.1.0 filled and this version migrated."""
    engine = create_engine(database_url(database, asynchronous=False))
    with engine.begin() as connection:
        take_out(connection)
        connection.execute(text("DROP TABLE web_ended_sessions"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0004'"))
        for line in ROWS.read_text(encoding="utf-8").splitlines():
            if not line.startswith("--"):
                connection.exec_driver_sql(line)
    engine.dispose()
    assert state(database) == "behind"
    migrate(database, garden.without_names)
    assert state(database) == "current"
    store = SqlStore.at(database)
    yield store
    await store.close()


@dataclass
class Talk:
    """One person, who writes to the advisor directly."""

    session: Session
    who: str
    place: Place | None = None
    number: int = 0

    async def say(self, said: str, *, command: str | None = None, fields: tuple[tuple[str, str], ...] = ()) -> Reply:
        self.number += 1
        return await self.session.respond(
            Message(
                said,
                command,
                self.place or Place("slack", "T1", f"D-{self.who}"),
                self.who,
                delivery=f"new-{self.who}-{self.number}",
                at=NOW + self.number,
                fields=tuple((name, (value,)) for name, value in fields),
                can_post=True,
                experts=EXPERTS,
            )
        )


@dataclass
class Channel:
    """A platform on which everything arrives; nothing can be found that 0.1.0 sent."""

    sent: dict[str, Content | None] = field(default_factory=dict)
    changed: list[tuple[str, str]] = field(default_factory=list)
    looked_for: list[str] = field(default_factory=list)

    def if_unsure(self, item: OutboxItem) -> IfUnsure:
        return "look"

    async def send(self, item: OutboxItem, going: Going) -> str:
        await going()
        self.sent[item.id] = item.content
        return f"new.{len(self.sent)}"

    async def find(self, item: OutboxItem, going: Going) -> str | None:
        self.looked_for.append(item.id)
        return None

    async def link(self, item: OutboxItem, reference: str) -> str:
        return ""

    async def update(self, item: OutboxItem, reference: str) -> None:
        self.changed.append(("update", reference))

    async def delete(self, item: OutboxItem, reference: str) -> None:
        self.changed.append(("delete", reference))


async def sent_out(store: SqlStore, garden: Advisor) -> Channel:
    """All that the outbox holds, with what comes of it."""
    channel, seconds = Channel(), [0.0]
    relay = OutboxRelay(
        store, {"slack": channel}, lambda: garden.phrases, clock=lambda: NOW + 60.0, monotonic=lambda: seconds[0]
    )
    for _ in range(4):  # a lease that stands still has ended by the third look
        while await relay.send_due():
            pass
        seconds[0] += LEASE / 2
    return channel


async def test_a_dialogue_goes_on_at_its_question(store: SqlStore, garden: Advisor) -> None:
    anna = Talk(Session(garden, store), "anna")
    assert "Your answers so far" in (await anna.say("resume")).text
    reply = await anna.say("snails")
    assert (reply.kind, reply.title) == ("recommendation", "Roses")


async def test_what_was_offered_can_still_be_typed(store: SqlStore, garden: Advisor) -> None:
    assert (await Talk(Session(garden, store), "eve").say("Watering roses")).entry == "roses-water"


async def test_a_previewed_post_is_confirmed(store: SqlStore, garden: Advisor) -> None:
    assert (await Talk(Session(garden, store), "ben").say("post it")).title == "On its way"
    posts = [one for one in (await sent_out(store, garden)).sent.values() if isinstance(one, Post)]
    assert {(post.title, post.shared_by, post.note) for post in posts} == {
        ("Watering roses", "ben", "mine"),
        ("Watering roses", "gus", "by gus"),
    }


async def test_a_previewed_question_is_confirmed(store: SqlStore, garden: Advisor) -> None:
    assert (await Talk(Session(garden, store), "carl").say("send it")).title == "Sent"
    asked = [one for one in (await sent_out(store, garden)).sent.values() if isinstance(one, ExpertQuestion)]
    assert {(one.question, one.asked_by) for one in asked} == {
        ("What of frost in May?", "carl"),
        ("Who knows moss?", "lena"),
    }


async def test_a_previewed_subscription_is_confirmed(store: SqlStore, garden: Advisor) -> None:
    assert (await Talk(Session(garden, store), "dora").say("set it up")).title == "Set up"
    async with store.transaction() as unit:
        kept = await unit.subscriptions.get(Place("slack", "T1", "C2"))
    assert kept is not None and (kept.cadence, kept.person) == ("daily", "dora")


async def test_a_message_that_is_delivered_again_gets_the_reply_that_it_got(store: SqlStore, garden: Advisor) -> None:
    said = Message("?", place=Place("slack", "T1", "D-eve"), person="eve", delivery="d-eve-12", at=NOW)
    reply = await Session(garden, store).respond(said)
    assert (reply.entry, reply.verdict) == ("roses-water", "yes")
    assert reply.text.startswith("Yes. Watering roses\n\nRoses want water.\n\n• in the morning")
    assert "Where this comes from:\n- Roses want water; tulips do not. [Chapter 1]" in reply.text


async def test_a_recommendation_is_shown_again_and_shared(store: SqlStore, garden: Advisor) -> None:
    finn = Talk(Session(garden, store), "finn")
    reply = await finn.say("", command="recommendation:c9858e9541a8df30")
    assert (reply.kind, reply.title) == ("recommendation", "Roses")
    shared = await finn.say("", command="preview:record/c9858e9541a8df30", fields=(("place", "C1"),))
    assert shared.title == "Post this?"
    assert (await finn.say("change an answer")).title == "Which answer do you want to change?"


async def test_everything_in_the_outbox_goes_out(store: SqlStore, garden: Advisor) -> None:
    channel = await sent_out(store, garden)
    kinds = sorted(type(content).__name__ for content in channel.sent.values())
    # One notice more than was waiting: that the post of gus is there.
    assert kinds == ["ExpertAnswer", "ExpertQuestion", "Notice", "Notice", "Notice", "Post", "Replied", "Replied"]
    assert channel.looked_for == ["reply-quin"]
    assert sorted(channel.changed) == [("delete", "44.2"), ("update", "44.1")]
    notices = {one.person: one.reply.title for one in channel.sent.values() if isinstance(one, Notice)}
    assert notices == {
        "ida": "Your post is there",
        "kim": "Your post did not get there",
        "gus": "Your post is there",
    }
    (answer,) = (one for one in channel.sent.values() if isinstance(one, ExpertAnswer))
    assert (answer.question, answer.answer, answer.asked_by) == ("Who knows lichen?", "Ned, ask the lichen.", "ned")
    replied = channel.sent["reply-pia"]
    assert isinstance(replied, Replied)
    assert replied.reply.text.startswith("No. Watering roses") and (replied.person, replied.to) == ("pia", "")
    async with store.transaction() as unit:
        assert await unit.outbox.waiting() == 0


async def test_a_post_that_stands_is_listed_and_taken_back(store: SqlStore, garden: Advisor) -> None:
    ida = Talk(Session(garden, store), "ida")
    (take_back,) = (await ida.say("posts")).choices
    assert take_back.label == "Take back “Watering roses”"
    assert (await ida.say("", command=take_back.command)).title == "I take it back"
    assert ("delete", "44.1") in (await sent_out(store, garden)).changed


async def test_posts_that_read_differently_now_are_found(store: SqlStore, garden: Advisor) -> None:
    assert [post.id for post, _ in await stale(store, garden.drafts, NOW)] == ["552d82603f87df7b"]


async def test_an_expert_answers_in_the_thread_of_a_question(store: SqlStore, garden: Advisor) -> None:
    thread = Place("slack", "T1", "C9", "55.1")
    assert (await Talk(Session(garden, store), "expert", thread).say("Mia, they like shade.")).title == "Passed on"
    answers = [one for one in (await sent_out(store, garden)).sent.values() if isinstance(one, ExpertAnswer)]
    assert ("Who knows ferns?", "Mia, they like shade.") in {(one.question, one.answer) for one in answers}


async def test_a_subscription_goes_on_with_what_it_has_not_shown(store: SqlStore, garden: Advisor) -> None:
    next_at = 1_790_000_000.0 + 7 * 86400
    assert await post_due(store, next_at - 1, garden.drafts) == 0
    assert await post_due(store, next_at, garden.drafts) == 1
    async with store.transaction() as unit:
        kept = await unit.subscriptions.get(Place("slack", "T1", "C3"))
    assert kept is not None and (kept.shown, kept.sent) == (("tulips-water", "roses-again"), 2)


async def test_votes_and_gaps_are_there_without_names(store: SqlStore) -> None:
    async with store.transaction() as unit:
        (tally,) = await unit.feedback.tallies()
        gaps = {gap.question: gap.answer for gap in await unit.gaps.all()}
    assert (tally.entry, tally.helpful) == ("roses-water", 1)
    assert len(gaps) == 3 and "what of greenhouses?" in gaps
    assert not any("Ned" in answer for answer in gaps.values())


async def test_the_page_and_teams_find_what_they_stored(store: SqlStore) -> None:
    async with store.transaction() as unit:
        (exchange,) = await unit.transcripts.of("v1", since=0.0)
        rosa = await unit.references.personal("T2", "29:rosa")
        experts = await unit.references.experts("T2")
        teams = await unit.references.teams("T2")
    assert "Where this comes from:" in exchange.reply.text
    assert rosa is not None and rosa.name == "Rosa" and experts == "19:experts"
    assert [team.name for team in teams] == ["Gardeners"]


async def test_who_is_forgotten_is_forgotten(store: SqlStore, garden: Advisor) -> None:
    people = ("anna", "ben", "carl", "eve", "finn", "gus", "ida", "lena", "mia", "ned", "olga", "pia", "quin")
    for who in people:
        async with store.transaction() as unit:
            counts = await forget(Person("slack", "T1", who), unit)
        assert counts.conversations == 1, who
    channel = await sent_out(store, garden)
    assert not [one for one in channel.sent.values() if isinstance(one, Replied)]
    assert sorted(channel.changed) == [
        ("delete", "44.2"),
        ("delete", "55.1"),
        ("delete", "55.2"),
        ("update", "44.1"),
        ("update", "44.1"),
        ("update", "new.1"),
    ]
    left = [one for one in channel.sent.values() if isinstance(one, Post)]
    assert [(post.shared_by, post.note) for post in left] == [("", "")]
