"""The chat page: `GET /`, `POST /say`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import structlog
from aiohttp import web

from adapters.admission import Busy, is_refused
from adapters.transcripts import SHOWN, Exchange
from adapters.web.intake import Intake
from adapters.web.pages.starting_over import StartingOver
from adapters.web.site import FormData, FormOfAnother, Refused, Site, see_other
from adapters.web.visitor import Visitor, forget_before, visitor_before
from adapters.web.visitor_limit import VisitorLimiter, address_of
from adapters.web.votes import VoteButtons, vote_buttons, voted_on, votes_on
from bot.domain.bounds import Fields
from bot.domain.messages import Form, Message, Place, Reply
from bot.domain.phrases import Phrases
from bot.nlu.command_parser import listed
from bot.service.ports import StoreUnavailable

log = structlog.get_logger(__name__)

PLACE = Place("web")
ON_A_PAGE = 10  # exchanges, so that no page is larger than 100 KB
PLATFORMS_ON_A_PAGE = 1  # drawn twice, with its JSON
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
        return await self._page(request, exchanges, _view(request.query.get("view", "")))

    async def _page(self, request: web.Request, exchanges: Sequence[Exchange], view: str) -> web.Response:
        say, kept, size = self._site.phrases, exchanges[-SHOWN:], PLATFORMS_ON_A_PAGE if view else ON_A_PAGE
        back = request.query.get("back", "")  # how many pages from the latest messages
        pages_back = int(back) if back.isascii() and back.isdigit() and len(back) < 3 else 0
        end = max(len(kept) - pages_back * size, 0)
        return self._site.page(
            request,
            "conversation.html",
            exchanges=kept[max(end - size, 0) : end],
            pages_back=pages_back,
            earlier=say("web-earlier") if end > size else "",
            to_latest=say("web-to-latest"),
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
            **await self._helpers(self._person(request), exchanges),
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
        try:
            response = await self._taken(request, visitor, form, sent, id)
        except Busy as busy:
            return self._intake.busy(request, form, busy)
        if self._before(request):
            forget_before(response, request, self._site.settings.public_url)
        return response

    async def _taken(
        self, request: web.Request, visitor: Visitor, form: FormData, sent: Sent, id: str
    ) -> web.StreamResponse:
        """The turn on a form that was taken in, and what follows it. Raises Busy."""
        if is_refused():
            raise Busy
        if before := self._before(request):  # before the turn, which may forget what the visitor has
            await self._leave(before.person, visitor.person)
        earlier = await self._exchanges(request)
        now = self._site.now()
        message = Message(
            sent.text, sent.command, PLACE, person=visitor.person, delivery=id, at=now, fields=sent.fields
        )
        say = self._site.phrases
        label = message.text if message.command is None else _label(say, message.command, message.fields, earlier)
        reply = await self._site.session.respond(message)
        view = _view(str(form.get("view", "")))
        voted = None if view else voted_on(say, message.command, earlier)
        if voted and (reply.quiet or reply.aside):  # shown on the button, below the reply that it is about
            if request.headers.get("X-Part") == "exchange":
                return await self._part(request, visitor, voted, earlier)
            return see_other(f"/#votes-{voted.id}")
        exchange = Exchange(id, say("web-hidden") if message.had_secret else label, reply, now)
        if reply.forgets:
            earlier = []
        saved = not reply.forgets and await self._save(visitor.person, exchange)
        if request.headers.get("X-Part") == "exchange":
            return await self._part(request, visitor, exchange, [*earlier, exchange], view)
        if not saved:  # rendered once, as the next page does not have it
            return await self._page(request, [*earlier, exchange], view)
        query = "?" + urlencode({"view": view}) if view else ""
        return see_other(f"/{query}#latest")

    async def _part(
        self, request: web.Request, visitor: Visitor, exchange: Exchange, exchanges: Sequence[Exchange], view: str = ""
    ) -> web.Response:
        """One of the exchanges, for the page's script."""
        helpers = await self._helpers(visitor.person, exchanges)
        latest = exchange is exchanges[-1]
        return self._site.page(request, "exchange.html", exchange=exchange, view=view, latest=latest, **helpers)

    def _before(self, request: web.Request) -> Visitor | None:
        return visitor_before(request, self._site.settings.public_url)

    async def _leave(self, before: str, now: str) -> None:
        """Delete the transcript of the visitor `before` the browser started over, whose links go to the one that it is
        `now`; if the store does not answer, they go when their time is over."""
        try:
            async with self._site.store.transaction() as unit:
                await unit.transcripts.clear(before)
                await unit.shared_replies.hand_over(before, now)
        except StoreUnavailable as error:
            log.warning("web.transcript_not_deleted", error=str(error))

    def _person(self, request: web.Request) -> str:
        visitor = self._site.visitor(request)
        return visitor.person if visitor else ""

    async def _helpers(self, person: str, exchanges: Sequence[Exchange]) -> Mapping[str, Any]:
        """What the template of an exchange needs besides it."""

        def why(exchange: Exchange) -> str:
            position = exchanges.index(exchange)
            before = [("earlier", other.said) for other in exchanges[max(position - EARLIER, 0) : position]]
            return "/workbench/why?" + urlencode([("q", exchange.said), *before])

        def votes(exchange: Exchange) -> VoteButtons | None:
            return vote_buttons(say, exchange.reply, given.get(exchange.reply.reference))

        def goes_on(exchange: Exchange) -> bool:
            """Whether it is the next step of the dialogue that the exchange before it is a step of."""
            position = exchanges.index(exchange)
            is_next = exchange.reply.kind == "recommendation" or _is_step(exchange.reply)
            return position > 0 and is_next and _is_step(exchanges[position - 1].reply)

        say = self._site.phrases
        given = await votes_on(self._site.store, person, exchanges)
        return {
            "why": why,
            "votes": votes,
            "goes_on": goes_on,
            "is_step": _is_step,
            "reasons_asked": say("vote-reasons"),
            "thanks": (say("vote-thanks-title"), say("vote-thanks")),
            "hidden_words": say("web-hidden"),
            "previews": self._site.previews,
        }

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


def _is_step(reply: Reply) -> bool:
    """Whether it is a step of the guided dialogue, which its next step takes the place of; not an offer to begin."""
    return reply.kind == "triage" and not any(choice.command == "triage" for choice in reply.choices)


def _delivery(secret: str, nonce: str, sent: Sent) -> str:
    """The delivery id: the same for a form that is sent twice, another for another button of it."""
    content = "\x1f".join((secret, nonce, sent.text, sent.command or "", repr(sent.fields)))
    return hashlib.blake2s(content.encode(), digest_size=16).hexdigest()


def _view(asked: str) -> str:
    return PLATFORMS if asked == PLATFORMS else ""
