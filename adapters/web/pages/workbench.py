"""The workbench's own pages: the way in, what serves now, reading the knowledge again."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlencode

import structlog
from aiohttp import web

from adapters.owner_link import PATH
from adapters.web.site import Handler, Refused, Site, access, see_other
from bot.knowledge import check
from bot.service.ports import StoreUnavailable

log = structlog.get_logger(__name__)

HOME = "/workbench/"
# Small letters and single slashes, then perhaps a query without spaces, backslashes and control characters.
PAGE = re.compile(r"/workbench(/[a-z-]+)*/?(\?[!-\[\]-~]*)?")
PREFETCH = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")  # in which browsers say that nobody has clicked yet


def inside(site: Site, handler: Handler) -> Handler:
    """The handler for whoever may enter; others are asked for the password, or told how to get in."""

    async def enter(request: web.Request) -> web.StreamResponse:
        match access(request):
            case "open":
                return await handler(request)
            case "password":
                then = request.path_qs if request.method == "GET" else HOME
                return see_other(f"{PATH}?" + urlencode({"next": then}))
            case "link":
                raise Refused(
                    403,
                    "The workbench is for whoever runs the advisor",
                    "Open it with the link on the console on which the advisor was started. To let others in, set "
                    "WORKBENCH_PASSWORD.",
                )
            case "unknown":
                raise Refused(503, "The store does not answer", "Please try again in a minute.")
            case "shut":
                raise Refused(
                    403, "The workbench is shut", "To open it, whoever runs the advisor sets WORKBENCH_PASSWORD."
                )

    return site.guarded(enter)


def routes(site: Site) -> list[web.RouteDef]:
    pages = Workbench(site)
    return [
        web.get("/workbench", inside(site, pages.home)),
        web.get(HOME, inside(site, pages.show)),
        web.post("/workbench/reload", inside(site, pages.reload)),
        web.get(PATH, site.guarded(pages.way_in)),
        web.post(PATH, site.guarded(pages.enter)),
        web.post("/workbench/leave", site.guarded(pages.leave)),
    ]


class Workbench:
    def __init__(self, site: Site) -> None:
        self._site = site

    async def home(self, request: web.Request) -> web.Response:
        return see_other(HOME)

    async def show(self, request: web.Request) -> web.Response:
        """What serves now, and what is wrong with the folder as it is now."""
        settings = self._site.settings
        broken = await asyncio.to_thread(check, settings.knowledge)
        return self._site.page(
            request,
            "workbench/overview.html",
            knowledge=self._site.host.advisor.knowledge,
            refused=self._site.host.problems,
            broken=broken,
            folder=settings.knowledge,
            watched=settings.on_loopback,
            reloaded=request.query.get("reloaded", ""),
        )

    async def reload(self, request: web.Request) -> web.Response:
        await self._site.posted(request)
        problems = await asyncio.to_thread(self._site.host.reload)
        return see_other(HOME + "?" + urlencode({"reloaded": "no" if problems else "yes"}))

    async def way_in(self, request: web.Request) -> web.Response:
        """Let in whoever has the link; ask others for the password."""
        then = _then(request.query.get("next", ""))
        if access(request) == "open":
            return see_other(then)
        if self._site.gate.has_password:
            return self._password_page(request, then)
        return self._by_link(request)

    def _by_link(self, request: web.Request) -> web.Response:
        """The link works with the click itself: it is good once only, so what is left of it in a browser's history or a
        log is worth nothing. Who looks at a link without opening it does not use it up."""
        if request.method == "HEAD" or any(request.headers.get(name) for name in PREFETCH):
            raise Refused(403, "This link was not opened", "Open it to enter the workbench.")
        response = see_other(HOME)
        if self._site.gate.spend_link(request.query.get("key", ""), response, request):
            return response
        raise Refused(
            403,
            "This link was used already, or is from an earlier start",
            "Each link lets in once. The console on which the advisor was started shows the next one; if it is out of "
            "sight, start the advisor again.",
        )

    async def enter(self, request: web.Request) -> web.Response:
        _, form = await self._site.posted(request)
        gate, then = self._site.gate, _then(str(form.get("next", "")))
        if not gate.has_password:
            raise Refused(403, "The workbench has no password", "Whoever runs the advisor sets WORKBENCH_PASSWORD.")
        if not await gate.may_try(request):
            problem = "Many passwords are being tried just now. Try again in a few seconds."
            response = self._password_page(request, then, status=429, problem=problem)
            response.headers["Retry-After"] = "2"
            return response
        if not gate.admits(str(form.get("password", ""))):
            log.warning("web.wrong_password")
            return self._password_page(request, then, status=403, problem="That is not the password.")
        response = see_other(then)
        gate.sign_in(response, request)
        return response

    async def leave(self, request: web.Request) -> web.Response:
        await self._site.posted(request)
        response = see_other("/")
        try:
            await self._site.gate.sign_out(response, request)
        except StoreUnavailable as error:
            log.warning("web.session_not_ended", error=str(error))
            raise Refused(
                503, "You are still signed in", "The store does not answer. Leave again in a minute."
            ) from None
        return response

    def _password_page(self, request: web.Request, then: str, *, status: int = 200, problem: str = "") -> web.Response:
        return self._site.page(request, "workbench/enter.html", status=status, then=then, problem=problem)


def _then(path: str) -> str:
    """The page of the workbench to go on to, the first one where none is named. Nobody is led elsewhere, and nothing
    gets into a header: Refused is raised for any other address."""
    if path and not PAGE.fullmatch(path):
        raise Refused(400, "There is no such page to go on to", f"Open {HOME} and go on from there.")
    return path or HOME
