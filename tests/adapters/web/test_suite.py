"""Every conversation of the suite, through the page without JavaScript: the visible text is what is checked."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing

import pytest

from tests.adapters.web.browser import Browser
from tests.adapters.web.conftest import Web
from tests.conversation_suite import Conversation, Seen, conversations, run


class People:
    """Everybody has a browser of their own."""

    offers = frozenset({"people", "clock", "redelivery", "outage", "forms"})

    def __init__(self, site: Web) -> None:
        self._site = site
        self._browsers: dict[str, Browser] = {}
        self._last = Browser.__new__(Browser)
        self._breaks = False

    async def say(self, text: str, who: str, thread: str) -> Seen:
        browser = await self._browser(who)
        with self._weather():
            await browser.say(text)
        return self._seen(browser)

    async def press(self, label: str, who: str, thread: str) -> Seen:
        browser = await self._browser(who)
        with self._weather():
            await browser.press(label)
        return self._seen(browser)

    async def fill(self, values: Mapping[str, Sequence[str]], who: str, thread: str) -> Seen:
        browser = await self._browser(who)
        form = browser.latest.one("form", of="form")
        with self._weather():
            await browser.submit(form, {f"field:{name}": given for name, given in values.items()})
        return self._seen(browser)

    async def wait(self, seconds: float) -> None:
        self._site.clock.ahead += seconds

    async def again(self) -> Seen:
        shown = len(list(self._last.page.all("div", of="exchange")))
        await self._last.send(*self._last.last)
        assert len(list(self._last.page.all("div", of="exchange"))) == shown, "it is shown once"
        return self._seen(self._last)

    async def outage(self) -> None:
        self._breaks = True

    async def _browser(self, who: str) -> Browser:
        if who not in self._browsers:
            self._browsers[who] = await self._site.browser()
            await self._browsers[who].open("/")
        self._last = self._browsers[who]
        return self._last

    def _weather(self) -> Outage:
        broken, self._breaks = self._breaks, False
        return Outage(self._site, broken)

    @staticmethod
    def _seen(browser: Browser) -> Seen:
        assert browser.status == 200, browser.page.text
        reply = browser.latest.one("article")
        return Seen(reply.text, [button.label for button in reply.all("button")])


class Outage:
    """The store does not answer while this lasts, if it is broken."""

    def __init__(self, site: Web, broken: bool) -> None:
        self._site = site
        self._broken = broken

    def __enter__(self) -> None:
        self._rename("conversations", "away")

    def __exit__(self, *error: object) -> None:
        self._rename("away", "conversations")

    def _rename(self, table: str, to: str) -> None:
        if self._broken:
            with closing(sqlite3.connect(self._site.database)) as connection:
                connection.execute(f"ALTER TABLE {table} RENAME TO {to}")


HERE = conversations(People.offers)


@pytest.mark.parametrize("conversation", HERE, ids=str)
async def test_a_conversation_goes_as_written_on_the_page(conversation: Conversation, site: Web) -> None:
    await run(conversation, People(site), site.host.advisor.knowledge)
