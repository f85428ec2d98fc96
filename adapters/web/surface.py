"""Creates the web surface: the chat page and the workbench."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from aiohttp import web
from pydantic import SecretStr

from adapters.counting import UNCOUNTED, Counting
from adapters.owner_link import OwnerLink
from adapters.transcripts import Store
from adapters.web import site
from adapters.web.evaluating import scores
from adapters.web.gold_scores import GoldScores
from adapters.web.pages import (
    about,
    conversation,
    documents,
    edit,
    evaluate,
    gaps,
    judge,
    knowledge,
    overview,
    why,
    workbench,
)
from adapters.web.site import Host, Preview, Session, Site
from adapters.web.workbench_auth import WorkbenchAuth


class WebSettings(site.WebSettings, Protocol):
    @property
    def workbench_password(self) -> SecretStr: ...


class WebSurface:
    """Serves browsers. Has no sender: the page shows a reply only in response to a request."""

    name = "web"
    sender = None

    def __init__(self, routes: Sequence[web.RouteDef]) -> None:
        self._routes = routes

    def routes(self) -> Sequence[web.RouteDef]:
        return self._routes

    async def start(self) -> None:
        """Does nothing: the routes need no background work."""

    async def stop(self) -> None:
        """Does nothing."""


def open_surface(
    settings: WebSettings,
    session: Session,
    store: Store,
    host: Host,
    previews: Mapping[str, Preview],
    owner_link: OwnerLink | None = None,
    *,
    gold_scores: GoldScores = scores,
    now: Callable[[], float] = time.time,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    counting: Counting = UNCOUNTED,
) -> WebSurface:
    """The web surface, which is always on. `previews`: renderers of other surfaces, by name. `owner_link`: logs in to
    the workbench without a password. `gold_scores`: of the evaluations that were saved."""
    password = settings.workbench_password.get_secret_value()
    auth = WorkbenchAuth(password, owner_link, store, public_url=settings.public_url, now=now, clock=clock, sleep=sleep)
    made = Site(settings, session, store, host, auth, previews, site.environment(), now, gold_scores, counting)
    files = web.get("/static/{name}", made.guarded(site.static_file))
    pages = (conversation, documents, about, workbench, overview, why, knowledge, gaps, evaluate, judge, edit)
    elsewhere = web.route("*", r"/{anything:[\s\S]*}", made.guarded(site.not_found))  # matches last, line breaks too
    return WebSurface([files, *(route for page in pages for route in page.routes(made)), elsewhere])
