"""Unanswered questions, clustered, each with YAML that answers it; and the answers voted not helpful."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from adapters.web.pages.workbench import workbench_only
from adapters.web.site import Refused, Site
from bot.advisor import Advisor
from bot.curation.gaps import Group, grouped, new_answer, phrasings, still_open
from bot.domain.records import Gap
from bot.service.ports import StoreUnavailable

MOST = 100  # groups on one page


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A cluster of unanswered questions with two YAML snippets, one of which may answer it."""

    group: Group
    new: str  # a new answer
    more: str  # phrasings for the nearest answer; "" if there is none


def routes(site: Site) -> list[web.RouteDef]:
    async def show(request: web.Request) -> web.Response:
        try:
            async with site.store.transaction() as unit:
                gaps = await unit.gaps.all()
                tallies = await unit.feedback.tallies()
        except StoreUnavailable:
            raise Refused(503, "The store does not answer", "Please try again in a minute.") from None
        advisor = site.host.advisor
        suggestions, left = await asyncio.to_thread(_suggestions, gaps, advisor)
        return site.page(
            request,
            "workbench/gaps.html",
            suggestions=suggestions[:MOST],
            more=max(len(suggestions) - MOST, 0),
            open=left,
            settled=len(gaps) - left,
            unhelpful=sorted((one for one in tallies if one.unhelpful), key=lambda one: -one.unhelpful),
            knowledge=advisor.knowledge,
        )

    return [web.get("/workbench/gaps", workbench_only(site, show))]


def _suggestions(gaps: Sequence[Gap], advisor: Advisor) -> tuple[list[Suggestion], int]:
    answers = advisor.knowledge.answers
    left = still_open(gaps, advisor.ask)
    found = []
    for group in grouped(left, advisor.reader):
        nearest = answers.get(group.nearest or "")
        more = phrasings(group, nearest) if nearest else ""
        found.append(Suggestion(group, new_answer(group, advisor.reader, answers), more))
    return found, len(left)
