"""What decides whether a sent form is taken in. What is not is given back, so that it can be sent again."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from adapters.admission import Busy
from adapters.web.site import FormData, Site, whole_seconds
from adapters.web.visitor import Visitor
from adapters.web.visitor_limit import VisitorLimiter, address_of
from bot.domain.messages import Paragraph, Reply

BUSY_WAIT = 5.0  # seconds after which it may be tried again where there was no room for a turn
OWN_INPUTS = ("token", "nonce", "text")  # inputs that the page renders itself when a form is shown again


class Intake:
    """Counts the forms of all visitors."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._limiter = VisitorLimiter(site.now, counting=site.counting)

    def slowed(self, request: web.Request, visitor: Visitor, form: FormData, delivery: str = "") -> web.Response | None:
        """Count a form. None: take it in; else 429 with the form, to be sent again. `delivery`: see VisitorLimiter."""
        address = address_of(request, self._site.settings.trusted_proxies)
        refusal = self._limiter.check(visitor.person, address, delivery)
        if refusal is None:
            return None
        return self._later(request, 429, refusal.notice(self._site.phrases), form, refusal.wait)

    def busy(self, request: web.Request, form: FormData, busy: Busy) -> web.Response:
        """503 with the form, to be sent again."""
        return self._later(request, 503, busy.notice(self._site.phrases), form, BUSY_WAIT)

    def _later(self, request: web.Request, status: int, notice: Reply, form: FormData, wait: float) -> web.Response:
        inputs = [(name, value) for name, value in form.items() if name not in OWN_INPUTS and isinstance(value, str)]
        response = self._again(request, status, notice, inputs, form)
        response.headers["Retry-After"] = whole_seconds(wait)
        return response

    def begun_anew(self, request: web.Request, form: FormData) -> web.Response:
        """403 with what was typed, where the form belongs to a conversation that this browser has left. A button of
        that conversation means nothing in the next one."""
        say = self._site.phrases
        remedies = [say("web-begun-anew"), *([say("web-begun-anew-typed")] if form.get("text") else [])]
        notice = Reply("notice", say("web-begun-anew-title"), body=tuple(map(Paragraph, remedies)))
        return self._again(request, 403, notice, [], form, anew=True)

    def _again(
        self,
        request: web.Request,
        status: int,
        notice: Reply,
        inputs: Sequence[tuple[str, str]],
        form: FormData,
        anew: bool = False,
    ) -> web.Response:
        text = str(form.get("text", ""))
        return self._site.page(
            request, "not_taken.html", status=status, notice=notice, sent=inputs, text=text, anew=anew
        )
