"""One reply by itself: to print, to download, and a recommendation behind a link that its owner shares."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from aiohttp import web

from adapters.transcripts import Exchange, SharedReply
from adapters.web.markdown import markdown
from adapters.web.site import Refused, Site, see_other
from adapters.web.visitor import is_secure
from bot.domain.messages import Reply
from bot.service.ports import StoreUnavailable

LINK_BYTES = 16  # of randomness in a link: 22 characters
KEPT_OUT = {"X-Robots-Tag": "noindex, nofollow"}


def routes(site: Site) -> list[web.RouteDef]:
    documents = Documents(site)
    return [
        web.get("/reply/{id:[0-9a-f]{32}}", site.guarded(documents.own)),
        web.get("/reply/{id:[0-9a-f]{32}}.md", site.guarded(documents.as_markdown)),
        web.post("/reply/{id:[0-9a-f]{32}}/share", site.guarded(documents.share)),
        web.get("/shared/{link:[A-Za-z0-9_-]{22}}", site.guarded(documents.shared)),
        web.post("/shared/{link:[A-Za-z0-9_-]{22}}/end", site.guarded(documents.end)),
    ]


class Documents:
    def __init__(self, site: Site) -> None:
        self._site = site

    async def own(self, request: web.Request) -> web.Response:
        """A reply of the visitor's own transcript."""
        exchange = await self._one(request)
        return self._document(request, exchange.reply, id=exchange.id, said=_question(exchange))

    async def as_markdown(self, request: web.Request) -> web.Response:
        exchange = await self._one(request)
        text = markdown(exchange.reply, _question(exchange))
        response = web.Response(text=text, content_type="text/markdown", charset="utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="answer.md"'
        return response

    async def share(self, request: web.Request) -> web.StreamResponse:
        """Make a link to a recommendation of the visitor's own, and lead to it: the same one where it has one."""
        visitor, _ = await self._site.read_form(request)
        exchange = await self._one(request)
        if exchange.reply.kind != "recommendation":
            raise self._gone()
        try:
            async with self._site.store.transaction() as unit:
                shared = await unit.shared_replies.of(visitor.person, exchange.id)
                if shared is None:
                    link = secrets.token_urlsafe(LINK_BYTES)
                    shared = SharedReply(link, visitor.person, exchange.id, _alone(exchange.reply), self._site.now())
                    await unit.shared_replies.share(shared)
        except StoreUnavailable as error:
            raise self._site.unavailable(error) from None
        return see_other(f"/shared/{shared.link}")

    async def shared(self, request: web.Request) -> web.Response:
        """The recommendation behind a link, for whoever has it; its owner can end the link there."""
        link = request.match_info["link"]
        try:
            async with self._site.store.transaction() as unit:
                shared = await unit.shared_replies.behind(link)
        except StoreUnavailable as error:
            raise self._site.unavailable(error) from None
        if shared is None:
            say = self._site.phrases
            raise Refused(404, say("web-unshared-title"), say("web-unshared"))
        visitor = self._site.visitor(request)
        is_owner = visitor is not None and visitor.person == shared.person
        return self._document(request, shared.reply, link=link, is_owner=is_owner)

    async def end(self, request: web.Request) -> web.StreamResponse:
        """End a link of the visitor's own."""
        visitor, _ = await self._site.read_form(request)
        try:
            async with self._site.store.transaction() as unit:
                await unit.shared_replies.end(visitor.person, request.match_info["link"])
        except StoreUnavailable as error:
            raise self._site.unavailable(error) from None
        return see_other("/#latest")

    def _document(
        self, request: web.Request, reply: Reply, *, id: str = "", said: str = "", link: str = "", is_owner: bool = True
    ) -> web.Response:
        """`id`: of the exchange it stands in; `said`: the question it answers. `link`: what it is shared by."""
        address = f"{self._origin(request)}/shared/{link}" if link else ""
        values: dict[str, Any] = {"id": id, "said": said, "link": link, "address": address, "is_owner": is_owner}
        terms = self._site.phrases("web-shared")
        response = self._site.page(request, "reply_page.html", reply=reply, terms=terms, **values)
        response.headers.update(KEPT_OUT)
        return response

    def _origin(self, request: web.Request) -> str:
        public_url = self._site.settings.public_url
        scheme = "https" if is_secure(request, public_url) else "http"
        return public_url.rstrip("/") or f"{scheme}://{request.host}"

    async def _one(self, request: web.Request) -> Exchange:
        visitor = self._site.visitor(request)
        try:
            async with self._site.store.transaction() as unit:
                found = await unit.transcripts.one(visitor.person, request.match_info["id"]) if visitor else None
        except StoreUnavailable as error:
            raise self._site.unavailable(error) from None
        if found is None:
            raise self._gone()
        return found

    def _gone(self) -> Refused:
        say = self._site.phrases
        return Refused(404, say("web-gone-title"), say("web-gone"))


def _question(exchange: Exchange) -> str:
    """What was asked; "" of a recommendation, before which only its last answer was said."""
    return "" if exchange.reply.kind == "recommendation" else exchange.said


def _alone(reply: Reply) -> Reply:
    """What is read of a reply, without its buttons and what connects it with the conversation."""
    return replace(reply, choices=(), tools=(), form=None, brief=None, record="", reference="", explain=dict)
