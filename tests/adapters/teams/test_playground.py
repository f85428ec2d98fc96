"""With Microsoft's own client: the Microsoft 365 Agents Playground (npm @microsoft/m365agentsplayground), in Chromium.

Skipped where there is no node, no Playground or no Chromium; with CI set in the environment it fails instead.
Pictures are kept where TEAMS_PICTURES says, if it says so.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.async_api import Page, async_playwright, expect

from bot.messages import Bullets, Choice, Citation, Field, Form, Message, Option, Paragraph, Progress, Reply, Table
from tests.adapters.teams.conftest import MakeWorld, TinySession, World

HERE = Path(__file__).parents[3]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PLAYGROUND = shutil.which("agentsplayground") or shutil.which(
    "agentsplayground", path=HERE / "tests" / "node" / "node_modules" / ".bin"
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and PLAYGROUND and shutil.which("node")) and not os.environ.get("CI"),
    reason="needs node and Chromium; make test says why they are missing",
)

SOURCE = "A Source on Gardening"
ANSWER = Reply(
    "answer",
    "Roses and shade",
    verdict="no",
    body=(Paragraph("Roses want six hours of sun."),),
    citations=(Citation("c1", "Roses need six hours of sun a day.", "Chapter 2 > Light", SOURCE),),
    choices=(Choice("What grows in shade", "answer:shade"), Choice("Side by side", "compare")),
)
SHADE = Reply("answer", "What grows in shade", body=(Bullets(("Ferns", "Hostas")),))
TABLE = Reply(
    "answer",
    "Side by side",
    body=(Table(("", "Roses", "Ferns"), (("Light", "sun", "shade"), ("Water", "some", "much"))),),
)
WELCOME = Reply("help", "Garden advisor", body=(Paragraph("Ask in your own words."),))
STEPS = {
    "triage": Reply(
        "triage",
        "How much sun is there?",
        choices=(Choice("Hardly any", "triage:sun=none"), Choice("All day", "triage:sun=all")),
        progress=Progress(1, 2),
    ),
    "triage:sun=none": Reply(
        "triage",
        "How much time have you got?",
        choices=(Choice("An hour a week", "triage:time=1"), Choice("Back", "triage")),
        progress=Progress(2, 2),
    ),
    "triage:time=1": Reply("recommendation", "Plant ferns", body=(Paragraph("They like shade and ask for little."),)),
    "triage-form": Reply("recommendation", "Plant roses", body=(Paragraph("There is sun, and you have time."),)),
    "form": Reply(
        "triage",
        "All questions at once",
        form=Form(
            "triage-form",
            "",
            "Recommend",
            (
                Field(
                    "sun",
                    "How much sun is there?",
                    (Option("none", "Hardly any"), Option("all", "All day")),
                    required=True,
                ),
                Field("like", "What do you like?", (Option("c", "Colour"), Option("g", "Green")), multiple=True),
            ),
        ),
    ),
    "help": WELCOME,
    "answer:shade": SHADE,
    "compare": TABLE,
}


async def gardener(message: Message) -> Reply:
    return STEPS.get(message.command or message.text, ANSWER)


@asynccontextmanager
async def playground(world: World) -> AsyncIterator[Page]:
    """The client, open in a browser and connected to the world's bot."""
    assert CHROMIUM and PLAYGROUND, "node, Chromium and the Playground are needed here"
    async with AsyncExitStack() as stack:
        process = await asyncio.create_subprocess_exec(
            *(
                PLAYGROUND,
                "start",
                "-e",
                f"{world.url}/api/messages",
                "-c",
                "msteams",
                "-p",
                "56151",
                "--disable-telemetry",
            ),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "TEAMSAPPTESTER_BROWSER": "none"},
            cwd=stack.enter_context(TemporaryDirectory()),  # it leaves files where it runs
        )
        stack.push_async_callback(process.wait)
        stack.callback(process.terminate)
        assert process.stdout is not None
        port = ""
        while not port:
            line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
            assert line, "the Playground ended"
            port = line.partition("Listening on ")[2].strip()  # another one than asked for, where that was taken
        browser = await (await stack.enter_async_context(async_playwright())).chromium.launch(
            executable_path=CHROMIUM, args=FLAGS
        )
        stack.push_async_callback(browser.close)
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        await page.goto(f"http://127.0.0.1:{port}")
        await expect(page.get_by_text("Garden advisor")).to_be_visible(timeout=20_000)
        yield page


async def say(page: Page, text: str) -> None:
    await page.get_by_role("textbox").last.click()
    await page.keyboard.type(text)
    await page.keyboard.press("Enter")


async def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("TEAMS_PICTURES"):
        await page.screenshot(path=Path(folder) / f"teams-{name}.png")


async def test_a_personal_chat_a_triage_and_a_channel_work_in_microsofts_client(make_world: MakeWorld) -> None:
    world = await make_world(session=TinySession(gardener))
    async with playground(world) as page:
        await say(page, "do roses grow in shade?")
        await expect(page.get_by_text("Roses want six hours of sun.")).to_be_visible()
        await expect(page.get_by_text("Chapter 2 > Light")).to_be_visible()
        await picture(page, "answer")
        await page.get_by_role("button", name="What grows in shade").click()
        await expect(page.get_by_text("Hostas")).to_be_visible()

        await say(page, "triage")
        await page.get_by_role("button", name="Hardly any").click()
        await expect(page.get_by_text("Question 2 of 2")).to_be_visible()
        await expect(page.get_by_text("Question 1 of 2")).to_have_count(0)
        await page.get_by_role("button", name="An hour a week").click()
        await expect(page.get_by_text("Plant ferns")).to_be_visible()
        await expect(page.get_by_text("Question 2 of 2")).to_have_count(0)

        await say(page, "form")
        await page.get_by_role("button", name="Recommend").click()
        await expect(page.get_by_text("Please choose.")).to_be_visible()
        await page.get_by_text("All day").last.click()
        await page.get_by_role("button", name="Recommend").click()
        await expect(page.get_by_text("Plant roses")).to_be_visible()
        assert dict(world.session.heard[-1].fields)["sun"] == ("all",)

        await page.get_by_role("treeitem", name="General").click()
        await expect(page.get_by_text("Alex Wilber added me here.")).to_be_visible()
        await page.get_by_role("textbox").first.click()
        await page.keyboard.type("@Te")
        await page.get_by_role("menuitem", name="Test Bot").click()
        await page.keyboard.type("and in a channel?")
        await page.get_by_role("button", name="Post").click()
        await expect(page.get_by_text("Roses want six hours of sun.")).to_be_visible()
        heard = world.session.heard[-1]
        assert (heard.text, heard.public, bool(heard.place.thread)) == ("and in a channel?", True, True)
        await picture(page, "channel")
