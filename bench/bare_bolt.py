"""Baseline Slack app: a constant reply to a command, a constant message to an event, with an agent's status and title.

Acknowledges first, as in Bolt's guide. With the argument `work-first` it acknowledges last, as Bolt otherwise polls
every 10 ms for the acknowledgement.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


def main() -> None:
    async def application() -> web.Application:
        client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
        bolt = AsyncApp(
            client=client,
            signing_secret=os.environ["SLACK_SIGNING_SECRET"],
            process_before_response="work-first" in sys.argv,
        )

        @bolt.command("/advisor")
        async def on_command(ack: Any) -> None:
            await ack(text="A constant text.")

        @bolt.event("message")
        async def on_message(event: dict[str, Any], client: AsyncWebClient) -> None:
            thread = {"channel_id": event["channel"], "thread_ts": event["ts"]}
            await asyncio.gather(
                client.assistant_threads_setStatus(status="is looking…", **thread),
                client.assistant_threads_setTitle(title=event["text"], **thread),
            )
            await client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], text="A constant text.")

        async def handle(request: web.Request) -> web.Response:
            return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

        app = web.Application()
        app.router.add_post("/slack/events", handle)
        return app

    web.run_app(application(), host="127.0.0.1", port=int(os.environ["PORT"]), print=None, access_log=None)


if __name__ == "__main__":
    main()
