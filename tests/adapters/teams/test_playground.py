"""With Microsoft's own client: the Microsoft 365 Agents Playground (npm @microsoft/m365agentsplayground), in Chromium,
against the whole server with its database and its knowledge.

Skipped where there is no node, no Playground or no Chromium; with CI set in the environment it fails instead.
Pictures are kept where TEAMS_PICTURES says, if it says so.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect
from pydantic import SecretStr

from adapters.server import serving
from adapters.settings import Settings

HERE = Path(__file__).parents[3]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PLAYGROUND = shutil.which("agentsplayground") or shutil.which(
    "agentsplayground", path=HERE / "tests" / "node" / "node_modules" / ".bin"
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CONVERSATION = {"x": 330, "y": 48, "width": 620, "height": 852}  # on the screen, beside lists and logs
PICTURES = os.environ.get("TEAMS_PICTURES")

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not (CHROMIUM and PLAYGROUND and shutil.which("node")) and not os.environ.get("CI"),
        reason="needs node and Chromium; make test says why they are missing",
    ),
]


@asynccontextmanager
async def playground(folder: Path) -> AsyncIterator[Page]:
    """The client, open in a browser and connected to a server of our own."""
    assert CHROMIUM and PLAYGROUND, "node, Chromium and the Playground are needed here"
    client = _free_port()
    settings = Settings(
        host="127.0.0.1",
        port=0,
        database_url=SecretStr(f"sqlite:///{folder / 'advisor.sqlite3'}"),
        microsoft_app_id="",
        teams_development=f"http://127.0.0.1:{client}",
        slack_bot_token=SecretStr(""),
        slack_signing_secret=SecretStr(""),
        slack_client_id="",
    )
    async with AsyncExitStack() as stack:
        chromium = (await stack.enter_async_context(async_playwright())).chromium
        launching = asyncio.create_task(chromium.launch(executable_path=CHROMIUM, args=FLAGS))
        port, _ = await stack.enter_async_context(serving(settings))
        await _start(PLAYGROUND, f"http://127.0.0.1:{port}/api/messages", client, folder, stack)
        browser = await launching
        stack.push_async_callback(browser.close)
        page = await browser.new_page(viewport={"width": 1280, "height": 900}, device_scale_factor=1)
        await page.goto(f"http://127.0.0.1:{client}")
        await expect(page.get_by_text("Ask me about AppSec and product security.")).to_be_visible()
        yield page


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


async def _start(program: str, endpoint: str, port: int, folder: Path, stack: AsyncExitStack) -> None:
    """Start the Playground, which serves its pages on `port`."""
    arguments = ("start", "-e", endpoint, "-c", "msteams", "-p", str(port), "--disable-telemetry")
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "TEAMSAPPTESTER_BROWSER": "none"},
        cwd=folder,  # it leaves files where it runs
    )
    stack.push_async_callback(process.wait)
    stack.callback(process.terminate)
    assert process.stdout is not None
    while True:
        line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        assert line, "the Playground ended"
        if listening := line.partition("Listening on ")[2].strip():
            assert listening == str(port), "the port was taken meanwhile"
            return


async def say(page: Page, text: str) -> None:
    await page.get_by_role("textbox").last.click()
    await page.keyboard.type(text)
    await page.keyboard.press("Enter")


def button(page: Page, label: str) -> Locator:
    return page.get_by_role("button", name=label, exact=True).last


async def picture(page: Page, name: str, top: Locator | None = None) -> None:
    """What is on the screen now, with `top` at its upper edge."""
    if PICTURES:
        if top is not None:
            await top.evaluate("element => element.scrollIntoView()")
        await page.wait_for_timeout(500)
        await page.screenshot(path=Path(PICTURES) / f"teams-{name}.png", clip=CONVERSATION)


async def ask_in_the_chat(page: Page) -> None:
    await picture(page, "welcome")
    await say(page, "does AppSec cover supply chain?")
    await expect(page.get_by_text("Where this comes from", exact=True)).to_be_visible()
    await expect(page.get_by_text("[1] AppSec > Cons > Limited scope", exact=True)).to_be_hidden()
    await picture(page, "answer")
    await button(page, "Where this comes from").click()
    await expect(page.get_by_text("[1] AppSec > Cons > Limited scope", exact=True)).to_be_visible()
    await button(page, "Helpful").click()
    await expect(page.get_by_text("Thank you. Noted.")).to_be_visible()
    await button(page, "Product security and supply chains").click()
    await expect(page.get_by_text("Product security and supply chains", exact=True).last).to_be_visible()


async def be_led_to_a_recommendation(page: Page) -> None:
    await say(page, "triage")
    await button(page, "A whole product").click()
    await expect(page.get_by_text("Question 2 of 5")).to_be_visible()
    await expect(page.get_by_text("Question 1 of 5")).to_have_count(0)
    await button(page, "Continue").click()
    await expect(page.get_by_text("Pick at least one, or skip the question.")).to_be_visible()
    await page.get_by_role("checkbox", name="Third-party components").click()
    await picture(page, "triage")
    await button(page, "Continue").click()
    for step, answer in ((3, "An AppSec program"), (4, "ISO 27001 or NIST"), (5, "Yes to both")):
        await expect(page.get_by_text(f"Question {step} of 5")).to_be_visible()
        await button(page, answer).click()
    await expect(page.get_by_text("What to do first", exact=True)).to_be_visible()
    await expect(page.get_by_text("Question 5 of 5")).to_have_count(0)
    await expect(page.get_by_text("Your answers", exact=True)).to_be_hidden()
    await picture(page, "recommendation", top=page.get_by_text("Look at product security, for").first)
    await button(page, "Full recommendation").click()
    await expect(page.get_by_text("Your answers", exact=True)).to_be_visible()


async def ask_in_a_channel(page: Page) -> None:
    await page.get_by_role("treeitem", name="General").click()
    await expect(page.get_by_text("Alex Wilber added me here.")).to_be_visible()
    await page.get_by_role("textbox").first.click()
    await page.keyboard.type("@Te")
    await page.get_by_role("menuitem", name="Test Bot").click()
    await page.keyboard.type("what is product security?")
    await page.get_by_role("button", name="Post").click()
    await expect(page.get_by_text("What product security is", exact=True).first).to_be_visible()
    await picture(page, "channel")


async def share_what_was_recommended(page: Page) -> None:
    await page.get_by_role("treeitem", name="Personal Chat").click()
    await button(page, "Share").click()
    await page.get_by_label("A note of yours").fill("For Thursday: this is where I would begin.")
    await page.locator("input[role=combobox]").click()
    await picture(page, "share")
    await page.get_by_role("option", name="My Team > Announcements").click()
    await button(page, "Preview").click()
    await expect(button(page, "Post it")).to_be_visible()  # before that, the last note is still the form's
    await picture(page, "preview")
    await page.get_by_label("A note of yours").last.fill("For Friday: this is where I would begin.")
    await button(page, "Post it").click()
    await expect(page.get_by_role("link", name="Open it in Teams")).to_be_visible()
    await page.get_by_role("treeitem", name="Announcements").click()
    await expect(page.get_by_text("Shared by Alex Wilber: For Friday: this is where I would begin.")).to_be_visible()
    await picture(page, "post")


async def test_chat_triage_channel_and_sharing_work_in_microsofts_client(tmp_path: Path) -> None:
    expect.set_options(timeout=20_000)  # on a machine that has much else to do
    async with playground(tmp_path) as page:
        await ask_in_the_chat(page)
        await be_led_to_a_recommendation(page)
        await ask_in_a_channel(page)
        await share_what_was_recommended(page)
