"""Which addresses an answer may go to: a `response_url` that a request names is called only where it is Slack's."""

from __future__ import annotations

from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from yarl import URL

log = structlog.get_logger(__name__)

# Slack's own, and that of GovSlack, which runs on a domain of its own.
HOOKS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})


class SlackApp(AsyncApp):
    """Bolt, which answers at no address but Slack's, whichever way a request came in. `api_url`: of the Web API."""

    def __init__(self, *, api_url: str, **options: Any) -> None:
        super().__init__(**options)
        self._api_url = api_url

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        keep_to_slack(req, self._api_url)
        return await super().async_dispatch(req)


def keep_to_slack(request: AsyncBoltRequest, api_url: str) -> None:
    """Take out of the request what it names as addresses to answer at, where any is not Slack's. Whoever would have
    used them finds none, and answers another way."""
    body = request.body
    named = [one.get("response_url") for one in body.get("response_urls") or ()]
    named += [body["response_url"]] if body.get("response_url") is not None else []
    if all(is_slacks(url, api_url) for url in named):
        return
    log.warning("slack.response_url_not_slacks", addresses=len(named), remedy="the answer goes another way")
    for kept in (body, request.context):
        kept.pop("response_url", None)
        kept.pop("response_urls", None)


def is_slacks(url: object, api_url: str) -> bool:
    """Whether `url` is one of Slack's for answers, or on the server of `api_url`. Read as the HTTP client reads it."""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return False
    try:
        address = URL(url)
        if address.user is not None or address.password is not None:
            return False
        if address.scheme == "https" and address.host in HOOKS:
            return address.port == 443
        return address.origin() == URL(api_url).origin()
    except ValueError:
        return False
