"""A modal that was submitted."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App
from adapters.slack.forms import channels
from adapters.slack.membership import timely_objection
from adapters.slack.modals import CALLBACK, is_preview, modal
from adapters.slack.translate import from_submission


def register(app: App) -> None:
    async def on_submission(ack: Any, body: dict[str, Any], client: Any) -> None:
        asked = from_submission(body)
        if slowed := app.slowed(asked):  # said each time: a modal has to be answered, and what was entered stays in it
            await ack(response_action="push", view=modal(slowed.notice(app.phrases), asked.place, public=asked.public))
            return
        wrong = await _objections(body, client)
        if wrong:
            await ack(response_action="errors", errors=wrong)
            return
        reply = await app.take_turn(asked)
        preview = is_preview(reply)
        shown = modal(reply, asked.place, public=asked.public, on_form=preview)
        await ack(response_action="push" if preview else "update", view=shown)

    app.bolt.view(CALLBACK)(on_submission)


async def _objections(body: dict[str, Any], client: Any) -> dict[str, str]:
    """Why nothing can be posted in a channel that was picked, by the block in which it was."""
    picked = channels(body["view"]["state"]["values"])
    found = {block: await timely_objection(client, body["user"]["id"], channel) for block, channel in picked.items()}
    return {block: why for block, why in found.items() if why}
