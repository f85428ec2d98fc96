"""A recommendation as a document, and the link by which its owner shares it."""

from __future__ import annotations

import re

from tests.adapters.web.browser import Browser, Element
from tests.adapters.web.conftest import Web

ANSWERS = ("help us choose", "one app", "code", "nothing", "FedRAMP")


async def recommended(browser: Browser) -> str:
    """The address of the document of a recommendation."""
    for text in ANSWERS:
        await browser.say(text)
    return next(a for a in browser.latest.all("a") if a.text.strip() == "Open as a document").attributes["href"]


async def shared(browser: Browser) -> str:
    """The address of a recommendation that the person shares; the browser shows it."""
    page = await browser.open(await recommended(browser))
    await browser.submit(next(form for form in page.all("form") if form.attributes["action"].endswith("/share")))
    address = browser.page.one("input", id="address").attributes["value"]
    assert address.startswith(browser.url)
    return address.removeprefix(browser.url)


def headings(page: Element) -> list[str]:
    return [element.text.strip() for element in page.one("article").all() if element.tag in ("h1", "h2")]


async def test_the_document_has_the_conclusion_first_and_footnotes_date_and_source_last(browser: Browser) -> None:
    page = await browser.open(await recommended(browser))
    title, *sections = headings(page)
    assert title == "AppSec first"
    assert sections == [
        *("What to do first", "Why", "What to watch", "Tools", "What would change it", "Your answers"),
        "Where this comes from",
    ]
    assert page.one("title").text == "AppSec first – Security advisor"
    notes = page.one("section", of="footnotes")
    assert "Apiiro Blog" in notes.text and "15 March 2025" in notes.text and "a vendor that sells" in notes.text
    assert re.search(r"Recommended on \d+ \w+ \d{4}\.", page.one("article").text)


async def test_each_number_in_a_document_leads_to_its_note(browser: Browser) -> None:
    page = await browser.open(await recommended(browser))
    marks = list(page.all("a", of="mark"))
    assert marks
    notes = {item.attributes.get("id", ""): item for item in page.one("ol", of="notes").all("li")}
    for mark in marks:
        assert notes[mark.attributes["href"].removeprefix("#")].text.strip().startswith(mark.text.strip())


async def test_who_has_the_link_reads_the_recommendation_and_nothing_else(browser: Browser, site: Web) -> None:
    await browser.say("who painted the chapel?")
    link = await shared(browser)
    stranger = await site.browser()
    page = await stranger.open(link)
    assert stranger.status == 200
    assert "Another one (“FedRAMP”)" in page.one("article").text
    assert "chapel" not in page.text
    assert not list(page.all("form")), "there is nothing to press"
    assert {a.attributes["href"] for a in page.one("main").all("a")} == {
        "/", *(mark.attributes["href"] for mark in page.all("a", of="mark"))
    }  # fmt: skip
    assert "chapel" not in (await stranger.open("/")).one("main").text
    async with stranger.http.get(stranger.url + link) as response:
        assert response.headers["Cache-Control"] == "no-store"
        assert "noindex" in response.headers["X-Robots-Tag"]
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]


async def test_a_link_is_made_of_chance_and_one_recommendation_has_one(browser: Browser, site: Web) -> None:
    document = await recommended(browser)
    page = await browser.open(document)
    share = next(form for form in page.all("form") if form.attributes["action"].endswith("/share"))
    links = {(await browser.submit(share)).one("input", id="address").attributes["value"] for _ in range(2)}
    assert len(links) == 1
    token = links.pop().rpartition("/")[2]
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", token)
    id = document.rpartition("/")[2]
    stranger = await site.browser()
    for guess in (document, f"{document}.md", f"/shared/{id[:22]}", f"/shared/{token[::-1]}"):
        await stranger.open(guess)
        assert stranger.status == 404, guess


async def test_a_link_ends_when_its_owner_stops_sharing_and_nobody_else_ends_it(browser: Browser, site: Web) -> None:
    link = await shared(browser)
    stranger = await site.browser()
    token = (await stranger.open("/")).one("input", name="token").attributes["value"]
    await stranger.send(f"{link}/end", [("token", token)])
    await stranger.send(f"{link}/end", [("token", "0" * 32)])
    assert stranger.status == 403
    await stranger.open(link)
    assert stranger.status == 200
    await browser.open(link)
    await browser.submit(next(form for form in browser.page.all("form") if form.attributes["action"].endswith("/end")))
    page = await stranger.open(link)
    assert stranger.status == 404
    assert "Ask whoever sent you the link" in page.text


async def test_a_link_ends_when_its_owner_says_forget_me_also_after_starting_over(browser: Browser, site: Web) -> None:
    stranger = await site.browser()
    for starts_over in (False, True):
        link = await shared(browser)
        if starts_over:
            await browser.open("/")
            forms = browser.page.all("form")
            await browser.submit(next(form for form in forms if form.attributes["action"] == "/start-over"))
        await stranger.open(link)
        assert stranger.status == 200
        await browser.say("forget me")
        await stranger.open(link)
        assert stranger.status == 404


async def test_only_recommendations_of_ones_own_are_shared(browser: Browser, site: Web) -> None:
    document = await recommended(browser)
    await browser.say("what is SAST?")
    token = browser.page.one("input", name="token").attributes["value"]
    answer = next(a for a in browser.latest.all("a") if a.text.strip() == "Print").attributes["href"]
    await browser.send(f"{answer}/share", [("token", token)])
    assert browser.status == 404
    await browser.send(f"{document}/share", [("token", "")])
    assert browser.status == 403
    stranger = await site.browser()
    token = (await stranger.open("/")).one("input", name="token").attributes["value"]
    await stranger.send(f"{document}/share", [("token", token)])
    assert stranger.status == 404


async def test_what_was_typed_in_the_dialogue_is_text_in_the_document_too(browser: Browser, site: Web) -> None:
    for text in (*ANSWERS[:-1], "<img src=x onerror=alert(1)> [1] law"):
        await browser.say(text)
    page = await browser.open(
        next(a for a in browser.latest.all("a") if a.text.strip() == "Open as a document").attributes["href"]
    )
    assert not list(page.one("main").all("img"))
    assert "alert(1)" not in "".join(str(element.attributes) for element in page.all())
