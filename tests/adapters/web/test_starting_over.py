"""Starting over, as a browser without script sees it: it can be undone, and another tab is told."""

from __future__ import annotations

from yarl import URL

from adapters.transcripts import SHOWN
from adapters.web.pages.conversation import ON_A_PAGE
from adapters.web.visitor import UNDO
from tests.adapters.web.browser import Browser
from tests.adapters.web.conftest import Web


def said(browser: Browser) -> list[str]:
    return [one.text.strip() for one in browser.page.all("p", of="said")]


async def start_over(browser: Browser) -> None:
    await browser.submit(browser.page.one("form", action="/start-over"))


async def undo(browser: Browser) -> None:
    await browser.submit(browser.page.one("form", action="/start-over/undo"))


async def test_starting_over_can_be_undone_and_the_conversation_goes_on_where_it_was(browser: Browser) -> None:
    await browser.say("what are the drawbacks of AppSec?")
    await start_over(browser)
    assert said(browser) == []
    await undo(browser)
    assert said(browser) == ["You: what are the drawbacks of AppSec?"]
    await browser.say("and product security?")
    assert "product security" in browser.latest.one("h2").text
    assert not list((await browser.open("/")).all("form", action="/start-over/undo"))


async def test_with_the_next_message_what_was_said_before_is_gone_for_good(browser: Browser, site: Web) -> None:
    await browser.say("what is RASP?")
    link = next(a for a in browser.latest.all("a") if a.text.strip() == "Print").attributes["href"]
    cookies = browser.http.cookie_jar.filter_cookies(URL(browser.url))
    before = cookies["visitor"].value
    await start_over(browser)
    welcome = browser.page
    await browser.say("what is SAST?")
    browser.page = welcome
    await undo(browser)
    assert said(browser) == ["You: what is SAST?"]
    other = await site.browser()
    other.http.cookie_jar.update_cookies({"visitor": before})
    await other.open(link)
    assert other.status == 404


async def test_starting_over_can_be_undone_for_an_hour(browser: Browser) -> None:
    await browser.say("what is RASP?")
    token = browser.page.one("input", name="token").attributes["value"]
    async with browser.http.post(browser.url + "/start-over", data={"token": token}, allow_redirects=False) as response:
        cookie = response.cookies["before"]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (str(UNDO), True, "Lax")
    assert str(UNDO) == "3600"


async def test_a_message_from_a_tab_of_the_conversation_before_comes_back_and_can_be_sent_again(
    browser: Browser,
) -> None:
    await browser.say("what is RASP?")
    tab = browser.page
    await start_over(browser)
    browser.page = tab
    await browser.say("what is SAST?")
    assert browser.status == 403
    assert "You have started over" in browser.page.text
    await browser.submit(browser.page.one("form", id="again"))
    assert said(browser) == ["You: what is SAST?"]


async def test_starting_over_once_more_in_a_tab_of_the_conversation_before_leads_to_the_next_one(
    browser: Browser,
) -> None:
    await browser.say("what is RASP?")
    tab = browser.page
    await start_over(browser)
    await browser.say("what is SAST?")
    browser.page = tab
    await start_over(browser)
    assert said(browser) == ["You: what is SAST?"]


async def test_where_older_messages_are_not_shown_the_page_says_so(browser: Browser, site: Web) -> None:
    for number in range(SHOWN + 1):
        await browser.send("/say", [("token", browser.page.one("input", name="token").attributes["value"]),
                                    ("nonce", str(number)), ("command", "about")])  # fmt: skip
        site.clock.ahead += 10
    last = SHOWN // ON_A_PAGE - 1
    for back in range(last + 1):
        page = await browser.open(f"/?back={back}")
        older = next(page.all("p", of="older")).text.strip()
        assert older == ("Older messages are not shown." if back == last else "Earlier messages")
        assert len(said(browser)) == ON_A_PAGE
