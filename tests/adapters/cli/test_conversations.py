"""Every conversation of the suite that a terminal can hold: buttons are typed, and nothing can be posted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import StringIO

import pytest
from rich.console import Console

from adapters.cli.chatting import Chat
from bot.advisor import Advisor
from tests.conversation_suite import Conversation, Seen, conversations, run


class TerminalDoor:
    offers: frozenset[str] = frozenset()

    def __init__(self, advisor: Advisor) -> None:
        self._drawn = StringIO()
        self._chat = Chat(advisor, Console(file=self._drawn, width=100, highlight=False))

    async def say(self, text: str, who: str, thread: str) -> Seen:
        self._drawn.seek(0)
        self._drawn.truncate()
        await self._chat.say(text)
        shown = _unwrapped(self._drawn.getvalue())
        return Seen(shown, _Typed(shown))

    async def press(self, label: str, who: str, thread: str) -> Seen:
        return await self.say(label, who, thread)

    async def fill(self, values: Mapping[str, Sequence[str]], who: str, thread: str) -> Seen:
        raise NotImplementedError

    async def wait(self, seconds: float) -> None:
        raise NotImplementedError

    async def again(self) -> Seen:
        raise NotImplementedError

    async def outage(self) -> None:
        raise NotImplementedError


class _Typed:
    """The labels within a text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __contains__(self, label: object) -> bool:
        return str(label) in self._text


def _unwrapped(text: str) -> str:
    """What was drawn, without the lines' ends, the marks of lists and the frames of tables."""
    return " ".join(text.replace("•", " ").replace("│", " ").split())


@pytest.mark.parametrize("conversation", conversations(TerminalDoor.offers), ids=str)
async def test_a_conversation_goes_as_written_in_the_terminal(conversation: Conversation, advisor: Advisor) -> None:
    await run(conversation, TerminalDoor(advisor), advisor.knowledge)
