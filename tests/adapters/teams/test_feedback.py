"""Votes by Teams' own buttons below a message, and by ours on the card where Teams' are not said to be there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.housekeeping import Housekeeper
from adapters.outbox_relay import wait_before
from adapters.teams.cloud import CHINA
from bot.advisor import Advisor
from bot.domain.records import Person, VoteTally
from tests.adapters.teams.conftest import WITH_APP_ID, MakeWorld, World
from tests.adapters.teams.test_conversations import actions, labels
from tests.adapters.teams.test_sending import deliver
from tests.adapters.teams.test_targeted import answer, mentioned, with_knowledge
from tests.teams_connector.activities import DANA, TENANT, executed, in_channel, in_group_chat, message, rated
from tests.teams_connector.connector import Fault, Sent

OURS = {"Helpful", "Not helpful"}
ERIK = {"id": "29:erik", "name": "Erik", "aadObjectId": "aad-erik", "role": "user"}
FOR_ALL = replace(WITH_APP_ID, teams_private_answers=False)
DAY = 24 * 60 * 60.0


@pytest.fixture
async def world(make_world: MakeWorld, advisor: Advisor) -> World:
    return await with_knowledge(await make_world(WITH_APP_ID), advisor)


async def rate(world: World, reaction: str, id: str, **where: Any) -> None:
    """Teams shows an error where the response is not empty."""
    before = len(world.connector.sent)
    assert await world.post_signed(rated(world.connector.url, reaction, id, **where)) == (200, "")
    assert len(world.connector.sent) == before, "nothing is added to the chat"


async def tally(world: World) -> tuple[int, int]:
    """How many found it helpful, and how many did not."""
    tallies: list[VoteTally]
    async with world.store.transaction() as unit:
        tallies = list(await unit.feedback.tallies())
    return sum(one.helpful for one in tallies), sum(one.unhelpful for one in tallies)


def has_ours(sent: Sent) -> bool:
    return bool(set(labels(sent.card)) & OURS)


async def asked(world: World, **where: Any) -> Sent:
    return await answer(world, mentioned(world, "what is SAST?", **where) if where else _in_chat(world))


def _in_chat(world: World) -> dict[str, Any]:
    return message(world.connector.url, "what is SAST?")


async def test_an_answer_has_teams_own_buttons_and_not_ours_T27(world: World) -> None:
    sent = await asked(world)
    assert sent.activity["channelData"] == {"feedbackLoop": {"type": "default"}}
    assert not has_ours(sent)
    assert "Share" in set(labels(sent.card))


async def test_what_nobody_votes_on_has_neither(world: World) -> None:
    sent = await answer(world, message(world.connector.url, "help"))
    assert not sent.has_feedback and not has_ours(sent)


@pytest.mark.parametrize("where", [in_channel(), in_group_chat()], ids=["channel", "group chat"])
async def test_in_a_channel_and_a_group_chat_everybody_has_a_vote(
    make_world: MakeWorld, advisor: Advisor, where: dict[str, Any]
) -> None:
    world = await with_knowledge(await make_world(FOR_ALL), advisor)
    sent = await asked(world, **where)
    assert sent.has_feedback and not has_ours(sent)
    await rate(world, "like", sent.id, **where)
    await rate(world, "dislike", sent.id, **where, **{"from": ERIK})
    assert await tally(world) == (1, 1)


async def test_what_is_for_one_person_alone_has_ours_T27(world: World) -> None:
    sent = await asked(world, **in_channel())
    assert sent.targeted == DANA["id"] and has_ours(sent) and not sent.has_feedback
    world.connector.refuses_targeted = 403
    sent = await asked(world, **in_channel())
    assert not sent.targeted and has_ours(sent) and not sent.has_feedback


async def test_a_recommendation_in_the_place_of_the_question_before_it_has_ours(world: World) -> None:
    for said in ("triage", "one application", "1", "nothing yet"):
        sent = await answer(world, message(world.connector.url, said))
    skip = next(action for action in actions(sent.card) if action["data"]["command"].startswith("skip"))
    _, body = await world.post_signed(executed(world.connector.url, skip["data"]))
    assert set(labels(body["value"])) >= OURS
    assert not any(sent.has_feedback for sent in world.connector.sent)


async def test_ours_stand_where_microsoft_does_not_name_its_own_and_where_they_are_switched_off(
    make_world: MakeWorld, advisor: Advisor
) -> None:
    off = await make_world(replace(WITH_APP_ID, teams_feedback=False))
    china = await make_world(WITH_APP_ID, cloud=lambda issuer: replace(issuer.cloud(), feedback=CHINA.feedback))
    for made in (off, china):
        sent = await asked(await with_knowledge(made, advisor))
        assert has_ours(sent) and not sent.has_feedback
        await rate(made, "like", sent.id)
        assert await tally(made) == (0, 0)


async def test_a_vote_is_counted_once_and_changes_when_pressed_anew(world: World) -> None:
    sent = await asked(world)
    like = rated(world.connector.url, "like", sent.id)
    for _ in range(2):  # delivered twice
        assert await world.post_signed(like) == (200, "")
    assert await tally(world) == (1, 0)
    await rate(world, "dislike", sent.id)
    assert await tally(world) == (0, 1)
    await rate(world, "like", sent.id)
    assert await tally(world) == (1, 0)


async def test_an_older_answer_is_voted_on_as_itself(world: World) -> None:
    first = await asked(world)
    await answer(world, message(world.connector.url, "what is DAST?"))
    await rate(world, "dislike", first.id)
    async with world.store.transaction() as unit:
        [vote] = await unit.feedback.tallies()
    assert "sast" in vote.entry


async def test_a_question_whose_answer_did_not_help_is_kept_for_the_curator_and_what_is_written_is_not(
    world: World,
) -> None:
    sent = await asked(world)
    await rate(world, "dislike", sent.id, why="it was like that")
    async with world.store.transaction() as unit:
        [gap] = await unit.gaps.all()
    assert (gap.question, gap.kind) == ("what is SAST?", "unhelpful")
    assert all("it was like that" not in f"{said.text}{said.fields}{said.command}" for said in world.session.heard)


async def test_an_answer_that_is_sent_later_can_be_voted_on_too(world: World) -> None:
    world.connector.faults = [Fault(500)]
    await world.post_signed(_in_chat(world))
    assert world.connector.sent == []
    await deliver(world, world.time.date + wait_before(1))
    [sent] = world.connector.sent
    assert sent.has_feedback and not has_ours(sent)
    await rate(world, "like", sent.id)
    assert await tally(world) == (1, 0)


@pytest.mark.parametrize("id", ["", "of-another-message"], ids=["unnamed", "unknown"])
async def test_a_vote_on_no_known_message_is_answered_and_only_the_log_says_so(world: World, id: str) -> None:
    await asked(world)
    with capture_logs() as logged:
        await rate(world, "like", id)
    assert await tally(world) == (0, 0)
    assert "teams.feedback_not_counted" in str(logged)


async def test_the_same_id_in_another_chat_is_another_message(world: World) -> None:
    sent = await asked(world)
    await rate(world, "like", sent.id, **in_group_chat())
    assert await tally(world) == (0, 0)


@pytest.mark.parametrize(
    "value", [None, [], "x", {"actionName": "feedback"}, {"actionName": "other", "actionValue": {}}]
)
async def test_what_is_no_vote_is_answered_all_the_same(world: World, value: object) -> None:
    sent = await asked(world)
    await rate(world, "like", sent.id, value=value)
    assert await tally(world) == (0, 0)


async def test_who_floods_is_answered_with_nothing_too(world: World) -> None:
    sent = await asked(world)
    for number in range(40):
        await rate(world, ("like", "dislike")[number % 2], sent.id)
    assert sum(await tally(world)) == 1


async def test_which_message_shows_which_answer_is_forgotten_with_the_person_and_after_30_days(
    world: World, advisor: Advisor
) -> None:
    async def known(id: str) -> bool:
        place = world.session.heard[0].place
        async with world.store.transaction() as unit:
            return await unit.shown_replies.find(place, id) is not None

    first = await asked(world)
    assert await known(first.id)
    async with world.store.transaction() as unit:
        await unit.forget(Person("teams", TENANT, "aad-dana"))
    assert not await known(first.id)
    second = await asked(world)
    for days, stays in ((29, True), (31, False)):
        now = world.time.date + days * DAY
        await Housekeeper(world.store, lambda: advisor.drafts, clock=lambda now=now: now).run_once()  # type: ignore[misc]
        assert await known(second.id) is stays
