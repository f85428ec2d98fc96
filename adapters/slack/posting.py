"""Other ways to a person where Slack refuses a message for good: the request's response_url while it holds, else their
direct messages."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.errors import SlackApiError

from adapters.slack.block_body import TEXT, plain_text, unescape
from adapters.slack.blocks import message
from adapters.slack.remedies import kind_of, log_refused
from adapters.slack.responses import error_of, outcome, responded
from bot.domain.messages import Paragraph, Reply
from bot.domain.phrases import Phrases

Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OtherWays:
    """For `reply`, which is `person`'s. `team`: for the log; `asked`: as in `blocks.message`; `respond`: Bolt's, of a
    button's request."""

    say: Phrases
    reply: Reply
    person: str
    client: Any
    team: str
    asked: str = ""
    respond: Any = None

    async def nearby(self) -> bool:
        """Show it at the response_url, to the person alone. False where there is none, or it does not hold any more."""
        if self.respond is None:
            return False
        shown = message(self.say, self.reply, asked=self.asked)
        alone = {"replace_original": False, "response_type": "ephemeral"}
        return await responded(self.respond, self.client, reference=self.reply.reference, **shown, **alone)

    async def posted(self, post: Awaitable[Any], method: str) -> None:
        """Await `post`, a call of `method`; go another way where Slack refuses it for good. Raises SlackApiError."""
        try:
            await post
        except SlackApiError as error:
            if outcome(error) != "refused":
                raise
            log_refused(error, method, self.team)
            if await self.nearby():
                return
            if kind_of(error_of(error)) != "place":
                raise
            moved = elsewhere(self.say, self.reply)
            await self.client.chat_postMessage(channel=self.person, **message(self.say, moved, asked=self.asked))


def elsewhere(say: Phrases, reply: Reply) -> Reply:
    """`reply` for the person's direct messages, with a paragraph that says why it is not where they asked."""
    return replace(reply, body=(Paragraph(say("slack-elsewhere")), *reply.body))


def ever_plainer(shown: Arguments) -> tuple[Arguments, ...]:
    """A message, then with plain text in place of its blocks but with its buttons, then with plain text alone: for what
    Slack finds too long or malformed all the same."""
    whole = unescape(shown["text"])
    text = {"type": "section", "text": plain_text(whole, TEXT)}
    pressed = [block for block in shown["blocks"] if block["type"] in ("actions", "input")]
    return shown, shown | {"blocks": [text, *pressed]}, shown | {"blocks": [text]}
