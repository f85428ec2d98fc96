"""Answers a request that failed: the person gets a notice with a reference, and the log a line with the same."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import structlog
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from adapters.admission import Busy
from adapters.slack.blocks import message
from adapters.slack.busy import BusyAnswers
from adapters.slack.deadline import BackgroundWork, NotInTime
from adapters.slack.events.function_executed import reason
from adapters.slack.modals import modal
from adapters.slack.posting import OtherWays
from adapters.slack.remedies import REFUSALS, explained
from adapters.slack.request_reader import RETRY
from adapters.slack.responses import responded
from adapters.slack.translate import direct_place, team_in_log, thread_of
from adapters.slack.workspaces import NotInstalled, TokenUnchecked
from bot.commands.notices import failure, not_shown, unsure
from bot.domain.messages import Reply
from bot.domain.phrases import Phrases
from bot.service.error_location import error_location

log = structlog.get_logger(__name__)

UNINSTALLED = ("app_uninstalled", "tokens_revoked")  # events that must be handled, and that no person waits for

_KIND = re.compile(r"/?[A-Za-z0-9_.-]{1,60}")

OnError = Callable[[Exception, AsyncBoltRequest, Mapping[str, Any], Any, Any], Awaitable[BoltResponse]]


def error_handler(phrases: Callable[[], Phrases], background: BackgroundWork) -> OnError:
    """Bolt's handler of exceptions of middleware and listeners. `phrases` returns the current ones."""

    busy = BusyAnswers(phrases)

    async def on_error(
        error: Exception, request: AsyncBoltRequest, body: Mapping[str, Any], client: Any, respond: Any
    ) -> BoltResponse:
        if isinstance(error, Busy):
            answer = busy.to("event" if "event" in body else "interaction", request.headers.get(RETRY, [""])[0])
            return answer or await _told(phrases(), error.notice(phrases()), body, client, respond, background)
        if isinstance(error, NotInstalled):
            return await _not_installed(phrases(), error.code, body, client, respond)
        return await _failed(phrases(), error, body, client, respond, background)

    return on_error


async def _not_installed(say: Phrases, code: str, body: Mapping[str, Any], client: Any, respond: Any) -> BoltResponse:
    """Without a valid token only the request itself can be answered."""
    log.error("slack.workspace_not_installed", team=team_in_log(body), code=code, remedy=REFUSALS[code].remedy)
    text = say("slack-workspace-not-installed")
    told = False
    try:
        told = await responded(respond, client, reference="", text=text)
    except (aiohttp.ClientError, TimeoutError) as error:
        log.error("slack.not_told", error=type(error).__name__, at=error_location(error))
    return BoltResponse(status=200, body="" if told else text)


async def _failed(
    say: Phrases, error: Exception, body: Mapping[str, Any], client: Any, respond: Any, background: BackgroundWork
) -> BoltResponse:
    reference = secrets.token_hex(4)
    event = _event_of(body)
    log.error(
        "slack.listener_failed",
        reference=reference,
        error=type(error).__name__,
        at=error_location(error),
        **_code(error),
        kind=_word(event or body.get("type") or body.get("command")),
        team=team_in_log(body),
    )
    # Slack delivers it again. Without a token, as where the database did not give it, nobody can be told.
    if event in UNINSTALLED or (event and (isinstance(error, TokenUnchecked) or not client.token)):
        return BoltResponse(status=500, body="")
    if isinstance(error, NotInTime):
        return BoltResponse(status=500, body="")
    notice = _notice(say, error, reference)
    if "command" in body:
        return BoltResponse(status=200, body={"response_type": "ephemeral", **message(say, notice)})
    return await _told(say, notice, body, client, respond, background)


async def _told(
    say: Phrases, notice: Reply, body: Mapping[str, Any], client: Any, respond: Any, background: BackgroundWork
) -> BoltResponse:
    try:
        if body.get("type") == "view_submission":
            view = modal(say, notice, direct_place(body))
            return BoltResponse(status=200, body={"response_action": "update", "view": view})
        shown = await background.in_time(_tell(say, notice, body, client, respond))
    except Exception as second:  # Slack delivers an event again
        at = error_location(second)
        log.error("slack.not_told", reference=notice.reference, error=type(second).__name__, at=at, **explained(second))
        return BoltResponse(status=500, body="")
    return BoltResponse(status=200 if shown else 500, body="")


def _notice(say: Phrases, error: Exception, reference: str) -> Reply:
    """Says that the message was taken in only if that is known: a turn ends before its reply is shown."""
    if isinstance(error, TokenUnchecked):
        return failure(say, reference)
    showing = isinstance(error, SlackApiError | aiohttp.ClientError | TimeoutError)
    return not_shown(say, reference) if showing else unsure(say, reference)


async def _tell(say: Phrases, notice: Reply, body: Mapping[str, Any], client: Any, respond: Any) -> None:
    shown = message(say, notice)

    async def post(person: str, **where: Any) -> None:
        ways = OtherWays(say, notice, person, client, team_in_log(body))
        await ways.posted(client.chat_postMessage(**where, **shown), "chat.postMessage")

    match body:
        case {"event": {"type": "message" | "app_mention", "channel": channel, "user": person} as event}:
            await post(str(person), channel=channel, thread_ts=thread_of(event))
        case {"event": {"type": "assistant_thread_started", "assistant_thread": opened}}:
            await post(opened["user_id"], channel=opened["channel_id"], thread_ts=opened["thread_ts"])
        case {"event": {"type": "app_home_opened", "tab": "home", "user": user}}:
            await client.views_publish(user_id=user, view={"type": "home", "blocks": shown["blocks"]})
        case {"event": {"type": "function_executed", "function_execution_id": id}}:
            await client.functions_completeError(function_execution_id=id, error=reason(notice))
        case {"event": _}:
            pass  # no person is waiting for a reply
        case {"response_url": str()} if await responded(
            respond, client, reference=notice.reference, **shown, replace_original=False, response_type="ephemeral"
        ):
            pass
        case _:
            await client.chat_postMessage(channel=body["user"]["id"], **shown)


def _event_of(body: Mapping[str, Any]) -> str:
    """The type of an event; "" for everything else."""
    match body:
        case {"event": {"type": str(kind)}}:
            return kind
    return ""


def _word(kind: object) -> str:
    """`kind` for a log line; "" where it is no type or command of Slack's."""
    return kind if isinstance(kind, str) and _KIND.fullmatch(kind) else ""


def _code(error: Exception) -> dict[str, str]:
    """Slack's error code and its remedy, where the error came from Slack."""
    return {"code": error.code} if isinstance(error, TokenUnchecked) else explained(error)
