"""What the outbox sends through Teams."""

from __future__ import annotations

import pytest

from adapters.outbox_relay import OutboxRelay
from adapters.teams.connector import SendFailed
from bot.domain.effects import Post
from bot.domain.messages import Citation, Paragraph, Place, Reply
from bot.domain.outbox import Content, ExpertAnswer, ExpertQuestion, Notice, OutboxItem, Refused, TryLater
from bot.knowledge.shipped_phrases import shipped
from bot.service.effect_handlers import on_outcome_unknown
from tests.adapters.teams.card_schema import check_card, texts
from tests.adapters.teams.conftest import WITH_APP_ID, MakeWorld, Settings, World
from tests.teams_connector.activities import CHANNEL, DANA, TENANT, message
from tests.teams_connector.connector import Fault

SAY = shipped()
THERE = Place("teams", TENANT, CHANNEL)
POST = Post(
    "Begin with one thing",
    body=(Paragraph("Because it comes first."),),
    citations=(Citation("c1", "It comes first.", "section 1", "The Source"),),
    shared_by="aad-dana",
    note="see [this](https://x.example) **now**",
    how_to_ask="Mention me to ask.",
)


@pytest.fixture
async def heard(world: World) -> World:
    """A world in which the bot knows where the tenant's conversations are."""
    world.connector.members[CHANNEL] = [DANA]
    await world.post(message(world.connector.url, "hi"))
    world.connector.sent.clear()
    return world


async def going() -> None:
    """Nobody else is at it."""


def item(content: Content | None, action: str = "send", place: Place = THERE) -> OutboxItem:
    return OutboxItem("item-1", action, place, "subject-1", content)  # type: ignore[arg-type]


async def test_a_shared_recommendation_is_a_new_post_with_the_name_of_who_shared_it(heard: World) -> None:
    reference = await heard.surface.sender.send(item(POST), going)
    [sent] = heard.connector.sent
    assert (sent.action, sent.conversation, sent.id) == ("send", CHANNEL, reference)
    check_card(sent.card)
    title, shared, *_ = texts(sent.card)
    assert title == "Begin with one thing"
    assert shared.startswith("Shared by Dana: ")
    assert "[this](" not in shared, "nothing in a note links"
    assert "actions" not in sent.card


async def test_a_post_is_changed_and_taken_back(heard: World) -> None:
    await heard.surface.sender.update(item(Post("Another title", updated="2026-01-05"), "update"), "post-1")
    await heard.surface.sender.delete(item(None, "delete"), "post-1")
    updated, deleted = heard.connector.sent
    assert (updated.action, updated.id) == ("update", "post-1")
    assert texts(updated.card) == ["Another title", "Brought up to date on 2026-01-05."]
    assert (deleted.action, deleted.conversation, deleted.id) == ("delete", CHANNEL, "post-1")


async def test_a_message_that_is_gone_counts_as_taken_away(heard: World) -> None:
    heard.connector.faults = [Fault(404)]
    await heard.surface.sender.delete(item(None, "delete"), "post-1")


async def test_a_question_to_the_experts_says_how_to_answer(heard: World) -> None:
    await heard.surface.sender.send(item(ExpertQuestion("q1", "What about **this**?", "aad-nobody")), going)
    card = heard.connector.sent[0].card
    check_card(card)
    title, question, how = texts(card)
    assert title == "A colleague asks"
    assert question == "What about \\*\\*this\\*\\*?"
    assert "thread" in how
    [submit] = card["actions"]
    assert submit["data"] == {"command": "relay:q1", "fields": ["field.answer"]}


async def test_an_experts_answer_goes_to_the_asker_as_a_persons_answer(heard: World) -> None:
    place = Place("teams", TENANT, "19:chat@thread.tacv2", "1700")
    await heard.surface.sender.send(item(ExpertAnswer("Why?", "Because.", "aad-x", "aad-dana"), place=place), going)
    [sent] = heard.connector.sent
    assert sent.conversation == "19:chat@thread.tacv2;messageid=1700"
    assert "not from the source" in texts(sent.card)[-1]


async def test_what_teams_refuses_for_now_is_tried_later(heard: World) -> None:
    heard.connector.faults = [Fault(429, {"Retry-After": "600"})]
    with pytest.raises(TryLater) as later:
        await heard.surface.sender.send(item(Post("A title")), going)
    assert later.value.after == 600


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_what_teams_refuses_for_good_is_given_up(heard: World, status: int) -> None:
    heard.connector.faults = [Fault(status)]
    with pytest.raises(Refused, match=f"http-{status}"):
        await heard.surface.sender.send(item(Post("A title")), going)


async def test_after_a_gateway_failed_nobody_knows(heard: World) -> None:
    heard.connector.faults = [Fault(502)] * 5
    with pytest.raises(Exception) as unknown:
        await heard.surface.sender.send(item(Post("A title")), going)
    assert not isinstance(unknown.value, TryLater | Refused)


async def test_without_an_address_the_post_waits(world: World) -> None:
    with pytest.raises(TryLater):
        await world.surface.sender.send(item(POST), going)


async def test_where_only_an_address_is_known_that_must_not_be_sent_to_the_post_is_given_up_at_once(
    make_world: MakeWorld,
) -> None:
    used = await make_world(WITH_APP_ID)
    await used.post_signed(message(used.connector.url, "hi"))
    world = await make_world(Settings(teams_development="http://127.0.0.1:1"), beside=used)
    with pytest.raises(Refused, match="service-url-unusable"):
        await world.surface.sender.send(item(POST), going)


async def test_after_a_restart_the_global_address_is_used(make_world: MakeWorld) -> None:
    other = await make_world()
    world = await make_world(WITH_APP_ID, cloud=lambda issuer: issuer.cloud(service_url=other.connector.url))
    await world.surface.sender.send(item(Post("A title")), going)
    assert other.connector.sent[0].authorization == "Bearer own-token-1"


async def test_while_nobody_can_log_in_the_post_waits(make_world: MakeWorld) -> None:
    from dataclasses import replace

    settings = replace(WITH_APP_ID, microsoft_app_password="wrong")
    world = await make_world(settings, cloud=lambda issuer: issuer.cloud(service_url="https://connector.example/"))
    with pytest.raises(TryLater):
        await world.surface.sender.send(item(Post("A title")), going)


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_post_in_a_channel_that_may_stand_there_is_not_sent_again(heard: World, status: int) -> None:
    heard.connector.faults = [Fault(status, after=True)]
    with pytest.raises(SendFailed):
        await heard.surface.sender.send(item(POST), going)
    assert [sent.conversation for sent in heard.connector.sent] == [CHANNEL]
    assert heard.surface.sender.if_unsure(item(POST)) == "never"


async def test_in_a_chat_with_one_person_twice_is_better_than_never(heard: World) -> None:
    answer = item(Notice(Reply("answer", "An answer"), "aad-dana"), place=Place("teams", TENANT, "a:dana-and-bot"))
    assert heard.surface.sender.if_unsure(answer) == "again"


async def test_an_answer_that_may_stand_in_a_channel_is_told_to_the_asker_alone(heard: World) -> None:
    async with heard.store.transaction() as unit:
        await on_outcome_unknown(SAY, item(Notice(Reply("answer", "An answer"), "aad-dana")), unit)
    while await OutboxRelay(heard.store, {"teams": heard.surface.sender}, shipped).send_due():
        pass
    [sent] = heard.connector.sent
    assert sent.conversation == "a:dana-and-bot"
    assert texts(sent.card) == ["An answer", SAY("notice-maybe-above")]


async def test_who_has_no_chat_with_the_advisor_is_told_in_the_thread_to_look_above(heard: World) -> None:
    async with heard.store.transaction() as unit:
        await on_outcome_unknown(SAY, item(Notice(Reply("answer", "An answer"), "aad-somebody")), unit)
    while await OutboxRelay(heard.store, {"teams": heard.surface.sender}, shipped).send_due():
        pass
    [sent] = heard.connector.sent
    assert sent.conversation == CHANNEL
    assert texts(sent.card)[0] == SAY("notice-look-above-title")
