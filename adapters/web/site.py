"""What all pages share: templates, security headers, CSRF check, static files and error pages."""

from __future__ import annotations

import hashlib
import json
import math
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import structlog
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from multidict import MultiDictProxy

from adapters.counting import UNCOUNTED, Counting
from adapters.owner_link import PATH
from adapters.request_body import BodyNotRead, whole
from adapters.transcripts import Store
from adapters.web.card_text import paragraphs
from adapters.web.footnotes import linked
from adapters.web.gold_scores import GoldScores, no_scores
from adapters.web.plain_data import as_json
from adapters.web.visitor import Visitor, is_secure, new_visitor, set_cookie, visitor_of
from adapters.web.workbench_auth import Access, WorkbenchAuth
from bot.advisor import Advisor
from bot.commands.feedback import is_vote
from bot.commands.reply_tools import shows_sources
from bot.domain.messages import Message, Reply, Verdict, in_words
from bot.domain.phrases import Phrases
from bot.knowledge import Problem
from bot.service.error_location import error_location
from bot.service.ports import StoreUnavailable

log = structlog.get_logger(__name__)

HERE = Path(__file__).parent
STATIC = HERE / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}

# Own files only, nothing inline, no framing.
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
UPLOAD_TIMEOUT = 30.0  # seconds for a form, which may carry a file over a slow line
JSON = ".json"
MULTIPART = "multipart/form-data"
GOLD = "gold.jsonl"  # in the knowledge folder, where no other file is named
YEAR = 365 * 24 * 3600
_VERDICTS: dict[Verdict, str] = {"yes": "Yes", "no": "No", "partly": "Partly"}  # of claims, in the workbench
ACCESS: web.RequestKey[Access] = web.RequestKey("access", str)  # type: ignore[arg-type]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Preview = Callable[[Reply], Mapping[str, Any]]
FormData = MultiDictProxy[Any]


class Session(Protocol):
    """The part of `bot.service.session.Session` that the page uses. Raises nothing but Busy."""

    async def respond(self, message: Message) -> Reply: ...


class Host(Protocol):
    """The part of `adapters.advisor_host.AdvisorHost` that the pages use."""

    @property
    def advisor(self) -> Advisor: ...

    @property
    def problems(self) -> tuple[Problem, ...]: ...

    @property
    def reading(self) -> bool: ...

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
    @property
    def workbench_edits(self) -> bool: ...
    @property
    def gold_file(self) -> Path | None: ...


class Refused(Exception):
    """A refused request. `what` (title) and `remedy` are shown to the person; `wait`: seconds for Retry-After."""

    def __init__(self, status: int, what: str, remedy: str, wait: float = 0.0) -> None:
        super().__init__(what)
        self.status, self.what, self.remedy, self.wait = status, what, remedy, wait


class FormOfAnother(Refused):
    """A `form` of this site that was drawn for another visitor: the browser started over since, or keeps no cookie."""

    def __init__(self, form: FormData, what: str, remedy: str) -> None:
        super().__init__(403, what, remedy)
        self.form = form


@dataclass(frozen=True, slots=True)
class Site:
    """The dependencies of the pages. `previews`: renderers of other surfaces, by name."""

    settings: WebSettings
    session: Session
    store: Store
    host: Host
    auth: WorkbenchAuth
    previews: Mapping[str, Preview]
    templates: Environment
    now: Callable[[], float]  # seconds since 1970
    gold_scores: GoldScores = no_scores
    counting: Counting = UNCOUNTED

    @property
    def phrases(self) -> Phrases:
        """The current phrases: they change when the knowledge is reloaded."""
        return self.host.advisor.phrases

    @property
    def may_edit(self) -> bool:
        """Whether the knowledge may be edited in the browser, if its files can be written."""
        return self.settings.on_loopback or self.settings.workbench_edits

    @property
    def gold(self) -> Path | None:
        """The file that judgements are added to; None where there is none."""
        given = self.settings.gold_file
        return given or (self.settings.knowledge / GOLD if self.may_edit else None)

    def visitor(self, request: web.Request) -> Visitor | None:
        """The visitor; None if the browser has no cookie yet: `page` sets one."""
        return visitor_of(request, self.settings.public_url)

    def page(self, request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """A rendered template as a response, with the visitor's cookie; under an address that ends in .json, the values
        that it would be rendered from."""
        if request.path.endswith(JSON):
            drawn_from = web.Response(text=as_json(values), status=status, content_type="application/json")
            drawn_from.enable_compression()
            return drawn_from
        known = self.visitor(request)
        visitor = known or new_visitor()
        text = self.templates.get_template(template).render(
            name=self.phrases("name"),
            described=self.phrases("help-intro"),
            token=visitor.token,
            nonce=secrets.token_hex(8),  # makes a form that is sent twice one delivery
            path=request.path,
            json_path=_json_path(request),
            workbench=access(request) in ("granted", "password", "unknown"),
            inside=access(request) == "granted",
            edits=self.may_edit,
            judges=self.gold is not None,
            **values,
        )
        response = web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
        response.enable_compression()
        if known is None:
            set_cookie(visitor, response, request, self.settings.public_url)
        return response

    async def read_form(self, request: web.Request, *, files: bool = False) -> tuple[Visitor, FormData]:
        """The visitor and the fields of a posted form; `files`: files may come with it. Raises Refused if it did not
        come from our own page, and FormOfAnother if it may have, but was not drawn for this visitor."""
        visitor = self.visitor(request)
        try:
            form = await whole(_form(request, files), UPLOAD_TIMEOUT)
        except BodyNotRead:
            raise Refused(400, self.phrases("web-unreadable-title"), self.phrases("web-unreadable")) from None
        # Fetch metadata, besides the token: a sibling domain may be able to set our cookie.
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise Refused(403, self.phrases("web-foreign-title"), self.phrases("web-foreign"))
        if visitor is None or not visitor.has_token(str(form.get("token", ""))):
            raise FormOfAnother(form, self.phrases("web-foreign-title"), self.phrases("web-foreign"))
        return visitor, form

    def guarded(self, handler: Handler) -> Handler:
        """Wrap a handler: security headers on every response, and an error page for every exception."""

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                request[ACCESS] = await self.auth.access(request)
                response = await handler(request)
            except Refused as refused:
                response = self._refusal(request, refused)
            except web.HTTPRequestEntityTooLarge:
                too_large = Refused(413, self.phrases("web-too-large-title"), self.phrases("web-too-large"))
                response = self._refusal(request, too_large)
            except web.HTTPNotFound:
                no_page = Refused(404, self.phrases("web-no-page-title"), self.phrases("web-no-page"))
                response = self._refusal(request, no_page)
            except Exception as error:
                response = self._failed(request, error)
            if request.path == PATH:  # its query is a secret
                response.headers["Referrer-Policy"] = "no-referrer"
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            if is_secure(request, self.settings.public_url):
                response.headers["Strict-Transport-Security"] = f"max-age={YEAR}"
            return response

        return handle

    def _refusal(self, request: web.Request, refused: Refused) -> web.Response:
        values = {"what": refused.what, "remedy": refused.remedy}
        response = self.page(request, "refused.html", status=refused.status, **values)
        if refused.wait:
            response.headers["Retry-After"] = whole_seconds(refused.wait)
        return response

    def unavailable(self, error: StoreUnavailable) -> Refused:
        """What is raised where the store does not answer; it is logged here."""
        log.warning("web.store_unavailable", error=str(error))
        return Refused(503, self.phrases("web-unavailable-title"), self.phrases("web-unavailable"))

    def _failed(self, request: web.Request, error: Exception) -> web.Response:
        reference = secrets.token_hex(4)
        # The text of an exception can hold what the person wrote, so only its type and location are logged.
        log.error("web.page_failed", reference=reference, error=type(error).__name__, at=error_location(error))
        remedy = self.phrases("web-failed", reference=reference)
        return self._refusal(request, Refused(500, self.phrases("web-failed-title"), remedy))


def _json_path(request: web.Request) -> str:
    """Where the same page is as JSON; "" if it is what a form led to."""
    query = f"?{request.query_string}" if request.query_string else ""
    return request.path.rstrip("/") + JSON + query if request.method == "GET" else ""


async def _form(request: web.Request, files: bool) -> FormData:
    """The fields of a form. Anybody may send one, and it is decoded in one go, so only what is quick to decode is read:
    UTF-8, as Python's punycode takes the square of the text's length, and multipart only where a file is expected, as
    its headers are slow to read. Raises BodyNotRead for the rest."""
    if (request.charset or "utf-8").lower() != "utf-8" or (request.content_type == MULTIPART and not files):
        raise BodyNotRead("encoding")
    return await request.post()


def access(request: web.Request) -> Access:
    """The access of a request whose handler is `guarded`."""
    found: Access = request.get(ACCESS, "disabled")
    return found


@cache
def environment() -> Environment:
    """The templates, compiled on first use. Values are HTML-escaped."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.globals.update(static=_static_url, verdicts=_VERDICTS, in_words=in_words)
    templates.tests.update(shows_sources=shows_sources, vote=is_vote)
    templates.filters.update(
        kind=lambda value: type(value).__name__.lower(),
        pretty=lambda value: json.dumps(value, ensure_ascii=False, indent=2),
        paragraphs=paragraphs,
        linked=linked,
        percent=lambda share: f"{float(share):.1%}",
        minute=lambda at: datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M"),
        day=lambda at: datetime.fromtimestamp(at, UTC).date().isoformat(),
    )
    return templates


def whole_seconds(wait: float) -> str:
    """`wait` rounded up, for the header Retry-After."""
    return str(math.ceil(wait))


def see_other(path: str) -> web.Response:
    """303 after a form, so that reloading the next page does not send it again."""
    return web.Response(status=303, headers={"Location": path})


async def not_found(request: web.Request) -> web.Response:
    """The handler for unknown paths."""
    raise web.HTTPNotFound


async def static_file(request: web.Request) -> web.Response:
    """A static file, cached for a year: its URL changes with its content."""
    name = request.match_info["name"]
    if name not in _VERSIONS:
        raise web.HTTPNotFound
    path = STATIC / name
    is_text = path.suffix != ".png"
    charset = "utf-8" if is_text else None
    response = web.Response(body=path.read_bytes(), content_type=TYPES[path.suffix], charset=charset)
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    if is_text:
        response.enable_compression()
    return response


_VERSIONS = {path.name: hashlib.blake2s(path.read_bytes(), digest_size=5).hexdigest() for path in STATIC.iterdir()}


def _static_url(name: str) -> str:
    return f"/static/{name}?{_VERSIONS[name]}"
