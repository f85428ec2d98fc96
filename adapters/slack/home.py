"""The Home tab: what the advisor can do, where to begin, what was begun, and whom to turn to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.slack.blocks import COMMAND, button, buttons, draw
from adapters.slack.translate import at_home
from bot.messages import Choice, Heading, Paragraph, Reply
from bot.overview import Overview

View = dict[str, Any]

LINK = "link"  # the action id of a button that leads out of Slack, followed by a number
MOST_BLOCKS = 100
KEPT = (
    "Questions are kept for a day so that a follow-up can be understood, and a begun triage for a week. "
    "Write “forget me” to have everything deleted that is kept about you."
)


@dataclass(frozen=True, slots=True)
class Links:
    """The operator's own pages, and whom to reach. Empty: there is none."""

    support: str = ""
    privacy: str = ""
    contact: str = ""


def home(help: Reply, overview: Overview, links: Links) -> View:
    """The Home tab of one person. `help`: the advisor's own, whose choices are where to begin."""
    start = [
        button(Choice("Ask a question", "ask", style="primary"), "ask"),
        button(Choice("Start a triage", "triage"), f"{COMMAND}-0"),
        button(Choice("All topics", "topics"), f"{COMMAND}-1"),
    ]
    blocks = [
        *draw(Reply("help", help.title, body=help.body)),
        {"type": "actions", "elements": start},
        *_begun(overview),
        *_recommended(overview),
        *_heading("Where to begin"),
        *buttons(help.choices, start=2),
        {"type": "divider"},
        *_support(links),
    ]
    return {"type": "home", "blocks": blocks[:MOST_BLOCKS]}


def _begun(overview: Overview) -> Iterator[View]:
    if not overview.begun:
        return
    yield from _heading("Your open triage")
    for number, place in enumerate(overview.begun):
        resume = button(Choice("Go on with it", "triage"), f"{COMMAND}-{number}")
        yield {"type": "actions", "block_id": at_home(place), "elements": [resume]}


def _recommended(overview: Overview) -> Iterator[View]:
    if not overview.recommendations:
        return
    yield from _heading("Your recommendations")
    choices = [Choice(_day(one.at), f"recommendation:{one.id}") for one in overview.recommendations]
    yield from buttons(choices)


def _support(links: Links) -> Iterator[View]:
    yield from _heading("Help and privacy")
    contact = [Paragraph(f"For security matters that can't wait: {links.contact}")] if links.contact else []
    yield from draw(Reply("help", body=(*contact, Paragraph(KEPT))))
    pages = [("Get help", links.support), ("Privacy", links.privacy)]
    leading = [
        button(Choice(label, ""), f"{LINK}-{number}") | {"url": url} for number, (label, url) in enumerate(pages) if url
    ]
    for element in leading:
        del element["value"]
    if leading:
        yield {"type": "actions", "elements": leading}


def _heading(text: str) -> list[View]:
    return draw(Reply("help", body=(Heading(text),)))


def _day(at: float) -> str:
    """A day as people write it: 24 November 2026."""
    day = datetime.fromtimestamp(at, UTC)
    return f"{day.day} {day:%B %Y}"
