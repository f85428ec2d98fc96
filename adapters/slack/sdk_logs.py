"""The loggers given to Slack's SDK, quiet enough that no message text and no secret gets into the log."""

from __future__ import annotations

import logging


def _is_relevant(record: logging.LogRecord) -> bool:
    """False for Bolt's warning that the client has a token besides the environment's SLACK_BOT_TOKEN."""
    return "`token` will be unused" not in record.getMessage()


# Without a level of its own, it gets each request formatted, blocks and all, for nothing.
WEB_API = logging.getLogger("slack_sdk.client")
WEB_API.setLevel(logging.WARNING)
# Bolt gives its loggers the root's level, and logs what people sent at "info" and below.
BOLT = logging.getLogger("slack_bolt.AsyncApp")
BOLT.setLevel(logging.WARNING)
BOLT.addFilter(_is_relevant)
# Its warnings show the code that it could not exchange.
OAUTH = logging.getLogger("slack_bolt.oauth")
OAUTH.setLevel(logging.ERROR)
