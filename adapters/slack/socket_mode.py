"""Socket Mode: what arrives through the websocket is checked and read as what arrives over HTTP."""

from __future__ import annotations

import time

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.slack.request_reader import Unreadable, request_of, sound

log = structlog.get_logger(__name__)


class SocketModeHandler(AsyncSocketModeHandler):
    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        began = time.time()
        try:
            asked = request_of(sound(req.payload))
        except Unreadable:
            log.warning("slack.request_unreadable")
            answer = BoltResponse(status=200)  # acknowledged, or Slack would send the same again
        else:
            answer = await self.app.async_dispatch(asked)
        await send_async_response(client, req, answer, began)
