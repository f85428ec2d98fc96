"""In a real browser: Chromium on the page, with script, by mouse and by keyboard alone, in light and dark, on a phone.

Skipped where there is no Chromium; with CI set in the environment it fails instead. Pictures are kept where
WEB_PICTURES says, if it says so.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Route, async_playwright, expect

from adapters.advisor_host import AdvisorHost
from adapters.rate_limit import MOST, WITHIN
from tests.adapters.web.conftest import ROOT, Web
from tests.adapters.web.test_workbench import PAGES

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = ROOT / "tests" / "node" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not CHROMIUM and not os.environ.get("CI"), reason="needs Chromium; make test says why it is missing"
    ),
]


@asynccontextmanager
async def chromium(site: Web) -> AsyncIterator[Any]:
    """Makes pages, each of another person who sits at the machine; `site` is where they are opened."""
    assert CHROMIUM, "Chromium is needed here"
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        stack.push_async_callback(browser.close)

        async def person(**given: Any) -> Page:
            context = await browser.new_context(base_url=site.url, **given)
            page: Page = await context.new_page()
            assert site.owner_link is not None
            await page.goto(site.owner_link.path)
            await expect(page.get_by_role("heading", name="Workbench", exact=True)).to_be_visible()
            await page.goto("/")
            return page

        yield person


async def say(page: Page, text: str) -> None:
    """Typed, and sent with Enter; the reply is there afterwards."""
    shown = await page.locator(".exchange").count()
    await page.locator("#text").fill(text)
    await page.keyboard.press("Enter")
    await expect(page.locator(".exchange:not(.waiting)")).to_have_count(shown + 1)


async def press(page: Page, label: str) -> None:
    shown = await page.locator(".exchange").count()
    await page.locator("#latest").get_by_role("button", name=label).first.click()
    await expect(page.locator(".exchange:not(.waiting)")).to_have_count(shown + 1)


async def forget(page: Page) -> None:
    """Typed, and sent with Enter; nothing else is shown afterwards."""
    await page.locator("#text").fill("forget me")
    await page.keyboard.press("Enter")
    await expect(page.locator(".exchange:not(.waiting)")).to_have_count(1)


async def flawless(page: Page) -> None:
    """Nothing that axe-core finds, nothing wider than the window."""
    if not await page.evaluate("window.axe !== undefined"):
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run({resultTypes: ['violations']})")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], page.url
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


async def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("WEB_PICTURES"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def talk(page: Page) -> None:
    """A question with typing errors, a follow-up, one too vague to answer, and a button of it."""
    await say(page, "does apsec cover suply chain?")
    latest = page.locator("#latest")
    await expect(latest.locator(".verdict")).to_have_text("No")
    await latest.locator(".sources summary").click()
    await expect(latest.locator("details.sources").get_by_text("AppSec > Cons > Limited scope").last).to_be_visible()
    await picture(page, "answer")
    await press(page, "Product security and supply chains")
    await expect(latest.get_by_role("heading", name="Product security and supply chains")).to_be_focused()
    await say(page, "what are the drawbacks of AppSec?")
    await say(page, "and product security?")
    await expect(latest.locator(".headline")).to_contain_text("product security")


async def triage_by_mouse(page: Page) -> None:
    """Step by step, one step back, to the end; then another one that is stopped."""
    latest = page.locator("#latest")
    await say(page, "triage")
    await expect(latest.get_by_text("Question 1 of")).to_be_visible()
    await press(page, "A whole product")
    await expect(latest.get_by_text("Question 2 of")).to_be_visible()
    await press(page, "Back")
    await expect(latest.get_by_text("Question 1 of")).to_be_visible()
    for _ in range(8):
        if await page.locator("#latest.exchange-recommendation").count():
            break
        await go_on(page)
    await expect(page.locator("#latest.exchange-recommendation")).to_be_visible()
    await say(page, "triage")
    if await latest.get_by_role("button", name="Stop").count():
        await press(page, "Stop")
    await expect(page.locator("#latest .progress")).to_have_count(0)


async def go_on(page: Page) -> None:
    """The first option of the step that is shown."""
    shown = await page.locator(".exchange").count()
    latest = page.locator("#latest")
    if await latest.locator("form.form").count():
        await latest.locator("form.form input[type=checkbox], form.form input[type=radio]").first.check()
        await latest.locator("form.form button.primary").click()
    else:
        await latest.locator(".choices button").first.click()
    await expect(page.locator(".exchange:not(.waiting)")).to_have_count(shown + 1)


async def triage_by_keyboard(page: Page) -> None:
    """With Tab, Space and Enter alone: the focus goes on to each new step."""
    await forget(page)
    await say(page, "triage")
    await page.locator("#latest .headline").focus()
    for _ in range(8):
        if await page.locator("#latest.exchange-recommendation").count():
            return
        shown = await page.locator(".exchange").count()
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.matches('input')"):
            await page.keyboard.press("Space")
            while not await page.evaluate("document.activeElement.matches('.form button')"):
                await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator(".exchange:not(.waiting)")).to_have_count(shown + 1)
        await expect(page.locator("#latest .headline")).to_be_focused()
    raise AssertionError("no recommendation")


async def triage_by_form(page: Page) -> None:
    await forget(page)
    await say(page, "form")
    form = page.locator("#latest form.form")
    for fieldset in await form.locator("fieldset").all():
        await fieldset.locator("input").first.check()
    await form.locator("button.primary").click()
    await expect(page.locator("#latest.exchange-recommendation")).to_be_visible()


async def test_someone_talks_and_is_led_through_a_triage_by_mouse_by_keyboard_and_by_form(site: Web) -> None:
    async with chromium(site) as person:
        page = await person(color_scheme="light", viewport={"width": 1000, "height": 760})
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        await talk(page)
        await triage_by_mouse(page)
        await triage_by_keyboard(page)
        await triage_by_form(page)
        await page.get_by_role("link", name="See it as").click()
        await expect(page.locator("#latest .platform").first).to_be_visible()
        await say(page, "who painted the ceiling of this chapel?")
        await page.goto("/workbench/gaps")
        asked = page.get_by_role("link", name="who painted the ceiling of this chapel?")
        while not await asked.count():  # it is being asked and grouped
            await page.reload()
        await asked.click()
        await expect(page.locator("#new")).to_contain_text('- "who painted the ceiling of this chapel?"')
        assert problems == []


async def test_an_edited_file_serves_a_moment_later_and_a_broken_one_is_shown_while_the_old_serves(
    make_web: Any, tmp_path: Path
) -> None:
    (tmp_path / "answers").mkdir()
    file = tmp_path / "answers" / "garden.yaml"
    entry = "- {{id: roses, questions: [how often do roses need water], {}: {}.}}\n"
    file.write_text(entry.format("answer", "Weekly"), encoding="utf-8")
    host = AdvisorHost(tmp_path)
    watching = asyncio.create_task(host.watch())
    async with chromium(await make_web(host=host, knowledge=tmp_path)) as person:
        page = await person()
        await say(page, "how often do roses need water")
        file.write_text(entry.format("anwser", "Every day"), encoding="utf-8")
        await until(lambda: bool(host.problems))
        await page.locator("#latest .more summary").click()
        await page.get_by_role("link", name="Why this answer").click()
        await expect(page.get_by_role("heading", name="What came near")).to_be_visible()
        await page.goto("/workbench/")
        await expect(page.get_by_text("answers/garden.yaml:1").first).to_be_visible()
        await page.get_by_role("link", name="Conversation").click()
        await say(page, "how often do roses need water")
        await expect(page.locator("#latest")).to_contain_text("Weekly")
        file.write_text(entry.format("answer", "Every day"), encoding="utf-8")
        await until(lambda: not host.problems)
        await say(page, "how often do roses need water")
        await expect(page.locator("#latest")).to_contain_text("Every day")
    host.close()
    await watching


async def until(holds: Callable[[], bool]) -> None:
    """Looks again and again; the test's own limit ends it where that never comes."""
    while not holds():  # noqa: ASYNC110  (what is looked at sets no event)
        await asyncio.sleep(0.05)


@pytest.mark.skipif(not AXE.exists() and not os.environ.get("CI"), reason="needs axe-core; make test installs it")
async def test_every_page_is_flawless_in_light_in_dark_and_on_a_phone(site: Web) -> None:
    async with chromium(site) as person:
        for scheme, width in (("light", 1000), ("dark", 360)):
            page = await person(color_scheme=scheme, viewport={"width": width, "height": 760}, reduced_motion="reduce")
            await flawless(page)
            for text in ("does AppSec cover supply chain?", "compare", "form"):
                await say(page, text)
            await flawless(page)
            for path in ("/?view=platforms", *PAGES):
                lists = path.rpartition("/")[2] in ("knowledge", "answers", "vocabulary")
                await page.goto(path + "?find=supply" if lists else path)  # long lists take long to look through
                await flawless(page)


async def test_forget_me_takes_what_was_said_off_the_page_at_once(site: Web) -> None:
    async with chromium(site) as person:
        page = await person()
        await page.locator(".examples button").first.click()
        await expect(page.locator(".exchange:not(.waiting)")).to_have_count(1)
        await say(page, "what is DAST?")
        await page.locator("#text").fill("forget me")
        await page.keyboard.press("Enter")
        await expect(page.locator(".said")).to_have_text(["You: forget me"])


async def test_who_is_too_quick_is_told_in_place_and_what_was_typed_stays_in_the_box(site: Web) -> None:
    async with chromium(site) as person:
        page = await person()
        for _ in range(MOST):
            await say(page, "about")
        await page.locator("#text").fill("what is RASP?")
        await page.keyboard.press("Enter")
        await expect(page.locator("#state")).to_contain_text("Please slow down. That was more than")
        await expect(page.locator("#text")).to_have_value("what is RASP?")
        await expect(page.locator(".exchange")).to_have_count(MOST)
        site.clock.ahead += WITHIN
        await page.keyboard.press("Enter")
        await expect(page.locator(".exchange:not(.waiting)")).to_have_count(MOST + 1)
        await expect(page.locator("#state")).to_be_empty()


GOLD = """{"q": "what is SAST?", "kind": "answer", "must": ["appsec.type.sast"], "style": "plain/definition"}
{"q": "what is DAST?", "kind": "offtopic", "style": "plain/definition"}"""


@pytest.mark.skipif(not AXE.exists() and not os.environ.get("CI"), reason="needs axe-core; make test installs it")
async def test_a_run_shows_how_far_it_is_and_then_what_came_out_and_both_pages_are_flawless_on_a_phone(
    site: Web,
) -> None:
    async with chromium(site) as person:
        for scheme in ("light", "dark"):
            page = await person(color_scheme=scheme, viewport={"width": 390, "height": 844}, reduced_motion="reduce")
            await page.goto("/workbench/evaluate")
            await page.get_by_label("Or paste them").fill(GOLD)
            await page.get_by_role("button", name="Ask and judge").click()
            await expect(page.get_by_role("heading", name="1 wrong")).to_be_visible()
            await flawless(page)
            await picture(page, f"run-390-{scheme}")
            await page.goto("/workbench/evaluate")
            await expect(page.get_by_role("cell", name="50.0%").first).to_be_visible()
            await flawless(page)
            await picture(page, f"runs-390-{scheme}")


SIZES = ((1366, 768), (1280, 800), (390, 844))
COVERED = """(button) => {
    const { left, right, top, bottom } = button.getBoundingClientRect();
    const points = [top + 2, (top + bottom) / 2, bottom - 2].map((y) => [(left + right) / 2, y]);
    return points.some(([x, y]) => document.elementFromPoint(x, y)?.closest(".composer"));
}"""
IN_SIGHT = """(button) => {
    const { left, right, top, bottom } = button.getBoundingClientRect();
    const there = document.elementFromPoint((left + right) / 2, bottom - 2);
    return top >= 0 && bottom <= innerHeight && button.contains(there);
}"""


async def never_covered(page: Page) -> None:
    """Wherever the page is scrolled to, the box lies over no primary button of the reply."""
    button = page.locator("#latest button.primary").first
    for share in range(11):
        await page.evaluate(f"scrollTo(0, document.documentElement.scrollHeight * {share} / 10)")
        assert not await button.evaluate(COVERED), share


async def test_a_primary_button_is_never_covered_by_the_box_and_that_of_a_form_is_in_sight_at_once(site: Web) -> None:
    async with chromium(site) as person:
        for width, height in SIZES:
            page = await person(viewport={"width": width, "height": height}, reduced_motion="reduce")
            await say(page, "triage")
            await press(page, "A whole product")
            button = page.locator("#latest button.primary")
            await expect(button).to_have_text("Continue")
            assert await button.evaluate(IN_SIGHT), (width, height)
            await picture(page, f"step-2-{width}")
            await never_covered(page)
            await say(page, "form")
            assert await button.evaluate(IN_SIGHT), (width, height)
            await never_covered(page)
            await say(page, "stop")
            await expect(button).to_have_text("Start again")
            await never_covered(page)


async def test_what_is_typed_while_an_answer_is_under_way_waits_its_turn_and_nothing_is_lost(site: Web) -> None:
    async with chromium(site) as person:
        page = await person()
        answered = asyncio.Event()

        async def hold(route: Route) -> None:
            await answered.wait()
            await route.continue_()

        await page.route("**/say", hold)
        box, bubbles = page.locator("#text"), page.locator(".said")
        await box.fill("what is RASP?")
        await page.keyboard.press("Enter")
        await expect(box).to_have_value("")
        await box.fill("what is SAST?")
        await page.keyboard.press("Enter")
        await expect(bubbles).to_have_text(["what is RASP?", "what is SAST?"])
        await box.fill("what is DA")
        answered.set()
        await expect(page.locator(".exchange:not(.waiting)")).to_have_count(2)
        await expect(bubbles).to_have_text(["You: what is RASP?", "You: what is SAST?"])
        await expect(box).to_have_value("what is DA")
        await expect(box).to_be_focused()


async def test_what_did_not_get_through_is_in_the_box_again_in_the_order_it_was_typed(site: Web) -> None:
    async with chromium(site) as person:
        page = await person()
        failed = asyncio.Event()

        async def cut_off(route: Route) -> None:
            await failed.wait()
            await route.abort()

        await page.route("**/say", cut_off)
        for text in ("what is RASP?", "what is SAST?"):
            await page.locator("#text").fill(text)
            await page.keyboard.press("Enter")
        await page.locator("#text").fill("what is DA")
        failed.set()
        await expect(page.locator("#state")).to_contain_text("That did not get through")
        await expect(page.locator("#text")).to_have_value("what is RASP?\nwhat is SAST?\nwhat is DA")
        await expect(page.locator(".exchange")).to_have_count(0)
        await expect(page.locator(".welcome")).to_be_visible()


async def test_after_the_first_answer_the_focus_is_in_the_box_and_the_answer_is_read_out(site: Web) -> None:
    async with chromium(site) as person:
        for by_example in (False, True):
            page = await person()
            # A screen reader reads what comes into a log that was there before.
            await page.locator("#thread[role=log][aria-live=polite]").evaluate(
                "(log) => { log.dataset.before = 'yes'; }"
            )
            if by_example:
                await page.get_by_role("button", name="Does AppSec cover supply chain risk?").click()
            else:
                await say(page, "does AppSec cover supply chain risk?")
            await expect(page.locator("#thread[data-before=yes] #latest .verdict")).to_have_text("No")
            await expect(page.locator("#text")).to_be_focused()
            await expect(page.get_by_role("button", name="Start over")).to_be_visible()


async def test_only_the_reply_is_drawn_as_a_card_whatever_its_kind(site: Web) -> None:
    async with chromium(site) as person:
        page = await person()
        for text in ("does AppSec cover supply chain?", "my key is AKIAIOSFODNN7EXAMPLA", "we are being hacked"):
            await say(page, text)
        await say(page, "helpful")
        for exchange in await page.locator(".exchange").all():
            drawn = await exchange.evaluate("(one) => [getComputedStyle(one).boxShadow, getComputedStyle(one).padding]")
            assert drawn == ["none", "0px"]


async def test_a_step_that_takes_several_answers_shows_what_was_chosen_as_what_was_said(site: Web) -> None:
    async with chromium(site) as person:
        page = await person()
        await say(page, "triage")
        await press(page, "A whole product")
        for label in ("Flaws in our code", "Insiders and data"):
            await page.locator("#latest").get_by_label(label).check()
        await press(page, "Continue")
        bubble = page.locator("#latest .said")
        await expect(bubble).to_have_text("You: Flaws in our code, Insiders and data")
