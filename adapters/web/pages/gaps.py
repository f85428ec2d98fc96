"""What was asked in vain, as an inbox: in groups, each with YAML that answers it; and the answers voted not helpful."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import get_args
from urllib.parse import urlencode

from aiohttp import web

from adapters.web.background import Background
from adapters.web.csv_text import csv_text
from adapters.web.pages.workbench import page_routes, workbench_only
from adapters.web.site import JSON, Refused, Site, see_other
from bot.curation.gap_inbox import GapReader, Inbox
from bot.curation.gaps import Group, new_answer, normalized, phrasings
from bot.domain.records import Gap, GapMark
from bot.service.ports import StoreUnavailable

ADDRESS = "/workbench/gaps"
ON_A_PAGE = 50  # groups
MARKS: tuple[GapMark, ...] = get_args(GapMark)
SORTS = ("count", "last", "question", "nearest")
COLUMNS = ("group", "question", "times", "kinds", "first", "last", "nearest", "mark", "expert")


@dataclass(frozen=True, slots=True)
class View:
    """What of the inbox is looked at, as the address says. `open`: a question whose group is shown whole."""

    mark: GapMark = ""
    find: str = ""
    sort: str = "count"
    page: int = 1
    open: str = ""

    @classmethod
    def of(cls, request: web.Request) -> View:
        mark, find, sort, page, opened = (
            request.query.get(name, "").strip() for name in ("mark", "find", "sort", "page", "open")
        )
        return cls(
            mark if mark in MARKS else "",
            find[:200],
            sort if sort in SORTS else "count",
            int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
            opened,
        )

    def address(self, ending: str = "", **changed: str | int) -> str:
        """The address of this view, or of one that differs in `changed`."""
        given = {name: getattr(self, name) for name in ("mark", "find", "sort", "page")} | changed
        said = {name: value for name, value in given.items() if value != getattr(View(), name, "")}
        return f"{ADDRESS}{ending}" + (f"?{urlencode(said)}" if said else "")


def routes(site: Site) -> list[web.RouteDef]:
    pages = GapPages(site)
    return [
        *page_routes(site, ADDRESS, pages.show),
        web.post(ADDRESS, workbench_only(site, pages.mark)),
        web.get(f"{ADDRESS}.csv", workbench_only(site, pages.table)),
    ]


class GapPages:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._reader = GapReader()
        self._inbox: Background[Inbox] = Background()

    async def show(self, request: web.Request) -> web.Response:
        view, advisor = View.of(request), self._site.host.advisor
        try:
            async with self._site.store.transaction() as unit:
                gaps = await unit.gaps.all()
                tallies = await unit.feedback.tallies()
        except StoreUnavailable:
            raise _no_store() from None
        inbox, current = await self._inbox_of(gaps)
        parts = inbox.groups(gaps)
        groups = _sorted(_found(parts[view.mark], view.find), view.sort)
        whole = request.path.endswith(JSON)
        opened = next((group for group in groups if view.open and _has(group, view.open)), None)
        pages = max(-(-len(groups) // ON_A_PAGE), 1)
        at = groups.index(opened) // ON_A_PAGE + 1 if opened else min(max(view.page, 1), pages)
        view = replace(view, page=at)
        shown = groups if whole else groups[(view.page - 1) * ON_A_PAGE : view.page * ON_A_PAGE]
        answers = advisor.knowledge.answers
        nearest = answers.get(opened.nearest or "") if opened else None
        return self._site.page(
            request,
            "workbench/gaps.html",
            view=view,
            groups=shown,
            found=len(groups),
            pages=pages,
            sizes={mark or "open": len(part) for mark, part in parts.items()},
            opened=opened,
            new=new_answer(opened, advisor.reader, answers) if opened else "",
            more=phrasings(opened, nearest) if opened and nearest else "",
            reading=not current,
            settled=inbox.settled,
            seen=gaps[0].number if gaps else 0,
            unhelpful=sorted((one for one in tallies if one.unhelpful), key=lambda one: -one.unhelpful),
            marked=_count(request.query.get("marked", "")),
            knowledge=advisor.knowledge,
        )

    async def mark(self, request: web.Request) -> web.Response:
        """Mark the chosen groups, as far as the curator has seen them: what was asked since stays as it is."""
        _, form = await self._site.read_form(request)
        view, to, seen = View.of(request), str(form.get("to", "")), str(form.get("seen", ""))
        chosen = list(dict.fromkeys(str(one) for one in form.getall("group", [])))
        if to not in MARKS or not (seen.isascii() and seen.isdigit() and len(seen) < 19):
            raise Refused(400, "That could not be marked", f"Open {ADDRESS} and choose again.")
        try:
            async with self._site.store.transaction() as unit:
                gaps = await unit.gaps.all()
            inbox, _ = await self._inbox_of(gaps)
            questions = {gap.question for one in chosen for gap in inbox.group_with(one, gaps, view.mark)}
            if questions:
                async with self._site.store.transaction() as unit:
                    await unit.gaps.mark(questions, to, upto=int(seen))
        except StoreUnavailable:
            raise _no_store() from None
        return see_other(view.address(page=1, marked=len(chosen)))

    async def table(self, request: web.Request) -> web.Response:
        """The view as CSV, a question a row."""
        view = View.of(request)
        try:
            async with self._site.store.transaction() as unit:
                gaps = await unit.gaps.all()
        except StoreUnavailable:
            raise _no_store() from None
        inbox, _ = await self._inbox_of(gaps)
        groups = _sorted(_found(inbox.groups(gaps)[view.mark], view.find), view.sort)
        response = web.Response(text=_csv(groups, view.mark), content_type="text/csv", charset="utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="gaps.csv"'
        response.enable_compression()
        return response

    async def _inbox_of(self, gaps: Sequence[Gap]) -> tuple[Inbox, bool]:
        """The inbox, and whether it knows of all of `gaps`; if not, they are being asked and grouped."""
        advisor = self._site.host.advisor
        version = advisor.knowledge.version
        state = version, len(gaps), gaps[0].number if gaps else 0
        made, current = await self._inbox.of(
            state, lambda: self._reader.read(gaps, version, advisor.ask, advisor.reader)
        )
        return made or Inbox({}, 0), current


def _found(groups: Sequence[Group], find: str) -> list[Group]:
    wanted = find.casefold()
    return [group for group in groups if not wanted or any(wanted in text.casefold() for text, _ in group.questions)]


def _sorted(groups: list[Group], by: str) -> list[Group]:
    match by:
        case "last":
            return sorted(groups, key=lambda group: group.last, reverse=True)
        case "question":
            return sorted(groups, key=lambda group: group.questions[0][0].casefold())
        case "nearest":
            return sorted(groups, key=lambda group: (group.nearest is None, group.nearest or ""))
        case _:
            return groups


def _has(group: Group, question: str) -> bool:
    return any(normalized(text) == normalized(question) for text, _ in group.questions)


def _csv(groups: Sequence[Group], mark: str) -> str:
    rows = [
        (
            group.questions[0][0],
            question,
            times,
            " ".join(kind or "unanswered" for kind, _ in group.kinds),
            group.first,
            group.last,
            group.nearest or "",
            mark or "open",
            " / ".join(group.answers),
        )
        for group in groups
        for question, times in group.questions
    ]
    return csv_text(COLUMNS, rows)


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _no_store() -> Refused:
    return Refused(503, "The store does not answer", "Please try again in a minute.")
