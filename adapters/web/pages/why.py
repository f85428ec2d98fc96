"""Explanation of an answer: how the question was read, the candidates, and the rule that decided."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from adapters.web.pages.workbench import page_routes
from adapters.web.site import Site
from bot.advisor import Advisor
from bot.answering.decider import Thresholds
from bot.domain.bounds import within

MOST_EARLIER = 10  # messages


@dataclass(frozen=True, slots=True)
class Reading:
    """A span of the question: its words as read and as typed, and the concept that they mention."""

    words: str
    typed: str = ""  # "" if the same as `words`
    layer: str = ""  # subject, aspect or topic
    concept: str = ""
    opposite: bool = False


def routes(site: Site) -> list[web.RouteDef]:
    async def show(request: web.Request) -> web.Response:
        question = within(request.query.get("q", "").strip())
        earlier = [text for one in request.query.getall("earlier", []) for text in one.splitlines() if text.strip()]
        advisor = site.host.advisor
        reply = advisor.ask(question, earlier[-MOST_EARLIER:]) if question else None
        return site.page(
            request,
            "workbench/why.html",
            question=question,
            earlier=earlier,
            reply=reply,
            explained=reply.explanation if reply else {},
            readings=readings(advisor, question),
            knowledge=advisor.knowledge,
            limits=Thresholds(),
        )

    return page_routes(site, "/workbench/why", show)


def readings(advisor: Advisor, question: str) -> list[Reading]:
    """The question as consecutive spans. Of overlapping mentions the longest is used."""
    read = advisor.reader.read(question)
    typed = {right: wrong for wrong, right in read.corrections}
    longest: dict[int, int] = {}  # index of each word to that of its mention
    by_length = sorted(enumerate(read.mentions), key=lambda item: item[1].start - item[1].end)
    for number, mention in by_length:
        span = range(mention.start, mention.end)
        if not any(position in longest for position in span):
            longest.update(dict.fromkeys(span, number))
    found: list[Reading] = []
    position = 0
    while position < len(read.words):
        if position in longest:
            mention = read.mentions[longest[position]]
            words = read.words[mention.start : mention.end]
            was = " ".join(typed.get(word, word) for word in words)
            now = " ".join(words)
            found.append(Reading(now, was if was != now else "", mention.layer, mention.concept, mention.opposite))
            position = mention.end
        else:
            word = read.words[position]
            found.append(Reading(word, typed.get(word, "")))
            position += 1
    return found
