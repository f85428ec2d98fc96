"""Floods on the page, by one visitor or many: they are told, and known visitors are still answered."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request

from adapters.rate_limit import MOST, WITHIN
from adapters.web import visitor_limit as crowd
from adapters.web.pages.conversation import MOST_VIEWS
from adapters.web.visitor import Visitor
from adapters.web.visitor_limit import ALL, GUARANTEED, KNOWN, NEW, NEW_PER_ADDRESS, VisitorLimiter, address_of
from tests.adapters.web.browser import Browser
from tests.adapters.web.conftest import Web

_numbers = itertools.count(1)


async def press_often(browser: Browser, times: int) -> list[int]:
    """The same button again and again, each time as another message."""
    token = browser.page.one("input", name="token").attributes["value"]
    found = []
    for _ in range(times):
        data = {"token": token, "nonce": str(next(_numbers)), "command": "about"}
        async with browser.http.post(browser.url + "/say", data=data, headers={"X-Part": "exchange"}) as response:
            found.append(response.status)
    return found


async def test_a_visitor_who_sends_too_much_is_told_so_and_nobody_else_is_and_later_it_works_again(
    browser: Browser, site: Web
) -> None:
    assert await press_often(browser, MOST + 2) == [200] * MOST + [429] * 2
    other = await site.browser()
    await other.say("what is RASP?")
    assert other.status == 200 and "RASP" in other.latest.text
    site.clock.ahead += WITHIN
    assert await press_often(browser, 1) == [200]


async def test_what_was_typed_is_not_lost_and_can_be_sent_again_from_the_notice(browser: Browser, site: Web) -> None:
    await browser.open("/?view=platforms")
    await press_often(browser, MOST)
    await browser.say("what is <b>RASP</b>?")
    assert browser.status == 429
    assert "Please slow down" in browser.page.one("h1").text
    again = browser.page.one("form", id="again")
    assert again.one("textarea").text == "what is <b>RASP</b>?"
    site.clock.ahead += WITHIN
    await browser.submit(again)
    assert browser.status == 200
    assert "runtime" in browser.latest.text.lower()
    assert list(browser.latest.all("section", of="platform")), "the view is kept too"


async def test_a_form_that_was_filled_in_is_not_lost_either(browser: Browser, site: Web) -> None:
    token = browser.page.one("input", name="token").attributes["value"]
    await press_often(browser, MOST)
    filled = [("field:a", "one"), ("field:a", "two"), ("command", "form")]
    await browser.send("/say", [("token", token), ("nonce", "n"), *filled])
    shown = browser.page.one("form", id="again").all("input", type="hidden")
    pairs = [(one.attributes["name"], one.attributes["value"]) for one in shown]
    assert pairs[2:] == filled


async def test_the_notice_says_when_to_come_again(browser: Browser) -> None:
    await press_often(browser, MOST)
    token = browser.page.one("input", name="token").attributes["value"]
    data = {"token": token, "nonce": "last", "text": "hello"}
    async with browser.http.post(browser.url + "/say", data=data) as response:
        assert response.status == 429
        assert 0 < int(response.headers["Retry-After"]) <= WITHIN
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]


async def test_a_form_sent_twice_counts_once(browser: Browser) -> None:
    await browser.say("what is SAST?")
    for _ in range(3):
        await browser.send(*browser.last)
    assert await press_often(browser, MOST) == [200] * (MOST - 1) + [429]


async def test_starting_over_is_counted_too(browser: Browser) -> None:
    await press_often(browser, MOST)
    token = browser.page.one("input", name="token").attributes["value"]
    page = await browser.send("/start-over", [("token", token)])
    assert browser.status == 429
    assert page.one("form", id="again").attributes["action"] == "/start-over"


async def test_a_page_with_all_that_was_said_is_not_drawn_without_end(browser: Browser, site: Web) -> None:
    for _ in range(MOST_VIEWS + 5):
        await browser.open("/")
    assert browser.status == 200, "where nothing was said there is nothing to draw"
    await browser.say("what is SAST?")
    statuses = []
    for _ in range(MOST_VIEWS):
        async with browser.http.get(browser.url + "/?view=platforms") as response:
            statuses.append((response.status, "Retry-After" in response.headers))
    assert statuses == [(200, False)] * (MOST_VIEWS - 1) + [(429, True)]  # one look came with the answer
    site.clock.ahead += WITHIN
    await browser.open("/")
    assert browser.status == 200


def fresh() -> tuple[dict[str, str], str]:
    """A made-up cookie, and its token."""
    visitor = Visitor(hashlib.sha256(str(next(_numbers)).encode()).hexdigest()[:43])
    return {"visitor": visitor.secret}, visitor.token


async def status_of_a_fresh_one(site: Web, browser: Browser, **headers: str) -> int:
    cookie, token = fresh()
    header = {"Cookie": f"visitor={cookie['visitor']}", "X-Part": "exchange", **headers}
    data = {"token": token, "nonce": "1", "command": "about"}
    async with browser.http.post(site.url + "/say", data=data, headers=header, allow_redirects=False) as response:
        return response.status


async def test_cookies_without_end_do_not_get_in_without_end_and_who_was_there_before_goes_on(
    site: Web, browser: Browser
) -> None:
    await browser.say("what is SAST?")
    stranger = await site.browser()
    statuses = [await status_of_a_fresh_one(site, stranger) for _ in range(NEW_PER_ADDRESS + 3)]
    assert statuses == [200] * (NEW_PER_ADDRESS - 1) + [429] * 4
    await browser.say("what is RASP?")
    assert browser.status == 200
    late = await site.browser()
    await late.say("what is RASP?")
    assert late.status == 429 and "Too many people" in late.page.text
    site.clock.ahead += WITHIN
    await late.submit(late.page.one("form", id="again"))
    assert late.status == 200 and "RASP" in late.latest.text


async def test_an_address_that_a_stranger_writes_down_is_not_believed(site: Web) -> None:
    stranger = await site.browser()
    headers = [{"X-Forwarded-For": f"203.0.113.{number}"} for number in range(NEW_PER_ADDRESS + 1)]
    statuses = [await status_of_a_fresh_one(site, stranger, **each) for each in headers]
    assert statuses[-1] == 429


async def test_behind_a_proxy_that_is_set_one_address_does_not_keep_out_others(make_web: Any) -> None:
    site: Web = await make_web(trusted_proxies=1)
    stranger = await site.browser()
    for number in range(NEW_PER_ADDRESS):
        made_up = {"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.1"}  # the proxy adds the last one
        assert await status_of_a_fresh_one(site, stranger, **made_up) == 200
    assert await status_of_a_fresh_one(site, stranger, **{"X-Forwarded-For": "203.0.113.1"}) == 429
    assert await status_of_a_fresh_one(site, stranger, **{"X-Forwarded-For": "203.0.113.2"}) == 200


@pytest.mark.parametrize(
    ("header", "proxies", "address"),
    [
        ("", 0, "192.0.2.1"),
        ("203.0.113.1", 0, "192.0.2.1"),
        ("203.0.113.1", 1, "203.0.113.1"),
        ("1.1.1.1, 203.0.113.1", 1, "203.0.113.1"),
        ("203.0.113.1, 10.0.0.2", 2, "203.0.113.1"),
        ("", 1, "192.0.2.1"),  # somebody who came round the proxy
        ("2001:db8:1:2:3:4:5:6", 1, "2001:db8:1:2::"),
        ("203.0.113.1:54321", 1, "203.0.113.1"),  # some proxies add the port, another one with each connection
        ("[2001:db8:1:2::7]:54321", 1, "2001:db8:1:2::"),
        ("::ffff:203.0.113.1", 1, "203.0.113.1"),
        ("x" * 9999, 1, "x" * crowd.LONGEST_ADDRESS),
    ],
)
def test_where_a_request_comes_from(header: str, proxies: int, address: str) -> None:
    class Transport(asyncio.Transport):
        def get_extra_info(self, name: str, default: object = None) -> object:
            return ("192.0.2.1", 1) if name == "peername" else default

    headers = {"X-Forwarded-For": header} if header else {}
    request = make_mocked_request("POST", "/say", headers=headers, transport=Transport())
    assert address_of(request, proxies) == address


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def full(clock: Clock) -> VisitorLimiter:
    """A page that has no room: many visitors, each of whom said as much as they may."""
    page = VisitorLimiter(clock)
    people = ALL // MOST
    for number in range(people):
        assert page.check(f"many-{number}", f"10.0.0.{number}") is None
    clock.now += 0.5
    for number in range(people):
        for _ in range(MOST - 1):
            assert page.check(f"many-{number}", "") is None
    return page


def test_where_the_page_has_no_room_who_said_little_is_still_answered() -> None:
    clock = Clock()
    page = full(clock)
    for _ in range(GUARANTEED):
        assert page.check("somebody", "10.9.9.9") is None
    refusal = page.check("somebody", "10.9.9.9")
    assert refusal is not None and refusal.limited is None and 0 < refusal.wait <= WITHIN
    clock.now += WITHIN
    assert page.check("somebody", "10.9.9.9") is None


def test_one_visitor_who_floods_takes_no_room_from_others() -> None:
    page = VisitorLimiter(Clock())
    for _ in range(10 * ALL):
        page.check("flooder", "10.0.0.1")
    assert [page.check("somebody", "10.0.0.2") for _ in range(MOST)] == [None] * MOST


def test_strangers_do_not_make_the_page_forget_who_was_there_within_minutes() -> None:
    clock = Clock()
    page = VisitorLimiter(clock)
    assert page.check("known", "10.0.0.1") is None
    for minute in range(KNOWN // NEW - 1):
        let_in = sum(page.check(f"{minute}-{number}", f"10.1.1.{number % 99}") is None for number in range(5 * NEW))
        assert let_in <= NEW
        clock.now += WITHIN
    for number in range(NEW):
        page.check(f"last-{number}", f"10.1.1.{number % 99}")
    assert page.check("known", "10.1.1.1") is None


def test_what_is_remembered_is_bounded() -> None:
    clock = Clock()
    page = VisitorLimiter(clock)
    for number in range(40 * NEW):
        clock.now += WITHIN / NEW
        page.check(f"visitor-{number}", f"10.{number // 65536}.{number // 256 % 256}.{number % 256}")
    assert len(page._known) <= KNOWN
    assert len(page._new_from) <= crowd.ADDRESSES
    assert len(page._per_visitor._people) <= NEW + 1
