"""`advisor ask`: one reply as text or JSON, and `--batch` as JSON Lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

import typer

from adapters.cli.drawing import plain
from adapters.progress import learning
from adapters.settings import Settings
from bot.advisor import Advisor
from bot.domain.messages import Reply


def load(settings: Settings) -> Advisor:
    """The advisor on the configured knowledge, with progress on standard error. Raises KnowledgeError."""
    progress = learning(lambda line: typer.echo(line, err=True))
    return Advisor.load(settings.knowledge, settings.security_contact, settings.cache, progress)


def as_data(reply: Reply) -> dict[str, Any]:
    """The JSON object of a reply: a stable format for scripts."""
    return {
        "kind": reply.kind,
        "verdict": reply.verdict,
        "entry": reply.entry,
        "facts": [citation.claim for citation in reply.citations],
        "best_entry": reply.best_entry,
        "confidence": reply.confidence,
        "title": reply.title,
        "text": reply.text,
        "incident": reply.incident,
        "choices": [{"label": choice.label, "command": choice.command} for choice in reply.choices],
    }


def answer(advisor: Advisor, question: str, *, as_json: bool, explain: bool) -> None:
    """Print the reply to one question."""
    reply = advisor.ask(question)
    if as_json:
        data = as_data(reply) | ({"explanation": reply.explanation} if explain else {})
        typer.echo(json.dumps(data, ensure_ascii=False))
        return
    typer.echo(plain(reply))
    if explain:
        typer.echo("\n" + json.dumps(reply.explanation, ensure_ascii=False, indent=2))


def answer_batch(advisor: Advisor, lines: Iterable[bytes]) -> None:
    """Write one JSON object for each line of JSON Lines, in order and unbuffered.

    A malformed line gets an object with the key `error`, so that output line N belongs to input line N; the exit code
    is 1 then.
    """
    faults = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            question, history = _row(line)
        except ValueError as error:
            faults += 1
            data: dict[str, Any] = {"kind": "notice", "error": f"line {number}: {error}"}
            typer.echo(data["error"], err=True)
        else:
            data = as_data(advisor.ask(question, history))
        sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    if faults:
        raise SystemExit(1)


def _row(line: bytes) -> tuple[str, tuple[str, ...]]:
    """(question, earlier messages) of a line. Raises ValueError with the remedy."""
    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise ValueError("not UTF-8; save the file as UTF-8") from None
    except (ValueError, RecursionError):
        raise ValueError('not JSON; write {"q": "…"}') from None
    if not isinstance(row, dict) or not isinstance(row.get("q"), str):
        raise ValueError('no question; write {"q": "…"}')
    history = row.get("history") or []
    if not isinstance(history, list) or not all(isinstance(earlier, str) for earlier in history):
        raise ValueError("'history' must be a list of texts")
    return row["q"], tuple(history)
