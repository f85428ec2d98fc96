"""What strangers bring to the pages by which a workspace installs the app: each is answered with a page, and Slack is
called for nobody who did not begin here."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import pytest_asyncio
from sqlalchemy import text
from structlog.testing import capture_logs

from adapters.database import migrate
from tests.adapters.slack.conftest import SHARED
from tests.adapters.slack.test_reliability import Echo
from tests.adapters.slack.world import Clock, World, opened
from tests.overheard import note_body
from tests.slack_workspace.service import CLIENT_ID, CLIENT_SECRET, Fault, Service

pytestmark = SHARED
COOKIE = "slack-app-oauth-state"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(service: Service, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    database = f"sqlite:///{tmp_path_factory.mktemp('pages') / 'advisor.sqlite3'}"
    migrate(database)
    app = {"slack_client_id": CLIENT_ID, "slack_client_secret": CLIENT_SECRET}
    async with opened(service, database, lambda *_: Echo(), Clock(), **app) as world:
        yield world


async def get(world: World, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> tuple[int, str]:
    note_body(path.partition("?")[2].encode())
    async with world.http.get(f"{world.url}/slack/{path}", headers=headers, data=body or None) as response:
        return response.status, await response.text()


async def begun(world: World) -> str:
    """The state of an installation that somebody began."""
    async with world.http.get(f"{world.url}/slack/install") as response:
        return response.headers["Set-Cookie"].partition("=")[2].partition(";")[0]


STRANGE = {
    "nothing": "",
    "a reason of their own": "error=my+zanzibar+marmalade",
    "a long reason": "error=" + "x" * 6000,
    "markup": "error=%3Cscript%3Ealert(1)%3C/script%3E",
    "no state": "code=c",
    "another's state": "code=c&state=guessed",
    "an empty state": "code=c&state=",
    "a state that is no text": "code=c&state=%FF%FE%00",
    "a long state": "code=c&state=" + "s" * 6000,
    "many states": "code=c" + "&state=guessed" * 300,
    "only signs": "&&&=&=%&%zz&;",
}


@pytest.mark.parametrize("cookie", ["", "guessed", "s" * 6000, '"; ;;==,\xff'], ids=["no", "own", "long", "odd"])
@pytest.mark.parametrize("query", list(STRANGE))
async def test_whatever_comes_back_is_answered_with_a_page_and_calls_nobody(
    world: World, service: Service, query: str, cookie: str
) -> None:
    service.exchanged.clear()
    with capture_logs() as logs:
        headers = {"Cookie": f"{COOKIE}={cookie}"} if cookie else {}
        status, page = await get(world, f"oauth_redirect?{STRANGE[query]}", headers)
    assert status in (200, 400, 401)
    assert "Begin again" in page and "<script" not in page and "marmalade" not in page
    assert service.exchanged == []
    [line] = logs
    assert line["event"] == "slack.not_installed" and len(str(line)) < 200 and "marmalade" not in str(line)


@pytest.mark.parametrize("path", ["install", "oauth_redirect"])
async def test_a_body_is_not_read_there(world: World, path: str) -> None:
    headers = {"Content-Type": "text/plain; charset=nonsense", "Content-Encoding": "gzip"}
    status, page = await get(world, path, headers, b"\xff\xfe")
    assert status in (200, 400) and page.startswith("<!doctype html>")


@pytest.mark.parametrize(
    "team", ["T1&redirect_uri=https://evil.example", '"><script>', "T1%26scope=admin", "t" * 5000, "", "T1 T2"]
)
async def test_nothing_can_be_put_into_the_address_that_leads_to_slack(world: World, team: str) -> None:
    status, page = await get(world, f"install?{urlencode({'team': team})}")
    [address] = re.findall(r'href="([^"]+)"', page)
    query = parse_qs(urlsplit(unescape(address)).query)
    assert status == 200 and set(query) == {"state", "client_id", "scope"}


async def test_a_workspace_can_be_named_there(world: World) -> None:
    _, page = await get(world, "install?team=T024BE7LD")
    assert "team=T024BE7LD" in page


SILENT = [Fault(cut=True), Fault(503, "service_unavailable"), Fault(page="<html>no gateway today</html>")]


@pytest.mark.parametrize("fault", SILENT, ids=["cut", "error", "a page"])
async def test_where_slack_does_not_answer_it_is_said_on_the_page(world: World, service: Service, fault: Fault) -> None:
    state = await begun(world)
    service.refusing["oauth.v2.access"] = fault
    try:
        with capture_logs() as logs:
            status, page = await get(
                world, f"oauth_redirect?code=a-code&state={state}", {"Cookie": f"{COOKIE}={state}"}
            )
    finally:
        service.refusing.clear()
    assert status in (401, 503) and "Begin again" in page
    assert "a-code" not in str(logs) and state not in str(logs)


async def test_where_the_database_does_not_answer_it_is_said_on_the_page(world: World) -> None:
    async with world.store.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE slack_oauth_states RENAME TO away"))
    try:
        with capture_logs() as logs:
            status, page = await get(world, "install")
    finally:
        async with world.store.engine.begin() as connection:
            await connection.execute(text("ALTER TABLE away RENAME TO slack_oauth_states"))
    assert status == 503 and "try again in a minute" in page
    assert [line["event"] for line in logs] == ["slack.install_failed"]


async def test_what_nobody_came_back_with_does_not_stay(world: World) -> None:
    for _ in range(3):
        await begun(world)
        async with world.store.engine.begin() as connection:
            await connection.execute(text("UPDATE slack_oauth_states SET expire_at = '2020-01-01 00:00:00.000000'"))
    await begun(world)
    async with world.store.engine.connect() as connection:
        counted = await connection.execute(text("SELECT count(*) FROM slack_oauth_states"))
    assert counted.scalar_one() == 1
