"""In a real browser: what the page's script adds to an answer, to the question box and to a recommendation."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.adapters.web.conftest import Web
from tests.adapters.web.test_browser import AXE, chromium, flawless, go_on, press, pytestmark, say

__all__ = ["pytestmark"]

LONG = "we read about this and wonder what it means for us. " * 15 + "what is SAST?"


async def open_document(page: Page) -> None:
    """Led through the triage, to the document of its recommendation."""
    await say(page, "triage")
    while not await page.locator("#latest.exchange-recommendation").count():
        await go_on(page)
    await page.get_by_role("link", name="Open as a document").click()
    await expect(page.get_by_role("button", name="Share by a link")).to_be_visible()


async def test_a_vote_stays_pressed_and_asks_for_the_reason_in_place(site: Web) -> None:
    async with chromium(site) as person:
        page = await person()
        await say(page, "what is SAST?")
        latest = page.locator("#latest")
        await latest.get_by_role("button", name="Not helpful").click()
        await expect(latest.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
        await expect(latest.get_by_role("button", name="It is wrong")).to_be_focused()
        await latest.get_by_role("button", name="It is wrong").click()
        await expect(latest.locator(".thanks")).to_contain_text("Thank you")
        await latest.get_by_role("button", name="Helpful", exact=True).click()
        await expect(latest.get_by_role("button", name="Helpful", exact=True)).to_be_focused()
        await expect(latest.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "false")
        await expect(page.locator(".exchange")).to_have_count(1)


async def test_the_arrow_keys_bring_back_what_was_asked_and_never_take_away_what_is_typed(site: Web) -> None:
    async with chromium(site) as person:
        page = await person()
        for text in ("what is SAST?", "what is DAST?"):
            await say(page, text)
        box = page.locator("#text")
        for key, expected in (
            *(("ArrowUp", "what is DAST?"), ("ArrowUp", "what is SAST?"), ("ArrowUp", "what is SAST?")),
            *(("ArrowDown", "what is DAST?"), ("ArrowDown", "")),
        ):
            await page.keyboard.press(key)
            await expect(box).to_have_value(expected)
        await box.fill("what is RA")
        await page.keyboard.press("ArrowUp")
        await expect(box).to_have_value("what is RA")
        await page.keyboard.press("Control+a")
        await page.keyboard.press("Delete")
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("Enter")
        await expect(page.locator("#latest .said")).to_have_text("You: what is DAST?")


async def test_of_a_long_question_five_lines_show_until_the_rest_is_asked_for(site: Web) -> None:
    async with chromium(site) as person:
        page = await person()
        await say(page, LONG)
        words = page.locator("#latest .words")
        clamped = await words.evaluate("(one) => one.clientHeight < one.scrollHeight")
        assert clamped
        await page.get_by_text("Show all of it").click()
        await expect(page.get_by_text("Show less")).to_be_visible()
        assert await words.evaluate("(one) => getComputedStyle(one).webkitLineClamp") == "none"


async def test_a_number_in_an_answer_opens_what_the_source_says_there(site: Web) -> None:
    async with chromium(site) as person:
        page = await person()
        await say(page, "does AppSec cover supply chain?")
        await page.locator("#latest a.mark").first.click()
        await expect(page.locator("#latest .notes li:target blockquote")).to_be_visible()


async def test_a_step_of_the_triage_shows_each_answer_once(site: Web) -> None:
    async with chromium(site) as person:
        page = await person()
        await say(page, "help us choose")
        for label in ("One application",):
            await press(page, label)
        await say(page, "code")
        await expect(page.get_by_text("One application").locator("visible=true")).to_have_count(1)
        await expect(page.get_by_text("Flaws in our code").locator("visible=true")).to_have_count(1)
        await expect(page.locator(".reply").locator("visible=true")).to_have_count(1)
        await expect(page.locator(".said").locator("visible=true")).to_have_text(["You: help us choose"])


async def test_a_copied_answer_is_its_markdown_and_a_menu_closes_with_escape(site: Web) -> None:
    async with chromium(site) as person:
        page = await person(permissions=["clipboard-read", "clipboard-write"])
        await say(page, "does AppSec cover supply chain?")
        await page.locator("#latest").get_by_role("button", name="Copy as Markdown").click()
        await expect(page.locator("#latest [data-told=Copied]")).to_be_visible()
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith("> does AppSec cover supply chain?\n\n## No.")
        menu = page.locator("#latest .more")
        await menu.locator("summary").click()
        await expect(page.get_by_role("link", name="Download")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("link", name="Download")).to_be_hidden()
        await expect(menu.locator("summary")).to_be_focused()


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core; make test installs it")
async def test_a_recommendation_prints_on_two_pages_at_most_and_its_pages_are_flawless(site: Web) -> None:
    async with chromium(site) as person:
        for scheme, width in (("light", 1280), ("dark", 390)):
            page = await person(color_scheme=scheme, viewport={"width": width, "height": 800})
            await open_document(page)
            await flawless(page)
            printed = await page.pdf(format="A4")
            assert 1 <= printed.count(b"/Type /Page\n") <= 2
            await page.get_by_role("button", name="Share by a link").click()
            await expect(page.get_by_role("button", name="Stop sharing")).to_be_visible()
            await flawless(page)
            await page.get_by_role("button", name="Stop sharing").click()
            await expect(page.locator("#latest.exchange-recommendation")).to_be_visible()
