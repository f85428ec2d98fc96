"""A workflow has come to the step "Post a recommendation": it is posted, and the step ends."""

from __future__ import annotations

from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from adapters.slack.app import App
from adapters.slack.block_body import cut
from adapters.slack.deadline import unhurried
from adapters.slack.responses import error_of
from adapters.slack.translate import from_step
from bot.domain.messages import Paragraph, Reply

log = structlog.get_logger(__name__)

STEP = "post_recommendation"  # the callback id of the step
REASON = 500  # characters
ENDED = ("execution_not_in_running_state", "function_execution_not_found")  # by an earlier delivery, or in Slack


def register(app: App) -> None:
    async def on_executed(body: dict[str, Any], client: Any) -> None:
        if body["event"]["function"]["callback_id"] == STEP:
            await app.background.in_time(unhurried(_run(app, body, client)))

    app.bolt.event("function_executed")(on_executed)


async def _run(app: App, body: dict[str, Any], client: Any) -> None:
    reply = await app.take_turn(from_step(body))
    id = body["event"]["function_execution_id"]
    try:
        if reply.entry:
            await client.functions_completeSuccess(function_execution_id=id, outputs={"title": reply.title})
        else:
            await client.functions_completeError(function_execution_id=id, error=reason(reply))
    except SlackApiError as error:
        if error_of(error) not in ENDED:
            raise
        log.info("slack.step_ended_before", code=error_of(error))


def reason(reply: Reply) -> str:
    """Why the step failed, as who made the workflow reads it."""
    return cut(" ".join(block.text for block in reply.body if isinstance(block, Paragraph)), REASON)
