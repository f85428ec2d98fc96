"""What people see, as pictures: the states of the conversation and the pages of the workbench, on a desk and on a
phone, in light and dark. Each is compared with the one in `pictures/` that was accepted last; `make pictures` accepts
what is seen now.

So that a picture is the same on every machine, all text is drawn in a font of the test's own, whose letters are bars,
and the knowledge is what `advisor init` writes. Pictures are kept at a quarter of their size, and what lies a pixel
beside its place is no difference; a card in a card, a button that is covered or another colour is one.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image
from playwright.async_api import Page

from adapters.advisor_host import AdvisorHost
from adapters.database import migrate
from tests.adapters.web.conftest import ROOT, Web
from tests.adapters.web.test_browser import chromium, pytestmark, say

__all__ = ["pytestmark"]

PLANTS = Path("adapters/cli/new_folder")  # relative, as the overview shows it
ACCEPTED = Path(__file__).parent / "pictures"
# One bar of 0.55 em for every character but the space; made with fontTools' FontBuilder.
FONT = base64.b64encode((ACCEPTED / "bars.ttf").read_bytes()).decode()
IN_BARS = f"""
document.fonts.add(new FontFace("Bars", Uint8Array.from(atob("{FONT}"), (one) => one.charCodeAt(0)).buffer));
const sheet = new CSSStyleSheet();
sheet.replaceSync("* {{ font-family: Bars !important; font-synthesis: none !important; }}");
document.adoptedStyleSheets = [sheet];
"""
SIZES = ((1280, 800), (390, 844))
SCHEMES = ("light", "dark")
SMALLER = 4  # times, in width and height
COLOURS = 96  # of a picture as it is kept
UNLIKE = 14  # of 255 in a colour: less is the same
MOST_UNLIKE = 0.001  # of the pixels of a picture
NOON = 1_767_268_800.0  # the time that it is in all pictures

CONVERSATION = {
    "welcome": (),
    "answer": ("do ferns like the sun?",),
    "comparison": ("compare",),
    "silent": ("are ferns bad for cats?",),
    "off-topic": ("who won the match?",),
    "unclear": ("and that one?",),
    "help": ("help",),
    "secret": ("my key is AKIAIOSFODNN7EXAMPLA",),
    "vote": ("do ferns like the sun?", "helpful"),
    "triage": ("triage",),
    "triage-form": ("form",),
    "recommendation": ("triage", "sunny"),
}
PAGES = {
    "platforms": "/?view=platforms",
    "nothing-there": "/nothing",
    "help-page": "/help",
    "overview": "/workbench/",
    "why": "/workbench/why?q=" + quote("do ferns like the suun?"),
    "claims": "/workbench/knowledge",
    "answers": "/workbench/knowledge/answers",
    "vocabulary": "/workbench/knowledge/vocabulary",
    "diagram": "/workbench/knowledge/triage?light=sunny",
    "coverage": "/workbench/knowledge/coverage",
    "cell": "/workbench/knowledge/cell?subject=cactus&topic=sun",
    "claim": "/workbench/knowledge/claim?id=cactus.light",
    "one-answer": "/workbench/knowledge/answer?id=compare-care",
    "reach": "/workbench/knowledge/reach",
    "gaps": "/workbench/gaps",
    "evaluate": "/workbench/evaluate",
}


@pytest.fixture
async def plants(make_web: Any, learnt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Web:
    """The page on small knowledge that seldom changes, with a database of its own, at noon."""
    monkeypatch.chdir(ROOT)
    database = f"sqlite:///{tmp_path / 'pictures.db'}"
    migrate(database)
    site: Web = await make_web(host=AdvisorHost(PLANTS, cache=learnt), database=database, knowledge=PLANTS)
    site.clock.ahead = NOON - time.time()
    return site


async def pictures(page: Page, name: str, *, whole: bool) -> AsyncIterator[tuple[str, Image.Image]]:
    """The page in all sizes and schemes, small. `whole`: with what lies below the window."""
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            shot = await page.screenshot(full_page=whole, animations="disabled")
            with Image.open(BytesIO(shot)) as seen:
                yield f"{name}-{width}-{scheme}", seen.convert("RGB").reduce(SMALLER)


def unlike(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels whose colour does not lie among those around their place in the other picture."""
    a, b = (np.asarray(picture.convert("RGB"), dtype=np.int16) for picture in (one, other))
    height = min(len(a), len(b))
    if a.shape[1] != b.shape[1] or max(len(a), len(b)) > height + 1:
        return 1.0
    return max(_out_of_place(a[:height], b[:height]), _out_of_place(b[:height], a[:height]))


def _out_of_place(a: np.ndarray, b: np.ndarray) -> float:
    height, width, _ = a.shape
    wide = np.pad(b, ((1, 1), (1, 1), (0, 0)), mode="edge")
    around = np.stack([wide[y : y + height, x : x + width] for y in range(3) for x in range(3)])
    outside = (a < around.min(axis=0) - UNLIKE) | (a > around.max(axis=0) + UNLIKE)
    return float(outside.any(axis=2).mean())


async def compared(page: Page, name: str, folder: Path, *, whole: bool) -> list[str]:
    """What differs from what was accepted, as the files in `folder` that show it; none where all is accepted now."""
    different = []
    async for kind, seen in pictures(page, name, whole=whole):
        file = ACCEPTED / f"{kind}.png"
        if os.environ.get("ACCEPT_PICTURES"):
            seen.quantize(COLOURS).save(file, optimize=True)
            continue
        if file.exists():
            with Image.open(file) as accepted:
                if unlike(seen, accepted) <= MOST_UNLIKE:
                    continue
        seen.save(folder / file.name)
        different.append(str(folder / file.name))
    return different


async def in_bars(person: Any) -> Page:
    page: Page = await person(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    await page.add_init_script(IN_BARS)
    await page.goto("/")
    return page


async def test_the_states_of_the_conversation_look_as_they_were_accepted(plants: Web, tmp_path: Path) -> None:
    different = []
    async with chromium(plants) as person:
        for name, texts in CONVERSATION.items():
            page = await in_bars(person)
            for text in texts:
                await say(page, text)
            different += await compared(page, name, tmp_path, whole=False)
            await page.context.close()
    assert different == [], "make pictures accepts them"


async def test_the_pages_look_as_they_were_accepted(plants: Web, tmp_path: Path) -> None:
    different = []
    async with chromium(plants) as person:
        page = await in_bars(person)
        await say(page, "do ferns like the sun?")
        await say(page, "are ferns bad for cats?")
        for name, path in PAGES.items():
            await page.goto(path)
            different += await compared(page, name, tmp_path, whole=True)
    assert different == [], "make pictures accepts them"


async def test_after_starting_over_it_is_offered_to_undo_that_in_place(plants: Web, tmp_path: Path) -> None:
    async with chromium(plants) as person:
        page = await in_bars(person)
        await say(page, "do ferns like the sun?")
        await page.get_by_role("button", name="Start over").click()
        assert await compared(page, "started-over", tmp_path, whole=False) == [], "make pictures accepts them"
        await page.get_by_role("button", name="Undo").click()
        await page.locator("#latest").get_by_text("do ferns like the sun?").wait_for()


def drawn(*rectangles: tuple[int, int, int, int, int]) -> Image.Image:
    """A grey picture with rectangles on it: left, top, right, bottom, shade."""
    picture = Image.new("RGB", (320, 200), (120, 120, 120))
    for left, top, right, bottom, shade in rectangles:
        picture.paste((shade, shade, shade), (left, top, right, bottom))
    return picture


CARD, BUTTON = (80, 40, 240, 160, 200), (100, 130, 120, 138, 20)


def test_what_lies_a_pixel_beside_its_place_is_no_difference() -> None:
    beside = drawn((81, 41, 241, 161, 205), (101, 130, 121, 138, 28))
    assert unlike(drawn(CARD, BUTTON), beside) <= MOST_UNLIKE


@pytest.mark.parametrize(
    "seen",
    [
        drawn(CARD),
        drawn(CARD, BUTTON, (84, 44, 236, 156, 220)),
        drawn(CARD, (100, 130, 120, 138, 60)),
        drawn(CARD, (100, 126, 120, 134, 20)),
        drawn(CARD, BUTTON).crop((0, 0, 320, 190)),
    ],
    ids=["a button is covered", "a card in a card", "another colour", "moved", "shorter"],
)
def test_what_people_would_see_is_a_difference(seen: Image.Image) -> None:
    assert unlike(drawn(CARD, BUTTON), seen) > MOST_UNLIKE
