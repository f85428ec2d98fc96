"""A modal that was submitted."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App
from adapters.slack.forms import channels, missing
from adapters.slack.membership import objection
from adapters.slack.modals import CALLBACK, is_preview, modal
from adapters.slack.translate import from_submission

REQUIRED = "Please fill this in."


def register(app: App) -> None:
    async def on_submission(ack: Any, body: dict[str, Any], client: Any) -> None:
        wrong = await _objections(body, client)
        if wrong:
            await ack(response_action="errors", errors=wrong)
            return
        asked = from_submission(body)
        reply = await app.respond(asked)
        if reply is None:
            await ack(response_action="clear")
            return
        shown = modal(reply, asked.place, public=asked.public)
        await ack(response_action="push" if is_preview(reply) else "update", view=shown)

    app.bolt.view(CALLBACK)(on_submission)


async def _objections(body: dict[str, Any], client: Any) -> dict[str, str]:
    """What is wrong with what was entered, by the block in which it was."""
    view, values = body["view"], body["view"]["state"]["values"]
    wrong = dict.fromkeys(missing(view, values), REQUIRED)
    for block_id, channel in channels(values).items():
        if why := await objection(client, body["user"]["id"], channel):
            wrong[block_id] = why
    return wrong
