"""What an input must not do: raise, make an error line, get its words into a log, or take too many steps."""

from __future__ import annotations

import json
import logging
import re
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from structlog.testing import capture_logs

from adapters import logs

# Error lines that are no fault of ours: the platform refused, as it may, what was well-formed and is unknown to it.
# With the types of errors that may stand there.
REFUSED_BY_THE_PLATFORM: dict[str, frozenset[str]] = {
    **dict.fromkeys(("slack.listener_failed", "slack.not_told", "slack.not_shown"), frozenset({"SlackApiError"})),
    **dict.fromkeys(("slack.reply_failed", "slack.workspace_not_installed", "outbox.given_up"), frozenset({""})),
    "teams.reply_not_sent": frozenset({""}),
}
WARNINGS_OF_FAULTS = ("python.", "turn failed")
SHORTEST, LONGEST = 16, 40  # letters and digits of a text that is looked for in the log
_NAME = re.compile(r"[a-z_]+")
LONGEST_RUN = 20.0  # processor seconds after which an input counts as endless


class Fault(Exception):
    """What an input did that it must not do."""


class _Lines(logging.Handler):
    def __init__(self, lines: list[Mapping[str, Any]]) -> None:
        super().__init__(logging.INFO)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        if logs.is_own(record.name) or record.levelno >= logging.WARNING:
            error = getattr(record, "error_type_", "")
            self._lines.append({"event": record.getMessage(), "log_level": record.levelname.lower(), "error": error})


class Watch:
    """Hears what is logged while it is open."""

    def __init__(self) -> None:
        self._lines: list[Any] = []

    @contextmanager
    def listening(self) -> Iterator[None]:
        logs.redact_libraries()
        handler, root = _Lines(self._lines), logging.getLogger()
        root.addHandler(handler)
        try:
            with capture_logs() as heard:
                self._lines = handler._lines = heard
                yield
        finally:
            root.removeHandler(handler)

    def forget(self) -> None:
        self._lines.clear()

    def check(self, one: object) -> None:
        """Look through what was logged since the last time. Raises Fault."""
        if not self._lines:
            return
        lines = [_line(line) for line in self._lines]
        self._lines.clear()
        for line in lines:
            if _is_fault(line):
                raise Fault(f"logged: {json.dumps(line, default=repr)}")
        logged = _bare(json.dumps(lines, default=repr, ensure_ascii=False))
        for text in said_in(one):
            if _NAME.fullmatch(text):
                continue  # what an event is called
            if len(bare := _bare(text)) >= SHORTEST and bare[:LONGEST] in logged:
                raise Fault(f"what was sent stands in the log: {lines}")


def _line(heard: Mapping[str, Any]) -> dict[str, Any]:
    return dict(logs.error_type_only(None, "", dict(heard)))


def _is_fault(line: Mapping[str, Any]) -> bool:
    event = str(line["event"])
    if event.startswith(WARNINGS_OF_FAULTS) or (event.startswith(logs.REDACTED) and line.get("error")):
        return True
    if line["log_level"] not in ("error", "critical"):
        return False
    return line.get("error", "") not in REFUSED_BY_THE_PLATFORM.get(event, ())


def said_in(value: object) -> Iterator[str]:
    """All texts within an input, also in JSON and in lines."""
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if isinstance(value, str):
        try:
            inner = json.loads(value) if value[:1] in ("{", "[") else None
        except (ValueError, RecursionError):
            inner = None
        if inner:
            yield from said_in(inner)
        else:
            yield from value.splitlines()[:50]
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from said_in(one)
    elif isinstance(value, list | tuple):
        for one in value[:50]:
            yield from said_in(one)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text[:2_000_000]).casefold()


@dataclass(frozen=True)
class Bound:
    """The most calls that an input may take, of Python's functions and of those in C: `each` for a character, and
    `besides`."""

    each: float
    besides: int

    def share(self, calls: int, size: int) -> float:
        """The part of the bound that was used."""
        return calls / (self.besides + self.each * size)


def calls_of(work: Callable[[], object]) -> int:
    """How many calls `work` takes, of Python's functions and of those in C."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        if event in ("call", "c_call"):
            count += 1

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@contextmanager
def no_longer_than(seconds: float = LONGEST_RUN) -> Iterator[None]:
    """Raises Fault in the midst of what takes `seconds` of the processor: a pattern that goes back makes no calls."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Fault(f"no end after {seconds} seconds of the processor")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def size_of(value: object) -> int:
    """Characters or bytes of an input."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, Mapping):
        return sum(size_of(name) + size_of(one) for name, one in value.items())
    if isinstance(value, list | tuple):
        return sum(map(size_of, value))
    return 1
