"""`/slack/install` and `/slack/oauth_redirect`: how a workspace installs the app (OAuth v2, by the SDK's own flow)."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
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
from adapters.slack.installations import Installations
from adapters.slack.manifest import bot_scopes
from bot.service.error_location import error_location

log = structlog.get_logger(__name__)

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
AGAIN = f'<p><a class="button" href="{INSTALL}">Begin again</a></p>'
STATE_SECONDS = 600  # how long someone may take between the two pages
TEAM = re.compile(r"[A-Z0-9]{1,30}")  # a workspace's id; anything else is left out of the address that leads to Slack
MOST_STATES = 10_000  # people between the two pages at once, the latest ones: anybody may open the first

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
{more}
</html>"""


REASONS = {  # why it was not installed; what else the browser brings as a reason anybody may have written
    "access_denied": "You did not allow it, so nothing was installed.",
    "invalid_browser": "Begin and end the installation in the same browser, with cookies allowed.",
    "invalid_state": "It took too long, or this page was opened twice.",
}
OWN_REASONS = ("missing_code", "invalid_code", "storage_error")  # the SDK's own besides these


class States(AsyncSQLAlchemyOAuthStateStore):
    """The SDK's store, which by itself keeps for ever what was begun and not ended."""

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        state: str = await super().async_issue(*args, **kwargs)
        kept = self.oauth_states.c
        async with self.engine.begin() as connection:
            latest = (await connection.execute(select(func.max(kept.id)))).scalar_one()
            now = datetime.now(UTC).replace(tzinfo=None)
            gone = (kept.expire_at <= now) | (kept.id <= latest - MOST_STATES)
            await connection.execute(delete(self.oauth_states).where(gone))
        return state


async def answer(flow: InstallFlow, request: web.Request) -> BoltResponse:
    """The page that was asked for. Whatever a browser brings and whatever fails, it is a page, and says what to do."""
    query = {name: value for name, value in request.query.items() if name != "team" or TEAM.fullmatch(value)}
    headers: dict[str, Any] = {name: request.headers.getall(name) for name in request.headers}
    asked = AsyncBoltRequest(body="", query=query, headers=headers)
    try:
        if request.path == INSTALL:
            return await flow.handle_installation(asked)
        return await flow.handle_callback(asked)
    except Exception as error:  # the database or Slack does not answer
        log.error("slack.install_failed", error=type(error).__name__, at=error_location(error))
        text = "Something went wrong here, and nothing was installed. Please try again in a minute."
        return _page(503, "The advisor is not installed", text, flow.settings, AGAIN)


class InstallFlow(AsyncOAuthFlow):
    async def build_install_page_html(self, url: str, request: AsyncBoltRequest) -> str:
        button = f'<p><a class="button" href="{escape(url)}">Add to Slack</a></p>'
        text = "It answers questions where your team talks, and shows where each answer comes from."
        return PAGE.format(title="Install the security advisor", text=text, more=button)


def install_flow(
    settings: Settings, engine: AsyncEngine, installations: Installations, client: AsyncWebClient
) -> InstallFlow:
    """The flow, with the scopes of the manifest. States are kept in the database, so that any process may finish what
    another began."""
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
        callback_options=AsyncCallbackOptions(success=_installed, failure=_failed),
    )
    quiet = logging.getLogger("slack_bolt.oauth")
    quiet.setLevel(logging.ERROR)  # its warnings show the code that it could not exchange
    return InstallFlow(client=client, logger=quiet, settings=options)


async def _installed(args: AsyncSuccessArgs) -> BoltResponse:
    log.info("slack.installed", team=args.installation.team_id)
    text = "Open it in Slack under Apps, or type /advisor help in any channel. You can close this page."
    return _page(200, "The advisor is installed", text, args.settings)


async def _failed(args: AsyncFailureArgs) -> BoltResponse:
    known = args.reason in REASONS or args.reason in OWN_REASONS
    log.warning("slack.not_installed", reason=args.reason if known else "another")
    text = REASONS.get(args.reason, "Slack did not confirm the installation.")
    return _page(args.suggested_status_code, "The advisor is not installed", text, args.settings, AGAIN)


def _page(status: int, title: str, text: str, settings: AsyncOAuthSettings, more: str = "") -> BoltResponse:
    headers: dict[str, str | Sequence[str]] = {
        "Content-Type": "text/html; charset=utf-8",
        "Set-Cookie": settings.state_utils.build_set_cookie_for_deletion(),
    }
    return BoltResponse(status=status, headers=headers, body=PAGE.format(title=title, text=text, more=more))
