"""The overview of the workbench: what serves, what is broken, how it was used, and what to look at next."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from adapters.advisor_host import stamps
from adapters.web.background import Background
from adapters.web.charts import Sparkline, columns, sparkline
from adapters.web.gold_scores import GoldScore
from adapters.web.pages.workbench import HOME, page_routes
from adapters.web.site import Refused, Site
from bot.curation.evaluation import Share
from bot.curation.gaps import normalized
from bot.curation.usage import Week, first_day, left_at, weeks
from bot.domain.records import Gap
from bot.knowledge import KnowledgeBase, Problem, check
from bot.service.ports import StoreUnavailable

NEWEST = 6  # gaps
READ = 30  # of which that many are in other words
SCORES = 30  # the latest ones are drawn


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its course over the weeks. `was`: the one before; "" if there is none to compare with."""

    label: str
    value: str
    was: str
    line: Sparkline
    of: str = ""  # how many it is drawn from
    href: str = ""


def routes(site: Site) -> list[web.RouteDef]:
    return page_routes(site, HOME, Overview(site).show)


class Overview:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._checked: Background[list[Problem]] = Background()

    async def show(self, request: web.Request) -> web.Response:
        settings, host = self._site.settings, self._site.host
        knowledge = host.advisor.knowledge
        reading = await asyncio.to_thread(lambda: host.reading)
        refused = () if reading else host.problems
        broken, is_checked = [], True
        if not reading and not refused:
            broken, is_checked = await self._broken()
        today = datetime.fromtimestamp(self._site.now(), UTC).date()
        try:
            async with self._site.store.transaction() as unit:
                counts = await unit.counts.since(first_day(today))
                newest = await unit.gaps.newest(READ)
                scores = (await self._site.gold_scores(unit))[-SCORES:]
        except StoreUnavailable:
            raise Refused(503, "The store does not answer", "Please try again in a minute.") from None
        by_week = weeks(counts, today)
        questions = knowledge.triage.questions if knowledge.triage else {}
        left = left_at(counts, questions)
        return self._site.page(
            request,
            "workbench/overview.html",
            version=knowledge.version,
            folder=settings.knowledge,
            watched=settings.on_loopback,
            reading=reading,
            refused=refused,
            broken=broken or [],
            is_checked=is_checked,
            reloaded=request.query.get("reloaded", ""),
            sizes=_sizes(knowledge),
            weeks=by_week,
            begun=sum(week.begun for week in by_week),
            finished=sum(week.finished for week in by_week),
            left=[(questions[id].ask if id else "", number) for id, number in left],
            gaps=_in_other_words(newest),
            scores=scores,
            drawn={
                "figures": _figures(by_week, scores),
                "bars": columns([week.questions for week in by_week], 100, 40),
            },
            knowledge=knowledge,
        )

    async def _broken(self) -> tuple[list[Problem] | None, bool]:
        """The errors in the folder as it is, and whether it is checked already: that takes as long as reading it."""
        folder = self._site.settings.knowledge
        state = await asyncio.to_thread(stamps, folder)
        return await self._checked.of(tuple(state.items()), lambda: check(folder))


def _figures(by_week: Sequence[Week], scores: Sequence[GoldScore]) -> list[Figure]:
    now, before = by_week[-1], by_week[-2]
    asked = sparkline([week.asked for week in by_week])
    begun = sparkline([week.begun for week in by_week])
    figures = [
        Figure("questions", str(now.asked), str(before.asked), asked),
        _share("answered", [week.share("answer") for week in by_week]),
        _share("silent", [week.share("unstated") for week in by_week]),
        _share("off-topic", [week.share("offtopic") for week in by_week]),
        _share("found helpful", [week.voted for week in by_week], "votes"),
        Figure("triages begun", str(now.begun), str(before.begun), begun),
        _share("of them finished", [Share(week.finished, week.begun) for week in by_week], "triages"),
    ]
    return [*figures, _gold(scores)] if scores else figures


def _share(label: str, shares: Sequence[Share], of: str = "questions") -> Figure:
    line = sparkline([min(float(share), 1.0) if share.whole else None for share in shares], most=1.0)
    now, before = shares[-1], shares[-2]
    return Figure(label, _percent(now), _percent(before) if before.whole else "", line, of=f"{now.whole} {of}")


def _percent(share: Share) -> str:
    return f"{min(float(share), 1.0):.0%}" if share.whole else "–"


def _gold(scores: Sequence[GoldScore]) -> Figure:
    """Drawn from a little below the lowest, as scores lie close to each other."""
    right = [score.right for score in scores]
    floor = max(min(right) - (max(right) - min(right)) / 2 - 0.01, 0.0)
    line = sparkline([value - floor for value in right], most=max(max(right) - floor, 0.01))
    was = f"{right[-2]:.1%}" if len(right) > 1 else ""
    day = datetime.fromtimestamp(scores[-1].at, UTC).date().isoformat()
    return Figure("of the gold questions right", f"{right[-1]:.1%}", was, line, of=day, href="/workbench/evaluate")


def _sizes(knowledge: KnowledgeBase) -> dict[str, int]:
    return {
        "claims": len(knowledge.claims),
        "answers": len(knowledge.answers),
        "phrasings": sum(len(answer.questions) for answer in knowledge.answers.values()),
        "topics": len(knowledge.topics),
        "sources": len(knowledge.sources),
    }


def _in_other_words(gaps: Sequence[Gap]) -> list[Gap]:
    """The first `NEWEST` of them, no two in the same words."""
    by_words: dict[str, Gap] = {}
    for gap in gaps:
        by_words.setdefault(normalized(gap.question), gap)
    return list(by_words.values())[:NEWEST]
