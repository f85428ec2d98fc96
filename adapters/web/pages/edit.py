"""Editing the knowledge in the browser: a form, what is wrong with it, what it would do, saving, and undo."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import structlog
from aiohttp import web

from adapters.web.pages.workbench import page_routes, workbench_only
from adapters.web.site import Handler, Refused, Site, see_other
from bot.curation import knowledge_edits
from bot.curation.evaluation import Change as Effect
from bot.curation.evaluation import GoldError
from bot.curation.folder_files import Change, EditError, may_write, stamp_of, write
from bot.curation.gold_file import golds_in
from bot.curation.trial import effect, new_problems, tried
from bot.knowledge import KnowledgeError, Problem, load

log = structlog.get_logger(__name__)

MOST_UNDONE = 20  # saved edits that can be undone, the latest
MOST_GOLDS = 3000  # questions that are asked for the effect, the newest
LONGEST_FIELD = 20_000  # characters
KINDS = {"phrasing": "Add a phrasing", "answer": "Edit an answer", "claim": "Add a claim"}


@dataclass(frozen=True, slots=True)
class Saved:
    """An edit that was saved, kept for undo."""

    id: int
    kind: str
    answer: str
    question: str  # one to try it with; "" if none was added
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an edit would do. `effects` is None where there are no gold questions to ask."""

    problems: Sequence[Problem]
    effects: Sequence[Effect] | None = None
    asked: int = 0
    note: str = ""  # why the gold questions could not be asked


def routes(site: Site) -> list[web.RouteDef]:
    pages = Editing(site)

    def open_to(handler: Handler) -> Handler:
        return workbench_only(site, pages.checked(handler))

    return [
        *page_routes(site, "/workbench/edit/saved", pages.checked(pages.saved)),
        web.post("/workbench/edit/undo", open_to(pages.undo)),
        *page_routes(site, "/workbench/edit/{kind:phrasing|answer|claim}", pages.checked(pages.show)),
        web.post("/workbench/edit/{kind:phrasing|answer|claim}", open_to(pages.take)),
    ]


class Editing:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._folder = site.settings.knowledge
        self._saved: deque[Saved] = deque(maxlen=MOST_UNDONE)
        self._ids = count(1)
        self._turn = asyncio.Lock()  # one writer at a time

    def checked(self, handler: Handler) -> Handler:
        """Wrap a handler: only where the folder may be edited, and can be."""

        async def handle(request: web.Request) -> web.StreamResponse:
            if not self._site.may_edit:
                raise Refused(
                    403,
                    "Knowledge is not edited here",
                    "Others than this machine reach this server. To allow it, the operator sets WORKBENCH_EDITS.",
                )
            if not await asyncio.to_thread(may_write, self._folder):
                raise Refused(
                    403,
                    "The folder can’t be written",
                    "Its files are read-only for this program. The operator can set KNOWLEDGE_DIR to a copy.",
                )
            try:
                return await handler(request)
            except OSError as error:
                log.warning("web.edit_failed", error=type(error).__name__)
                raise Refused(409, "The folder can’t be written", f"{error.strerror}. Nothing was changed.") from None

        return handle

    async def show(self, request: web.Request) -> web.Response:
        """The form, with what the file has."""
        kind, answer = request.match_info["kind"], request.query.get("answer", "")
        if answer not in self._site.host.advisor.knowledge.answers:
            raise Refused(404, "There is nothing to edit", "Begin again from the answers.")
        if kind != "answer":
            return self._form(request, kind, answer, {"questions": request.query.get("text", "")})
        try:
            held = await asyncio.to_thread(knowledge_edits.answer_values, self._folder, answer)
        except EditError as error:
            raise Refused(404, "There is nothing to edit", str(error)) from None
        return self._form(request, kind, answer, held)

    async def take(self, request: web.Request) -> web.Response:
        """Check what is in the form, show what it would do, or save it."""
        _, form = await self._site.read_form(request)
        kind, answer, step = request.match_info["kind"], str(form.get("answer_id", "")), str(form.get("step", ""))
        given = {key: str(value)[:LONGEST_FIELD].replace("\r\n", "\n") for key, value in form.items()}
        try:
            changes = await asyncio.to_thread(self._changes, kind, answer, given)
            if step == "check":
                problems = await asyncio.to_thread(new_problems, self._folder, changes)
                return self._form(request, kind, answer, given, problems=problems, checked=True)
            if step == "save" and given.get("seen") == stamp_of(changes):
                async with self._turn:
                    saved = await asyncio.to_thread(self._save, kind, answer, given, changes)
                if saved:
                    await asyncio.to_thread(self._site.host.reload)
                    return see_other(f"/workbench/edit/saved?id={saved.id}")
            if step != "edit":
                outlook = await asyncio.to_thread(self._outlook, changes)
                return self._preview(request, kind, answer, given, changes, outlook, moved=step == "save")
        except EditError as error:
            return self._form(request, kind, answer, given, fault=str(error), checked=True)
        return self._form(request, kind, answer, given)

    async def saved(self, request: web.Request) -> web.Response:
        saved = self._found(request.query.get("id", ""))
        return self._saved_page(request, saved, None)

    async def undo(self, request: web.Request) -> web.Response:
        _, form = await self._site.read_form(request)
        saved = self._found(str(form.get("id", "")))
        contents = {change.name: (change.after, change.before) for change in saved.changes}
        async with self._turn:
            undone = await asyncio.to_thread(write, self._folder, contents)
        if undone:
            await asyncio.to_thread(self._site.host.reload)
        return self._saved_page(request, saved, undone)

    def _saved_page(self, request: web.Request, saved: Saved, undone: bool | None) -> web.Response:
        """`undone`: whether it could be; None if nobody asked for it."""
        return self._site.page(
            request, "workbench/edit_saved.html", saved=saved, undone=undone, kinds=KINDS,
            alone=self._site.settings.on_loopback, undone_at_most=MOST_UNDONE,
        )  # fmt: skip

    def _changes(self, kind: str, answer: str, given: Mapping[str, str]) -> list[Change]:
        if kind == "phrasing":
            return knowledge_edits.add_phrasings(self._folder, answer, given.get("questions", "").split("\n"))
        if kind == "claim":
            return knowledge_edits.add_claim(self._folder, answer, given)
        return knowledge_edits.edit_answer(self._folder, answer, given)

    def _outlook(self, changes: Sequence[Change]) -> Outlook:
        problems = new_problems(self._folder, changes)
        if problems:
            return Outlook(problems)
        before = self._site.host.advisor
        try:
            with tried(self._folder, changes) as copy:
                after = before.with_knowledge(load(copy))
        except KnowledgeError as error:  # what was wrong before too
            return Outlook(error.problems)
        file = self._site.gold
        try:
            golds = golds_in(file)[-MOST_GOLDS:] if file else []
        except (GoldError, OSError):
            return Outlook((), note="The file of gold questions can’t be read, so the effect on them is not known.")
        return Outlook((), effect(golds, before.ask, after.ask) if golds else None, len(golds))

    def _save(self, kind: str, answer: str, given: Mapping[str, str], changes: Sequence[Change]) -> Saved | None:
        """None if a file changed since it was read; then nothing is written."""
        if problems := new_problems(self._folder, changes):
            raise EditError(f"{problems[0].message[:1].upper()}{problems[0].message[1:]}.")
        if not write(self._folder, {change.name: (change.before, change.after) for change in changes}):
            return None
        asked = given.get("questions", "").strip().split("\n")[0]
        saved = Saved(next(self._ids), kind, answer, asked, tuple(changes))
        self._saved.append(saved)
        return saved

    def _found(self, id: str) -> Saved:
        saved = next((one for one in self._saved if str(one.id) == id), None)
        if saved is None:
            raise Refused(404, "That edit is not kept any more", "Undo it in an editor, or with your version control.")
        return saved

    def _form(
        self, request: web.Request, kind: str, answer: str, given: Mapping[str, str], **values: Any
    ) -> web.Response:
        fields = {"answer": knowledge_edits.ANSWER, "claim": knowledge_edits.CLAIM}.get(kind, ())
        shown = {"problems": (), "fault": "", "checked": False, **values, "fields": fields, "given": given}
        knowledge = self._site.host.advisor.knowledge
        return self._site.page(
            request, "workbench/edit.html", kind=kind, kinds=KINDS, answer=answer, knowledge=knowledge, **shown
        )

    def _preview(
        self,
        request: web.Request,
        kind: str,
        answer: str,
        given: Mapping[str, str],
        changes: Sequence[Change],
        outlook: Outlook,
        *,
        moved: bool,
    ) -> web.Response:
        own = ("token", "step", "seen", "nonce")
        return self._site.page(
            request,
            "workbench/edit_preview.html",
            status=409 if moved else 200,
            kind=kind,
            kinds=KINDS,
            answer=answer,
            given={key: value for key, value in given.items() if key not in own},
            changes=changes,
            outlook=outlook,
            moved=moved,
            seen=stamp_of(changes),
            knowledge=self._site.host.advisor.knowledge,
        )
