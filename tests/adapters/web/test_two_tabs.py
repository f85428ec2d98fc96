"""In a real browser: two tabs of one person, in one of which the conversation is begun anew."""

from __future__ import annotations

from playwright.async_api import expect

from tests.adapters.web.conftest import Web
from tests.adapters.web.test_browser import chromium, press, pytestmark, say

__all__ = ["pytestmark"]


async def test_after_starting_over_in_another_tab_what_is_typed_here_stays_and_begins_the_next_conversation(
    site: Web,
) -> None:
    async with chromium(site) as person:
        page = await person()
        await say(page, "what is RASP?")
        other = await page.context.new_page()
        await other.goto("/")
        await other.get_by_role("button", name="Start over").click()
        await expect(other.get_by_role("button", name="Undo")).to_be_visible()
        await page.locator("#text").fill("what is SAST?")
        await page.keyboard.press("Enter")
        await expect(page.locator("#state")).to_contain_text("You have started over. That was in another tab")
        await expect(page.locator("#text")).to_have_value("what is SAST?")
        await expect(page.locator(".exchange")).to_have_count(0)
        await page.keyboard.press("Enter")
        await expect(page.locator(".exchange:not(.waiting)")).to_have_count(1)
        await expect(page.locator("#state")).to_be_empty()
        await press(page, "DAST")
        await other.goto("/")
        await expect(other.locator(".said")).to_have_text(["You: what is SAST?", "You: DAST"])


async def test_a_button_of_a_conversation_that_is_over_says_so_in_place(site: Web) -> None:
    async with chromium(site) as person:
        page = await person()
        await say(page, "what is SAST?")
        other = await page.context.new_page()
        await other.goto("/")
        await other.get_by_role("button", name="Start over").click()
        await expect(other.get_by_role("button", name="Undo")).to_be_visible()
        await page.locator("#latest").get_by_role("button", name="DAST").first.click()
        await expect(page.locator("#state")).to_contain_text("belongs to the conversation before")
        await expect(page.locator("#text")).to_have_value("")
        await expect(page.locator(".exchange")).to_have_count(0)
