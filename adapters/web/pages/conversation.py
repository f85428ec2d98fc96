"""The chat page: `GET /`, `POST /say`, and single replies to print or download."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import structlog
from aiohttp import web

from adapters.transcripts import SHOWN, Exchange
from adapters.web.intake import Intake
from adapters.web.markdown import markdown
from adapters.web.pages.starting_over import StartingOver
from adapters.web.site import FormData, FormOfAnother, Refused, Site, see_other
from adapters.web.visitor import Visitor, forget_before, visitor_before
from adapters.web.visitor_limit import VisitorLimiter, address_of
from bot.domain.bounds import Fields
from bot.domain.messages import Form, Message, Place
from bot.domain.phrases import Phrases
from bot.nlu.command_parser import listed
from bot.service.ports import StoreUnavailable

log = structlog.get_logger(__name__)

PLACE = Place("web")
MOST_VIEWS = 60  # of the whole transcript by one visitor in a minute, as rendering it is slow
MOST_FIELDS = 100  # values of a form that are read
HOUR = 3600.0
FIELD = "field:"  # prefix of the inputs of a reply's form, before the field's id
PLATFORMS = "platforms"  # the view that shows how other surfaces render a reply
EARLIER = 3  # messages of context for the explanation of a follow-up


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form sent: typed text, or a button's command with the fields of a reply's form."""

    text: str
    command: str | None
    fields: Fields


def routes(site: Site) -> list[web.RouteDef]:
    intake = Intake(site)
    conversation, starting_over = Conversation(site, intake), StartingOver(site, intake)
    return [
        web.get("/", site.guarded(conversation.show)),
        web.post("/say", site.guarded(conversation.say)),
        web.post("/start-over", site.guarded(starting_over.start_over)),
        web.post("/start-over/undo", site.guarded(starting_over.undo)),
        web.get("/reply/{id:[0-9a-f]{32}}", site.guarded(conversation.single)),
        web.get("/reply/{id:[0-9a-f]{32}}.md", site.guarded(conversation.as_markdown)),
    ]


class Conversation:
    def __init__(self, site: Site, intake: Intake) -> None:
        self._site = site
        self._intake = intake
        self._views = VisitorLimiter(site.now, MOST_VIEWS)

    async def show(self, request: web.Request) -> web.Response:
        """The transcript, newest last; for a new visitor, example questions."""
        exchanges = await self._exchanges(request)
        address = address_of(request, self._site.settings.trusted_proxies)
        if exchanges and (refusal := self._views.check(self._person(request), address)):
            say = self._site.phrases
            raise Refused(429, say("web-reloaded-title"), say("web-reloaded"), refusal.wait)
        return self._page(request, exchanges, _view(request.query.get("view", "")))

    def _page(self, request: web.Request, exchanges: Sequence[Exchange], view: str) -> web.Response:
        say = self._site.phrases
        return self._site.page(
            request,
            "conversation.html",
            exchanges=exchanges[-SHOWN:],
            older=say("web-older") if len(exchanges) > SHOWN else "",
            started_over=say("web-started-over"),
            undo=say("web-started-over-undo") if self._before(request) else "",
            view=view,
            intro=say("help-intro"),
            examples=say.all("help-examples"),
            commands=[
                (command.name, say(command.phrase))
                for command in listed(can_post=False, can_ask=False)
                if command.name in ("compare", "triage", "topics")
            ],
            **self._helpers(exchanges),
        )

    async def say(self, request: web.Request) -> web.StreamResponse:
        """Take a turn. The page's script (header X-Part) gets the new exchange only; without it, the whole page."""
        try:
            visitor, form = await self._site.read_form(request)
        except FormOfAnother as left:
            return self._intake.begun_anew(request, left.form)
        sent = _sent(form)
        id = _delivery(visitor.secret, str(form.get("nonce", "")), sent)
        if slowed := self._intake.slowed(request, visitor, form, id):
            return slowed
        earlier = await self._exchanges(request)
        now = self._site.now()
        message = Message(
            sent.text, sent.command, PLACE, person=visitor.person, delivery=id, at=now, fields=sent.fields
        )
        say = self._site.phrases
        label = message.text if message.command is None else _label(say, message.command, message.fields, earlier)
        reply = await self._site.session.respond(message)
        exchange = Exchange(id, say("web-hidden") if message.had_secret else label, reply, now)
        if reply.forgets:
            earlier = []
        saved = not reply.forgets and await self._save(visitor.person, exchange)
        response = self._after(request, exchange, earlier, _view(str(form.get("view", ""))), saved)
        if before := self._before(request):
            await self._delete(before.person)
            forget_before(response, request, self._site.settings.public_url)
        return response

    def _after(
        self, request: web.Request, exchange: Exchange, earlier: Sequence[Exchange], view: str, saved: bool
    ) -> web.Response:
        """What follows a turn: the exchange alone, or the page with it. `saved`: whether the store has it."""
        if request.headers.get("X-Part") == "exchange":
            exchanges = [*earlier, exchange]
            return self._site.page(
                request, "exchange.html", exchange=exchange, view=view, latest=True, **self._helpers(exchanges)
            )
        if not saved:  # rendered once, as the next page does not have it
            return self._page(request, [*earlier, exchange], view)
        query = "?" + urlencode({"view": view}) if view else ""
        return see_other(f"/{query}#latest")

    def _before(self, request: web.Request) -> Visitor | None:
        return visitor_before(request, self._site.settings.public_url)

    def _person(self, request: web.Request) -> str:
        visitor = self._site.visitor(request)
        return visitor.person if visitor else ""

    async def single(self, request: web.Request) -> web.Response:
        exchange = await self._one(request)
        return self._site.page(request, "reply_page.html", exchange=exchange)

    async def as_markdown(self, request: web.Request) -> web.Response:
        exchange = await self._one(request)
        response = web.Response(
            text=markdown(exchange.reply, exchange.said), content_type="text/markdown", charset="utf-8"
        )
        response.headers["Content-Disposition"] = 'attachment; filename="answer.md"'
        return response

    def _helpers(self, exchanges: Sequence[Exchange]) -> Mapping[str, Any]:
        """What the template of an exchange needs besides it."""

        def why(exchange: Exchange) -> str:
            position = exchanges.index(exchange)
            before = [("earlier", other.said) for other in exchanges[max(position - EARLIER, 0) : position]]
            return "/workbench/why?" + urlencode([("q", exchange.said), *before])

        return {"why": why, "markdown": markdown, "previews": self._site.previews}

    async def _exchanges(self, request: web.Request) -> list[Exchange]:
        """The visitor's transcript, oldest first; empty if the store does not answer, so that the page still works."""
        visitor = self._site.visitor(request)
        if visitor is None:
            return []
        try:
            async with self._site.store.transaction() as unit:
                return list(await unit.transcripts.of(visitor.person, since=self._since()))
        except StoreUnavailable as error:
            log.warning("web.transcript_not_read", error=str(error))
            return []

    async def _save(self, person: str, exchange: Exchange) -> bool:
        """Whether the store has it."""
        try:
            async with self._site.store.transaction() as unit:
                await unit.transcripts.save(person, exchange, since=self._since())
        except StoreUnavailable as error:
            log.warning("web.transcript_not_saved", reference=exchange.reply.reference, error=str(error))
            return False
        return True

    async def _delete(self, person: str) -> None:
        """Delete a transcript; if the store does not answer, it goes when its time is over."""
        try:
            async with self._site.store.transaction() as unit:
                await unit.transcripts.clear(person)
        except StoreUnavailable as error:
            log.warning("web.transcript_not_deleted", error=str(error))

    async def _one(self, request: web.Request) -> Exchange:
        visitor = self._site.visitor(request)
        try:
            async with self._site.store.transaction() as unit:
                found = await unit.transcripts.one(visitor.person, request.match_info["id"]) if visitor else None
        except StoreUnavailable as error:
            raise self._unavailable(error) from None
        if found is None:
            say = self._site.phrases
            raise Refused(404, say("web-gone-title"), say("web-gone"))
        return found

    def _unavailable(self, error: StoreUnavailable) -> Refused:
        log.warning("web.store_unavailable", error=str(error))
        say = self._site.phrases
        return Refused(503, say("web-unavailable-title"), say("web-unavailable"))

    def _since(self) -> float:
        return self._site.now() - self._site.settings.conversation_hours * HOUR


def _sent(form: FormData) -> Sent:
    command = str(form.get("command", "")).strip() or None
    given: dict[str, list[str]] = {}
    named = ((name.removeprefix(FIELD), value) for name, value in form.items() if name.startswith(FIELD))
    for id, value in islice(named, MOST_FIELDS):
        given.setdefault(id, []).extend([str(value)] if value else [])
    fields = tuple((id, tuple(values)) for id, values in given.items())
    return Sent("" if command else str(form.get("text", "")), command, fields)


def _label(say: Phrases, command: str, fields: Fields, earlier: Sequence[Exchange]) -> str:
    """What was chosen in the form, else the label of the button that sent `command`; the command's description or the
    command itself if unknown."""
    for exchange in reversed(earlier):
        reply = exchange.reply
        if reply.form and reply.form.command == command:
            return ", ".join(_chosen(reply.form, fields)) or reply.form.submit
        for choice in (*reply.choices, *reply.tools):
            if choice.command == command:
                return choice.label
    name = command.partition(":")[0]
    return next((say(known.phrase) for known in listed(can_post=False, can_ask=True) if known.name == name), command)


def _chosen(form: Form, fields: Fields) -> list[str]:
    """The labels of the options that were chosen."""
    given = dict(fields)
    return [
        option.label for field in form.fields for option in field.options if option.value in given.get(field.id, ())
    ]


def _delivery(secret: str, nonce: str, sent: Sent) -> str:
    """The delivery id: the same for a form that is sent twice, another for another button of it."""
    content = "\x1f".join((secret, nonce, sent.text, sent.command or "", repr(sent.fields)))
    return hashlib.blake2s(content.encode(), digest_size=16).hexdigest()


def _view(asked: str) -> str:
    return PLATFORMS if asked == PLATFORMS else ""
