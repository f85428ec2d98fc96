"""What stands in a request: malformed ones are turned away in good order."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.database import SqlStore
from adapters.outbox_relay import OutboxRelay
from adapters.surface import SurfaceOff
from adapters.teams.activity import MAX_ATTACHMENTS, MAX_MENTIONS, read_activity
from adapters.teams.surface import open_surface
from bot.knowledge.shipped_phrases import shipped
from tests.adapters.teams.conftest import WITH_APP_ID, MakeWorld, Settings, TinySession, World
from tests.teams_connector.activities import BOT, activity, mention, message
from tests.teams_connector.issuer import APP_ID

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "1", '"text"', "{}", '{"type": 1}', "[" * 5000, b"\xff\xfe"])
async def test_a_body_that_is_no_activity_is_a_bad_request(world: World, body: Any) -> None:
    async with world.http.post(f"{world.url}/api/messages", data=body, headers=JSON) as response:
        assert response.status == 400
        assert await response.text() == ""


@pytest.mark.parametrize(
    "changed",
    [
        {"id": None},
        {"serviceUrl": None},
        {"conversation": None},
        {"conversation": "a text"},
        {"conversation": {"id": ""}},
        {"from": None},
        {"recipient": None},
        {"from": ["a list"]},
        {"from": {"id": 7}},
        {"channelId": "m" * 5_000},
        {"conversation": {"id": "a:" + "b" * 5_000}},
        {"id": "\ud800"},
        {"conversation": {"id": "a:\ud800"}},
        {"from": {"id": "29:\ud800"}},
        {"value": {"command": "\ud800"}},
    ],
)
async def test_an_activity_without_what_every_activity_has_is_a_bad_request(
    world: World, changed: dict[str, Any]
) -> None:
    status, body = await world.post(message(world.connector.url, "hi", **changed))
    assert (status, body) == (400, "")
    assert world.session.heard == []


@pytest.mark.parametrize(
    "changed",
    [
        {"value": "a text"},
        {"value": ["a list"]},
        {"value": {"command": 7}},
        {"value": {"command": "more", "more": ["x"]}},
        {"channelData": "a text"},
        {"channelData": {"tenant": "a text"}},
        {"timestamp": "yesterday"},
        {"entities": "none"},
        {"entities": [{"type": "ProductInfo", "id": "COPILOT"}, "a text", None]},
        {"attachments": "none"},
        {"attachments": [{}, "a text", {"contentType": "text/html", "content": ["a list"]}]},
        {"replyToId": None, "locale": None},
        {"entities": [{"type": "mention"}, {"type": "mention", "mentioned": "x", "text": 3}, {}]},
    ],
)
async def test_odd_parts_of_a_message_are_passed_over(world: World, changed: dict[str, Any]) -> None:
    status, _ = await world.post(message(world.connector.url, "what is it?", **changed))
    assert status == 200
    [heard] = world.session.heard
    assert (heard.text, heard.command) == ("what is it?", None)


MANY: dict[str, dict[str, Any]] = {
    "attachments": {"attachments": [{}] * 20_000},
    "members": {"membersAdded": [{"id": "29:a"}] * 5_000},
    "numbers in a value": {"value": [1] * 60_000},
    "fields in a value": {"value": dict.fromkeys(map(str, range(5_000)), 1)},
    "lists within lists": {"channelData": [[[]] * 100] * 100},
    "entities and choices": {"entities": [{}] * 2_000, "suggestedActions": {"actions": [{}] * 2_000}},
}


@pytest.mark.parametrize("changed", MANY.values(), ids=MANY)
async def test_what_is_not_used_is_passed_over_however_much_of_it_there_is_T21(
    world: World, changed: dict[str, Any]
) -> None:
    assert await world.post(message(world.connector.url, "what is it?", **changed)) == (200, "")
    [heard] = world.session.heard
    assert heard.text == "what is it?"


async def test_only_so_many_mentions_and_attachments_are_read_T21(world: World) -> None:
    body = message(world.connector.url, "hi", entities=[mention(BOT)] * 2_000, attachments=[{"contentType": "a"}] * 200)
    read = read_activity(body)
    assert read is not None
    assert (len(read.entities), len(read.attachments)) == (MAX_MENTIONS, MAX_ATTACHMENTS)


async def test_a_body_that_is_larger_than_any_of_teams_is_not_read(world: World) -> None:
    status, _ = await world.post(message(world.connector.url, "a" * 300_000))
    assert status == 413
    assert world.session.heard == []


async def test_a_long_message_with_many_mentions_is_read(world: World) -> None:
    mentions = [mention(BOT)] * 300
    status, _ = await world.post(message(world.connector.url, "what is it? " * 9_000, entities=mentions))
    assert (status, len(world.session.heard)) == (200, 1)


async def test_a_body_in_an_unknown_charset_is_a_bad_request(world: World) -> None:
    headers = {"Content-Type": "application/json; charset=nonsense"}
    async with world.http.post(f"{world.url}/api/messages", data=b"\xff{", headers=headers) as response:
        assert (response.status, await response.text()) == (400, "")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "x-gzip", "none such"])
async def test_a_body_that_is_said_to_be_compressed_is_not_read(world: World, encoding: str) -> None:
    """Teams compresses nothing, and what is no gzip can't be read as such."""
    url, headers = f"{world.url}/api/messages", {**JSON, "Content-Encoding": encoding}
    for body in (b"{}", gzip.compress(b"{}"), gzip.compress(b"{}" * 1_000)[:20]):
        async with world.http.post(url, data=body, headers=headers) as response:
            assert (response.status, await response.text()) == (415, "")


async def test_a_body_that_is_not_json_by_its_type_is_not_read(world: World) -> None:
    # A web page in somebody's browser can post text to this machine without being asked, but not JSON.
    async with world.http.post(f"{world.url}/api/messages", data="{}", headers={"Content-Type": "text/plain"}) as got:
        assert got.status == 415


async def test_an_invoke_that_nobody_listens_to_is_not_implemented(world: World) -> None:
    assert (await world.post(activity(world.connector.url, "invoke", name="task/fetch", value={})))[0] == 501


async def test_strangers_are_turned_away_before_their_body_is_read(make_world: MakeWorld) -> None:
    world = await make_world(WITH_APP_ID)
    async with world.http.post(f"{world.url}/api/messages", data="{", headers=JSON) as response:
        assert response.status == 401


async def test_however_many_are_refused_the_log_has_a_line_a_minute(make_world: MakeWorld) -> None:
    world = await make_world(WITH_APP_ID)
    with capture_logs() as logs:
        for _ in range(20):
            assert (await world.post({}))[0] == 401
        world.time.now += 60
        assert (await world.post({}, "a.b.c"))[0] == 401
    refused = [line for line in logs if line["event"] == "teams.request_refused"]
    assert [(line["count"], line["why"]) for line in refused] == [(1, "no-token"), (20, "no-token, not-a-token")]


async def test_a_body_is_read_only_from_whose_token_is_proven_T21(make_world: MakeWorld) -> None:
    """What a megabyte of JSON is made to cost is not for strangers to say."""
    world = await make_world(WITH_APP_ID)
    issuer = world.issuer
    claims = issuer.claims(world.connector.url)
    strangers = ("a.b.c", issuer.token(claims, key="foreign", key_id="first"), issuer.token({**claims, "aud": "other"}))
    for token in strangers:
        assert await world.post({}, token) == (401, "")
    assert await world.post({}, issuer.token(claims)) == (400, "")


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(APP_ID, "", "t"),
        Settings(APP_ID, "app-password", ""),
        Settings(APP_ID, "app-password", "t", "Sometimes"),
        Settings(APP_ID, "app-password", "t", teams_service_url="http://connector.example/"),
    ],
)
def test_the_surface_is_off_where_it_would_be_open_to_all_or_could_not_answer(
    settings: Settings, tmp_path: Path
) -> None:
    store = SqlStore.at(f"sqlite:///{tmp_path}/none.db")
    with pytest.raises(SurfaceOff):
        open_surface(settings, TinySession(), store, OutboxRelay(store, {}, shipped))


@pytest.mark.parametrize(
    "settings",
    [
        Settings(APP_ID, "app-password", "t", host="0.0.0.0"),
        Settings(APP_ID, "app-password", "", "MultiTenant"),
        Settings(APP_ID, "", "", "UserAssignedMSI"),
    ],
)
def test_the_door_opens_with_settings_that_are_complete(settings: Settings, tmp_path: Path) -> None:
    store = SqlStore.at(f"sqlite:///{tmp_path}/none.db")
    assert open_surface(settings, TinySession(), store, OutboxRelay(store, {}, shipped)).name == "teams"
