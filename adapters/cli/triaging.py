"""`advisor triage`: the guided dialogue in the terminal, and exports and replays of its record."""

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
from bot.domain.messages import Block, Bullets, Heading, Message, Paragraph, Place, Reply, Table, in_words
from bot.triage.record import RecordError, TriageRecord
from bot.triage.record import read as read_record
from bot.triage.record import write as write_record

PLACE = Place("terminal", channel="triage")
MOST_BYTES = 1_000_000  # of a record; typical ones have a thousand


def as_text(advisor: Advisor, record: str) -> str:
    """The recommendation of `record` as text. Raises RecordError, as `as_json` and `as_markdown` do."""
    return advisor.recommendation(record).text


def as_json(advisor: Advisor, record: str) -> str:
    return write_record(read_record(record, advisor.knowledge.triage))


def as_markdown(advisor: Advisor, record: str) -> str:
    return markdown(advisor.recommendation(record), read_record(record, advisor.knowledge.triage))


Write = Callable[[Advisor, str], str]


def walk(advisor: Advisor, write: Write | None) -> None:
    """Run the dialogue to its recommendation. With `write` the dialogue goes to standard error. Exits with code 1 if
    the person quits before."""
    saved = _run_dialogue(advisor, Console(highlight=False, stderr=write is not None))
    if saved is None:
        _fail("The questions were not answered to the end, so there is no recommendation.")
    elif write is not None:
        typer.echo(write(advisor, saved.record))


def replay(advisor: Advisor, path: Path, write: Write) -> None:
    """Print the result of `write` on the record in `path`. Exits with code 1 if it is no record."""
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


def _run_dialogue(advisor: Advisor, console: Console) -> Keep | None:
    conversation = Conversation()
    text = "triage"
    while True:
        message = Message(text, place=PLACE, person="you", delivery=secrets.token_hex(8), at=time.time())
        turn = advisor.turn(message, conversation)
        conversation = turn.conversation
        saved = next((effect for effect in turn.effects if isinstance(effect, Keep)), None)
        if saved is not None or conversation.triage is None:
            show(replace(turn.reply, choices=(), tools=()), console)
            return saved
        show(turn.reply, console)
        said = read(console)
        if said is None or said.lower() in LEAVE:
            return None
        text = said


def markdown(reply: Reply, record: TriageRecord) -> str:
    """A recommendation as a Markdown document."""
    lines = [f"# {_escaped(reply.title)}", ""]
    for block in reply.body:
        lines += [*_block(block), ""]
    lines += ["## Where this comes from", ""]
    lines += [f"- {_escaped(in_words(citation))}" for citation in reply.citations]
    lines += ["", _escaped(reply.places_line), ""]
    lines += [*([_escaped(reply.disclosure), ""] if reply.disclosure else [])]
    return "\n".join([*lines, f"Answered {record.at}, knowledge {record.knowledge}, rules {', '.join(record.rules)}."])


def _block(block: Block) -> list[str]:
    match block:
        case Heading(text):
            return [f"## {_escaped(text)}"]
        case Paragraph(text):
            return [_escaped(text)]
        case Bullets(items):
            return [f"- {_escaped(item)}" for item in items]
        case Table(header, rows):
            marked = [f"| {' | '.join(_escaped(cell) for cell in row)} |" for row in (header, *rows)]
            return [marked[0], "|" + " --- |" * len(header), *marked[1:]]


def _escaped(text: str) -> str:
    """`text` with Markdown's special characters escaped."""
    return "".join(f"\\{character}" if character in "\\`*_<|" else character for character in text)


def _fail(text: str) -> None:
    typer.echo(text, err=True)
    raise SystemExit(1)
