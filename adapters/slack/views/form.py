"""A modal that was submitted."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from adapters.slack.app import App
from adapters.slack.forms import channels
from adapters.slack.membership import UNKNOWN, objection
from adapters.slack.modals import CALLBACK, is_preview, modal
from adapters.slack.translate import from_submission
from adapters.slack.window import left

ROOM = 0.5  # seconds of the request that are left for the turn


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
        preview = is_preview(reply)
        shown = modal(reply, asked.place, public=asked.public, on_form=preview)
        await ack(response_action="push" if preview else "update", view=shown)

    app.bolt.view(CALLBACK)(on_submission)


async def _objections(body: dict[str, Any], client: Any) -> dict[str, str]:
    """Why nothing can be posted in a channel that was picked, by the block in which it was."""
    picked = channels(body["view"]["state"]["values"])
    try:
        async with asyncio.timeout(left() - ROOM):
            found = {block: await objection(client, body["user"]["id"], channel) for block, channel in picked.items()}
    except (aiohttp.ClientError, TimeoutError):
        found = dict.fromkeys(picked, UNKNOWN)
    return {block: why for block, why in found.items() if why}
