"""Evaluation on gold questions: starting one, going through its result, comparing it with another one."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from adapters.evaluations import Run
from adapters.web.csv_text import csv_text
from adapters.web.evaluating import Busy, Evaluating, Job, Source, Unusable, another_folder, revision
from adapters.web.evaluation_view import View, Wanted, csv_of, plain, view
from adapters.web.pages.workbench import page_routes, workbench_only
from adapters.web.revisions import NoRevision, Revision, latest
from adapters.web.site import FormData, Handler, Refused, Site, access, see_other
from bot.curation.evaluation import Gold, GoldError, read_golds
from bot.curation.saved_evaluation import SavedEvaluation, digest_of, row_of
from bot.service.ports import StoreUnavailable

MOST = 10_000  # questions
HOME = "/workbench/evaluate"
PASTED = "pasted questions"
BUSY = "An evaluation is under way; it is in the list. Wait until it has finished, or stop it."


@dataclass(frozen=True, slots=True)
class Given:
    """What was filled in, to be shown again where it can't be used."""

    pasted: str = ""
    path: str = ""
    against: str = ""
    revision: str = ""


def routes(site: Site) -> list[web.RouteDef]:
    pages = Pages(site)
    return [
        *page_routes(site, HOME, pages.checked(pages.show)),
        web.post(HOME, workbench_only(site, pages.checked(pages.begin))),
        *page_routes(site, f"{HOME}/run", pages.checked(pages.run)),
        web.get(f"{HOME}/download", workbench_only(site, pages.checked(pages.download))),
        web.post(f"{HOME}/again", workbench_only(site, pages.checked(pages.again))),
        web.post(f"{HOME}/delete", workbench_only(site, pages.checked(pages.delete))),
    ]


class Pages:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._evaluating = Evaluating(site.store, site.now)

    def checked(self, handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except StoreUnavailable:
                raise Refused(503, "The store does not answer", "Please try again in a minute.") from None

        return handle

    async def show(self, request: web.Request) -> web.Response:
        return await self._start_page(request)

    async def begin(self, request: web.Request) -> web.Response:
        _, form = await self._site.read_form(request, files=True)
        given = Given(*(str(form.get(key, "")).strip() for key in ("pasted", "path", "against", "revision")))
        try:
            if (given.path or given.against) and not self._is_local(request):
                raise Unusable(
                    "Only somebody who opened the workbench with the link on its console can name files of this "
                    "machine. Upload the questions or paste them."
                )
            golds, called = _golds(form, given)
            return await self._started(golds, called, self._other(given))
        except Unusable as unusable:
            return await self._start_page(request, 400, str(unusable), given)
        except Busy:
            return await self._start_page(request, 409, BUSY, given)

    async def again(self, request: web.Request) -> web.Response:
        """The same questions, of what serves now, compared with the earlier run."""
        _, form = await self._site.read_form(request)
        run, saved = await self._saved(str(form.get("id", "")))
        try:
            return await self._started(saved.golds, run.gold, None, run.id if run.finished and not run.problem else "")
        except Busy:
            return await self._start_page(request, 409, BUSY)

    async def delete(self, request: web.Request) -> web.Response:
        _, form = await self._site.read_form(request)
        await self._evaluating.delete(str(form.get("id", "")))
        return see_other(HOME)

    async def run(self, request: web.Request) -> web.Response:
        """How far it is, or what came out."""
        wanted = Wanted.of(request.query)
        runs, now = await self._evaluating.runs(), self._site.now()
        run = _named(runs, wanted.id)
        other = next((one for one in runs if one.id == wanted.against), None)
        waits_for = [one for one in (run, other) if one and one.state(now) == "running"]
        if waits_for or run.state(now) != "finished":
            state, here = run.state(now), str(request.rel_url)
            return self._page(request, "run", run=run, state=state, waits_for=waits_for, drawn=None, here=here)
        shown = await self._view(run, other, wanted)
        others = [one for one in runs if one.id != run.id and one.state(now) == "finished"]
        others.sort(key=lambda one: one.digest != run.digest)  # of the same questions first
        return self._page(
            request, "run", run=run, state="finished", waits_for=(), others=others, other=other, drawn=shown,
            result=plain(shown),
        )  # fmt: skip

    async def download(self, request: web.Request) -> web.Response:
        """What the page shows, all of it: in JSON Lines, which is a gold file again, or as CSV."""
        wanted = Wanted.of(request.query)
        runs = await self._evaluating.runs()
        run, other = _named(runs, wanted.id), next((one for one in runs if one.id == wanted.against), None)
        shown = await self._view(run, other, wanted)
        if request.query.get("as") == "csv":
            name, text, kind = "questions.csv", csv_text(*csv_of(shown)), "text/csv"
        else:
            lines = (json.dumps(row_of(line.case), ensure_ascii=False) for line in shown.lines)
            name, text, kind = "questions.jsonl", "".join(f"{line}\n" for line in lines), "application/jsonl"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(text=text, content_type=kind, charset="utf-8", headers=disposition)

    async def _view(self, run: Run, other: Run | None, wanted: Wanted) -> View:
        _, saved = await self._saved(run.id)
        before = await self._evaluating.saved(other) if other and other.finished else None
        return view(saved.evaluation, before.evaluation if before and before.cases else None, wanted)

    async def _saved(self, id: str) -> tuple[Run, SavedEvaluation]:
        run = _named(await self._evaluating.runs(), id)
        saved = await self._evaluating.saved(run)
        if saved is None:
            raise Refused(404, "This run can't be read", "Another version of the advisor wrote it. Ask again.")
        return run, saved

    async def _started(
        self, golds: Sequence[Gold], called: str, other: tuple[str, Source] | None, against: str = ""
    ) -> web.Response:
        """The page of the run that begins. `other`: what else is asked, and how it is made."""
        advisor, at = self._site.host.advisor, self._site.now()

        def job(folder: str, source: Source) -> Job:
            id = secrets.token_urlsafe(9)
            return Job(Run(id, at, at, folder, "", called, digest_of(golds), len(golds)), golds, source)

        jobs = [job("", lambda: (advisor, ""))] + ([job(*other)] if other else [])
        await self._evaluating.start(jobs)
        against = jobs[-1].run.id if other else against
        return see_other(f"{HOME}/run?id={jobs[0].run.id}" + (f"&against={against}" if against else ""))

    def _other(self, given: Given) -> tuple[str, Source] | None:
        if given.against and given.revision:
            raise Unusable("Compare with one of the two: a revision, or another folder.")
        if given.revision:
            return f"revision {given.revision}"[:100], revision(self._site.settings.knowledge, given.revision)
        if not given.against:
            return None
        path = Path(given.against).expanduser()
        if not path.is_dir():
            raise Unusable(f"{given.against} is not a folder; name one that holds answers/*.yaml.")
        return str(path), another_folder(path)

    async def _start_page(
        self, request: web.Request, status: int = 200, problem: str = "", given: Given | None = None
    ) -> web.Response:
        local = self._is_local(request)
        revisions, no_revisions = await asyncio.to_thread(_revisions, self._site.settings.knowledge)
        return self._page(
            request,
            "evaluate",
            status=status,
            problem=problem,
            given=given or Given(path=self._gold() if local else ""),
            local=local,
            runs=await self._evaluating.runs(),
            now=self._site.now(),
            revisions=revisions,
            no_revisions=no_revisions,
        )

    def _gold(self) -> str:
        """The file that judgements are kept in, once there is one."""
        file = self._site.gold
        return str(file) if file and file.is_file() else ""

    def _is_local(self, request: web.Request) -> bool:
        """Only the owner, who logged in by the console's link, may name files of this machine."""
        return self._site.auth.is_owner(access(request))

    def _page(self, request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
        knowledge = self._site.host.advisor.knowledge
        return self._site.page(request, f"workbench/{template}.html", status=status, knowledge=knowledge, **values)


def _named(runs: Sequence[Run], id: str) -> Run:
    for run in runs:
        if run.id == id:
            return run
    raise Refused(404, "There is no such run", "It may have been deleted. Evaluate lists those that there are.")


def _revisions(folder: Path) -> tuple[list[Revision], str]:
    """The latest revisions of the folder, or why there are none."""
    try:
        return latest(folder), ""
    except NoRevision as reason:
        return [], str(reason)


def _golds(form: FormData, given: Given) -> tuple[list[Gold], str]:
    """The questions, and what they are called."""
    text, called = _text(form, given)
    try:
        golds = read_golds(text.splitlines())
    except GoldError as error:
        raise Unusable(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    if not golds:
        raise Unusable("There are no questions in the input. Write one JSON object a line, with q and kind.")
    if len(golds) > MOST:
        raise Unusable(f"These are {len(golds)} questions; at most {MOST} can be evaluated at once.")
    return golds, called[:100]


def _text(form: Mapping[str, Any], given: Given) -> tuple[str, str]:
    file = form.get("file")
    try:
        if isinstance(file, FileField) and file.filename:
            return file.file.read().decode("utf-8"), file.filename
        if given.path and not given.pasted:
            path = Path(given.path).expanduser()
            return path.read_text(encoding="utf-8"), path.name
    except UnicodeDecodeError:
        raise Unusable("The file is not UTF-8; save it as UTF-8.") from None
    except OSError as error:
        raise Unusable(f"{given.path} can't be read: {error.strerror}.") from None
    return given.pasted, PASTED
