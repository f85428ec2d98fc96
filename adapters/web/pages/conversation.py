"""The conversation: `GET /`, `POST /say`, a reply by itself to print, keep or copy."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import structlog
from aiohttp import web

from adapters.transcripts import Exchange
from adapters.web.markdown import markdown
from adapters.web.site import Posted, Refused, Site, see_other, whole_seconds
from adapters.web.visitor import Visitor, new_visitor, remember
from adapters.web.visitor_limit import Refusal, VisitorLimiter, address_of
from bot.domain.bounds import Fields
from bot.domain.messages import Choice, Message, Place
from bot.domain.phrases import Phrases
from bot.nlu.command_parser import listed
from bot.service.ports import StoreUnavailable

log = structlog.get_logger(__name__)

PLACE = Place("web")
MOST_LOOKS = 60  # of one visitor in a minute, at a page with all that was said, which takes a while to draw
MOST_FIELDS = 100  # fields and values of a form that are read
HOUR = 3600.0
HIDDEN = "(not shown: it looked like a secret)"
FIELD = "field:"  # before the id of a form's field
OURS = ("token", "nonce", "text")  # fields that the page fills in by itself where a form is shown again
PLATFORMS = "platforms"  # the view that shows how other surfaces draw a reply
EARLIER = 3  # messages that explain how a follow-up was understood


@dataclass(frozen=True, slots=True)
class Said:
    """What was sent with a form: typed words, or a button's command with a form's fields."""

    text: str
    command: str | None
    fields: Fields


def routes(site: Site) -> list[web.RouteDef]:
    conversation = Conversation(site)
    return [
        web.get("/", site.guarded(conversation.show)),
        web.post("/say", site.guarded(conversation.say)),
        web.post("/start-over", site.guarded(conversation.start_over)),
        web.get("/reply/{id:[0-9a-f]{32}}", site.guarded(conversation.alone)),
        web.get("/reply/{id:[0-9a-f]{32}}.md", site.guarded(conversation.as_markdown)),
    ]


class Conversation:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._crowd = VisitorLimiter(site.now)
        self._looks = VisitorLimiter(site.now, MOST_LOOKS)

    async def show(self, request: web.Request) -> web.Response:
        """Everything that was said, the newest last; at the beginning, what could be asked."""
        exchanges = await self._exchanges(request)
        if exchanges and (refusal := self._looks.refuses(self._person(request), self._address(request))):
            raise Refused(429, "You load this page very often", "Wait a minute, then load it again.", refusal.wait)
        return self._page(request, exchanges, _view(request.query.get("view", "")))

    def _page(self, request: web.Request, exchanges: Sequence[Exchange], view: str) -> web.Response:
        knowledge = self._site.host.advisor.knowledge
        return self._site.page(
            request,
            "conversation.html",
            exchanges=exchanges,
            view=view,
            intro=knowledge.phrases("help-intro"),
            examples=knowledge.phrases.all("help-examples"),
            commands=[
                (command.name, knowledge.phrases(command.phrase))
                for command in listed(can_post=False)
                if command.name in ("compare", "triage", "topics")
            ],
            **self._drawn(exchanges),
        )

    async def say(self, request: web.Request) -> web.StreamResponse:
        """Take in what was typed or pressed. A script gets the new exchange alone, a browser the whole page."""
        visitor, form = await self._site.posted(request)
        said = _said(form)
        id = _delivery(visitor.secret, str(form.get("nonce", "")), said)
        if refusal := self._refused(request, visitor, id):
            return self._slowed(request, refusal, form)
        earlier = await self._exchanges(request)
        now = self._site.now()
        message = Message(
            said.text, said.command, PLACE, person=visitor.person, delivery=id, at=now, fields=said.fields
        )
        say = self._site.host.advisor.phrases
        label = message.text if message.command is None else _label(say, message.command, earlier)
        reply = await self._site.session.respond(message)
        exchange = Exchange(id, HIDDEN if message.had_secret else label, reply, now)
        if reply.forgets:
            earlier = []
        else:
            await self._keep(visitor.person, exchange)
        view = _view(str(form.get("view", "")))
        if request.headers.get("X-Part") == "exchange":
            exchanges = [*earlier, exchange]
            return self._site.page(
                request, "exchange.html", exchange=exchange, view=view, latest=True, **self._drawn(exchanges)
            )
        if reply.forgets:  # shown this once, as it is not there to be loaded again
            return self._page(request, [exchange], view)
        query = "?" + urlencode({"view": view}) if view else ""
        return see_other(f"/{query}#latest")

    async def start_over(self, request: web.Request) -> web.StreamResponse:
        """Forget what was said here, and be somebody new."""
        visitor, form = await self._site.posted(request)
        if refusal := self._refused(request, visitor):
            return self._slowed(request, refusal, form)
        try:
            async with self._site.store.transaction() as unit:
                await unit.transcripts.clear(visitor.person)
        except StoreUnavailable as error:
            raise _unavailable(error) from None
        response = see_other("/")
        remember(new_visitor(), response, request, self._site.settings.public_url)
        return response

    def _refused(self, request: web.Request, visitor: Visitor, delivery: str = "") -> Refusal | None:
        return self._crowd.refuses(visitor.person, self._address(request), delivery)

    def _address(self, request: web.Request) -> str:
        return address_of(request, self._site.settings.trusted_proxies)

    def _person(self, request: web.Request) -> str:
        visitor = self._site.visitor(request)
        return visitor.person if visitor else ""

    def _slowed(self, request: web.Request, refusal: Refusal, form: Posted) -> web.Response:
        """The notice, with what was sent, so that it can be sent again."""
        sent = [(name, value) for name, value in form.items() if name not in OURS and isinstance(value, str)]
        response = self._site.page(
            request,
            "slowed.html",
            status=429,
            notice=refusal.notice(self._site.host.advisor.phrases),
            sent=sent,
            text=str(form.get("text", "")),
        )
        response.headers["Retry-After"] = whole_seconds(refusal.wait)
        return response

    async def alone(self, request: web.Request) -> web.Response:
        exchange = await self._one(request)
        return self._site.page(request, "reply_page.html", exchange=exchange)

    async def as_markdown(self, request: web.Request) -> web.Response:
        exchange = await self._one(request)
        response = web.Response(text=markdown(exchange.reply), content_type="text/markdown", charset="utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="answer.md"'
        return response

    def _drawn(self, exchanges: Sequence[Exchange]) -> Mapping[str, Any]:
        """What the drawing of an exchange needs besides itself."""

        def why(exchange: Exchange) -> str:
            position = exchanges.index(exchange)
            before = [("earlier", other.said) for other in exchanges[max(position - EARLIER, 0) : position]]
            return "/workbench/why?" + urlencode([("q", exchange.said), *before])

        return {"why": why, "markdown": markdown, "previews": self._site.previews}

    async def _exchanges(self, request: web.Request) -> list[Exchange]:
        """What was said so far; nothing where the store does not answer, so that one can go on."""
        visitor = self._site.visitor(request)
        if visitor is None:
            return []
        try:
            async with self._site.store.transaction() as unit:
                return list(await unit.transcripts.of(visitor.person, since=self._since()))
        except StoreUnavailable as error:
            log.warning("web.transcript_unread", error=str(error))
            return []

    async def _keep(self, person: str, exchange: Exchange) -> None:
        try:
            async with self._site.store.transaction() as unit:
                await unit.transcripts.keep(person, exchange, since=self._since())
        except StoreUnavailable as error:
            log.warning("web.transcript_unkept", reference=exchange.reply.reference, error=str(error))

    async def _one(self, request: web.Request) -> Exchange:
        visitor = self._site.visitor(request)
        try:
            async with self._site.store.transaction() as unit:
                found = await unit.transcripts.one(visitor.person, request.match_info["id"]) if visitor else None
        except StoreUnavailable as error:
            raise _unavailable(error) from None
        if found is None:
            raise Refused(404, "That answer is not there any more", "Go back to the conversation and ask again.")
        return found

    def _since(self) -> float:
        return self._site.now() - self._site.settings.conversation_hours * HOUR


def _said(form: Posted) -> Said:
    command = str(form.get("command", "")).strip() or None
    given: dict[str, list[str]] = {}
    named = ((name.removeprefix(FIELD), value) for name, value in form.items() if name.startswith(FIELD))
    for id, value in islice(named, MOST_FIELDS):
        given.setdefault(id, []).extend([str(value)] if value else [])
    fields = tuple((id, tuple(values)) for id, values in given.items())
    return Said("" if command else str(form.get("text", "")), command, fields)


def _label(say: Phrases, command: str, earlier: Sequence[Exchange]) -> str:
    """What stood on the button that was pressed."""
    for exchange in reversed(earlier):
        reply = exchange.reply
        submit: tuple[Choice, ...] = (Choice(reply.form.submit, reply.form.command),) if reply.form else ()
        for choice in (*reply.choices, *reply.tools, *submit):
            if choice.command == command:
                return choice.label
    name = command.partition(":")[0]
    return next((say(known.phrase) for known in listed(can_post=False) if known.name == name), command)


def _delivery(secret: str, nonce: str, said: Said) -> str:
    """The same form sent twice is one delivery; another button of it is another."""
    content = "\x1f".join((secret, nonce, said.text, said.command or "", repr(said.fields)))
    return hashlib.blake2s(content.encode(), digest_size=16).hexdigest()


def _view(asked: str) -> str:
    return PLATFORMS if asked == PLATFORMS else ""


def _unavailable(error: StoreUnavailable) -> Refused:
    log.warning("web.store_unavailable", error=str(error))
    return Refused(503, "What was said can't be read right now", "Please try again in a minute.")
