"""A curator's judgement of a reply: "This is right", or what it should be, kept as a gold question."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web

from adapters.web.pages.why import MOST_EARLIER
from adapters.web.pages.workbench import page_routes, workbench_only
from adapters.web.site import FormData, Refused, Site
from bot.curation.evaluation import Gold, GoldError
from bot.curation.gold_file import Judged, judge, take_back
from bot.domain.bounds import within
from bot.domain.redaction import contains_secret
from bot.knowledge import KnowledgeBase

T = TypeVar("T")

ANSWER = "answer:"  # before the id of an answer that is expected
OTHERS = {
    "unstated": "Declined: the sources are silent on it",
    "offtopic": "Declined: it is about something else",
    "clarify": "Asked back",
    "triage": "The guided dialogue begins",
    "help": "Help, or a word of courtesy",
}
VERDICTS = ("yes", "no", "partly")


def routes(site: Site) -> list[web.RouteDef]:
    pages = Judging(site)
    return [
        *page_routes(site, "/workbench/judge", pages.show),
        web.post("/workbench/judge", workbench_only(site, pages.keep)),
        web.post("/workbench/judge/undo", workbench_only(site, pages.undo)),
    ]


class Judging:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._turn = asyncio.Lock()  # one change of the file after the other

    async def show(self, request: web.Request) -> web.Response:
        """The form that asks what the reply should be."""
        question, history = within(request.query.get("q", "").strip()), _history(request.query.getall("earlier", []))
        nearest = request.query.get("near", "")
        return self._page(request, question=question, history=history, nearest=nearest, judged=None)

    async def keep(self, request: web.Request) -> web.Response:
        _, form = await self._site.read_form(request)
        gold = gold_of(form, self._site.host.advisor.knowledge)
        judged = await self._changed(lambda file: judge(file, gold))
        return self._page(
            request,
            question=gold.question,
            history=gold.history,
            nearest=gold.entry,
            judged=judged,
            gold=gold,
            said=said(gold, self._site.host.advisor.knowledge),
        )

    async def undo(self, request: web.Request) -> web.Response:
        _, form = await self._site.read_form(request)
        judged = Judged(str(form.get("line", "")), str(form.get("was", "")))
        undone = await self._changed(lambda file: take_back(file, judged))
        return self._site.page(request, "workbench/judge_undone.html", undone=undone)

    async def _changed(self, change: Callable[[Path], T]) -> T:
        file = self._site.gold
        if file is None:
            raise Refused(403, "Nothing is kept here", "To keep judgements, the operator sets GOLD_FILE.")
        try:
            async with self._turn:
                return await asyncio.to_thread(change, file)
        except GoldError as error:
            raise Refused(409, f"{file.name} can't be read", f"Mend it first: {error}.") from None
        except OSError as error:
            raise Refused(
                409, f"{file.name} can't be written", f"{error.strerror}. The operator can set GOLD_FILE to another."
            ) from None

    def _page(self, request: web.Request, **values: Any) -> web.Response:
        knowledge = self._site.host.advisor.knowledge
        answers = [one for one in knowledge.answers.values() if one.kind == "answer"]
        file = self._site.gold
        shown = {"gold": None, "said": "", **values, "others": OTHERS, "answers": answers, "knowledge": knowledge}
        return self._site.page(request, "workbench/judge.html", file=file.name if file else "", **shown)


def gold_of(form: FormData, knowledge: KnowledgeBase) -> Gold:
    """The gold question that a form makes. Raises Refused."""
    question, history = (
        within(str(form.get("q", "")).strip()),
        _history([str(one) for one in form.getall("earlier", [])]),
    )
    if not question:
        raise Refused(400, "There is no question", "Go back and ask one.")
    if any(map(contains_secret, (question, *history))):
        raise Refused(400, "This looks like a secret", "It is not kept. Judge the question without it.")
    should, verdict = str(form.get("should", "")), str(form.get("verdict", ""))
    entry = should.removeprefix(ANSWER) if should.startswith(ANSWER) else ""
    must = tuple(dict.fromkeys(str(one) for one in form.getall("must", [])))
    claims = should == "answer" and must and all(one in knowledge.claims for one in must)
    known = knowledge.answers.get(entry)
    if not (claims or should in OTHERS or (known and known.kind == "answer")):
        raise Refused(
            400, "What should it be?", "Pick an answer, or one of the other replies. The knowledge may have changed."
        )
    verdict = verdict if verdict in VERDICTS and (claims or entry) else ""
    kind = "answer" if claims or entry else should
    return Gold(question, kind, history, verdict, must if claims else (), entry=entry)


def said(gold: Gold, knowledge: KnowledgeBase) -> str:
    """What is expected, in words."""
    if gold.kind != "answer":
        return OTHERS[gold.kind]
    answer = knowledge.answers.get(gold.entry)
    return (answer.title or answer.id) if answer else f"The claims {', '.join(gold.must)}"


def _history(given: list[str]) -> tuple[str, ...]:
    return tuple(within(text.strip()) for text in given if text.strip())[-MOST_EARLIER:]
