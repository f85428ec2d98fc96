"""T16 and the bot's own tokens: how the bot sends."""

from __future__ import annotations

import asyncio
import email.utils
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.outbox_relay import OutboxRelay, wait_before
from adapters.teams.credentials import FAILURE_REMEMBERED, Credentials, LoginFailed, Token
from adapters.teams.login import managed_identity
from adapters.teams.pace import LIMITS, LOOKUP_LIMITS, LOOKUPS_IN_ALL, Pace
from bot.domain.messages import Choice, Message, Reply
from bot.knowledge.shipped_phrases import shipped
from tests.adapters.teams.card_schema import texts
from tests.adapters.teams.conftest import WITH_APP_ID, FakeTime, MakeWorld, Settings, TinySession, World
from tests.teams_connector.activities import message
from tests.teams_connector.connector import Fault
from tests.teams_connector.issuer import APP_ID, Issuer


@pytest.mark.parametrize("status", [412, 429])
async def test_what_teams_asks_to_have_tried_again_is_tried_again_T16(world: World, status: int) -> None:
    world.connector.faults = [Fault(status), Fault(status)]
    assert (await world.post(message(world.connector.url, "hi")))[0] == 200
    assert len(world.connector.sent) == 1
    first, second = world.time.slept
    assert 0.25 <= first <= 0.75
    assert 0.5 <= second <= 1.5


async def test_retry_after_is_obeyed_T16(world: World) -> None:
    world.connector.faults = [Fault(429, {"Retry-After": "7"})]
    await world.post(message(world.connector.url, "hi"))
    assert world.time.slept == [7.0]
    assert len(world.connector.sent) == 1


async def test_retry_after_may_be_a_date_T16(world: World) -> None:
    world.connector.faults = [Fault(429, {"Retry-After": email.utils.formatdate(time.time() + 10, usegmt=True)})]
    await world.post(message(world.connector.url, "hi"))
    [slept] = world.time.slept
    assert 5 < slept <= 10


async def test_a_retry_after_that_is_nothing_known_falls_back_to_waiting_a_little(world: World) -> None:
    world.connector.faults = [Fault(429, {"Retry-After": "soon"})]
    await world.post(message(world.connector.url, "hi"))
    assert len(world.connector.sent) == 1


async def put_off(world: World) -> int:
    """How many replies wait in the outbox."""
    async with world.store.transaction() as unit:
        return await unit.outbox.waiting()


async def deliver(world: World, now: float) -> None:
    """Let the outbox send what is due then."""
    await OutboxRelay(world.store, {"teams": world.surface.sender}, shipped, clock=lambda: now).send_due()


async def test_what_teams_asks_to_wait_long_for_is_sent_by_the_outbox_when_it_is_time_T16(world: World) -> None:
    world.connector.faults = [Fault(429, {"Retry-After": "600"})]
    asked = message(world.connector.url, "hi")
    assert (await world.post(asked))[0] == 200
    assert (await world.post(asked))[0] == 200
    assert (world.time.slept, world.connector.sent, await put_off(world)) == ([], [], 1)
    await deliver(world, world.time.date + 599)
    assert world.connector.sent == []
    await deliver(world, world.time.date + 600)
    [sent] = world.connector.sent
    assert (sent.conversation, texts(sent.card)) == ("a:dana-and-bot", ["An answer", "In one sentence."])
    assert await put_off(world) == 0


async def test_a_reply_from_the_outbox_has_its_buttons(make_world: MakeWorld) -> None:
    async def respond(message: Message) -> Reply:
        return Reply("answer", "An answer", choices=(Choice("And then?", "answer:then"),))

    world = await make_world(session=TinySession(respond))
    world.connector.faults = [Fault(500)]
    await world.post(message(world.connector.url, "hi"))
    await deliver(world, world.time.date + wait_before(1))
    assert [action["title"] for action in world.connector.sent[0].card["actions"]] == ["And then?"]


@pytest.mark.parametrize("status", [307, 500, 502, 503, 504])
async def test_a_connector_that_fails_gets_the_reply_later_with_a_word_that_it_may_be_there_already(
    world: World, status: int
) -> None:
    world.connector.faults = [Fault(status, after=True)]
    assert (await world.post(message(world.connector.url, "hi")))[0] == 200
    assert (world.connector.requests, await put_off(world)) == (1, 1)
    await deliver(world, world.time.date + wait_before(1))
    first, second = [texts(sent.card) for sent in world.connector.sent]
    assert first == ["An answer", "In one sentence."]
    assert second == ["An answer", shipped()("notice-maybe-twice"), "In one sentence."]


@pytest.mark.parametrize("page", ["<html>no gateway today</html>", "{]", '"ok"', "[1]"])
async def test_a_page_in_place_of_teams_answer_does_not_count_as_sent(world: World, page: str) -> None:
    world.connector.faults = [Fault(200, page=page)]
    assert (await world.post(message(world.connector.url, "hi")))[0] == 200
    assert (world.connector.sent, await put_off(world)) == ([], 1)
    await deliver(world, world.time.date + wait_before(1))
    assert len(world.connector.sent) == 1


@pytest.mark.parametrize("fault", [Fault(500), Fault(200, page="<html>no gateway today</html>"), Fault(200, page="{]")])
async def test_while_nothing_can_be_put_off_teams_is_asked_to_deliver_again(
    world: World, tmp_path: Path, fault: Fault
) -> None:
    asked = message(world.connector.url, "hi")
    await world.post(message(world.connector.url, "hi"))
    with sqlite3.connect(tmp_path / "1.db") as other:
        other.execute("ALTER TABLE outbox RENAME TO away")
    world.connector.faults = [replace(fault)]
    assert (await world.post(asked))[0] == 503
    assert (await world.post(asked))[0] == 200
    assert len(world.connector.sent) == 2


async def test_a_reply_that_was_sent_is_not_asked_for_again_where_that_cannot_be_kept(
    world: World, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "1.db")) as other:
        other.execute(
            "CREATE TRIGGER not_now BEFORE UPDATE OF finished_at ON outbox BEGIN SELECT RAISE(ABORT, 'not now'); END"
        )
    asked = message(world.connector.url, "hi")
    with capture_logs() as logged:
        assert [(await world.post(asked))[0] for _ in range(2)] == [200, 200]
    assert len(world.connector.sent) == 1
    assert "outbox.outcome_not_stored" in str(logged)


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_what_will_not_get_better_is_not_tried_again_and_said_to_the_operator(world: World, status: int) -> None:
    world.connector.faults = [Fault(status)]
    with capture_logs() as logged:
        assert (await world.post(message(world.connector.url, "hi")))[0] == 200
    assert (world.connector.requests, await put_off(world)) == (1, 0)
    assert f"http-{status}" in str(logged)


async def test_a_redirect_is_not_followed(world: World) -> None:
    world.connector.faults = [Fault(307, {"Location": f"{world.connector.url}v3/conversations/other/activities"})]
    assert (await world.post(message(world.connector.url, "hi")))[0] == 200
    assert (world.connector.sent, await put_off(world)) == ([], 1)


@pytest.mark.parametrize("limits", [LIMITS, LOOKUP_LIMITS, LOOKUPS_IN_ALL])
async def test_nothing_is_asked_of_a_conversation_faster_than_teams_allows_T16(
    limits: tuple[tuple[int, float], ...],
) -> None:
    passing = FakeTime()
    pace = Pace(limits, passing.clock, passing.sleep)
    sent = []
    for _ in range(200):
        await pace.wait("one")
        sent.append(passing.now)
    for count, seconds in limits:
        assert all(later - earlier >= seconds for earlier, later in zip(sent, sent[count:], strict=False)), count
    passing.slept.clear()
    await pace.wait("another")
    assert passing.slept == []


async def test_threads_of_a_channel_share_its_limit_T16(world: World) -> None:
    for thread in range(8):
        channel = {"id": f"19:c@thread.tacv2;messageid={thread}", "conversationType": "channel"}
        await world.post(message(world.connector.url, "hi", conversation=channel))
    assert world.time.slept == [1.0]


async def test_the_bots_token_is_acquired_once_and_kept(make_world: MakeWorld) -> None:
    world = await make_world(WITH_APP_ID)
    for _ in range(3):
        await world.post_signed(message(world.connector.url, "hi"))
    [login] = world.issuer.logins
    assert login == {
        "tenant": "tenant-of-the-app",
        "grant_type": "client_credentials",
        "client_id": APP_ID,
        "client_secret": "app-password",
        "scope": "https://connector.example/.default",
    }


async def test_a_bot_of_many_tenants_logs_in_at_bot_frameworks(make_world: MakeWorld) -> None:
    world = await make_world(Settings(APP_ID, "app-password", "", "MultiTenant"))
    await world.post_signed(message(world.connector.url, "hi"))
    assert world.issuer.logins[0]["tenant"] == "botframework.com"


async def test_the_bots_token_is_renewed_before_it_expires_and_used_meanwhile_T24(make_world: MakeWorld) -> None:
    world = await make_world(WITH_APP_ID)
    await world.post_signed(message(world.connector.url, "hi"))
    world.time.now += world.issuer.expires_in - 200
    world.issuer.login_opens.clear()
    for _ in range(3):
        await world.post_signed(message(world.connector.url, "hi"))
    assert [sent.authorization for sent in world.connector.sent] == ["Bearer own-token-1"] * 4
    world.issuer.login_opens.set()
    await world.issuer.until(lambda: len(world.issuer.logins) == 2)
    await world.post_signed(message(world.connector.url, "hi"))
    assert world.connector.sent[-1].authorization == "Bearer own-token-2"


async def test_while_its_successor_is_acquired_the_token_shows_that_the_bot_is_typing_T24(
    make_world: MakeWorld,
) -> None:
    world = await make_world(WITH_APP_ID, slow=0.0)
    await world.post_signed(message(world.connector.url, "hi"))
    world.time.now += world.issuer.expires_in - 200
    world.issuer.login_opens.clear()
    world.connector.sent.clear()
    thought = asyncio.Event()

    async def think(message: Message) -> Reply:
        await thought.wait()
        return Reply("notice", "Thought")

    world.session.reply = think
    asking = asyncio.create_task(world.post_signed(message(world.connector.url, "hi")))
    await world.connector.until(lambda: bool(world.connector.sent))
    assert world.connector.sent[0].activity["type"] == "typing"
    thought.set()
    assert (await asking)[0] == 200
    assert len(world.connector.messages) == 1


async def test_without_a_token_replies_wait_in_the_outbox_for_one_login_T24(make_world: MakeWorld) -> None:
    world = await make_world(WITH_APP_ID, login=0.0)
    world.issuer.login_opens.clear()
    for _ in range(3):
        assert (await world.post_signed(message(world.connector.url, "hi")))[0] == 200
    assert (await put_off(world), world.issuer.asked) == (3, 1)
    world.issuer.login_opens.set()
    await world.issuer.until(lambda: len(world.issuer.logins) == 1)
    await deliver(world, world.time.date + wait_before(1))
    assert (len(world.connector.messages), world.issuer.asked) == (3, 1)


async def test_a_token_that_the_connector_does_not_take_is_acquired_anew(make_world: MakeWorld) -> None:
    world = await make_world(WITH_APP_ID)
    world.connector.accepts = lambda authorization: authorization == "Bearer own-token-2"
    assert (await world.post_signed(message(world.connector.url, "hi")))[0] == 200
    assert len(world.connector.sent) == 1


async def test_a_connector_that_takes_no_token_at_all_is_given_up(make_world: MakeWorld) -> None:
    world = await make_world(WITH_APP_ID)
    world.connector.accepts = lambda authorization: False
    assert (await world.post_signed(message(world.connector.url, "hi")))[0] == 200
    assert (world.connector.requests, await put_off(world)) == (2, 1)


async def test_a_login_that_takes_long_delays_nobody_else(make_world: MakeWorld) -> None:
    world = await make_world(WITH_APP_ID)
    world.issuer.login_opens.clear()
    taken = asyncio.Event()

    async def take(message: Message) -> Reply:
        taken.set()
        return Reply("notice", "Taken")

    world.session.reply = take
    waiting = asyncio.create_task(world.post_signed(message(world.connector.url, "hi")))
    await taken.wait()
    # The message waits for its token. Meanwhile the same process answers who needs none.
    assert (await world.post(message(world.connector.url, "hi")))[0] == 401
    assert not waiting.done()
    world.issuer.login_opens.set()
    assert (await waiting)[0] == 200


async def test_a_login_that_fails_is_logged_without_the_password(make_world: MakeWorld) -> None:
    with capture_logs() as logged:
        world = await make_world(Settings(APP_ID, "zanzibar-password", "t"))
        assert (await world.post_signed(message(world.connector.url, "hi")))[0] == 200
        assert await put_off(world) == 1
    assert "AADSTS7000215" in str(logged)
    assert "zanzibar-password" not in str(logged)


async def test_the_password_goes_nowhere_else_where_the_login_is_redirected(make_world: MakeWorld) -> None:
    world = await make_world(WITH_APP_ID)
    async with Issuer() as elsewhere:
        world.issuer.moved_to = elsewhere.url
        assert (await world.post_signed(message(world.connector.url, "hi")))[0] == 200
        assert elsewhere.logins == []
    assert await put_off(world) == 1


async def test_however_many_need_a_token_it_is_acquired_once_T24() -> None:
    asked = 0

    async def acquire() -> Token:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return Token("t", 3600)

    credentials = Credentials(acquire, lambda: 0.0)
    assert await asyncio.gather(*(credentials.token() for _ in range(10))) == ["t"] * 10
    assert asked == 1


async def test_a_login_that_fails_fails_for_all_who_wait_and_is_not_tried_again_at_once_T24() -> None:
    asked = 0
    passing = FakeTime()

    async def acquire() -> Token:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        if asked == 1:
            raise LoginFailed("invalid_client")
        return Token("t", 3600)

    credentials = Credentials(acquire, passing.clock)
    failed = await asyncio.gather(*(credentials.token() for _ in range(10)), return_exceptions=True)
    assert [type(one) for one in failed] == [LoginFailed] * 10
    with pytest.raises(LoginFailed):
        await credentials.token()
    assert asked == 1
    passing.now += FAILURE_REMEMBERED
    assert await credentials.token() == "t"


async def test_a_managed_identity_is_asked_of_the_machine(
    monkeypatch: pytest.MonkeyPatch, make_world: MakeWorld
) -> None:
    from aiohttp import web
    from aiohttp.test_utils import TestServer

    async def identity(request: web.Request) -> web.Response:
        assert request.headers["X-IDENTITY-HEADER"] == "machine-secret"
        assert request.query["client_id"] == APP_ID
        assert request.query["resource"] == "https://connector.example"
        return web.json_response({"access_token": "machines-token", "expires_on": str(int(time.time()) + 3600)})

    app = web.Application()
    app.router.add_get("/msi/token", identity)
    async with TestServer(app) as server:
        # These are Azure's own names; the environment is where MSAL reads them.
        monkeypatch.setenv("IDENTITY_ENDPOINT", str(server.make_url("/msi/token")))
        monkeypatch.setenv("IDENTITY_HEADER", "machine-secret")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        token = await managed_identity(APP_ID, "https://connector.example/.default")()
    assert token.value == "machines-token"
    assert token.expires_in > 3000


async def test_a_machine_without_an_identity_fails_in_good_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "machine-secret")
    with pytest.raises(LoginFailed):
        await managed_identity(APP_ID, "https://connector.example/.default")()
