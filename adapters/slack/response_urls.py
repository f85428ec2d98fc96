"""Bolt's app, which is told what each request is for, and no `response_url` but Slack's."""

from __future__ import annotations

from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from yarl import URL

from adapters.slack.deadline import open_window
from adapters.slack.translate import team_of

log = structlog.get_logger(__name__)

# The second is that of GovSlack.
HOOKS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})


class SlackApp(AsyncApp):
    """Bolt's app, which calls no `response_url` but Slack's, also in Socket Mode. `api_url`: of the Web API. In the
    context of a request, "tenant" is the installation that it is for: `translate.team_of`."""

    def __init__(self, *, api_url: str, **options: Any) -> None:
        super().__init__(**options)
        self._api_url = api_url

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        open_window()
        remove_foreign_urls(req, self._api_url)
        req.context["tenant"] = team_of(req.body)
        return await super().async_dispatch(req)


def remove_foreign_urls(request: AsyncBoltRequest, api_url: str) -> None:
    """Remove all `response_url`s from the request if any is not Slack's. Replies then go by the Web API."""
    body = request.body
    urls = [one.get("response_url") for one in body.get("response_urls") or ()]
    urls += [body["response_url"]] if body.get("response_url") is not None else []
    if all(is_slacks(url, api_url) for url in urls):
        return
    log.warning("slack.response_url_not_slacks", addresses=len(urls))
    for values in (body, request.context):
        values.pop("response_url", None)
        values.pop("response_urls", None)


def is_slacks(url: object, api_url: str) -> bool:
    """True if `url` is one of Slack's hooks, or on the server of `api_url`. Parsed as the HTTP client parses it."""
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
