"""What people see, as pictures: every state of the conversation and of the workbench, on a desk and on a phone, in
light and dark, each compared with the one in `pictures/` that was accepted last. `make pictures` accepts what is seen
now, and has axe look at each.

The knowledge is what `advisor init` writes, so that our own can change without a picture.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from adapters.advisor_host import AdvisorHost
from adapters.database import SqlStore, migrate
from adapters.evaluations import Run
from adapters.web.gold_scores import GoldScore
from bot.domain.effects import Unanswered
from tests.adapters.web.conftest import ROOT, Web
from tests.adapters.web.pictures import MOST_UNLIKE, accepted, album, unlike
from tests.adapters.web.test_browser import pytestmark, say

__all__ = ["pytestmark"]

PLANTS = ROOT / "adapters" / "cli" / "new_folder"
NOON = 1_767_268_800.0  # the time that it is in all pictures
DAY = 24 * 3600.0
ASKED = "do ferns like the sun?"

CONVERSATION = {
    "welcome": (),
    "answer": (ASKED,),
    "comparison": ("compare",),
    "silent": ("are ferns bad for cats?",),
    "off-topic": ("who won the match?",),
    "unclear": ("and that one?",),
    "help": ("help",),
    "about": ("about",),
    "secret": ("my key is AKIAIOSFODNN7EXAMPLA",),
    "not-english": ("Wie viel Wasser brauchen meine Farne im Sommer?",),
    "long-question": ("we read about plants and wonder what suits us. " * 15 + "what is a fern?",),
    "triage": ("triage",),
    "triage-step": ("triage", "shady"),
    "triage-form": ("form",),
    "triage-stopped": ("triage", "stop"),
    "recommendation": ("triage", "sunny"),
    "turns": ("what is a fern?", "what is a cactus?"),
}
PAGES = {
    "platforms": "/?view=platforms",
    "nothing-there": "/nothing",
    "help-page": "/help",
    "privacy": "/privacy",
    "terms": "/terms",
    "why": "/workbench/why?q=" + quote("how mcuh water do ferns need?"),
    "why-declined": "/workbench/why?q=" + quote("are ferns bad for cats?"),
    "judge": "/workbench/judge?q=" + quote(ASKED),
    "claims": "/workbench/knowledge",
    "answers": "/workbench/knowledge/answers",
    "vocabulary": "/workbench/knowledge/vocabulary",
    "triage-graph": "/workbench/knowledge/triage",
    "triage-path": "/workbench/knowledge/triage?light=sunny",
    "coverage": "/workbench/knowledge/coverage",
    "cell": "/workbench/knowledge/cell?subject=cactus&topic=sun",
    "claim": "/workbench/knowledge/claim?id=cactus.light",
    "one-answer": "/workbench/knowledge/answer?id=compare-care",
    "reach": "/workbench/knowledge/reach",
    "reached": "/workbench/knowledge/reach?ask=yes",
    "gaps-none": "/workbench/gaps",
    "evaluate-none": "/workbench/evaluate",
}
GAPS = (
    *("how tall is the eiffel tower?", "how tall is the Eiffel tower", "who won the cup?"),
    *("which pests do cacti get?", "are ferns bad for my dog?", "my fern looks sad"),
)
GOLD = "\n".join(
    (
        '{"q": "do ferns like the sun?", "kind": "answer", "entry": "fern-light", "style": "plain/light"}',
        '{"q": "what is a cactus?", "kind": "answer", "entry": "cactus-what", "style": "plain/what"}',
        '{"q": "my fern looks sad", "kind": "answer", "entry": "fern-water", "style": "hard/tales"}',
    )
)


async def scores(unit: object) -> Sequence[GoldScore]:
    return [GoldScore(NOON - (9 - week) * 7 * DAY, f"v{week}", 0.8 + week % 4 / 50) for week in range(9)]


@pytest.fixture
async def plants(make_web: Any, learnt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Web:
    """The page on small knowledge that seldom changes, with a database of its own, at noon."""
    shutil.copytree(PLANTS, tmp_path / "plants")
    monkeypatch.chdir(tmp_path)  # the overview shows where the folder is
    database = f"sqlite:///{tmp_path / 'pictures.db'}"
    migrate(database)
    folder = Path("plants")
    host = AdvisorHost(folder, cache=learnt)
    site: Web = await make_web(host=host, database=database, knowledge=folder, gold_scores=scores)
    site.clock.ahead = NOON - time.time()
    return site


async def fill(database: Path) -> None:
    """With what a quarter of use leaves behind."""
    store, noon = SqlStore.at(f"sqlite:///{database}"), datetime.fromtimestamp(NOON, UTC)
    async with store.transaction() as unit:
        for week in range(12):
            counts = {
                **{"question:answer": 40 + week * 9 % 31, "question:unstated": 5 + week % 4, "question:clarify": 2},
                **{"question:offtopic": 3 + week * 5 % 7, "vote:yes": 9 + week % 3, "vote:no": 2},
                **{"triage:light": 1, "triage:away": 2, "triage:": 4},
                **{"pick:light/sunny": 2, "pick:light/shady": 5, "pick:away/often": 3},
            }
            await unit.counts.add((noon - timedelta(weeks=11 - week)).date().isoformat(), counts)
        for number, question in enumerate(GAPS):
            await unit.gaps.add(Unanswered(question, "offtopic"), day=f"2025-12-{10 + number}")
    await store.close()


@pytest.mark.parametrize("half", [0, 1])
async def test_the_states_of_the_conversation_look_as_they_were_accepted(
    plants: Web, tmp_path: Path, half: int
) -> None:
    async with album(plants, tmp_path) as pictures:
        page = await pictures.page()
        for name, texts in list(CONVERSATION.items())[half::2]:
            await talk(page, texts)
            await pictures.look(page, name, window=True)


async def talk(page: Page, texts: Sequence[str]) -> None:
    """From the beginning."""
    if await page.locator(".exchange").count():
        await page.get_by_role("button", name="Start over").click()
        await expect(page.locator(".welcome")).to_be_visible()
    for text in texts:
        await say(page, text)


async def test_a_verdict_looks_as_it_was_accepted(site: Web, tmp_path: Path) -> None:
    """On our own knowledge: what `advisor init` writes has no learnt reader, so no verdicts."""
    site.clock.ahead = NOON - time.time()
    async with album(site, tmp_path) as pictures:
        page = await pictures.page()
        await say(page, "Does AppSec cover supply chain risk?")
        await pictures.look(page, "verdict", window=True)
        await page.evaluate(DONE, ".verdict { background: none !important; }")
        after = unlike(await pictures.seen(page, window=True), accepted("verdict-1280-light"))
        assert after > MOST_UNLIKE, "a colour that is gone"


async def test_what_is_pressed_on_an_answer_looks_as_it_was_accepted(plants: Web, tmp_path: Path) -> None:
    async with album(plants, tmp_path) as pictures:
        page = await pictures.page()
        await say(page, ASKED)
        latest = page.locator("#latest")
        await latest.locator(".more summary").click()
        await pictures.look(page, "menu", window=True)
        await page.keyboard.press("Escape")
        await latest.locator(".sources summary").click()
        await pictures.look(page, "sources", window=True)
        await latest.locator(".sources summary").click()
        await latest.get_by_role("button", name="Not helpful").click()
        await expect(latest.get_by_role("button", name="It is wrong")).to_be_focused()
        await pictures.look(page, "vote-reasons", window=True)
        await latest.get_by_role("button", name="It is wrong").click()
        await expect(latest.locator(".thanks")).to_be_visible()
        await pictures.look(page, "voted", window=True)
        await page.get_by_role("button", name="Start over").click()
        await pictures.look(page, "started-over", window=True)
        await page.get_by_role("button", name="Undo").click()
        await expect(page.locator("#latest").get_by_text(ASKED)).to_be_visible()
        await pictures.look(page, "started-over-undone", window=True)


async def test_the_documents_look_as_they_were_accepted(plants: Web, tmp_path: Path) -> None:
    async with album(plants, tmp_path) as pictures:
        page = await pictures.page()
        await say(page, ASKED)
        href = await page.locator("#latest .menu a").first.get_attribute("href")
        await page.goto(href or "")
        await pictures.look(page, "document-of-an-answer")
        await page.goto("/")
        for text in ("triage", "sunny"):
            await say(page, text)
        await page.get_by_role("link", name="Open as a document").click()
        await pictures.look(page, "document")
        await page.get_by_role("button", name="Share by a link").click()
        await expect(page.get_by_role("button", name="Stop sharing")).to_be_visible()
        await pictures.look(page, "document-shared")
        another = await pictures.page(page.url)
        await pictures.look(another, "document-of-another")
        await page.get_by_role("button", name="Stop sharing").click()
        await another.reload()
        await pictures.look(another, "document-gone")


async def test_the_pages_look_as_they_were_accepted(plants: Web, tmp_path: Path) -> None:
    async with album(plants, tmp_path) as pictures:
        page = await pictures.page()
        await say(page, ASKED)
        for name, path in PAGES.items():
            await page.goto(path)
            await pictures.look(page, name)


async def test_the_morning_page_and_the_inbox_look_as_they_were_accepted(plants: Web, tmp_path: Path) -> None:
    async with album(plants, tmp_path) as pictures:
        page = await pictures.page("/workbench/")
        await checked(page)
        await pictures.look(page, "overview-none")
        await fill(tmp_path / "pictures.db")
        await page.reload()
        await pictures.look(page, "overview")
        await page.goto("/workbench/gaps")
        while await page.get_by_text("being asked and grouped").count():
            await page.reload()
        await pictures.look(page, "gaps")
        await page.get_by_role("link", name=GAPS[1]).click()
        await pictures.look(page, "gap-opened")
        await page.goto("/workbench/knowledge/triage?light=shady")
        await pictures.look(page, "triage-counted")
        (tmp_path / "plants" / "answers" / "plants.yaml").write_text("- {id: oak, anwser: Tall}\n", encoding="utf-8")
        await page.goto("/workbench/")
        await checked(page)
        await pictures.look(page, "overview-broken")


async def checked(page: Page) -> None:
    while await page.get_by_text("is being checked").count():
        await page.reload()


async def test_the_curators_loop_looks_as_it_was_accepted(plants: Web, tmp_path: Path) -> None:
    async with album(plants, tmp_path) as pictures:
        page = await pictures.page()
        await say(page, "my fern looks sad")
        await page.locator("#latest .more summary").click()
        await page.get_by_role("link", name="Why this answer").click()
        drawer = page.locator(".below").first
        await expect(drawer.get_by_text("What was read")).to_be_visible()
        await pictures.look(page, "drawer")
        await drawer.get_by_role("link", name="It should be something else").click()
        await drawer.get_by_label("It should be", exact=True).select_option(label="Watering ferns")
        await pictures.look(page, "should-be")
        await drawer.get_by_role("button", name="Keep it").click()
        await expect(drawer.get_by_text("Right is: Watering ferns")).to_be_visible()
        await pictures.look(page, "kept")
        await drawer.get_by_role("link", name="Add it to this answer’s phrasings").click()
        box = page.get_by_label("How people ask for it")
        await pictures.look(page, "edit-phrasing")
        await box.fill("my fern looks sad\nwhat is a cactus")
        await expect(page.locator("#problems")).to_contain_text("leads to two answers")
        await pictures.look(page, "edit-problem")
        await box.fill("my fern looks sad")
        await expect(page.locator("#problems")).to_contain_text("Nothing is wrong")
        await page.get_by_role("button", name="See what it does").click()
        await expect(page.get_by_text("gets right")).to_be_visible()
        await pictures.look(page, "edit-preview")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("heading", name="Saved")).to_be_visible()
        await pictures.look(page, "edit-saved")
        await page.get_by_role("button", name="Undo").click()
        await expect(page.get_by_text("as it was before")).to_be_visible()
        await pictures.look(page, "edit-undone")
        for kind in ("answer", "claim"):
            await page.goto(f"/workbench/edit/{kind}?answer=fern-water")
            await pictures.look(page, f"edit-{kind}")


async def test_an_evaluation_looks_as_it_was_accepted(plants: Web, tmp_path: Path) -> None:
    async with album(plants, tmp_path) as pictures:
        page = await pictures.page("/workbench/evaluate")
        for _ in range(2):
            await page.goto("/workbench/evaluate")
            await page.get_by_label("Or paste them").fill(GOLD)
            await page.get_by_role("button", name="Ask and judge").click()
            await expect(page.get_by_role("heading", name="1 wrong")).to_be_visible()
        await pictures.look(page, "run")
        await page.get_by_label("Compare with").select_option(index=1)
        await page.get_by_role("button", name="Show", exact=True).click()
        await expect(page.get_by_text("get another reply")).to_be_visible()
        await pictures.look(page, "run-compared")
        await page.goto("/workbench/evaluate")
        await pictures.look(page, "evaluate")
        store, now = SqlStore.at(f"sqlite:///{tmp_path / 'pictures.db'}"), plants.clock()
        async with store.transaction() as unit:
            ahead = now + 600  # it shows signs of life as long as it is looked at
            await unit.evaluations.add(Run("under-way", now, ahead, "", "v1", "gold.jsonl", "", 120, 48), b"")
        await store.close()
        await page.goto("/workbench/evaluate/run?id=under-way")
        await pictures.look(page, "run-under-way")


async def test_who_is_not_let_in_sees_what_was_accepted(make_web: Any, plants: Web, tmp_path: Path) -> None:
    async with album(plants, tmp_path) as pictures:
        page = await pictures.page()
        await page.context.clear_cookies()
        await page.goto("/workbench/")
        await pictures.look(page, "not-let-in")


# What once was drawn wrong, done to the page again.
FAULTS = {
    "a card in a card": ("secret", ".exchange { border: 1px solid var(--line); border-radius: 14px; padding: 1rem; }"),
    "a button that is covered": (
        "triage-form",
        "body .composer { position: fixed !important; inset: auto 0 0; padding: 3rem 0; background: var(--page); }",
    ),
    "a margin that is gone": ("answer", ".origin { padding-top: 0; }"),
    "a line of text too many": ("silent", ".reply > p::after { content: 'and this'; display: block; }"),
}

DONE = """(css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets.push(sheet);
}"""


async def test_what_was_once_drawn_wrong_would_be_seen(plants: Web, tmp_path: Path) -> None:
    async with album(plants, tmp_path) as pictures:
        page = await pictures.page()
        for fault, (name, css) in FAULTS.items():
            await talk(page, CONVERSATION[name])
            before = unlike(await pictures.seen(page, window=True), accepted(f"{name}-1280-light"))
            assert before <= MOST_UNLIKE, name
            await page.evaluate(DONE, css)
            after = unlike(await pictures.seen(page, window=True), accepted(f"{name}-1280-light"))
            assert after > MOST_UNLIKE, fault


def test_what_lies_a_pixel_beside_its_place_is_no_difference() -> None:
    here, beside = (Image.new("RGB", (320, 200), (120, 120, 120)) for _ in range(2))
    here.paste((200, 200, 200), (80, 40, 240, 160))
    beside.paste((205, 205, 205), (81, 41, 241, 161))
    assert unlike(here, beside) <= MOST_UNLIKE < unlike(here, here.crop((0, 0, 320, 190)))
