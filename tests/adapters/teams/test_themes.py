"""Every kind of card in Teams' three themes, as Microsoft's library draws it on a narrow phone.

Skipped where there is no Chromium or no library; with CI set in the environment it fails instead.
"""

from __future__ import annotations

import os

import pytest

from bot.advisor import Advisor
from tests.adapters.teams.pictures import CHROMIUM, COLOURS, MODULES, NARROW, canvas, cards, show

LIBRARY = MODULES / "adaptivecards"
AXE = MODULES / "axe-core" / "axe.min.js"

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not (CHROMIUM and LIBRARY.exists()) and not os.environ.get("CI"),
        reason="needs node and Chromium; make test says why they are missing",
    ),
]

# What can't be read, in the words of axe-core; what is drawn over the card's edge; what is too small for a finger.
# Buttons and inputs are as large as the client makes them.
FAULTS = """async () => {
    const card = document.getElementById("card"), edge = card.getBoundingClientRect().right;
    const { violations } = await axe.run(card, { runOnly: ["color-contrast"] });
    const unread = violations.flatMap(one => one.nodes.map(node => node.html));
    const parts = [...card.querySelectorAll("*")];
    const over = parts.filter(part => part.getBoundingClientRect().right > edge);
    const small = parts.filter(part => part.matches(".ac-selectable:not(button)")).filter(part => {
        const { width, height } = part.getBoundingClientRect();
        return width > 0 && (width < 44 || height < 44) });
    return [...unread, ...[...over, ...small].map(part => part.outerHTML)];
}"""


async def test_every_card_can_be_read_and_pressed_in_each_theme_on_a_narrow_phone(advisor: Advisor) -> None:
    drawn = cards(advisor)
    async with canvas() as page:
        await page.evaluate(AXE.read_text(encoding="utf-8"))
        for theme in COLOURS:
            for name, card in drawn.items():
                await show(page, card, theme, NARROW)
                assert await page.evaluate(FAULTS) == [], f"{name}, {theme}"
