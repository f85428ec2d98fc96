"""What the listeners share: taking a turn, and sending its reply to where it is expected."""

from __future__ import annotations

from typing import Any, Protocol

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from adapters.slack.blocks import message
from adapters.slack.deliveries import Deliveries
from bot.messages import Message, Reply

log = structlog.get_logger(__name__)

IN_PLACE = frozenset({"triage", "recommendation"})  # steps of a dialogue: each takes the place of the one before


class Session(Protocol):
    """Whoever answers messages: `bot.session`. Never raises."""

    async def respond(self, message: Message) -> Reply: ...


class App:
    """The listeners' way to the session and back."""

    def __init__(self, bolt: AsyncApp, session: Session) -> None:
        self.bolt = bolt
        self._session = session
        self._deliveries = Deliveries()

    async def respond(self, asked: Message) -> Reply:
        return await self._session.respond(asked)

    async def answer(self, asked: Message, client: Any) -> None:
        """Answer an event where it was written, once, however often Slack delivers it. Raises SlackApiError."""
        async with self._deliveries.once(asked.place.tenant, asked.delivery) as fresh:
            if fresh:
                reply = await self.respond(asked)
                await self.post(asked, reply, client)

    async def post(self, asked: Message, reply: Reply, client: Any) -> None:
        """Send `reply` as a message into the place where it was asked. Raises SlackApiError."""
        thread = {"thread_ts": asked.place.thread} if asked.place.thread else {}
        try:
            await client.chat_postMessage(channel=asked.place.channel, **thread, **message(reply))
        except SlackApiError as error:
            log.error("slack.reply_failed", reference=reply.reference, error=error_of(error))
            raise

    async def answer_button(self, asked: Message, body: dict[str, Any], client: Any, respond: Any) -> None:
        """Answer a button: in the place of its message where that is a step of a dialogue that this person leads,
        below it in a direct message, and else for the person alone."""
        reply = await self.respond(asked)
        ephemeral = bool(body.get("container", {}).get("is_ephemeral"))
        alone = ephemeral or not asked.public
        if alone and reply.kind in IN_PLACE:
            await respond(**message(reply), replace_original=True)
        elif ephemeral:
            await respond(**message(reply), replace_original=False, response_type="ephemeral")
        elif asked.public:
            thread = {"thread_ts": asked.place.thread} if asked.place.thread else {}
            shown = {key: value for key, value in message(reply).items() if not key.startswith("unfurl")}
            await client.chat_postEphemeral(channel=asked.place.channel, user=asked.person, **thread, **shown)
        else:
            await self.post(asked, reply, client)


def error_of(error: SlackApiError) -> str:
    """Slack's short code for what went wrong."""
    data = error.response.data if error.response is not None else None
    return str(data.get("error", "")) if isinstance(data, dict) else "no_json"
