"""`/slack/install` and `/slack/oauth_redirect`: a workspace installs the app (OAuth v2, by the SDK's own flow)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

import structlog
from aiohttp import web
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.settings import Settings
from adapters.slack import sdk_logs
from adapters.slack.installations import Installations, tenant_of
from adapters.slack.manifest import bot_scopes
from bot.domain.phrases import Phrases
from bot.service.error_location import error_location

log = structlog.get_logger(__name__)

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
STATE_SECONDS = 600  # how long someone may take between the two pages
TEAM = re.compile(r"[A-Z0-9]{1,30}")  # a workspace's id; anything else is left out of the address that leads to Slack
MAX_STATES = 10_000  # only the latest are stored: anybody may open the first page

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 17px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 12vh auto 0;
  padding: 0 1.5rem; color: #1d3557 }}
a.button {{ background: #1d3557; color: #fff; padding: .7rem 1.2rem; border-radius: .4rem; text-decoration: none;
  display: inline-block }}
</style>
<h1>{title}</h1>
<p>{text}</p>
{button}
</html>"""
BUTTON = '<p><a class="button" href="{url}">{label}</a></p>'

REASONS = {  # of Slack and the SDK; any other reason in the browser's request may be made up
    "access_denied": "slack-install-denied",
    "invalid_browser": "slack-install-browser",
    "invalid_state": "slack-install-state",
    "missing_code": "slack-install-unconfirmed",
    "invalid_code": "slack-install-unconfirmed",
    "storage_error": "slack-install-unconfirmed",
    "another": "slack-install-unconfirmed",
}


class States(AsyncSQLAlchemyOAuthStateStore):
    """The SDK's store, which never deletes the state of an installation that was not finished."""

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        state: str = await super().async_issue(*args, **kwargs)
        columns = self.oauth_states.c
        async with self.engine.begin() as connection:
            latest = (await connection.execute(select(func.max(columns.id)))).scalar_one()
            now = datetime.now(UTC).replace(tzinfo=None)
            outdated = (columns.expire_at <= now) | (columns.id <= latest - MAX_STATES)
            await connection.execute(delete(self.oauth_states).where(outdated))
        return state


class InstallFlow(AsyncOAuthFlow):
    """The SDK's flow with pages of our own, worded by the current phrases. States are in the database, so that any
    process can finish what another began."""

    def __init__(
        self,
        settings: Settings,
        engine: AsyncEngine,
        installations: Installations,
        client: AsyncWebClient,
        phrases: Callable[[], Phrases],
    ) -> None:
        base = settings.public_url.rstrip("/")
        options = AsyncOAuthSettings(
            client_id=settings.slack_client_id,
            client_secret=settings.slack_client_secret.get_secret_value(),
            scopes=bot_scopes(),
            redirect_uri=f"{base}{REDIRECT}" if base else None,
            install_path=INSTALL,
            redirect_uri_path=REDIRECT,
            installation_store=installations,
            installation_store_bot_only=True,
            state_store=States(STATE_SECONDS, engine),
            state_expiration_seconds=STATE_SECONDS,
            callback_options=AsyncCallbackOptions(success=self._installed, failure=self._failed),
        )
        super().__init__(client=client, logger=sdk_logs.OAUTH, settings=options)
        self._phrases = phrases

    async def answer(self, request: web.Request) -> BoltResponse:
        """The page for `request`. Never raises: where something fails, the page says what to do."""
        query = {name: value for name, value in request.query.items() if name != "team" or TEAM.fullmatch(value)}
        headers: dict[str, Any] = {name: request.headers.getall(name) for name in request.headers}
        asked = AsyncBoltRequest(body="", query=query, headers=headers)
        try:
            if request.path == INSTALL:
                return await self.handle_installation(asked)
            return await self.handle_callback(asked)
        except Exception as error:  # the database or Slack does not answer
            log.error("slack.install_failed", error=type(error).__name__, at=error_location(error))
            say = self._phrases()
            return self._not_installed(503, say("slack-install-failed"))

    async def build_install_page_html(self, url: str, request: AsyncBoltRequest) -> str:
        say = self._phrases()
        return _page(say("slack-install-title"), say("slack-install"), url, say("slack-install-button"))

    async def _installed(self, args: AsyncSuccessArgs) -> BoltResponse:
        say = self._phrases()
        log.info("slack.installed", team=tenant_of(args.installation))
        text = say("slack-installed-organisation" if args.installation.is_enterprise_install else "slack-installed")
        return self._response(200, _page(say("slack-installed-title"), text))

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        say = self._phrases()
        reason = args.reason if args.reason in REASONS else "another"
        log.warning("slack.not_installed", reason=reason)
        return self._not_installed(args.suggested_status_code, say(REASONS[reason]))

    def _not_installed(self, status: int, text: str) -> BoltResponse:
        say = self._phrases()
        return self._response(status, _page(say("slack-not-installed"), text, INSTALL, say("slack-install-again")))

    def _response(self, status: int, page: str) -> BoltResponse:
        headers: dict[str, str | Sequence[str]] = {
            "Content-Type": "text/html; charset=utf-8",
            "Set-Cookie": self.settings.state_utils.build_set_cookie_for_deletion(),
        }
        return BoltResponse(status=status, headers=headers, body=page)


def _page(title: str, text: str, url: str = "", label: str = "") -> str:
    """The page in HTML, with a button to `url` where there is one."""
    button = BUTTON.format(url=escape(url), label=escape(label)) if url else ""
    return PAGE.format(title=escape(title), text=escape(text), button=button)
