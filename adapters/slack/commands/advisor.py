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
from bot.domain.phrases import Phrases

COMMAND = "/advisor"


def register(app: App) -> None:
    async def on_command(ack: Any, body: dict[str, Any], client: Any) -> None:
        asked = from_command(body)
        reply = await app.respond(asked)
        if reply is None:
            await ack()
        elif reply.form and not fits_a_message(reply.form):
            opened = await app.open(asked, reply, body["trigger_id"], client)
            await (ack() if opened else ack(**_ephemeral(app.phrases, _still_opening(app.phrases))))
        else:
            # The response of `ack(…)`, written by a faster JSON library.
            ack.response = BoltResponse(status=200, body=as_json(_ephemeral(app.phrases, reply)))

    app.bolt.command(COMMAND)(on_command)


def _ephemeral(say: Phrases, reply: Reply) -> dict[str, Any]:
    return {"response_type": "ephemeral", **message(say, reply)}


def _still_opening(say: Phrases) -> Reply:
    return Reply("notice", say("slack-form-late-title"), body=(Paragraph(say("slack-form-late")),))
