"""Log-in to the workbench, and reloading the knowledge."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlencode

import structlog
from aiohttp import web

from adapters.owner_link import PATH
from adapters.web.site import JSON, Handler, Refused, Site, access, see_other
from bot.service.ports import StoreUnavailable

log = structlog.get_logger(__name__)

HOME = "/workbench/"
# Lower-case path segments, optionally with a query of printable ASCII without backslashes.
PAGE = re.compile(r"/workbench(/[a-z-]+)*(/|\.json|\.csv)?(\?[!-\[\]-~]*)?")
PREFETCH = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")  # headers of prefetch requests


def workbench_only(site: Site, handler: Handler) -> Handler:
    """Wrap a handler: others than logged-in users are asked for the password, or told how to log in."""

    async def checked(request: web.Request) -> web.StreamResponse:
        match access(request):
            case "granted":
                return await handler(request)
            case "password":
                then = request.path_qs if request.method == "GET" else HOME
                return see_other(f"{PATH}?" + urlencode({"next": then}))
            case "link":
                raise Refused(
                    403,
                    "The workbench needs a log-in",
                    "Open the link on the console where the advisor was started. To give others access, the operator "
                    "sets WORKBENCH_PASSWORD.",
                )
            case "unknown":
                raise Refused(503, "The store does not answer", "Please try again in a minute.")
            case "disabled":
                raise Refused(403, "The workbench is off", "To switch it on, the operator sets WORKBENCH_PASSWORD.")

    return site.guarded(checked)


def page_routes(site: Site, path: str, handler: Handler) -> list[web.RouteDef]:
    """The routes of a page of the workbench: itself, and what it is drawn from under the same address with .json."""
    shown = workbench_only(site, handler)
    return [web.get(path, shown), web.get(path.rstrip("/") + JSON, shown)]


def routes(site: Site) -> list[web.RouteDef]:
    pages = Workbench(site)
    return [
        web.get("/workbench", workbench_only(site, pages.home)),
        web.post("/workbench/reload", workbench_only(site, pages.reload)),
        web.get(PATH, site.guarded(pages.log_in)),
        web.post(PATH, site.guarded(pages.check_password)),
        web.post("/workbench/leave", site.guarded(pages.log_out)),
    ]


class Workbench:
    def __init__(self, site: Site) -> None:
        self._site = site

    async def home(self, request: web.Request) -> web.Response:
        return see_other(HOME)

    async def reload(self, request: web.Request) -> web.Response:
        await self._site.read_form(request)
        problems = await asyncio.to_thread(self._site.host.reload)
        return see_other(HOME + "?" + urlencode({"reloaded": "no" if problems else "yes"}))

    async def log_in(self, request: web.Request) -> web.Response:
        """Log in by the link's key, or show the password form."""
        then = _then(request.query.get("next", ""))
        if access(request) == "granted":
            return see_other(then)
        if self._site.auth.has_password:
            return self._password_page(request, then)
        return self._by_link(request)

    def _by_link(self, request: web.Request) -> web.Response:
        """Redeem the link. It is valid once, so a copy in a browser's history or a log is worthless. HEAD and prefetch
        requests don't use it up."""
        if request.method == "HEAD" or any(request.headers.get(name) for name in PREFETCH):
            raise Refused(403, "This link was not opened", "Open it to log in to the workbench.")
        response = see_other(HOME)
        if self._site.auth.redeem_link(request.query.get("key", ""), response, request):
            return response
        raise Refused(
            403,
            "This link was used already, or is from an earlier start",
            "Each link works once. The advisor printed the next one on its console. If you can't see the console, "
            "restart the advisor.",
        )

    async def check_password(self, request: web.Request) -> web.Response:
        _, form = await self._site.read_form(request)
        auth, then = self._site.auth, _then(str(form.get("next", "")))
        if not auth.has_password:
            raise Refused(403, "The workbench has no password", "The operator sets WORKBENCH_PASSWORD.")
        if not await auth.wait_for_attempt(request):
            problem = "Too many log-in attempts at the moment. Try again in a few seconds."
            response = self._password_page(request, then, status=429, problem=problem)
            response.headers["Retry-After"] = "2"
            return response
        if not auth.is_password(str(form.get("password", ""))):
            log.warning("web.wrong_password")
            return self._password_page(request, then, status=403, problem="That is not the password.")
        response = see_other(then)
        auth.sign_in(response, request)
        return response

    async def log_out(self, request: web.Request) -> web.Response:
        await self._site.read_form(request)
        response = see_other("/")
        try:
            await self._site.auth.sign_out(response, request)
        except StoreUnavailable as error:
            log.warning("web.session_not_revoked", error=str(error))
            raise Refused(
                503, "You are still signed in", "The store does not answer. Leave again in a minute."
            ) from None
        return response

    def _password_page(self, request: web.Request, then: str, *, status: int = 200, problem: str = "") -> web.Response:
        return self._site.page(request, "workbench/enter.html", status=status, then=then, problem=problem)


def _then(path: str) -> str:
    """The workbench page to redirect to after log-in; the overview if `path` is "". Raises Refused for anything that is
    not a workbench page, so that there is no open redirect and no header injection."""
    if path and not PAGE.fullmatch(path):
        raise Refused(400, "There is no such page", f"Open {HOME} and go on from there.")
    return path or HOME
