"""A process with our log, in which everything that can be made to talk says the word that it is given. Run by
test_logs.py: `python -m tests.adapters.talkative FORMAT WORD`."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
import warnings
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.logger import get_bolt_app_logger, get_bolt_logger
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters import logs

LIBRARIES = (
    "", "slack_bolt.AsyncApp", "slack_bolt.RequestVerification", "slack_sdk.web.async_base_client", "slack_sdk.client",
    "slack_sdk.socket_mode.aiohttp", "door.py:on_button", "botbuilder.core", "botframework.connector",
    "msrest.pipeline",
        "msal.application", "aiohttp.server", "aiohttp.client", "aiohttp.access", "asyncio", "urllib3.connectionpool",
    "sqlalchemy.engine.Engine", "sqlalchemy.pool", "aiosqlite", "psycopg", "psycopg.pool", "concurrent.futures",
    "charset_normalizer", "azure.core", "py.warnings", "some.library.nobody.knows", "adaptersx", "bots",
)  # fmt: skip


class Unraisable:
    def __init__(self, word: str) -> None:
        self.word = word

    def __del__(self) -> None:
        raise ValueError(self.word)


class Unprintable:
    def __repr__(self) -> str:
        raise ValueError("cannot be written")


def speak(word: str) -> None:
    """Through every logger, every way of saying it, at every level."""
    for name in LIBRARIES:
        logger = logging.getLogger(name)
        logger.setLevel(logging.DEBUG)
        for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.CRITICAL):
            logger.log(level, "said %s", word)
            logger.log(level, f"said {word}", extra={"said": word, "error": word}, stack_info=True)
            logger.log(level, {"said": word})
            logger.log(level, "%s %d", word)  # does not add up, so the standard library would print it
            try:
                raise RuntimeError(word)
            except RuntimeError as error:
                logger.log(level, word, exc_info=True)
                logger.log(level, word, exc_info=error)
                logger.log(level, word, exc_info=sys.exc_info())
    warnings.warn(f"said {word}", UserWarning, stacklevel=1)
    talker = threading.Thread(target=lambda: int(word))
    talker.start()
    talker.join()
    unraisable: Any = Unraisable(word)
    del unraisable
    try:
        raise RuntimeError(word)
    except RuntimeError:  # our own lines leave it out as well
        structlog.get_logger("adapters.own").exception("own.failed")
        logging.getLogger("bot.own").exception("own failed too")


def speak_by_a_record_made_by_hand(word: str) -> None:
    """Which only our own handler can keep from getting out."""
    for name in LIBRARIES:
        logging.getLogger().handle(logging.LogRecord(name, logging.ERROR, "x.py", 1, "said %s", (word,), None))


async def speak_in_the_loop(word: str) -> None:
    asyncio.get_running_loop().set_debug(True)

    async def fail() -> None:
        raise RuntimeError(word)

    task = asyncio.create_task(fail())
    await asyncio.wait({task})
    del task
    gc.collect()  # "Task exception was never retrieved"
    asyncio.get_running_loop().call_exception_handler({"message": word, "exception": RuntimeError(word), "said": word})

    async def break_down(request: web.Request) -> web.Response:
        raise RuntimeError(word)

    app = web.Application()
    app.router.add_post("/", break_down)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        url = str(server.make_url("/"))
        async with http.post(url, data=word) as response:
            assert response.status == 500
        await AsyncWebhookClient(f"{url}{word}").send(text=word)


async def speak_through_bolt(word: str) -> None:
    for logger in (get_bolt_logger(AsyncApp), get_bolt_app_logger("surface.py", AsyncApp)):
        logger.error("said %s", word)
    bolt = AsyncApp(signing_secret="a-signing-secret", token="xoxb-1")
    signed = {"x-slack-request-timestamp": ["1"], "x-slack-signature": ["v0=1"]}
    await bolt.async_dispatch(AsyncBoltRequest(body=f"text={word}&response_url={word}", headers=signed))


def main(format: str, word: str) -> None:
    logs.configure(format)
    logging.getLogger().setLevel(logging.DEBUG)
    speak(word)
    speak_by_a_record_made_by_hand(word)
    logging.getLogger("bot.own").error("%s", Unprintable())
    asyncio.run(speak_in_the_loop(word))
    asyncio.run(speak_through_bolt(word))
    other = logging.StreamHandler(sys.stdout)  # somebody adds a handler of their own
    logging.getLogger().addHandler(other)
    speak(word)
    raise RuntimeError(word)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
