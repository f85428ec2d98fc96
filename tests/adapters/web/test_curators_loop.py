"""The curator's loop in a real browser, once around: from a wrong answer to the right one. Every page of it is looked
at by axe, in two widths. Pictures are kept where WEB_PICTURES says, if it says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from adapters.advisor_host import AdvisorHost
from bot.curation.gold_file import golds_in
from tests.adapters.web.conftest import Web
from tests.adapters.web.test_browser import chromium, flawless, picture, pytestmark, say
from tests.adapters.web.test_curating import ASKED, GARDEN
from tests.bot.knowledge.folders import SOUND, write

__all__ = ["pytestmark"]

CLAIM = {
    "Id": "roses.often",
    "Source": "almanac",
    "Where in the source": "Chapter 3",
    "What it says": "Roses drink once a week.",
    "About": "roses",
    "Aspect": "care",
    "Topics": "watering: yes",
}


async def look(page: Page, name: str) -> None:
    """At the page as it is, wide and narrow, light and dark."""
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            await page.set_viewport_size({"width": width, "height": 844})
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await picture(page, f"loop-{name}-{width}-{scheme}")
        await flawless(page)
    await page.set_viewport_size({"width": 1280, "height": 844})


async def test_from_a_wrong_answer_to_the_right_one(make_web: Any, tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "garden.yaml").write_text(GARDEN, encoding="utf-8")
    site: Web = await make_web(host=AdvisorHost(tmp_path), knowledge=tmp_path)
    async with chromium(site) as person:
        page = await person()
        await say(page, ASKED)
        await expect(page.locator("#latest")).not_to_contain_text("Weekly.")
        await page.locator("#latest details.more summary").click()
        await page.get_by_role("link", name="Why this answer").click()
        drawer = page.locator(".below").first
        await expect(drawer.get_by_text("What was read")).to_be_visible()
        await look(page, "drawer")
        await drawer.get_by_role("link", name="It should be something else").click()
        await drawer.get_by_label("It should be", exact=True).select_option(label="Watering roses")
        await look(page, "should-be")
        await drawer.get_by_role("button", name="Keep it").click()
        await expect(drawer.get_by_text("Right is: Watering roses")).to_be_visible()
        await look(page, "kept")
        assert [gold.entry for gold in golds_in(tmp_path / "gold.jsonl")] == ["roses"]
        await drawer.get_by_role("link", name="Add it to this answer’s phrasings").click()
        box = page.get_by_label("How people ask for it")
        await expect(box).to_have_value(ASKED)
        await box.fill(f"{ASKED}\nwhen are tulips planted")
        await expect(page.locator("#problems")).to_contain_text("leads to two answers")
        await look(page, "form-with-a-problem")
        await box.fill(ASKED)
        await expect(page.locator("#problems")).to_contain_text("Nothing is wrong")
        await page.get_by_role("button", name="See what it does").click()
        await expect(page.get_by_text("gets right")).to_be_visible()
        await look(page, "preview")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("heading", name="Saved")).to_be_visible()
        await look(page, "saved")
        await page.goto("/")
        await say(page, ASKED)
        await expect(page.locator("#latest")).to_contain_text("Weekly.")
        for kind in ("answer", "claim"):
            await page.goto(f"/workbench/edit/{kind}?answer=roses")
            await look(page, f"form-{kind}")


async def test_a_claim_that_is_added_is_cited_by_the_answer_a_moment_later(make_web: Any, tmp_path: Path) -> None:
    write(tmp_path, SOUND)
    site: Web = await make_web(host=AdvisorHost(tmp_path), knowledge=tmp_path)
    async with chromium(site) as person:
        page = await person()
        await page.goto("/workbench/knowledge/answer?id=roses-water")
        await page.get_by_role("link", name="Add a claim").click()
        for label, text in CLAIM.items():
            await page.get_by_label(label, exact=True).fill(text)
        await expect(page.locator("#problems")).to_contain_text("Nothing is wrong")
        await page.get_by_role("button", name="See what it does").click()
        await expect(page.get_by_role("heading", name="What changes in claims.yaml")).to_be_visible()
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("heading", name="Saved")).to_be_visible()
        await page.goto("/")
        await say(page, "how to water roses")
        await page.locator("#latest .sources summary").click()
        await expect(page.locator("#latest .notes")).to_contain_text(CLAIM["What it says"])
