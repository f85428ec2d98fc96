"""Carries out what the outbox holds for Slack (`bot.sending.Sender`)."""

from __future__ import annotations

from typing import Any, NoReturn

from slack_sdk.errors import SlackApiError

from adapters.slack.app import error_of
from adapters.slack.posts import message_of
from bot.messages import Place
from bot.sending import Notice, Parcel, Refused, TryLater

EVENT = "advisor_parcel"  # the type of the metadata that names a parcel
WAIT = 30.0  # seconds, where Slack names none
TRANSIENT = frozenset({"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"})
LOOKED_THROUGH = 100  # messages, in search of one that may have arrived


class SlackSender:
    """Posts, changes and takes away messages outside a turn."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def send(self, parcel: Parcel) -> str:
        assert parcel.content is not None, "only a deletion carries nothing"  # noqa: S101
        shown = message_of(parcel.content)
        where = _where(parcel.place)
        if isinstance(parcel.content, Notice) and not parcel.place.channel.startswith("D"):
            body = {key: value for key, value in shown.items() if not key.startswith("unfurl")}
            sent = await self._call("chat_postEphemeral", user=parcel.content.person, **where, **body)
            return str(sent.get("message_ts", ""))
        metadata = {"event_type": EVENT, "event_payload": {"id": parcel.id}}
        sent = await self._call("chat_postMessage", metadata=metadata, **where, **shown)
        return str(sent.get("ts", ""))

    async def find(self, parcel: Parcel) -> str | None:
        """By the metadata of what stands there. None also where the app may not read the place: without a scope to
        read messages, which it does not ask for in channels, a post whose answer was lost may stand there twice."""
        method = "conversations_replies" if parcel.place.thread else "conversations_history"
        thread = {"ts": parcel.place.thread} if parcel.place.thread else {}
        try:
            found = await self._call(
                method, channel=parcel.place.channel, limit=LOOKED_THROUGH, include_all_metadata=True, **thread
            )
        except Refused:
            return None
        for message in found.get("messages", ()):
            metadata = message.get("metadata", {})
            if metadata.get("event_type") == EVENT and metadata.get("event_payload", {}).get("id") == parcel.id:
                return str(message["ts"])
        return None

    async def update(self, parcel: Parcel, reference: str) -> None:
        assert parcel.content is not None, "only a deletion carries nothing"  # noqa: S101
        shown = {key: value for key, value in message_of(parcel.content).items() if not key.startswith("unfurl")}
        await self._call("chat_update", channel=parcel.place.channel, ts=reference, **shown)

    async def delete(self, parcel: Parcel, reference: str) -> None:
        try:
            await self._call("chat_delete", channel=parcel.place.channel, ts=reference)
        except Refused as refused:
            if refused.why != "message_not_found":  # gone already
                raise

    async def link(self, parcel: Parcel, reference: str) -> str:
        found = await self._call("chat_getPermalink", channel=parcel.place.channel, message_ts=reference)
        return str(found.get("permalink", ""))

    async def _call(self, method: str, **arguments: Any) -> dict[str, Any]:
        try:
            response = await getattr(self._client, method)(**arguments)
        except SlackApiError as error:
            _give_back(error)
        return dict(response.data)


def _where(place: Place) -> dict[str, str]:
    return {"channel": place.channel} | ({"thread_ts": place.thread} if place.thread else {})


def _give_back(error: SlackApiError) -> NoReturn:
    """What the outbox makes of it: later, never, or, with the error itself, that nobody knows."""
    status = error.response.status_code if error.response is not None else 0
    code = error_of(error)
    if status == 429 or code in TRANSIENT:
        after = error.response.headers.get("Retry-After", "")
        raise TryLater(float(after) if str(after).isdigit() else WAIT) from error
    if status >= 500 or code == "no_json":
        raise error
    raise Refused(code) from error
