"""The Home tab: what to do next, recent recommendations, first questions, and whom to turn to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from adapters.slack.block_body import rich_text, section, text_elements
from adapters.slack.blocks import COMMAND, button, buttons, draw, in_short
from adapters.slack.translate import home_block_id
from bot.domain.conversation import Retention
from bot.domain.messages import Choice, Heading, Paragraph, Reply
from bot.domain.phrases import Phrases
from bot.service.overview import OpenTriage, Overview

View = dict[str, Any]

LINK = "link"  # the action id of a button that leads out of Slack, followed by a number
MAX_BLOCKS = 100


@dataclass(frozen=True, slots=True)
class HomeDetails:
    """The operator's own pages and contact (empty: there is none), and the retention times."""

    support: str = ""
    privacy: str = ""
    contact: str = ""
    retention: Retention = Retention()  # noqa: RUF009  (frozen)


def home(say: Phrases, help: Reply, overview: Overview, details: HomeDetails) -> View:
    """The Home tab of one person. `help`: the reply to "help", whose choices are the first questions."""
    first = in_short(help)
    ask = Choice(say("slack-home-ask"), "ask", style="" if overview.open_triages else "primary")
    start = [
        button(ask, "ask"),
        button(Choice(say("slack-home-triage"), "triage"), f"{COMMAND}-0"),
        button(Choice(say("slack-home-topics"), "topics"), f"{COMMAND}-1"),
    ]
    blocks = [
        *draw(say, Reply("help", first.title, body=first.body)),
        *_begun(say, overview),
        {"type": "actions", "elements": start},
        *_recommendations(say, overview),
        *_heading(say, say("slack-home-start")),
        *buttons(first.choices, start=2),
        {"type": "divider"},
        *_support(say, details),
    ]
    return {"type": "home", "blocks": blocks[:MAX_BLOCKS]}


def _begun(say: Phrases, overview: Overview) -> Iterator[View]:
    if not overview.open_triages:
        return
    yield from _heading(say, say("slack-home-begun" if len(overview.open_triages) == 1 else "slack-home-begun-several"))
    for number, begun in enumerate(overview.open_triages):
        yield _place_and_time(say, begun)
        style: Literal["primary", ""] = "" if number else "primary"  # the one that moved last is what to do next
        resume = button(Choice(say("slack-home-resume"), "triage", style=style), f"{COMMAND}-{number}")
        yield {"type": "actions", "block_id": home_block_id(begun.place), "elements": [resume]}


def _place_and_time(say: Phrases, begun: OpenTriage) -> View:
    """Where a triage was begun and when it last moved. Slack draws the channel's name, and the time in the person's
    own time zone."""
    channel, thread = begun.place.channel, begun.place.thread
    if channel.startswith(("U", "W")):  # the place that `translate.direct_place` makes
        where = say("slack-home-begun-alone")
    elif channel.startswith("D"):
        where = say("slack-home-begun-thread" if thread else "slack-home-begun-direct")
    else:
        where = say("slack-home-begun-channel", channel="{channel}")
    date: View = {
        "type": "date",
        "timestamp": int(begun.at),
        "format": say("slack-home-time", date="{date_long_pretty}", time="{time}"),
        "fallback": _day(begun.at),
    }
    elements = {"{channel}": {"type": "channel", "channel_id": channel}, "{when}": date}
    line = say("slack-home-begun-line", where=where, when="{when}")
    return rich_text(section(*text_elements(line, elements)))


def _recommendations(say: Phrases, overview: Overview) -> Iterator[View]:
    if not overview.recommendations:
        return
    yield from _heading(say, say("slack-home-recommendations"))
    days = [_label(_day(one.at), one.title) for one in overview.recommendations]
    times = [_label(_minute(one.at), one.title) for one in overview.recommendations]
    labels = [time if days.count(day) > 1 else day for day, time in zip(days, times, strict=True)]
    commands = [f"recommendation:{one.id}" for one in overview.recommendations]
    yield from buttons([Choice(label, command) for label, command in zip(labels, commands, strict=True)])


def _label(when: str, title: str | None) -> str:
    return f"{when}: {title}" if title else when


def _support(say: Phrases, details: HomeDetails) -> Iterator[View]:
    yield from _heading(say, say("slack-home-support"))
    contact = [Paragraph(say("slack-home-contact", contact=details.contact))] if details.contact else []
    yield from draw(say, Reply("help", body=(*contact, Paragraph(_retention(say, details.retention)))))
    pages = [(say("slack-home-help-page"), details.support), (say("slack-home-privacy-page"), details.privacy)]
    links = [
        button(Choice(label, ""), f"{LINK}-{number}") | {"url": url} for number, (label, url) in enumerate(pages) if url
    ]
    for element in links:
        del element["value"]
    if links:
        yield {"type": "actions", "elements": links}


def _heading(say: Phrases, text: str) -> list[View]:
    return draw(say, Reply("help", body=(Heading(text),)))


def _retention(say: Phrases, retention: Retention) -> str:
    return say(
        "slack-home-retention",
        conversation=_duration(say, retention.conversation),
        triage=_duration(say, retention.triage),
        recommendations=_duration(say, retention.recommendations),
    )


def _duration(say: Phrases, seconds: float) -> str:
    """In days, or in hours where it is no whole number of days: "36 hours", "7 days"."""
    hours = round(seconds / 3600)
    if hours % 24:
        return say("slack-hour" if hours == 1 else "slack-hours", count=hours)
    return say("slack-day" if hours == 24 else "slack-days", count=hours // 24)


def _day(at: float) -> str:
    """The day of a time in seconds since 1970, in UTC: "24 November 2026"."""
    day = datetime.fromtimestamp(at, UTC)
    return f"{day.day} {day:%B %Y}"


def _minute(at: float) -> str:
    return f"{_day(at)}, {datetime.fromtimestamp(at, UTC):%H:%M} UTC"
