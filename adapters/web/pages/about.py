"""Privacy, terms and help. PRIVACY_URL and SUPPORT_URL replace ours by a redirect."""

from __future__ import annotations

from aiohttp import web

from adapters.web.site import Site, see_other
from bot.nlu.question import RECURRING


def routes(site: Site) -> list[web.RouteDef]:
    pages = AboutPages(site)
    return [
        web.get("/privacy", site.guarded(pages.privacy)),
        web.get("/terms", site.guarded(pages.terms)),
        web.get("/help", site.guarded(pages.help)),
        web.get("/support", site.guarded(pages.help)),  # where stores look for it
    ]


class AboutPages:
    def __init__(self, site: Site) -> None:
        self._site = site

    async def privacy(self, request: web.Request) -> web.StreamResponse:
        own = self._site.settings.privacy_url
        return see_other(own) if own else self._page(request, "privacy.html")

    async def terms(self, request: web.Request) -> web.StreamResponse:
        return self._page(request, "terms.html")

    async def help(self, request: web.Request) -> web.StreamResponse:
        own = self._site.settings.support_url
        return see_other(own) if own else self._page(request, "help.html")

    def _page(self, request: web.Request, template: str) -> web.Response:
        settings, knowledge = self._site.settings, self._site.host.advisor.knowledge
        return self._site.page(
            request,
            template,
            hours=f"{settings.conversation_hours:g}",
            days=f"{settings.triage_days:g}",
            recurring=RECURRING,
            contact=settings.security_contact,
            sources=tuple(knowledge.sources.values()),
        )
