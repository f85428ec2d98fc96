"""When a listener fails: the person gets a plain sentence and a reference, the operator a log line with the same."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import structlog
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from adapters.slack.blocks import message
from adapters.slack.deadline import Afterwards
from adapters.slack.modals import modal
from adapters.slack.responses import error_of, responded
from adapters.slack.translate import alone, team_of
from adapters.slack.workspaces import TokenUnchecked
from bot.commands.notices import failure, not_shown, unsure
from bot.domain.messages import Reply
from bot.domain.phrases import Phrases
from bot.service.error_location import error_location

log = structlog.get_logger(__name__)

LEAVING = ("app_uninstalled", "tokens_revoked")  # nobody is told, and what was kept has to go all the same


OnError = Callable[[Exception, Mapping[str, Any], Any, Any], Awaitable[BoltResponse]]


def error_handler(phrases: Callable[[], Phrases], afterwards: Afterwards) -> OnError:
    """Bolt's handler of what a listener raised; `phrases` gives those of the moment."""

    async def on_error(error: Exception, body: Mapping[str, Any], client: Any, respond: Any) -> BoltResponse:
        return await _answer(phrases(), error, body, client, respond, afterwards)

    return on_error


def _words_for(say: Phrases, error: Exception, reference: str) -> Reply:
    """Only what is known is said: a turn is over before anything of it is shown."""
    if isinstance(error, TokenUnchecked):
        return failure(say, reference)
    showing = isinstance(error, SlackApiError | aiohttp.ClientError | TimeoutError)
    return not_shown(say, reference) if showing else unsure(say, reference)


async def _answer(
    say: Phrases, error: Exception, body: Mapping[str, Any], client: Any, respond: Any, afterwards: Afterwards
) -> BoltResponse:
    reference = secrets.token_hex(4)
    event = (body.get("event") or {}).get("type", "")
    log.error(
        "slack.listener_failed",
        reference=reference,
        error=type(error).__name__,
        code=_code(error),
        at=error_location(error),
        kind=event or body.get("type") or body.get("command", ""),
        team=team_of(body),
    )
    if event in LEAVING or (event and isinstance(error, TokenUnchecked)):  # Slack shall deliver it again
        return BoltResponse(status=500, body="")
    reply = _words_for(say, error, reference)
    if "command" in body:
        return _acknowledged({"response_type": "ephemeral", **message(reply)})
    if body.get("type") == "view_submission":
        return _acknowledged({"response_action": "update", "view": modal(reply, alone(body))})
    try:
        await afterwards.in_time(_tell(reply, body, client, respond))
    except Exception as second:  # nobody could be told, so Slack shall deliver it again where it does that
        log.error("slack.not_told", reference=reference, error=type(second).__name__)
        return BoltResponse(status=500, body="")
    return BoltResponse(status=200, body="")


async def _tell(reply: Reply, body: Mapping[str, Any], client: Any, respond: Any) -> None:
    shown = message(reply)
    match body:
        case {"event": {"type": "message" | "app_mention" as kind, "channel": channel, **event}}:
            below = event.get("thread_ts") or (event["ts"] if kind == "app_mention" else "")
            thread = {"thread_ts": below} if below else {}
            await client.chat_postMessage(channel=channel, **thread, **shown)
        case {"event": {"type": "assistant_thread_started", "assistant_thread": opened}}:
            where = {"channel": opened["channel_id"], "thread_ts": opened["thread_ts"]}
            await client.chat_postMessage(**where, **shown)
        case {"event": {"type": "app_home_opened", "user": user}}:
            await client.views_publish(user_id=user, view={"type": "home", "blocks": shown["blocks"]})
        case {"event": _}:
            pass  # nobody asked for anything
        case {"response_url": str()} if await responded(
            respond, reference=reply.reference, **shown, replace_original=False, response_type="ephemeral"
        ):
            pass
        case _:
            await client.chat_postMessage(channel=body["user"]["id"], **shown)


def _acknowledged(body: dict[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=body)


def _code(error: Exception) -> str:
    """Slack's short code, where it was Slack that said something."""
    match error:
        case SlackApiError():
            return error_of(error)
        case TokenUnchecked(code=code):
            return str(code)
    return ""
