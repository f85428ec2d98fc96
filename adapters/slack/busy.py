"""What Slack is answered where there is no room for a turn, without Bolt: it costs a tenth of a turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.response import BoltResponse

from adapters.admission import Busy
from adapters.slack.blocks import message
from adapters.slack.responses import as_json
from bot.domain.phrases import Phrases

LAST_RETRY = "3"  # after which Slack gives an event up


def busy_answer(say: Phrases, body: Mapping[str, Any], retry: str) -> BoltResponse | None:
    """The answer to a command, or to an event that Slack delivers again; None for what is answered by a call of the Web
    API. `retry`: which redelivery it is.

    To an event nothing is said: that would take a message, which costs as much as a turn, and of which Slack allows a
    workspace some hundreds a minute. Slack delivers the event again at once, after a minute and after five, and by then
    there may be room, or another process may get it."""
    if "event" in body:
        return None if retry == LAST_RETRY else BoltResponse(status=503, body="")
    if "command" in body:
        return BoltResponse(
            status=200, body=as_json({"response_type": "ephemeral", **message(say, Busy().notice(say))})
        )
    return None
