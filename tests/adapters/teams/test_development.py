"""Without an app id the surface is off, unless a client on this machine is named: then it serves that client alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.database import SqlStore
from adapters.outbox_relay import OutboxRelay
from adapters.references import Reference
from adapters.surface import SurfaceOff
from adapters.teams.surface import open_surface
from bot.domain.effects import Post
from bot.domain.messages import Paragraph, Place
from bot.domain.outbox import OutboxItem, Refused, TryLater
from bot.knowledge.shipped_phrases import shipped
from tests.adapters.teams.conftest import MakeWorld, Settings, TinySession, World
from tests.teams_connector.activities import CHANNEL, TENANT, message
from tests.teams_connector.connector import ConnectorService
from tests.teams_connector.issuer import APP_ID

CLIENT = "http://127.0.0.1:56150"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (Settings(), "TEAMS_DEVELOPMENT"),
        (Settings(host="localhost"), "MicrosoftAppId"),
        (Settings(teams_development="http://connector.example"), "on this machine"),
        (Settings(teams_development=CLIENT, host="0.0.0.0"), "HOST"),
        (Settings(APP_ID, "app-password", "t", teams_development=CLIENT), "both set"),
    ],
)
def test_it_stays_off_and_says_what_opens_it(settings: Settings, says: str, tmp_path: Path) -> None:
    with pytest.raises(SurfaceOff, match=says):
        store = SqlStore.at(f"sqlite:///{tmp_path}/none.db")
        open_surface(settings, TinySession(), store, OutboxRelay(store, {}, shipped))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_it_opens_to_a_client_that_is_named(host: str, tmp_path: Path) -> None:
    settings = Settings(host=host, teams_development=CLIENT)
    store = SqlStore.at(f"sqlite:///{tmp_path}/none.db")
    assert open_surface(settings, TinySession(), store, OutboxRelay(store, {}, shipped)).name == "teams"


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/",
        "http://169.254.169.254/",
        "http://127.0.0.1:1/",
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]:{port}/",
        "https://127.0.0.1:{port}/",
        "http://127.0.0.1.elsewhere.example:{port}/",
        "http://127.0.0.1:{port}@elsewhere.example/",
        "http://elsewhere.example@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}\\@elsewhere.example/",
        "http://localhost.elsewhere.example:{port}/",
        "file:///etc/passwd",
        "ftp://127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "http://[::ffff:10.0.0.1]:{port}/",
        "http://0.0.0.0:{port}/",
        "http://[bad",
        "http://127.0.0.1:{port}/ x",
        " http://127.0.0.1:{port}/",
        "http://127.0.0.1:{port}/\r\nX-Added: 1",
        "http://127.0.0.1:{port}/\n",
        "http://127.0.0.1:{port}/\tx",
        "http://127.0.0.1:{port}/\x00",
        "http://127.0.0.1:{port}/é",
        "http://127.0.0.1:{port}/{conversationId}",
        "http://127.0.0.1:{port}/?x",
        "http://127.0.0.1:{port}/#x",
        "http://LOCALHOST.:{port}/",
        "http://１２７.0.0.1:{port}/",
        "http://ⓛocalhost:{port}/",
        "not a url",
    ],
)
async def test_any_other_service_url_is_refused_T19(world: World, url: str) -> None:
    asked = message(url.replace("{port}", port_of(world.connector)), "hi")
    assert await world.post(asked) == (403, "")
    assert world.session.heard == []


@pytest.mark.parametrize(
    "url", ["http://localhost:{port}/", "http://127.0.0.1:{port}/_connector", "HTTP://LocalHost:{port}"]
)
async def test_the_client_may_call_itself_by_either_name_and_any_path_T19(make_world: MakeWorld, url: str) -> None:
    world = await make_world()
    assert (await world.post(message(url.replace("{port}", port_of(world.connector)), "hi")))[0] in (200, 503)
    assert len(world.session.heard) == 1


@pytest.mark.parametrize(("channel", "status"), [("msteams", 200), ("emulator", 200), ("directline", 403), ("", 403)])
async def test_only_the_channels_of_a_development_client_are_served_T21(
    world: World, channel: str, status: int
) -> None:
    assert (await world.post(message(world.connector.url, "hi", channelId=channel)))[0] == status
    assert len(world.session.heard) == (status == 200)


def port_of(connector: ConnectorService) -> str:
    return connector.url.rstrip("/").rpartition(":")[2]


@pytest.fixture
async def elsewhere() -> AsyncIterator[ConnectorService]:
    async with ConnectorService() as connector:
        yield connector


async def test_a_redirect_of_the_client_is_not_followed_T19(make_world: MakeWorld, elsewhere: ConnectorService) -> None:
    async def lead(request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": elsewhere.url + request.path.lstrip("/")})

    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", lead)
    async with TestServer(app, host="127.0.0.1") as leading:
        url = str(leading.make_url("/"))
        world = await make_world(Settings(teams_development=url))
        await world.post(message(url, "hi"))
    assert len(world.session.heard) == 1
    assert elsewhere.requests == 0


async def test_what_was_kept_of_another_address_is_not_sent_to_T19(world: World, elsewhere: ConnectorService) -> None:
    kept = Reference(TENANT, CHANNEL, "channel", elsewhere.url)
    async with world.store.transaction() as unit:
        await unit.references.keep(kept)
    post = OutboxItem("p", "send", Place("teams", TENANT, CHANNEL), "s", Post("A title", body=(Paragraph("A text."),)))

    async def going() -> None:
        """Nothing has to be kept."""

    with pytest.raises((Refused, TryLater)):
        await world.surface.sender.send(post, going)
    assert (elsewhere.requests, world.connector.requests) == (0, 0)
