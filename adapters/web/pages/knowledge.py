"""Browsing the knowledge: claims, answers, vocabulary, triage, coverage, and which phrasings reach which claims."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, TypeVar

from aiohttp import web

from adapters.web.pages.workbench import page_routes
from adapters.web.site import Refused, Site
from adapters.web.triage_graph import drawn, followed, picks_in
from bot.curation.coverage import Reach, matrix, reach
from bot.domain.conversation import DAY
from bot.domain.daily_counts import PICK
from bot.knowledge import Answer, KnowledgeBase
from bot.knowledge.evidence import Evidence
from bot.service.effect_handlers import utc_date
from bot.service.ports import StoreUnavailable

T = TypeVar("T")

COUNTED = 90 * DAY  # for how long back picks are told


def routes(site: Site) -> list[web.RouteDef]:
    pages = Pages(site)
    shown = {
        "": pages.claims,
        "/answers": pages.answers,
        "/vocabulary": pages.vocabulary,
        "/triage": pages.triage,
        "/coverage": pages.coverage,
        "/cell": pages.cell,
        "/claim": pages.claim,
        "/answer": pages.answer,
        "/reach": pages.reach,
    }
    return [
        route for path, handler in shown.items() for route in page_routes(site, f"/workbench/knowledge{path}", handler)
    ]


class Pages:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._reach: tuple[str, Reach] | None = None  # with the version of the knowledge that it was computed for

    @property
    def _knowledge(self) -> KnowledgeBase:
        return self._site.host.advisor.knowledge

    async def claims(self, request: web.Request) -> web.Response:
        find = request.query.get("find", "").strip()
        known = self._knowledge
        claims = [
            claim
            for claim in known.claims.values()
            if _matches(find, claim.id, claim.says, claim.at, claim.aspect, *claim.subjects)
        ]
        return self._page(request, "claims.html", find=find, claims=claims, cited=_cited(known))

    async def answers(self, request: web.Request) -> web.Response:
        find = request.query.get("find", "").strip()
        by_file: dict[str, list[Answer]] = defaultdict(list)
        for answer in self._knowledge.answers.values():
            if _matches(find, answer.id, answer.title, answer.answer, *answer.questions):
                by_file[answer.file].append(answer)
        return self._page(request, "answers.html", find=find, by_file=by_file)

    async def vocabulary(self, request: web.Request) -> web.Response:
        find = request.query.get("find", "").strip()
        known = self._knowledge
        layers = {
            name: [one for one in layer.values() if _matches(find, one.id, one.name, *one.names, *one.opposites)]
            for name, layer in (("Subjects", known.subjects), ("Aspects", known.aspects), ("Topics", known.topics))
        }
        return self._page(request, "vocabulary.html", find=find, layers=layers)

    async def triage(self, request: web.Request) -> web.Response:
        """The guided dialogue as a graph; answers in the query string are a path through it."""
        triage = self._knowledge.triage
        if triage is None:
            return self._page(request, "triage.html", picks={}, path_followed=None, drawn=None, counted_since="")
        since = utc_date(self._site.now() - COUNTED)
        picks = picks_in(triage, {id: request.query.getall(id, []) for id in triage.questions})
        path = followed(triage, picks, await self._picked(since))
        return self._page(
            request, "triage.html", picks=picks, path_followed=path, drawn=drawn(triage, path), counted_since=since
        )

    async def _picked(self, since: str) -> dict[tuple[str, str], int]:
        """How often each option was picked, by question and option; none while the store does not answer."""
        picked: Counter[tuple[str, str]] = Counter()
        with contextlib.suppress(StoreUnavailable):
            async with self._site.store.transaction() as unit:
                for count in await unit.counts.since(since):
                    if count.name.startswith(PICK):
                        question, _, option = count.name.removeprefix(PICK).partition("/")
                        picked[question, option] += count.number
        return dict(picked)

    async def coverage(self, request: web.Request) -> web.Response:
        return self._page(request, "coverage.html", matrix=matrix(self._knowledge))

    async def cell(self, request: web.Request) -> web.Response:
        """The claims on one subject and topic."""
        known = self._knowledge
        subject = _found(known.subjects, request.query.get("subject", ""))
        topic = _found(known.topics, request.query.get("topic", ""))
        finding = Evidence(known).on(subject.id, topic.id)
        claims = [known.claims[id] for id in finding.claims] if finding else []
        answers = [one for one in known.answers.values() if topic.id in one.topics and subject.id in one.subjects]
        values = {"subject": subject, "topic": topic, "finding": finding, "claims": claims, "answers": answers}
        return self._page(request, "cell.html", cited=_cited(known), **values)

    async def claim(self, request: web.Request) -> web.Response:
        known = self._knowledge
        claim = _found(known.claims, request.query.get("id", ""))
        answers = [one for one in known.answers.values() if claim.id in one.claims]
        source = known.sources.get(claim.source)
        reached = (await self._reached(wait=False) or Reach(0, {}, ())).by_claim.get(claim.id)
        return self._page(request, "claim.html", claim=claim, answers=answers, source=source, reached=reached)

    async def answer(self, request: web.Request) -> web.Response:
        answer = _found(self._knowledge.answers, request.query.get("id", ""))
        return self._page(request, "answer.html", answer=answer)

    async def reach(self, request: web.Request) -> web.Response:
        """Result of asking every phrasing: the claims each reaches, and the phrasings that get another answer."""
        wanted = "ask" in request.query
        reached = await self._reached(wait=wanted)
        return self._page(request, "reach.html", reached=reached, cited=_cited(self._knowledge))

    async def _reached(self, *, wait: bool) -> Reach | None:
        advisor = self._site.host.advisor
        version = advisor.knowledge.version
        if self._reach and self._reach[0] == version:
            return self._reach[1]
        if not wait:
            return None
        found = await asyncio.to_thread(reach, advisor.knowledge, advisor.ask)
        self._reach = (version, found)
        return found

    def _page(self, request: web.Request, template: str, **values: Any) -> web.Response:
        return self._site.page(request, f"workbench/{template}", knowledge=self._knowledge, **values)


def _found(known: Mapping[str, T], id: str) -> T:
    if id not in known:
        raise Refused(404, f"There is no {id[:100]}" if id else "The id is missing", "The knowledge may have changed.")
    return known[id]


def _matches(find: str, *texts: str) -> bool:
    wanted = find.casefold()
    return not wanted or any(wanted in text.casefold() for text in texts)


def _cited(knowledge: KnowledgeBase) -> dict[str, int]:
    """The number of answers that cite each claim."""
    counts = dict.fromkeys(knowledge.claims, 0)
    for answer in knowledge.answers.values():
        for claim in answer.claims:
            counts[claim] += 1
    return counts
