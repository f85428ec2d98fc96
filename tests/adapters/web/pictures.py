"""Pictures of pages, on a desk and on a phone, in light and dark, compared with those that were accepted last.

So that a picture is the same on every machine, all text is drawn in a font of the tests' own, whose letters are bars.
Pictures are taken at a quarter of their size, and what lies a pixel beside its place is no difference; a card in a
card, a button that is covered or another colour is one. A run looks at each page on a desk in light
and on a phone in dark. With PICTURES=all it looks at all of them, and axe does too; with PICTURES=accept what is seen
is accepted besides. Where WEB_PICTURES says, the pages are kept in full size and in the machine's own fonts.
"""

from __future__ import annotations

import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.async_api import CDPSession, Page

from tests.adapters.web.conftest import Web
from tests.adapters.web.test_browser import chromium, flawless

ACCEPTED = Path(__file__).parent / "pictures"
# One bar of 0.55 em for every character but the space; made with fontTools' FontBuilder.
FONT = base64.b64encode((ACCEPTED / "bars.ttf").read_bytes()).decode()
IN_BARS = f"""
document.fonts.add(new FontFace("Bars", Uint8Array.from(atob("{FONT}"), (one) => one.charCodeAt(0)).buffer));
window.bars = new CSSStyleSheet();
window.bars.replaceSync(`* {{ font-family: Bars !important; font-synthesis: none !important;
    caret-color: transparent !important; animation: none !important; transition: none !important; }}`);
window.whole = new CSSStyleSheet(); // of a picture of all of a page
window.whole.replaceSync(".whole :is(.top, .composer) {{ position: static !important; }}");
document.adoptedStyleSheets = [window.whole, window.bars];
"""
SIZES = ((1280, 800), (390, 844))
SCHEMES = ("light", "dark")
ASKED = os.environ.get("PICTURES", "")
LOOKED_AT = [
    (size, scheme)
    for size in SIZES
    for scheme in SCHEMES
    if ASKED or (size, scheme) in ((SIZES[0], "light"), (SIZES[1], "dark"))
]
SMALLER = 4  # times, in width and height
UNLIKE = 18  # of 255 in a colour: less is the same
MOST_UNLIKE = 0.00025  # of the pixels of a picture


class Album:
    """Compares what is seen with what was accepted. `different`: files of what differs, to be looked at."""

    def __init__(self, person: Any, folder: Path) -> None:
        self._person, self._folder = person, folder
        self._lenses: dict[Page, CDPSession] = {}
        self.different: list[str] = []

    async def page(self, path: str = "/") -> Page:
        """Of another person who sits at the machine."""
        page: Page = await self._person(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        await page.add_init_script(IN_BARS)
        self._lenses[page] = await page.context.new_cdp_session(page)
        await page.goto(path)
        return page

    async def look(self, page: Page, name: str, *, window: bool = False) -> None:
        """At the page in all sizes and schemes. `window`: at its end, as the window shows it; else at all of it."""
        await page.mouse.move(0, 0)  # over nothing
        for (width, height), scheme in LOOKED_AT:
            await page.set_viewport_size({"width": width, "height": height})
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await self._compare(page, f"{name}-{width}-{scheme}", window)
            if ASKED:
                await flawless(page)
        await page.set_viewport_size({"width": 1280, "height": 800})

    async def seen(self, page: Page, *, window: bool = False) -> Image.Image:
        """The page as it is, small."""
        end = "document.documentElement.scrollHeight" if window else "0"
        await page.evaluate(f"document.documentElement.classList.toggle('whole', {'false' if window else 'true'})")
        await page.evaluate(f"document.fonts.ready.then(() => scrollTo(0, {end}))")
        size = "[innerWidth, innerHeight, scrollY]" if window else "[innerWidth, document.body.scrollHeight, 0]"
        width, height, top = await page.evaluate(size)
        clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1 / SMALLER}
        asked = {"clip": clip, "captureBeyondViewport": not window, "optimizeForSpeed": True}
        shot = await self._lenses[page].send("Page.captureScreenshot", asked)
        with Image.open(BytesIO(base64.b64decode(shot["data"]))) as picture:
            return picture.convert("RGB")

    async def _compare(self, page: Page, name: str, window: bool) -> None:
        seen, file = await self.seen(page, window=window), ACCEPTED / f"{name}.png"
        if folder := os.environ.get("WEB_PICTURES"):
            await page.evaluate("document.adoptedStyleSheets = [window.whole]")
            await page.screenshot(path=Path(folder) / file.name, full_page=not window)
            await page.evaluate("document.adoptedStyleSheets = [window.whole, window.bars]")
        if file.exists() and unlike(seen, accepted(name)) <= MOST_UNLIKE:
            return
        if ASKED == "accept":
            seen.save(file, optimize=True)
            return
        seen.save(self._folder / file.name)
        self.different.append(str(self._folder / file.name))


@asynccontextmanager
async def album(site: Web, folder: Path) -> AsyncIterator[Album]:
    """An album of `site`; afterwards nothing in it may differ."""
    async with chromium(site) as person:
        made = Album(person, folder)
        yield made
        assert made.different == [], "look at them; make pictures accepts them"


def accepted(name: str) -> Image.Image:
    with Image.open(ACCEPTED / f"{name}.png") as picture:
        return picture.convert("RGB")


def unlike(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels whose colour does not lie among those around their place in the other picture."""
    a, b = (np.asarray(picture, dtype=np.int16) for picture in (one, other))
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
