"""`advisor triage`: the guided dialogue in the terminal, its record replayed, and both written out."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import typer
from rich.console import Console

from adapters.cli.chatting import LEAVE, read
from adapters.cli.drawing import show
from bot.advisor import Advisor
from bot.domain.conversation import Conversation
from bot.domain.effects import Keep
from bot.domain.messages import Block, Bullets, Heading, Message, Paragraph, Place, Reply, Table
from bot.triage.record import RecordError, TriageRecord
from bot.triage.record import read as read_record
from bot.triage.record import write as write_record

PLACE = Place("terminal", channel="triage")
MOST_BYTES = 1_000_000  # of a record; ours have a thousand


def as_text(advisor: Advisor, record: str) -> str:
    """The recommendation that `record` replays to. Raises RecordError, as the other two do."""
    return advisor.recommendation(record).text


def as_json(advisor: Advisor, record: str) -> str:
    return write_record(read_record(record, advisor.knowledge.triage))


def as_markdown(advisor: Advisor, record: str) -> str:
    return markdown(advisor.recommendation(record), read_record(record, advisor.knowledge.triage))


Write = Callable[[Advisor, str], str]


def walk(advisor: Advisor, write: Write | None) -> None:
    """Ask until there is a recommendation. With `write` the dialogue goes to standard error."""
    kept = _walked(advisor, Console(highlight=False, stderr=write is not None))
    if kept is None:
        _fail("The questions were not answered to the end, so there is no recommendation.")
    elif write is not None:
        typer.echo(write(advisor, kept.record))


def replay(advisor: Advisor, path: Path, write: Write) -> None:
    """Print what `write` makes of the record in `path`. Ends the program where it is no record."""
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES).decode("utf-8")
        typer.echo(write(advisor, text))
    except OSError as error:
        _fail(f"{path} can't be read: {error.strerror}.")
    except UnicodeDecodeError:
        _fail(f"{path} is not UTF-8; save it as UTF-8.")
    except RecordError as error:
        _fail(f"{path}: {error}")


def _walked(advisor: Advisor, console: Console) -> Keep | None:
    conversation = Conversation()
    text = "triage"
    while True:
        message = Message(text, place=PLACE, person="you", delivery=secrets.token_hex(8), at=time.time())
        turn = advisor.turn(message, conversation)
        conversation = turn.conversation
        kept = next((effect for effect in turn.effects if isinstance(effect, Keep)), None)
        if kept is not None or conversation.triage is None:
            show(replace(turn.reply, choices=(), tools=()), console)
            return kept
        show(turn.reply, console)
        said = read(console)
        if said is None or said.lower() in LEAVE:
            return None
        text = said


def markdown(reply: Reply, record: TriageRecord) -> str:
    """A recommendation as a Markdown document."""
    lines = [f"# {_plain(reply.title)}", ""]
    for block in reply.body:
        lines += [*_block(block), ""]
    lines += ["## Where this comes from", ""]
    lines += [f"- {_plain(one.says)} *{_plain(one.source)}: {_plain(one.at)}*" for one in reply.citations]
    lines += ["", *([_plain(reply.disclosure), ""] if reply.disclosure else [])]
    return "\n".join([*lines, f"Answered {record.at}, knowledge {record.knowledge}, rules {', '.join(record.rules)}."])


def _block(block: Block) -> list[str]:
    match block:
        case Heading(text):
            return [f"## {_plain(text)}"]
        case Paragraph(text):
            return [_plain(text)]
        case Bullets(items):
            return [f"- {_plain(item)}" for item in items]
        case Table(header, rows):
            marked = [f"| {' | '.join(_plain(cell) for cell in row)} |" for row in (header, *rows)]
            return [marked[0], "|" + " --- |" * len(header), *marked[1:]]


def _plain(text: str) -> str:
    """Text of which Markdown makes nothing else."""
    return "".join(f"\\{character}" if character in "\\`*_<|" else character for character in text)


def _fail(text: str) -> None:
    typer.echo(text, err=True)
    raise SystemExit(1)
