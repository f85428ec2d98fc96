"""Draws every kind of card in Teams' light, dark and high-contrast theme, wide and as a narrow phone shows it, into a
folder: `python -m tests.adapters.teams.pictures FOLDER`. They are for looking at; the Playground takes those of the
documentation.

The cards are drawn by Microsoft's library (npm adaptivecards). The colours and sizes are those of the host
configurations that Microsoft publishes for Teams (github.com/microsoft/AdaptiveCards, samples/HostConfig); it publishes
none for high contrast, which has the colours of Fluent UI's theme for it. Teams draws its buttons itself.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from adapters.teams.cards import draw
from adapters.teams.posts import card_of
from bot.advisor import Advisor
from bot.domain.conversation import Conversation
from bot.domain.messages import Message, Option, Place, Reply
from bot.domain.outbox import Content, ExpertAnswer, ExpertQuestion

ROOT = Path(__file__).parents[3]
MODULES = ROOT / "tests" / "node" / "node_modules"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDE, NARROW = 560, 320  # pixels
HERE = Place("teams", "t1", "a:anna")
EXPERTS = Place("teams", "t1", "19:experts@thread.tacv2")
CHANNELS = (Option("19:1@thread.tacv2", "Payments > General"), Option("19:2@thread.tacv2", "Payments > Alerts"))

COLOURS = {  # text, subtle text, accent, good, warning, attention; backgrounds of the card, of emphasis, of the page
    "light": "#252424 #bf252424 #6264a7 #92c353 #f8d22a #c4314b #ffffff #f9f8f7 #f5f5f5",
    "dark": "#ffffff #bfffffff #a6a7dc #92c353 #f8d22a #d74654 #2d2c2c #292828 #201f1f",
    "contrast": "#ffffff #ffffff #ffff00 #ffffff #ffffff #ffffff #000000 #000000 #000000",
}
TINTS = {"good": "#ccffcc", "warning": "#ffe2b2", "attention": "#ffc5b2"}  # of containers, light and dark
STYLE = """
* { box-sizing: border-box }
body { margin: 0; padding: 8px; background: PAGE; width: WIDTHpx; font: 14px "Segoe UI", Arial, sans-serif }
#card { border: 1px solid EDGE; border-radius: 4px; overflow: hidden }
a { color: ACCENT }
p, ul { margin: 0 }
ul { padding-left: 20px }
.ac-pushButton { font: 600 14px "Segoe UI", Arial, sans-serif; padding: 5px 12px; min-height: 32px; color: TEXT;
  background: none; border: 1px solid EDGE; border-radius: 4px; white-space: normal !important; margin-bottom: 8px;
  max-width: 100% }
.ac-actionSet { flex-wrap: wrap; gap: 0 8px }
.ac-actionSet > div { display: none }
.ac-pushButton.style-positive { background: MAIN; border-color: MAIN; color: ONMAIN }
.ac-pushButton.style-destructive { color: BAD; border-color: BAD }
.ac-input { font: 14px "Segoe UI", Arial, sans-serif; color: TEXT; background: FIELD; accent-color: MAIN }
.ac-textInput, .ac-choiceSetInput-compact { border: 1px solid EDGE; border-radius: 4px; padding: 5px 8px; width: 100% }
.ac-textInput.ac-multiline { min-height: 72px }
"""
DRAW = """([card, host]) => {
    AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
        result.outputHtml = window.markdown.render(text); result.didProcess = true };
    const drawn = new AdaptiveCards.AdaptiveCard();
    drawn.hostConfig = new AdaptiveCards.HostConfig(host);
    drawn.parse(card);
    document.getElementById("card").replaceChildren(drawn.render());
}"""


class Talk:
    """A conversation with the advisor, without memory or transport."""

    def __init__(self, advisor: Advisor) -> None:
        self._advisor = advisor
        self._conversation = Conversation()
        self._number = 0

    def ask(self, text: str = "", command: str | None = None, **fields: tuple[str, ...]) -> Reply:
        self._number += 1
        asked = Message(
            text,
            command,
            HERE,
            "anna",
            delivery=f"d{self._number}",
            at=1_700_000_000.0 + self._number,
            fields=tuple(fields.items()),
            can_post=True,
            experts=EXPERTS,
        )
        turn = self._advisor.turn(asked, self._conversation)
        self._conversation = turn.conversation
        return turn.reply


def triage(advisor: Advisor) -> Iterator[Reply]:
    """Every question on one path, and the recommendation."""
    talk = Talk(advisor)
    reply = talk.ask("triage")
    while reply.kind == "triage":
        yield reply
        if reply.form is not None:
            [field] = reply.form.fields
            reply = talk.ask("", reply.form.command, **{field.id: (field.options[0].value,)})
        else:
            reply = talk.ask(command=reply.choices[0].command)
    yield reply


def _with_channels(reply: Reply) -> Reply:
    """The form with channels to pick from, as the surface offers them."""
    assert reply.form is not None
    fields = tuple(replace(field, options=CHANNELS) if field.place else field for field in reply.form.fields)
    return replace(reply, form=replace(reply.form, fields=fields))


def cards(advisor: Advisor) -> Mapping[str, dict[str, Any]]:
    """One card of each kind."""
    say = advisor.phrases
    talk = Talk(advisor)
    answer = talk.ask("does AppSec cover supply chain?")
    share = _with_channels(talk.ask("share"))
    assert share.form is not None
    preview = talk.ask(command=share.form.command, place=(CHANNELS[1].value,), note=("Worth knowing by Thursday.",))
    *questions, recommendation = triage(advisor)
    unstated = Talk(advisor)
    silent = unstated.ask("does the article say anything about zero trust?")
    replies = {
        "help": Talk(advisor).ask("help"),
        "commands": Talk(advisor).ask("commands"),
        "answer-partly": answer,
        "answer-yes": Talk(advisor).ask("is threat modeling part of product security?"),
        "answer-no": Talk(advisor).ask("is AppSec enough for product security?"),
        "answer-silent": silent,
        "comparison": Talk(advisor).ask("compare"),
        "triage": questions[0],
        "triage-several": next(question for question in questions if question.form is not None),
        "triage-form": Talk(advisor).ask(command="form"),
        "recommendation": recommendation,
        "share": share,
        "preview": _with_channels(preview) if preview.form else preview,
        "subscribe": _with_channels(Talk(advisor).ask("subscribe")),
        "ask-preview": unstated.ask("ask a person"),
    }
    post = advisor.drafts.answer("appsec-supply-chain")
    assert post is not None
    posts: dict[str, Content] = {
        "post": replace(post, shared_by="anna", note="Worth knowing by Thursday."),
        "expert-question": ExpertQuestion("q1", "Who signs off a release?", "anna"),
        "expert-answer": ExpertAnswer("Who signs off a release?", "The product owner.", "dana", "anna"),
    }
    drawn = {name: draw(say, reply) for name, reply in replies.items()}
    return drawn | {name: card_of(say, content, "Anna")[0] for name, content in posts.items()}


def host_config(theme: str) -> dict[str, Any]:
    """The host configuration of `theme`."""
    text, subtle, accent, good, warning, attention, card, emphasis, _ = COLOURS[theme].split()
    plain = {"default": {"default": text, "subtle": subtle}}
    named = {"accent": accent, "good": good, "warning": warning, "attention": attention}
    colours = plain | {name: {"default": colour, "subtle": colour} for name, colour in named.items()}
    styles = {
        name: {"backgroundColor": back, "foregroundColors": colours}
        for name, back in {"default": card, "emphasis": emphasis}.items()
    }
    dark = {"default": {"default": "#201f1f", "subtle": "#2d2c2c"}}
    for name, tint in TINTS.items():
        is_contrast = theme == "contrast"
        styles[name] = {
            "backgroundColor": card if is_contrast else tint,
            "foregroundColors": colours | (plain if is_contrast else dark),
        }
    sizes = {"small": 12, "default": 14, "medium": 14, "large": 18, "extraLarge": 24}
    weights = {"lighter": 200, "default": 400, "bolder": 600}
    font = {"fontFamily": "'Segoe UI', Arial, sans-serif", "fontSizes": sizes, "fontWeights": weights}
    return {
        "spacing": {"small": 8, "default": 12, "medium": 16, "large": 20, "extraLarge": 24, "padding": 16},
        "separator": {"lineThickness": 1, "lineColor": "#888888"},
        "fontTypes": {"default": font, "monospace": font},
        "containerStyles": styles,
        "actions": {"maxActions": 6, "buttonSpacing": 8, "actionsOrientation": "Horizontal", "actionAlignment": "Left"},
        "factSet": {"title": {"weight": "Bolder", "wrap": True}, "value": {"wrap": True}, "spacing": 16},
    }


def style(theme: str, width: int) -> str:
    text, _, accent, _, _, attention, _, _, page = COLOURS[theme].split()
    main, on_main = ("#1aebff", "#000000") if theme == "contrast" else ("#5b5fc7", "#ffffff")
    named = {
        "ONMAIN": on_main,
        "MAIN": main,
        "PAGE": page,
        "WIDTH": str(width),
        "ACCENT": accent,
        "TEXT": text,
        "BAD": attention,
        "FIELD": page,
        "EDGE": text if theme == "contrast" else "#888888",
    }
    css = STYLE
    for name, value in named.items():
        css = css.replace(name, value)
    return css


@asynccontextmanager
async def canvas() -> AsyncIterator[Page]:
    """A page of the browser in which `show` can draw."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page()
        await page.set_content('<html lang="en"><title>Card</title><style></style><main id="card"></main>')
        await page.add_script_tag(path=MODULES / "adaptivecards" / "dist" / "adaptivecards.min.js")
        await page.add_script_tag(path=MODULES / "markdown-it" / "dist" / "browser" / "markdown-it.umd.min.js")
        await page.evaluate("window.markdown = window.markdownit()")
        yield page
        await browser.close()


async def show(page: Page, card: dict[str, Any], theme: str, width: int) -> None:
    """Draw `card` on `page`, as wide as that."""
    await page.set_viewport_size({"width": width, "height": 900})
    await page.evaluate("css => { document.querySelector('style').textContent = css }", style(theme, width))
    await page.evaluate(DRAW, [card, host_config(theme)])


async def main(out: Path) -> None:
    drawn = cards(Advisor.load(ROOT / "knowledge"))
    async with canvas() as page:
        for name, card in drawn.items():
            for theme in COLOURS:
                for width in (WIDE, NARROW):
                    await show(page, card, theme, width)
                    await page.locator("body").screenshot(path=out / f"teams-{name}-{theme}-{width}.png")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
