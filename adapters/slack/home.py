"""The Home tab: what the advisor can do, where to begin, what was begun, and whom to turn to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.slack.blocks import COMMAND, button, buttons, draw
from adapters.slack.translate import at_home
from bot.domain.conversation import Retention
from bot.domain.messages import Choice, Heading, Paragraph, Reply
from bot.service.overview import OpenTriage, Overview

View = dict[str, Any]

LINK = "link"  # the action id of a button that leads out of Slack, followed by a number
MOST_BLOCKS = 100


@dataclass(frozen=True, slots=True)
class HomeDetails:
    """What the operator set: their own pages, whom to reach (empty: there is none), and how long things are kept."""

    support: str = ""
    privacy: str = ""
    contact: str = ""
    retention: Retention = Retention()  # noqa: RUF009  (frozen)

    @property
    def kept(self) -> str:
        talk, triage = _span(self.retention.conversation), _span(self.retention.triage)
        recommendations = _span(self.retention.recommendations)
        return (
            f"What we talked about is kept for {talk} so that a follow-up can be understood, a begun triage for "
            f"{triage}, a recommendation for {recommendations}. Write “forget me” to have everything deleted that is "
            "kept about you."
        )


def home(help: Reply, overview: Overview, house: HomeDetails) -> View:
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
        *_support(house),
    ]
    return {"type": "home", "blocks": blocks[:MOST_BLOCKS]}


def _begun(overview: Overview) -> Iterator[View]:
    if not overview.open_triages:
        return
    yield from _heading("Your open triage" if len(overview.open_triages) == 1 else "Your open triages")
    for number, begun in enumerate(overview.open_triages):
        yield _where(begun)
        resume = button(Choice("Go on with it", "triage"), f"{COMMAND}-{number}")
        yield {"type": "actions", "block_id": at_home(begun.place), "elements": [resume]}


def _where(begun: OpenTriage) -> View:
    """The place in a person's words, and the time as their own clock shows it: Slack draws both."""
    channel, thread = begun.place.channel, begun.place.thread
    place: list[View]
    if channel.startswith(("U", "W")):  # how `translate.alone` names it
        place = [_text("OpenTriage here or with a shortcut")]
    elif channel.startswith("D"):
        place = [_text(f"In {'a thread of ' if thread else ''}our direct messages")]
    else:
        place = [_text("In "), {"type": "channel", "channel_id": channel}]
    last = {
        "type": "date",
        "timestamp": int(begun.at),
        "format": "{date_long_pretty} at {time}",
        "fallback": _day(begun.at),
    }
    said = [*place, _text(", last moved "), last]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": said}]}


def _text(text: str) -> View:
    return {"type": "text", "text": text}


def _recommended(overview: Overview) -> Iterator[View]:
    if not overview.recommendations:
        return
    yield from _heading("Your recommendations")
    days = [_named(_day(one.at), one.title) for one in overview.recommendations]
    times = [_named(_minute(one.at), one.title) for one in overview.recommendations]
    labels = [time if days.count(day) > 1 else day for day, time in zip(days, times, strict=True)]
    kept = [f"recommendation:{one.id}" for one in overview.recommendations]
    yield from buttons([Choice(label, command) for label, command in zip(labels, kept, strict=True)])


def _named(when: str, title: str | None) -> str:
    return f"{when}: {title}" if title else when


def _support(house: HomeDetails) -> Iterator[View]:
    yield from _heading("Help and privacy")
    contact = [Paragraph(f"For security matters that can't wait: {house.contact}")] if house.contact else []
    yield from draw(Reply("help", body=(*contact, Paragraph(house.kept))))
    pages = [("Get help", house.support), ("Privacy", house.privacy)]
    leading = [
        button(Choice(label, ""), f"{LINK}-{number}") | {"url": url} for number, (label, url) in enumerate(pages) if url
    ]
    for element in leading:
        del element["value"]
    if leading:
        yield {"type": "actions", "elements": leading}


def _heading(text: str) -> list[View]:
    return draw(Reply("help", body=(Heading(text),)))


def _span(seconds: float) -> str:
    """A length of time as people say it: 36 hours, 7 days."""
    hours = round(seconds / 3600)
    count, unit = (hours // 24, "day") if hours % 24 == 0 else (hours, "hour")
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _day(at: float) -> str:
    """A day as people write it: 24 November 2026."""
    day = datetime.fromtimestamp(at, UTC)
    return f"{day.day} {day:%B %Y}"


def _minute(at: float) -> str:
    return f"{_day(at)}, {datetime.fromtimestamp(at, UTC):%H:%M} UTC"
