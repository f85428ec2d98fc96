"""Evaluation on gold questions, and comparison with another knowledge folder."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from adapters.web.pages.workbench import page_routes, workbench_only
from adapters.web.site import FormData, Site, access
from bot.advisor import Advisor
from bot.curation.evaluation import Evaluation, Gold, GoldError, changes, evaluate, read_golds
from bot.knowledge import KnowledgeError

MOST = 10_000  # questions
SHOWN = 200  # failures and changes on one page


class Unusable(Exception):
    """The input can't be evaluated. The text says why and what to do."""


def routes(site: Site) -> list[web.RouteDef]:
    def local(request: web.Request) -> bool:
        """Only the owner, who logged in by the console's link, may name files of this machine."""
        return site.auth.is_owner(access(request))

    def page(request: web.Request, status: int = 200, **values: Any) -> web.Response:
        empty: dict[str, Any] = {"problem": "", "now": None, "before": None, "changed": (), "shown": SHOWN, "given": {}}
        knowledge = site.host.advisor.knowledge
        given = {**empty, **values, "local": local(request), "knowledge": knowledge}
        return site.page(request, "workbench/evaluate.html", status=status, **given)

    async def show(request: web.Request) -> web.Response:
        return page(request)

    async def run(request: web.Request) -> web.Response:
        _, form = await site.read_form(request, files=True)
        given = {key: str(form.get(key, "")) for key in ("pasted", "path", "against")}
        try:
            if (given["path"].strip() or given["against"].strip()) and not local(request):
                raise Unusable(
                    "Only somebody who opened the workbench with the link on its console can name files of this "
                    "machine. Upload the questions or paste them."
                )
            golds = _golds(form)
            advisor = site.host.advisor
            now = await asyncio.to_thread(evaluate, advisor.ask, golds)
            before = await asyncio.to_thread(_before, given["against"], golds) if given["against"] else None
        except Unusable as unusable:
            return page(request, 400, problem=str(unusable), given=given)
        changed = changes(before, now) if before else ()
        return page(request, now=now, before=before, changed=changed, given=given)

    return [
        *page_routes(site, "/workbench/evaluate", show),
        web.post("/workbench/evaluate", workbench_only(site, run)),
    ]


def _golds(form: FormData) -> list[Gold]:
    text = _text(form)
    try:
        golds = read_golds(text.splitlines())
    except GoldError as error:
        raise Unusable(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    if not golds:
        raise Unusable("There are no questions in the input. Write one JSON object a line, with q and kind.")
    if len(golds) > MOST:
        raise Unusable(f"These are {len(golds)} questions; at most {MOST} can be evaluated at once.")
    return golds


def _text(form: Mapping[str, Any]) -> str:
    file, path = form.get("file"), str(form.get("path", "")).strip()
    try:
        if isinstance(file, FileField) and file.filename:
            return file.file.read().decode("utf-8")
        if path:
            return Path(path).expanduser().read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Unusable("The file is not UTF-8; save it as UTF-8.") from None
    except OSError as error:
        raise Unusable(f"{path} can't be read: {error.strerror}.") from None
    return str(form.get("pasted", ""))


def _before(folder: str, golds: list[Gold]) -> Evaluation:
    path = Path(folder).expanduser()
    if not path.is_dir():
        raise Unusable(f"{folder} is not a folder; name one that holds answers/*.yaml.")
    try:
        return evaluate(Advisor.load(path).ask, golds)
    except KnowledgeError as error:
        problem = error.problems[0]
        raise Unusable(f"The other folder has {len(error.problems)} errors. The first: {problem}") from None
