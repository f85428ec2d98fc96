"""`advisor chat`: a conversation in the terminal, stored in memory."""

from __future__ import annotations

import asyncio
import secrets
import time

from rich.console import Console

from adapters.cli.drawing import show
from adapters.in_memory import InMemoryStore
from bot.advisor import Advisor
from bot.domain.messages import Message, Place
from bot.service.session import Session

LEAVE = frozenset({"quit", "exit", "bye", ":q", "/quit", "/exit"})
PLACE = Place("terminal", channel="chat")


class Chat:
    """One person's conversation, printed on `console`."""

    def __init__(self, advisor: Advisor, console: Console) -> None:
        self._session = Session(advisor, InMemoryStore())
        self._console = console

    async def say(self, text: str, command: str | None = None) -> None:
        """Take one turn and print the reply. `text` may be the label of a choice, or its number."""
        message = Message(text, command, PLACE, person="you", delivery=secrets.token_hex(8), at=time.time())
        show(await self._session.respond(message), self._console)


def chat(advisor: Advisor) -> None:
    """Take turns until the person quits."""
    asyncio.run(_chat(advisor, Console(highlight=False)))


async def _chat(advisor: Advisor, console: Console) -> None:
    talk = Chat(advisor, console)
    await talk.say("", "help")
    console.print("  Type a question, a number to pick, or quit.\n", style="dim")
    while (text := read(console)) is not None and text.lower() not in LEAVE:
        await talk.say(text)


def read(console: Console) -> str | None:
    """The typed line, stripped; None at the end of the input."""
    try:
        return console.input("[bold]you ›[/bold] ").strip()
    except (EOFError, KeyboardInterrupt):
        console.print()
        return None
