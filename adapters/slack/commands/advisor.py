"""`/advisor QUESTION`: answered in the HTTP response, for the person alone."""

from __future__ import annotations

from typing import Any

from slack_bolt.response import BoltResponse

from adapters.slack.app import App
from adapters.slack.blocks import message
from adapters.slack.forms import fits_a_message
from adapters.slack.responses import as_json
from adapters.slack.translate import from_command
from bot.domain.messages import Paragraph, Reply

COMMAND = "/advisor"
STILL_OPENING = Reply(
    "notice",
    "The form takes a while to open",
    body=(Paragraph("Slack is slow just now. If no form has opened in ten seconds, send the command again."),),
)


def register(app: App) -> None:
    async def on_command(ack: Any, body: dict[str, Any], client: Any) -> None:
        asked = from_command(body)
        reply = await app.respond(asked)
        if reply is None:
            await ack()
        elif reply.form and not fits_a_message(reply.form):
            opened = await app.open(asked, reply, body["trigger_id"], client)
            await (ack() if opened else ack(response_type="ephemeral", **message(STILL_OPENING)))
        else:
            # What `ack` would make of it, but for how it is written.
            ack.response = BoltResponse(status=200, body=as_json({"response_type": "ephemeral", **message(reply)}))

    app.bolt.command(COMMAND)(on_command)
