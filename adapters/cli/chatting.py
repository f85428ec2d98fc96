"""`advisor chat`: a conversation in the terminal, remembered for as long as it lasts."""

from __future__ import annotations

import asyncio
import secrets
import time

from rich.console import Console

from adapters.cli.drawing import show
from adapters.settings import Settings
from bot.advisor import Advisor
from bot.memory_volatile import VolatileMemory
from bot.messages import Message, Place
from bot.session import Session

LEAVE = frozenset({"quit", "exit", "bye", ":q", "/quit", "/exit"})
PLACE = Place("terminal", channel="chat")


def chat(advisor: Advisor, settings: Settings) -> None:
    """Ask and answer until the person leaves. A number picks the choice of that number."""
    console = Console(highlight=False)
    asyncio.run(_chat(advisor, console))


async def _chat(advisor: Advisor, console: Console) -> None:
    session = Session(advisor, VolatileMemory())
    reply = await session.respond(_message("", "help"))
    show(reply, console)
    console.print("  Type a question, a number to pick, or quit.\n", style="dim")
    while (text := _read(console)) is not None:
        if text.lower() in LEAVE:
            break
        reply = await session.respond(_message(text, None))
        show(reply, console)


def _message(text: str, command: str | None) -> Message:
    return Message(text=text, command=command, place=PLACE, person="you", delivery=secrets.token_hex(8), at=time.time())


def _read(console: Console) -> str | None:
    """What was typed; None at the end of the input."""
    try:
        return console.input("[bold]you ›[/bold] ").strip()
    except (EOFError, KeyboardInterrupt):
        console.print()
        return None
