"""What every page shares: templates, headers that keep a page safe, files, and words for what went wrong."""

from __future__ import annotations

import hashlib
import json
import math
import secrets
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import structlog
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from multidict import MultiDictProxy

from adapters.owner_link import PATH
from adapters.request_body import BodyNotRead, whole
from adapters.transcripts import Store
from adapters.web.card_text import paragraphs
from adapters.web.gate import Access, Gate
from adapters.web.visitor import Visitor, is_secure, new_visitor, remember, visitor_of
from bot.advisor import Advisor
from bot.domain.messages import Message, Reply, Verdict
from bot.knowledge import Problem

log = structlog.get_logger(__name__)

HERE = Path(__file__).parent
STATIC = HERE / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

# Nothing but our own files, nothing inline, no other site around us.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
UPLOAD = 30.0  # seconds for a form: a file may come with it, over a slow line
MULTIPART = "multipart/form-data"
YEAR = 365 * 24 * 3600
_VERDICTS: dict[Verdict, str] = {"yes": "Yes", "no": "No", "partly": "Partly"}  # of claims, in the workbench
ACCESS: web.RequestKey[Access] = web.RequestKey("access", str)  # type: ignore[arg-type]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Preview = Callable[[Reply], Mapping[str, Any]]
Posted = MultiDictProxy[Any]


class Session(Protocol):
    """Whoever answers messages: `bot.service.session`. Never raises."""

    async def respond(self, message: Message) -> Reply: ...


class Serving(Protocol):
    """The advisor of the moment: `adapters.advisor_host.Host`."""

    @property
    def advisor(self) -> Advisor: ...

    @property
    def problems(self) -> tuple[Problem, ...]: ...

    def reload(self) -> list[Problem]: ...


class WebSettings(Protocol):
    @property
    def public_url(self) -> str: ...
    @property
    def trusted_proxies(self) -> int: ...
    @property
    def privacy_url(self) -> str: ...
    @property
    def support_url(self) -> str: ...
    @property
    def security_contact(self) -> str: ...
    @property
    def conversation_hours(self) -> float: ...
    @property
    def triage_days(self) -> float: ...
    @property
    def on_loopback(self) -> bool: ...
    @property
    def knowledge(self) -> Path: ...


class Refused(Exception):
    """A request that is not carried out. `what` and `remedy` are for the person; `wait`: seconds until it may be."""

    def __init__(self, status: int, what: str, remedy: str, wait: float = 0.0) -> None:
        super().__init__(what)
        self.status, self.what, self.remedy, self.wait = status, what, remedy, wait


@dataclass(frozen=True, slots=True)
class Site:
    """What the pages are made with. `previews`: how other surfaces would draw a reply, by the surface's name."""

    settings: WebSettings
    session: Session
    store: Store
    host: Serving
    gate: Gate
    previews: Mapping[str, Preview]
    templates: Environment
    now: Callable[[], float]  # seconds since 1970

    def visitor(self, request: web.Request) -> Visitor | None:
        """Who asks; None where this browser was never here. `page` sets the cookie then."""
        return visitor_of(request, self.settings.public_url)

    def page(self, request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """A page drawn from a template, with the cookie that names the visitor."""
        known = self.visitor(request)
        visitor = known or new_visitor()
        knowledge = self.host.advisor.knowledge
        text = self.templates.get_template(template).render(
            name=knowledge.phrases("name"),
            token=visitor.token,
            nonce=secrets.token_hex(8),  # tells a form sent twice from two forms
            path=request.path,
            workbench=access(request) in ("open", "password", "unknown"),
            inside=access(request) == "open",
            **values,
        )
        response = web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
        response.enable_compression()
        if known is None:
            remember(visitor, response, request, self.settings.public_url)
        return response

    async def posted(self, request: web.Request, *, files: bool = False) -> tuple[Visitor, Posted]:
        """Who sent a form from our own page, and its fields. `files`: whether files may come with it. Raises Refused
        for any other."""
        visitor = self.visitor(request)
        try:
            form = await whole(_form(request, files), UPLOAD)
        except BodyNotRead:
            raise Refused(400, "This form can't be read", "Load the page again and send it once more.") from None
        # Browsers say whose page a form stood on. Where a neighbour could set our cookie, the token alone proves less.
        foreign = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
        if foreign or visitor is None or not visitor.wrote(str(form.get("token", ""))):
            raise Refused(
                403,
                "This form did not come from this page",
                "Load the page again and send it once more. Cookies have to be allowed for this address.",
            )
        return visitor, form

    def guarded(self, handler: Handler) -> Handler:
        """The handler with our headers on every response, and with words for whatever goes wrong."""

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                request[ACCESS] = await self.gate.access(request)
                response = await handler(request)
            except Refused as refused:
                values = {"what": refused.what, "remedy": refused.remedy}
                response = self.page(request, "refused.html", status=refused.status, **values)
                if refused.wait:
                    response.headers["Retry-After"] = whole_seconds(refused.wait)
            except web.HTTPRequestEntityTooLarge:
                response = self.page(
                    request, "refused.html", status=413, what="That is too large", remedy="Send at most 1 MB at once."
                )
            except web.HTTPNotFound:
                response = self.page(
                    request, "refused.html", status=404, what="There is no such page", remedy="Perhaps it has moved."
                )
            except Exception as error:
                response = self._failed(request, error)
            if request.path == PATH:  # whose link is a secret
                response.headers["Referrer-Policy"] = "no-referrer"
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            if is_secure(request, self.settings.public_url):
                response.headers["Strict-Transport-Security"] = f"max-age={YEAR}"
            return response

        return handle

    def _failed(self, request: web.Request, error: Exception) -> web.Response:
        reference = secrets.token_hex(4)
        frame = traceback.extract_tb(error.__traceback__)[-1]
        # The text of an exception can hold what the person wrote, so only its type and origin are logged.
        at = f"{frame.filename}:{frame.lineno}"
        log.error("web.page_failed", reference=reference, error=type(error).__name__, at=at)
        return self.page(
            request, "refused.html", status=500, what="That did not work",
            remedy=f"Please try again in a minute. Whoever runs this advisor finds the cause under {reference}.",
        )  # fmt: skip


async def _form(request: web.Request, files: bool) -> Posted:
    """The fields of a form. Anybody may send one, and it is decoded in one go, so only what is quick to decode is read:
    UTF-8, as Python's punycode takes the square of the text's length, and multipart only where a file is expected, as
    its headers are slow to read. Raises BodyNotRead for the rest."""
    if (request.charset or "utf-8").lower() != "utf-8" or (request.content_type == MULTIPART and not files):
        raise BodyNotRead("encoding")
    return await request.post()


def access(request: web.Request) -> Access:
    """What the gate said of a request that is `guarded`."""
    found: Access = request.get(ACCESS, "shut")
    return found


@cache
def environment() -> Environment:
    """The templates, each compiled when it is first needed. Everything that is put into one is escaped."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(static=_address, verdicts=_VERDICTS)
    made.filters.update(
        kind=lambda value: type(value).__name__.lower(),
        pretty=lambda value: json.dumps(value, ensure_ascii=False, indent=2),
        paragraphs=paragraphs,
        percent=lambda share: f"{float(share):.1%}",
    )
    return made


def whole_seconds(wait: float) -> str:
    """For the header Retry-After."""
    return str(math.ceil(wait))


def see_other(path: str) -> web.Response:
    """After a form: a page to look at, which can be loaded again without sending the form once more."""
    return web.Response(status=303, headers={"Location": path})


async def nothing(request: web.Request) -> web.Response:
    """For every address that is none of ours."""
    raise web.HTTPNotFound


async def file(request: web.Request) -> web.Response:
    """A file of ours. Its address changes with its content, so it may be kept for ever."""
    name = request.match_info["name"]
    if name not in _VERSIONS:
        raise web.HTTPNotFound
    path = STATIC / name
    response = web.Response(body=path.read_bytes(), content_type=TYPES[path.suffix], charset="utf-8")
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response.enable_compression()
    return response


_VERSIONS = {path.name: hashlib.blake2s(path.read_bytes(), digest_size=5).hexdigest() for path in STATIC.iterdir()}


def _address(name: str) -> str:
    return f"/static/{name}?{_VERSIONS[name]}"
