"""The HTTP application: what every response has, the routes for probes, and those of the surfaces."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from adapters.admission import Admission
from adapters.metrics import Handler, protected
from adapters.settings import Settings
from adapters.surface import Surfaces

LARGEST_BODY = 1024 * 1024  # bytes of a request; both platforms send far less
# Security headers of every response that does not set its own.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def application_of(
    settings: Settings,
    ready: Callable[[], Awaitable[web.Response]],
    metrics: Handler,
    surfaces: Surfaces,
    admission: Admission,
) -> web.Application:
    """The application with the routes of all `surfaces`, behind the door of `admission`. `ready` and `metrics` answer
    `/readyz` and `/metrics`."""

    async def alive(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(request: web.Request) -> web.Response:
        return await ready()

    async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)

    application = web.Application(client_max_size=LARGEST_BODY)
    application.on_response_prepare.append(add_headers)
    behind_proxy = bool(settings.public_url or settings.trusted_proxies)
    metrics = protected(metrics, settings.metrics_token.get_secret_value(), behind_proxy=behind_proxy)
    application.add_routes([web.get("/healthz", alive), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    for surface in surfaces.on:
        application.add_routes([admission.door(surface.name, route) for route in surface.routes()])
    return application
