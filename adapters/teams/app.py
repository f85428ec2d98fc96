"""The listeners, and what they share: taking a turn, drawing the reply, sending it."""

from __future__ import annotations

import asyncio
import secrets
import traceback
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import structlog
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.schema import Activity, ActivityTypes, Attachment

from adapters.teams.cards import draw
from bot.messages import Message, Reply
from bot.notices import failure

log = structlog.get_logger(__name__)

CARD = "application/vnd.microsoft.card.adaptive"

Listener = Callable[["App", Any], Awaitable[dict[str, Any] | None]]


class Session(Protocol):
    """Whoever answers messages: `bot.session`."""

    async def respond(self, message: Message) -> Reply: ...


class App:
    """Finds the listener for what Teams sent. A listener for an invoke returns the body of its answer."""

    def __init__(self, session: Session, *, slow: float) -> None:
        self._session = session
        self._slow = slow
        self._listeners: dict[tuple[str, str], Listener] = {}

    def on(self, type: str, name: str, listener: Listener) -> None:
        """`name` is an invoke's name or an installation update's action, and empty for the rest."""
        self._listeners[type, name] = listener

    async def on_turn(self, context: TurnContext) -> None:
        """The SDK's entry. What no listener is registered for (reactions, edits, deletions) is ignored on purpose."""
        activity = context.activity
        name = {"invoke": activity.name, "installationUpdate": activity.action}.get(activity.type) or ""
        listener = self._listeners.get((activity.type, name))
        body = await listener(self, context) if listener else None
        if activity.type == "invoke":
            response = InvokeResponse(status=200 if listener else 501, body=body)
            await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=response))

    async def respond(self, message: Message) -> Reply:
        """The reply to `message`. Whatever fails, the person gets a plain sentence, and the log the same reference."""
        try:
            return await self._session.respond(message)
        except Exception as error:
            reference = secrets.token_hex(4)
            frame = traceback.extract_tb(error.__traceback__)[-1]
            # The text of an exception can hold what the person wrote, so only its type and origin are logged.
            log.error(
                "teams.turn_failed",
                reference=reference,
                error=type(error).__name__,
                at=f"{frame.filename}:{frame.lineno}",
            )
            return failure(reference)

    async def answer(self, context: TurnContext, message: Message) -> None:
        """Take the turn and send the reply to where the message came from. Raises SendFailed."""
        await self.send(context, await self._respond_visibly(context, message))

    async def send(self, context: TurnContext, reply: Reply) -> None:
        """Send `reply` as a card to where the activity came from. Raises SendFailed."""
        await context.send_activity(card_activity(draw(reply), reply))

    async def _respond_visibly(self, context: TurnContext, message: Message) -> Reply:
        turn = asyncio.ensure_future(self.respond(message))
        done, _ = await asyncio.wait({turn}, timeout=self._slow)
        if not done:
            try:
                await context.send_activity(Activity(type=ActivityTypes.typing))
            except Exception as error:  # the sign of life may fail, the reply must not fail with it
                log.warning("teams.typing_failed", error=type(error).__name__)
        return await turn


def card_activity(card: dict[str, Any], reply: Reply) -> Any:
    """A message that is a card. Without text: text and card together may come back without an id, and without one the
    card can't be replaced later. What a notification shows is the summary."""
    summary = reply.text.split("\n", 1)[0][:200]
    return Activity(
        type=ActivityTypes.message,
        summary=summary,
        attachments=[Attachment(content_type=CARD, content=card)],
    )
