"""The submission of a modal."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App
from adapters.slack.forms import channels
from adapters.slack.membership import posting_problem
from adapters.slack.modals import CALLBACK, is_preview, modal
from adapters.slack.translate import from_submission
from bot.domain.phrases import Phrases


def register(app: App) -> None:
    async def on_submission(ack: Any, body: dict[str, Any], client: Any) -> None:
        asked = from_submission(body)
        if slowed := app.slowed(asked):  # told each time, as a submission has to be answered
            notice = slowed.notice(app.phrases)
            await ack(response_action="push", view=modal(app.phrases, notice, asked.place, public=asked.public))
            return
        if problems := await _channel_problems(app.phrases, body, client):
            await ack(response_action="errors", errors=problems)
            return
        reply = await app.take_turn(asked)
        preview = is_preview(reply)
        view = modal(app.phrases, reply, asked.place, public=asked.public, on_form=preview)
        await ack(response_action="push" if preview else "update", view=view)

    app.bolt.view(CALLBACK)(on_submission)


async def _channel_problems(say: Phrases, body: dict[str, Any], client: Any) -> dict[str, str]:
    """Why nothing can be posted in a channel that was picked, by the id of the block in which it was."""
    picked = channels(body["view"]["state"]["values"])
    person = body["user"]["id"]
    problems = {block: await posting_problem(say, client, person, channel) for block, channel in picked.items()}
    return {block: problem for block, problem in problems.items() if problem}
