"""Draws the pictures of the documentation: `python -m tests.adapters.slack.pictures`; with a folder, the same and more
into it, wide and as a phone shows them, light and dark.

Blocks are drawn by slack-blocks-to-jsx, in a page that looks like Slack's, by the system's Chromium.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from adapters.slack.blocks import message
from adapters.slack.modals import modal
from bot.advisor import Advisor
from tests.adapters.slack.drawn import HERE, Talk, homes, triage

ROOT = Path(__file__).parents[3]
NODE = ROOT / "tests" / "node"
CHROMIUM = "/usr/bin/chromium"
PHONE = 360  # pixels
UNDOCUMENTED = {"slack-unstated"}
SHIELD = "M18 7l9 3v7c0 6-4 10-9 12-5-2-9-6-9-12v-7z"
LOGO = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='36' height='36'%3E"
    f"%3Crect width='36' height='36' rx='8' fill='%231d3557'/%3E%3Cpath d='{SHIELD}' fill='%23fff'/%3E%3C/svg%3E"
)
STYLE = """
body { margin: 0; background: #fff; color: #1d1c1d; font: 15px/1.46 Lato, "Segoe UI", Arial, sans-serif }
body[data-theme=dark] { background: #1a1d21; color: #d1d2d3 }
[data-theme=dark] .only { color: #ababad }
[data-theme=dark] .modal, [data-theme=dark] .modal h2, [data-theme=dark] .modal footer { border-color: #444 }
.slack_blocks_to_jsx--block_wrapper { margin-bottom: 6px }
#shot { display: inline-block; padding: 16px 20px; width: {width}px; box-sizing: border-box }
.only { font-size: 13px; color: #616061; margin: 0 0 4px 44px }
.modal { border: 1px solid #ddd; border-radius: 12px; box-shadow: 0 2px 12px #0002; overflow: hidden }
.modal h2 { font-size: 20px; margin: 0; padding: 14px 20px; border-bottom: 1px solid #eee }
.modal footer { padding: 12px 20px; text-align: right; border-top: 1px solid #eee }
.modal footer b { border: 1px solid #bbb; border-radius: 4px; padding: 6px 12px; margin-left: 8px; font-size: 14px }
.modal footer b.go { background: #007a5a; border-color: #007a5a; color: #fff }
.modal .inside { padding: 4px 20px 16px }
.inside .slack_blocks_to_jsx > div:first-child, .inside .slack_blocks_to_jsx--header { display: none !important }
"""


def pages(advisor: Advisor) -> Mapping[str, tuple[int, str]]:
    """Width and HTML of each picture."""
    say = advisor.phrases
    answer = Talk(advisor).ask("does AppSec cover supply chain?")
    share = Talk(advisor).ask(command=answer.tools[0].command)
    assert share.form is not None
    talk = Talk(advisor)
    talk.ask(command=answer.tools[0].command)
    preview = talk.ask(command=share.form.command, place=("C1",), note=("Worth knowing before the next audit.",))
    *_, recommendation = triage(advisor)
    replies = {
        "slack-answer": answer,
        "slack-unstated": Talk(advisor).ask("does the article say anything about zero trust?"),
        "slack-triage": Talk(advisor).ask("triage"),
        "slack-recommendation": recommendation,
        "slack-comparison": Talk(advisor).ask("compare"),
        "slack-help": Talk(advisor).ask("help"),
    }
    drawn = {name: (660, _message(message(say, reply)["blocks"])) for name, reply in replies.items()}
    return drawn | {
        "slack-answer": (660, _only_you() + drawn["slack-answer"][1]),
        "slack-preview": (560, _modal(modal(say, preview, HERE, on_form=True))),
        "slack-home": (720, _inside(list(homes(advisor))[1]["blocks"])),
    }


def reviewed(advisor: Advisor) -> Iterator[tuple[str, str, int, str]]:
    """Name, theme, width and HTML of each picture, wide and on a phone, light and dark, and of what lies behind
    buttons: to be looked at."""
    say = advisor.phrases
    talk = Talk(advisor)
    unhelpful = talk.ask(
        command=next(one.command for one in talk.ask("what is SAST?").tools if "vote:no" in one.command)
    )
    *_, recommendation = triage(advisor)
    more = {
        "slack-whole": (560, _modal(modal(say, recommendation, HERE))),
        "slack-reasons": (560, _modal(modal(say, unhelpful, HERE))),
        "slack-form": (560, _modal(modal(say, Talk(advisor).ask(command="form"), HERE))),
        "slack-commands": (560, _modal(modal(say, Talk(advisor).ask("commands"), HERE))),
    }
    for name, (width, html) in {**pages(advisor), **more}.items():
        for theme in ("light", "dark"):
            yield f"{name}-{theme}", theme, width, html
            yield f"{name}-{theme}-{PHONE}", theme, PHONE, html


def _message(blocks: list[dict[str, Any]]) -> str:
    given = json.dumps({"blocks": blocks, "name": "advisor", "logo": LOGO})
    done = subprocess.run(["node", "slack_html.mjs"], cwd=NODE, input=given, capture_output=True, text=True, check=True)
    return done.stdout


def _only_you() -> str:
    return '<p class="only">Only visible to you</p>'


def _inside(blocks: list[dict[str, Any]]) -> str:
    return f'<div class="inside">{_message(blocks)}</div>'


def _modal(view: dict[str, Any]) -> str:
    submit = f'<b class="go">{escape(view["submit"]["text"])}</b>' if "submit" in view else ""
    close = f"<b>{escape(view['close']['text'])}</b>"
    title = escape(view["title"]["text"])
    inside = _inside(view["blocks"])
    return f'<div class="modal"><h2>{title}</h2>{inside}<footer>{close}{submit}</footer></div>'


def main(out: Path | None) -> None:
    style = (NODE / "node_modules" / "slack-blocks-to-jsx" / "dist" / "style.css").read_text(encoding="utf-8")
    advisor = Advisor.load(ROOT / "knowledge")
    shown = ((name, "light", *page) for name, page in pages(advisor).items() if name not in UNDOCUMENTED)
    drawn = reviewed(advisor) if out else shown
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        for name, theme, width, html in drawn:
            own = STYLE.replace("{width}", str(width))
            page.set_content(f'<style>{style}{own}</style><body data-theme="{theme}"><div id="shot">{html}</div>')
            page.locator("#shot").screenshot(path=(out or ROOT / "docs" / "images") / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
