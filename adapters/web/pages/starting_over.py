"""Starting over, and going back: `POST /start-over`, `POST /start-over/undo`.

The browser becomes another visitor and remembers whom it was. With the next message that is forgotten, and the
transcript before is deleted (`adapters.web.pages.conversation`); so there is nothing that undoing has to restore.
"""

from __future__ import annotations

from aiohttp import web

from adapters.web.intake import Intake
from adapters.web.site import FormOfAnother, Site, see_other
from adapters.web.visitor import forget_before, new_visitor, remember_before, set_cookie, visitor_before


class StartingOver:
    def __init__(self, site: Site, intake: Intake) -> None:
        self._site = site
        self._intake = intake

    async def start_over(self, request: web.Request) -> web.StreamResponse:
        """Give the browser a new visitor's cookie, and another one with which it can go back."""
        try:
            visitor, form = await self._site.read_form(request)
        except FormOfAnother:
            return see_other("/")  # it has started over already, in another tab
        if slowed := self._intake.slowed(request, visitor, form):
            return slowed
        response, url = see_other("/"), self._site.settings.public_url
        set_cookie(new_visitor(), response, request, url)
        remember_before(visitor, response, request, url)
        return response

    async def undo(self, request: web.Request) -> web.StreamResponse:
        """Make the browser the visitor that it was before it started over, if it still knows."""
        try:
            visitor, form = await self._site.read_form(request)
        except FormOfAnother:
            return see_other("/")  # undone already, in another tab
        if slowed := self._intake.slowed(request, visitor, form):
            return slowed
        response, url = see_other("/#latest"), self._site.settings.public_url
        if before := visitor_before(request, url):
            set_cookie(before, response, request, url)
            forget_before(response, request, url)
        return response
