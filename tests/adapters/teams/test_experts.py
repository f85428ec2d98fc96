"""The experts' channel: chosen once, in that channel, or by the operator."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.messages import Place
from tests.adapters.teams.card_schema import texts
from tests.adapters.teams.conftest import WITH_APP_ID, MakeWorld, Settings, World
from tests.teams_connector.activities import BOT, CHANNEL, DANA, TENANT, in_channel, mention, message, pressed

ELSEWHERE = "19:elsewhere@thread.tacv2"
THERE = Place("teams", TENANT, CHANNEL)


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    return with_dana(await make_world())


def with_dana(world: World) -> World:
    world.connector.members = {CHANNEL: [DANA], ELSEWHERE: [DANA]}
    return world


async def said(world: World, text: str, **where: Any) -> str:
    """The title of the answer to a mention."""
    text = f"<at>{BOT['name']}</at> {text}"
    await world.post(message(world.connector.url, text, entities=[mention(BOT)], **where))
    return texts(world.connector.sent[-1].card)[0]


async def experts(world: World) -> Place | None:
    """Where a question to a person would go."""
    await world.post(message(world.connector.url, "ask"))
    return world.session.heard[-1].experts


@pytest.mark.parametrize("text", ["experts here", "Experts here.", "expert here", "experts:here"])
async def test_the_channel_is_chosen_by_a_word_in_it(world: World, text: str) -> None:
    assert await experts(world) is None
    assert await said(world, text, **in_channel()) == "Questions come here"
    assert await experts(world) == THERE


async def test_it_is_chosen_once_and_moves_only_with_the_word_of_the_channel_that_has_it(world: World) -> None:
    elsewhere = in_channel(channel=ELSEWHERE)
    await said(world, "experts here", **in_channel())
    assert await said(world, "experts here", **in_channel()) == "Questions come here"
    assert await said(world, "experts here", **elsewhere) == "Another channel is chosen"
    assert await said(world, "experts elsewhere", **elsewhere) == "They are not here"
    assert await experts(world) == THERE
    assert await said(world, "experts elsewhere", **in_channel()) == "Questions come here no more"
    assert await experts(world) is None
    assert await said(world, "experts here", **elsewhere) == "Questions come here"


async def test_it_can_be_taken_back_by_the_button_below(world: World) -> None:
    await said(world, "experts here", **in_channel())
    await world.post(pressed(world.connector.url, {"command": "experts:elsewhere"}, **in_channel()))
    assert await experts(world) is None


async def test_a_chat_is_no_channel(world: World) -> None:
    assert await said(world, "experts here") == "Not here"


async def test_a_guest_chooses_nothing(world: World) -> None:
    world.connector.members[CHANNEL] = [{**DANA, "userRole": "guest"}]
    assert await said(world, "experts here", **in_channel()) == "That is for members of this organisation"
    assert await experts(world) is None


@pytest.mark.parametrize("tenant", ["99999999-0000-0000-0000-000000000002", None])
async def test_an_external_member_of_a_shared_channel_chooses_nothing_and_ends_nothing(
    world: World, tenant: str | None
) -> None:
    external = {**DANA, "tenantId": tenant, "userRole": "user"}
    world.connector.members[CHANNEL] = [external]
    assert await said(world, "experts here", **in_channel()) == "That is for members of this organisation"
    assert await experts(world) is None
    world.connector.members[CHANNEL] = [DANA]
    await said(world, "experts here", **in_channel())
    world.connector.members[CHANNEL] = [external]
    assert await said(world, "experts elsewhere", **in_channel()) == "That is for members of this organisation"
    assert await experts(world) == THERE


async def test_what_the_operator_set_stays(make_world: MakeWorld) -> None:
    world = with_dana(await make_world(Settings(teams_experts_channel=ELSEWHERE)))
    assert await experts(world) == replace(THERE, channel=ELSEWHERE)
    assert await said(world, "experts here", **in_channel()) == "That is set already"


async def test_what_the_operator_set_is_for_the_tenant_of_the_app_alone(make_world: MakeWorld) -> None:
    world = await make_world(replace(WITH_APP_ID, teams_experts_channel=ELSEWHERE))
    await world.post_signed(message(world.connector.url, "ask"))
    assert world.session.heard[-1].experts is None, "another tenant's question stays in that tenant"


async def test_experts_as_a_word_in_a_question_choose_nothing(world: World) -> None:
    assert await said(world, "do the experts here agree?", **in_channel()) == "An answer"
