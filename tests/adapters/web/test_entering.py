"""Log-in to the workbench, its sessions, and the throttle of password attempts."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from adapters.web.password_throttle import BURST, DEVICE_ATTEMPTS, LONGEST_WAIT, PasswordThrottle
from tests.adapters.web.browser import Browser, Element
from tests.adapters.web.conftest import Clock, Web
from tests.adapters.web.test_workbench import PAGES
from tests.plain_proxy import plain_proxy

RIGHT = "correct horse"
LOCKED = {"workbench_password": SecretStr(RIGHT), "on_loopback": False}
ENTER = "/workbench/enter"


async def enter(browser: Browser, password: str, **more: str) -> Element:
    page = await browser.open(ENTER)
    given = {"password": [password], **{name: [value] for name, value in more.items()}}
    return await browser.submit(page.one("form", action=ENTER), given)


def is_inside(browser: Browser) -> bool:
    return browser.status == 200 and bool(list(browser.page.all("nav", of="tabs")))


def cookies(browser: Browser) -> dict[str, str]:
    return {cookie.key: cookie.value for cookie in browser.http.cookie_jar}


@pytest.fixture
async def locked(make_web: Any) -> Web:
    made: Web = await make_web(**LOCKED)
    return made


# By the link


async def test_without_the_link_every_page_says_where_to_find_it(browser: Browser) -> None:
    for path in PAGES:
        page = await browser.open(path)
        assert browser.status == 403
        assert "link on the console" in page.text, path
    assert "Workbench" not in (await browser.open("/")).one("header").text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "advisor.example"},
        {"Host": "localhost"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"Host": "127.0.0.1@evil"},
    ],
)
async def test_no_header_is_taken_for_the_link(browser: Browser, headers: dict[str, str]) -> None:
    async with browser.http.get(browser.url + "/workbench/", headers=headers) as response:
        assert response.status in (400, 403)


async def test_the_link_lets_one_browser_in_for_twelve_hours(site: Web) -> None:
    assert site.owner_link is not None
    link = site.owner_link.path
    browser, other = await site.browser(), await site.browser()
    async with browser.http.get(site.url + link, allow_redirects=False) as response:
        cookie = response.headers["Set-Cookie"]
        assert (response.status, response.headers["Location"]) == (303, "/workbench/")
        assert cookie.startswith("workbench=") and "HttpOnly" in cookie and "SameSite=Strict" in cookie
        assert "Max-Age=43200" in cookie
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"
    page = await other.open(link)
    assert (other.status, "used already" in page.text) == (403, True)
    assert link != site.owner_link.path
    await browser.open(link)
    assert is_inside(browser), "who is in already is led on"
    site.clock.ahead += 12 * 3600 + 1
    await browser.open("/workbench/")
    assert browser.status == 403


@pytest.mark.parametrize("key", ["", "x", "a" * 43, "%ff", "%00", "%ED%A0%80", "&key=", "é"])
async def test_another_key_logs_nobody_in(browser: Browser, key: str) -> None:
    await browser.open(f"{ENTER}?key={key}")
    assert browser.status == 403


@pytest.mark.parametrize(
    ("method", "headers"),
    [("HEAD", {}), ("GET", {"Sec-Purpose": "prefetch;prerender"}), ("GET", {"Purpose": "prefetch"}), ("POST", {})],
)
async def test_looking_at_the_link_does_not_use_it_up(site: Web, method: str, headers: dict[str, str]) -> None:
    assert site.owner_link is not None
    link, browser = site.owner_link.path, await site.browser()
    async with browser.http.request(method, site.url + link, headers=headers) as response:
        assert response.status == 403
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert not any(cookie.startswith("workbench") for cookie in response.headers.getall("Set-Cookie", []))
    await browser.open(link)
    assert is_inside(browser)


async def test_a_session_of_another_start_is_none(make_web: Any) -> None:
    before: Web = await make_web()
    browser = await before.owner()
    assert is_inside(browser)
    after: Web = await make_web()
    again = await after.browser()
    again.http.cookie_jar.update_cookies(cookies(browser))
    await again.open("/workbench/")
    assert again.status == 403


async def test_away_from_this_machine_it_is_shut_without_a_password(make_web: Any) -> None:
    site: Web = await make_web(on_loopback=False)
    browser = await site.browser()
    for path in ("/workbench/", ENTER, ENTER + "?key="):
        page = await browser.open(path)
        assert browser.status == 403
    assert "Workbench" not in page.one("header").text
    assert "WORKBENCH_PASSWORD" in (await browser.open("/workbench/")).text


# By the password


async def test_the_password_opens_it_and_a_wrong_one_does_not(locked: Web) -> None:
    browser = await locked.browser()
    for path in PAGES:
        page = await browser.open(path)
        assert list(page.all("input", type="password")), path
    wrong = await browser.submit(browser.page.one("form", action=ENTER), {"password": ["correct house"]})
    assert "not the password" in wrong.text
    data = {"token": wrong.one("input", name="token").attributes["value"], "password": RIGHT}
    async with browser.http.post(locked.url + ENTER, data=data, allow_redirects=False) as response:
        for cookie in response.headers.getall("Set-Cookie"):
            assert cookie.startswith("workbench") and "HttpOnly" in cookie and "SameSite=Strict" in cookie
    await browser.open("/workbench/")
    assert is_inside(browser)
    locked.clock.ahead += 13 * 3600
    assert list((await browser.open("/workbench/")).all("input", type="password"))


async def test_with_a_password_there_are_no_files_of_the_machine(make_web: Any) -> None:
    site: Web = await make_web(workbench_password=SecretStr(RIGHT))
    browser = await site.browser()
    await enter(browser, RIGHT)
    page = await browser.open("/workbench/evaluate")
    assert not list(page.all("input", id="path")) and not list(page.all("input", id="against"))
    gold = {"pasted": ['{"q": "what is SAST?", "kind": "answer"}'], "path": ["/etc/hostname"]}
    page = await browser.submit(page.one("form", action="/workbench/evaluate"), gold)
    assert browser.status == 400
    assert "link on its console" in page.text


@pytest.mark.parametrize(
    "cookie",
    ["9999999999.", "9999999999." + "0" * 64, ".", "0" * 32 + ".9999999999." + "0" * 64, "é" * 107, "\udcff"],
)
async def test_a_forged_session_is_none(locked: Web, cookie: str) -> None:
    browser = await locked.browser()
    headers = {"Cookie": f"workbench={cookie}"}
    async with browser.http.get(locked.url + "/workbench/", headers=headers) as response:
        assert response.url.path == ENTER
        assert response.status == 200


async def test_one_kind_of_cookie_is_no_other(locked: Web) -> None:
    browser, other = await locked.browser(), await locked.browser()
    await enter(browser, RIGHT)
    other.http.cookie_jar.update_cookies({"workbench": cookies(browser)["workbench-device"]})
    await other.open("/workbench/")
    assert not is_inside(other)


async def test_after_leaving_a_copy_of_the_cookie_is_invalid_in_every_process(make_web: Any, locked: Web) -> None:
    beside: Web = await make_web(**LOCKED)
    browser, thief = await locked.browser(), await beside.browser()
    await enter(browser, RIGHT)
    thief.http.cookie_jar.update_cookies(cookies(browser))
    await thief.open("/workbench/")
    assert is_inside(thief)
    await browser.open("/workbench/")
    await browser.submit(browser.page.one("form", action="/workbench/leave"))
    assert "workbench" not in cookies(browser)
    await thief.open("/workbench/")
    assert not is_inside(thief)
    await enter(browser, RIGHT)
    assert is_inside(browser), "another session may begin"


async def test_the_owner_can_leave_too(site: Web) -> None:
    owner, copy = await site.owner(), await site.browser()
    copy.http.cookie_jar.update_cookies(cookies(owner))
    await owner.submit(owner.page.one("form", action="/workbench/leave"))
    await copy.open("/workbench/")
    assert copy.status == 403


async def test_while_revoked_sessions_cannot_be_read_nobody_is_logged_in_and_the_page_works(
    make_web: Any, sqlite_file: Path, tmp_path: Path
) -> None:
    file = Path(shutil.copy(sqlite_file, tmp_path / "own.db"))
    site: Web = await make_web(database=f"sqlite:///{file}")
    owner = await site.owner()
    leave = owner.page.one("form", action="/workbench/leave")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ALTER TABLE web_ended_sessions RENAME TO away")
    await owner.open("/workbench/")
    assert owner.status == 503
    page = await owner.submit(leave)
    assert (owner.status, "still signed in" in page.text) == (503, True)
    assert "workbench" in cookies(owner)
    await owner.open("/")
    assert owner.status == 200


# How fast


async def test_behind_a_proxy_the_right_password_gets_in_while_others_guess(locked: Web) -> None:
    async with plain_proxy(locked.url) as proxy:
        attacker, colleague = await locked.browser(proxy), await locked.browser(proxy)
        for _ in range(BURST * 3):
            await enter(attacker, "wrong")
            assert attacker.status == 403
        await enter(colleague, RIGHT)
        assert is_inside(colleague)


async def test_a_known_browser_skips_the_queue(make_web: Any) -> None:
    site: Web = await make_web(**LOCKED)
    known, stranger = await site.browser(), await site.browser()
    await enter(known, RIGHT)
    await known.submit(known.page.one("form", action="/workbench/leave"))
    for _ in range(BURST * 2):
        await enter(stranger, "wrong")
    before = site.clock.ahead
    await enter(known, RIGHT)
    assert is_inside(known)
    assert site.clock.ahead == before, "it waited for nobody"
    await enter(stranger, "wrong")
    assert site.clock.ahead > before


async def test_a_full_queue_is_explained(make_web: Any) -> None:
    site: Web = await make_web(**LOCKED, wait=False)
    browser = await site.browser()
    for _ in range(BURST + int(LONGEST_WAIT)):
        await enter(browser, "wrong")
        assert browser.status == 403
    page = await enter(browser, RIGHT)
    assert browser.status == 429
    assert "Try again in a few seconds" in page.text
    site.clock.ahead += 1
    await enter(browser, RIGHT)
    assert is_inside(browser)


def test_a_day_of_guessing_is_a_try_a_second() -> None:
    clock = Clock()
    line = PasswordThrottle(lambda: clock.ahead)
    made = 0
    while clock.ahead < 3600:
        wait = line.reserve()
        made += wait is not None
        clock.ahead += 0.25
    assert made <= 3600 + BURST + LONGEST_WAIT + 1


def test_a_known_browser_has_some_attempts_of_its_own_and_then_queues() -> None:
    clock = Clock()
    line = PasswordThrottle(lambda: clock.ahead)
    while line.reserve() is not None:
        pass
    assert [line.reserve("known") for _ in range(DEVICE_ATTEMPTS)] == [0.0] * DEVICE_ATTEMPTS
    assert line.reserve("known") is None
    assert line.reserve("another") == 0.0
    clock.ahead += 3601
    assert line.reserve("known") == 0.0


# Where to


ELSEWHERE = (
    "https://evil.example/", "//evil.example", "/workbench/\\evil.example", "/workbench//evil.example",
    "/workbench/\r\nSet-Cookie: a=b", "/workbench/\n", "/workbench/\r", "/workbench/\x00", "/workbench/\t", "\n",
    "/workbench/why?q=a\r\nX: y", "/workbench/why?q=a\\b", "/workbenches/", "/", "javascript:alert(1)", "/workbench/..",
    "/workbench/%0d%0aX:y", "/workbench/\u2028", "/workbench/\x7f", " /workbench/", "workbench/",
)  # fmt: skip


@pytest.mark.parametrize("wanted", ELSEWHERE)
async def test_an_address_elsewhere_to_go_on_to_is_refused(locked: Web, wanted: str) -> None:
    browser = await locked.browser()
    token = (await browser.open(ENTER)).one("input", name="token").attributes["value"]
    for path, data in (
        (f"{ENTER}?next={quote(wanted, safe='')}", None),
        (ENTER, {"token": token, "password": RIGHT, "next": wanted}),
    ):
        async with browser.http.request(
            "POST" if data else "GET", locked.url + path, data=data, allow_redirects=False
        ) as response:
            assert response.status == 400, path
            assert "Location" not in response.headers and "workbench=" not in str(response.headers)


@pytest.mark.parametrize("path", [*PAGES, "/workbench/why?q=%0D%0A+http%3A//x.example/%5C", "/workbench"])
async def test_entering_leads_on_to_the_page_that_was_asked_for(locked: Web, path: str) -> None:
    browser = await locked.browser()
    page = await browser.open(path)
    token = page.one("input", name="token").attributes["value"]
    then = page.one("input", name="next").attributes["value"]
    async with browser.http.post(
        locked.url + ENTER, data={"token": token, "password": RIGHT, "next": then}, allow_redirects=False
    ) as response:
        assert response.status == 303
        assert response.headers["Location"] == then
        assert then.partition("?")[0] == path.partition("?")[0]
