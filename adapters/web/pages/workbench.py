"""The workbench's own pages: the way in, what serves now, reading the knowledge again."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import structlog
from aiohttp import web

from adapters.web.site import Handler, Refused, Site, see_other
from bot.knowledge import check

log = structlog.get_logger(__name__)

HOME = "/workbench/"


def inside(site: Site, handler: Handler) -> Handler:
    """The handler for whoever may enter; others are asked for the password, or told how to set one."""

    async def enter(request: web.Request) -> web.StreamResponse:
        match site.gate.access(request):
            case "open":
                return await handler(request)
            case "password":
                return see_other("/workbench/enter?" + urlencode({"next": request.path_qs}))
            case "shut":
                raise Refused(
                    403,
                    "The workbench is shut",
                    "It opens on the machine that the advisor runs on, at 127.0.0.1. To open it elsewhere, "
                    "whoever runs the advisor sets WORKBENCH_PASSWORD.",
                )

    return site.guarded(enter)


def routes(site: Site) -> list[web.RouteDef]:
    pages = Workbench(site)
    return [
        web.get("/workbench", inside(site, pages.home)),
        web.get(HOME, inside(site, pages.show)),
        web.post("/workbench/reload", inside(site, pages.reload)),
        web.get("/workbench/enter", site.guarded(pages.ask_password)),
        web.post("/workbench/enter", site.guarded(pages.enter)),
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
            has_password=self._site.gate.has_password,
        )

    async def reload(self, request: web.Request) -> web.Response:
        await self._site.posted(request)
        problems = await asyncio.to_thread(self._site.host.reload)
        return see_other(HOME + "?" + urlencode({"reloaded": "no" if problems else "yes"}))

    async def ask_password(self, request: web.Request) -> web.Response:
        if self._site.gate.access(request) == "open":
            return see_other(_own(request.query.get("next", "")))
        return self._password_page(request, _own(request.query.get("next", "")))

    async def enter(self, request: web.Request) -> web.Response:
        _, form = await self._site.posted(request)
        gate, address, then = self._site.gate, request.remote or "", _own(str(form.get("next", "")))
        if (wait := gate.wait(address)) > 0:
            minutes = max(round(wait / 60), 1)
            problem = f"Too many wrong passwords. Try again in {minutes} minute{'s' if minutes > 1 else ''}."
            return self._password_page(request, then, status=429, problem=problem)
        if not gate.admits(str(form.get("password", "")), address):
            log.warning("web.wrong_password")
            return self._password_page(request, then, status=403, problem="That is not the password.")
        response = see_other(then)
        gate.sign_in(response, request)
        return response

    async def leave(self, request: web.Request) -> web.Response:
        await self._site.posted(request)
        response = see_other("/")
        self._site.gate.sign_out(response, request)
        return response

    def _password_page(self, request: web.Request, then: str, *, status: int = 200, problem: str = "") -> web.Response:
        if not self._site.gate.has_password:
            raise Refused(403, "The workbench has no password", "Whoever runs the advisor sets WORKBENCH_PASSWORD.")
        return self._site.page(request, "workbench/enter.html", status=status, then=then, problem=problem)


def _own(path: str) -> str:
    """A page of the workbench to go on to; nobody is led elsewhere."""
    return path if path.startswith(HOME) and "\\" not in path and "//" not in path else HOME
