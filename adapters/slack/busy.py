"""What Slack is answered where there is no room for a turn, before the body is parsed: a fifth of a turn's work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from slack_bolt.response import BoltResponse

from adapters.admission import Busy
from adapters.slack.blocks import message
from adapters.slack.responses import as_json
from bot.domain.phrases import Phrases

LAST_RETRY = "3"  # after which Slack gives an event up

Kind = Literal["event", "command", "interaction"]


def kind_of(body: bytes, content_type: str) -> Kind:
    """What a request is, by the form in which Slack sends it."""
    if content_type == "application/json":
        return "event"
    return "interaction" if body.startswith(b"payload=") else "command"


class BusyAnswers:
    """`phrases` returns the current ones."""

    def __init__(self, phrases: Callable[[], Phrases]) -> None:
        self._phrases = phrases
        self._drawn: tuple[Phrases, str] | None = None  # the answer to a command, in these phrases

    def to(self, kind: Kind, retry: str) -> BoltResponse | None:
        """The answer to a command, or to an event that Slack delivers again; None for what is answered by a call of the
        Web API. `retry`: which redelivery it is.

        To an event nothing is said: that would take a message, which costs as much as a turn, and of which Slack allows
        a workspace some hundreds a minute. Slack delivers the event again at once, after a minute and after five, and
        by then there may be room, or another process may get it."""
        if kind == "command":
            return BoltResponse(status=200, body=self._ephemeral())
        return BoltResponse(status=503, body="") if kind == "event" and retry != LAST_RETRY else None

    def _ephemeral(self) -> str:
        say = self._phrases()
        if self._drawn is None or self._drawn[0] is not say:
            self._drawn = say, as_json({"response_type": "ephemeral", **message(say, Busy().notice(say))})
        return self._drawn[1]
