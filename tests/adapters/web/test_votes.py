"""Votes below a reply: shown on the button, with the reasons for a "no" in place."""

from __future__ import annotations

from tests.adapters.web.browser import Browser
from tests.adapters.web.conftest import Web


def pressed(browser: Browser) -> dict[str, str]:
    votes = browser.latest.one("form", of="votes")
    return {button.label: button.attributes["aria-pressed"] for button in votes.all("button")}


async def test_a_vote_shows_on_its_button_and_adds_no_message_and_can_be_changed(browser: Browser) -> None:
    await browser.say("what is SAST?")
    assert pressed(browser) == {"Helpful": "false", "Not helpful": "false"}
    await browser.press("Helpful")
    assert pressed(browser) == {"Helpful": "true", "Not helpful": "false"}
    await browser.press("Not helpful")
    assert pressed(browser) == {"Helpful": "false", "Not helpful": "true"}
    assert len(list(browser.page.all("div", of="exchange"))) == 1
    await browser.open("/")
    assert pressed(browser) == {"Helpful": "false", "Not helpful": "true"}


async def test_a_no_is_asked_for_its_reason_in_place_once(browser: Browser) -> None:
    await browser.say("what is SAST?")
    await browser.press("Not helpful")
    reasons = browser.latest.one("form", of="reasons")
    assert [button.label for button in reasons.all("button")][:2] == ["It is wrong", "It answers another question"]
    await browser.press("It is wrong")
    assert not list(browser.latest.all("form", of="reasons"))
    assert "Thank you." in browser.latest.text
    assert pressed(browser) == {"Helpful": "false", "Not helpful": "true"}


async def test_a_vote_on_an_earlier_answer_shows_there(browser: Browser) -> None:
    await browser.say("what is SAST?")
    await browser.say("what is DAST?")
    first, second = browser.page.all("div", of="exchange")
    await browser.press("Helpful", within=first)
    first, second = browser.page.all("div", of="exchange")
    votes = [one.one("form", of="votes").one("button").attributes["aria-pressed"] for one in (first, second)]
    assert votes == ["true", "false"]


async def test_a_vote_is_its_voters_alone(browser: Browser, site: Web) -> None:
    await browser.say("what is SAST?")
    await browser.press("Helpful")
    other = await site.browser()
    await other.say("what is SAST?")
    assert pressed(other) == {"Helpful": "false", "Not helpful": "false"}


async def test_a_vote_that_could_not_be_taken_in_gets_the_notice_that_says_what_to_do(
    browser: Browser, site: Web
) -> None:
    from tests.adapters.web.test_suite import Outage

    await browser.say("what is SAST?")
    with Outage(site, broken=True):
        await browser.press("Helpful")
    assert "try again in a minute" in browser.latest.text


async def test_what_is_typed_gets_a_reply_also_where_it_is_a_vote(browser: Browser) -> None:
    await browser.say("what is SAST?")
    await browser.say("helpful")
    assert "Thank you" in browser.latest.text
    assert len(list(browser.page.all("div", of="exchange"))) == 2
