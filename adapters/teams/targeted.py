"""Targeted messages: what one person alone sees in a channel or a group chat. Teams deletes them after 24 hours.

The SDK does not know them. Their API: `?isTargetedActivity=true` on the connector's usual addresses, with the person as
`recipient` where one is sent, and without a recipient where one is changed.
"""

from __future__ import annotations

from typing import Any

import structlog

from adapters.teams.connector import Connector, SendFailed
from adapters.teams.directory import Directory
from adapters.teams.translate import ALONE
from bot.domain.messages import Place, Reply
from bot.domain.outbox import TryLater
from bot.service.ports import StoreUnavailable

log = structlog.get_logger(__name__)

CARD = "application/vnd.microsoft.card.adaptive"
WAIT = 60.0  # seconds between two attempts while the service URL is unknown


class Targeted:
    """Sends and updates targeted messages."""

    def __init__(self, connector: Connector, directory: Directory) -> None:
        self._connector = connector
        self._directory = directory

    async def send(self, place: Place, person: str, card: dict[str, Any], reply: Reply, answers: str = "") -> str:
        """The id of the new message. `answers`: the id of the targeted message that it answers, which Teams shows in
        short above it. Raises SendFailed, StoreUnavailable and TryLater."""
        body = _message(marked(card, answers), reply)
        body["recipient"] = {"id": self._directory.member_id(place.tenant, person)}
        if answers:
            body["entities"] = [{"type": "targetedMessageInfo", "messageId": answers}]
        thread = (place.thread,) if place.thread else ()
        return await self._connector.targeted(
            "POST", await self._url(place), (place.channel, "activities", *thread), body
        )

    async def tried(self, place: Place, person: str, card: dict[str, Any], reply: Reply, answers: str) -> bool:
        """`send`. False where Teams did not take it and others may see it instead."""
        try:
            await self.send(place, person, card, reply, answers)
        except (SendFailed, StoreUnavailable, TryLater) as error:
            log.warning("teams.targeted_refused", error=type(error).__name__)
            return bool(answers)
        return True

    async def update(self, place: Place, id: str, card: dict[str, Any], reply: Reply) -> None:
        """Replace the card of the message `id`; `card` is marked already. Where Teams refuses, the person sees the next
        step all the same, in the response to the button."""
        path = (place.channel, "activities", id)
        try:
            await self._connector.targeted("PUT", await self._url(place), path, _message(card, reply))
        except (SendFailed, StoreUnavailable, TryLater) as error:
            log.warning("teams.update_failed", error=type(error).__name__)

    async def _url(self, place: Place) -> str:
        url = await self._directory.service_url(place)
        if not url:
            raise TryLater(WAIT)  # known as soon as anybody there writes something
        return url


def marked(card: dict[str, Any], answers: str) -> dict[str, Any]:
    """`card` for a targeted message: its buttons say so, and which message began it, as Teams does not."""
    return {name: _marked(value, answers) for name, value in card.items()}


def _marked(value: Any, answers: str) -> Any:
    if isinstance(value, list):
        return [_marked(each, answers) for each in value]
    if not isinstance(value, dict):
        return value
    inside = {name: _marked(each, answers) for name, each in value.items()}
    is_button = value.get("type") in ("Action.Submit", "Action.Execute")
    return {**inside, "data": {**inside.get("data", {}), ALONE: answers}} if is_button else inside


def _message(card: dict[str, Any], reply: Reply) -> dict[str, Any]:
    summary = reply.text.split("\n", 1)[0][:200]
    return {"type": "message", "summary": summary, "attachments": [{"contentType": CARD, "content": card}]}
