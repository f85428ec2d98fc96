"""The submission of a modal."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from slack_sdk.errors import SlackApiError

from adapters.admission import Busy
from adapters.slack.app import App
from adapters.slack.deadline import unhurried
from adapters.slack.forms import channels
from adapters.slack.membership import posting_problem
from adapters.slack.modals import CALLBACK, View, is_preview, modal, waiting_modal
from adapters.slack.responses import error_of
from adapters.slack.translate import from_submission
from bot.commands.notices import barred
from bot.domain.phrases import Phrases

OPENING = 1.0  # seconds in which Slack shows the modal that a submission was answered with


def register(app: App) -> None:
    async def on_submission(ack: Any, body: dict[str, Any], client: Any) -> None:
        asked = from_submission(body)
        if slowed := app.slowed(asked):  # told each time, as a submission has to be answered
            notice = slowed.notice(app.phrases)
            await ack(response_action="push", view=modal(app.phrases, notice, asked.place, public=asked.public))
            return
        waiting = ""  # the external id of the modal that waits to be filled

        async def answer() -> None:
            problems = await _channel_problems(app.phrases, body, client)
            on_top = False  # of the form, which keeps what was entered
            try:
                reply = barred(app.phrases, " ".join(problems.values()), "") if problems else await app.take_turn(asked)
            except Busy as busy:
                reply, on_top = busy.notice(app.phrases), True
            preview = is_preview(reply)
            view = modal(app.phrases, reply, asked.place, public=asked.public, on_form=preview)
            if waiting:
                await _fill(waiting, view, client)
            elif problems:
                await ack(response_action="errors", errors=problems)
            else:
                await ack(response_action="push" if preview or on_top else "update", view=view)

        if not await app.show(asked, unhurried(answer()), client) and ack.response is None:
            waiting = secrets.token_hex(8)
            # On top of a form, to which the person can go back; in place of everything else.
            action = "push" if channels(body["view"]["state"]["values"]) else "update"
            await ack(response_action=action, view=waiting_modal(app.phrases, asked.place, waiting))

    app.bolt.view(CALLBACK)(on_submission)


async def _fill(external_id: str, view: View, client: Any) -> None:
    """Show `view` in a modal that waits. Where Slack has not shown that yet, wait a little. Raises SlackApiError."""
    try:
        await client.views_update(external_id=external_id, view=view)
    except SlackApiError as error:
        if error_of(error) != "not_found":
            raise
        await asyncio.sleep(OPENING)
        await client.views_update(external_id=external_id, view=view)


async def _channel_problems(say: Phrases, body: dict[str, Any], client: Any) -> dict[str, str]:
    """Why nothing can be posted in a channel that was picked, by the id of the block in which it was."""
    picked = channels(body["view"]["state"]["values"])
    person = body["user"]["id"]
    problems = {block: await posting_problem(say, client, person, channel) for block, channel in picked.items()}
    return {block: problem for block, problem in problems.items() if problem}
