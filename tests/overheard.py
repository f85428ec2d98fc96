"""A pytest plugin: nothing that the tests send may stand in a log line, at any level.

Whoever sends something in a test notes it here: bodies and the texts in them, what is answered, tokens, passwords,
addresses to answer at. Whatever is logged in the test's process is kept as our handler would write it; the platforms'
SDKs log all that they can, whatever level they were given. After each test, what was sent in the session so far is
looked for in what was logged since the test before.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import pytest
import structlog

from adapters import logs

SHORTEST = 12  # letters and digits; anything shorter may stand somewhere by chance
LONGEST = 40  # so much of a long text gives it away
# Under these names stands what people wrote, and what must not be known; the rest of a request are ids and kinds.
TELLING = frozenset({
    "text", "value", "values", "response_url", "challenge", "token", "code", "state", "password", "Authorization",
    "data", "parameters", "title", "selected_option", "selected_options", "client_secret", "assertion",
})  # fmt: skip


# Loggers of the platforms' SDKs; Bolt calls those of the listeners after a file.
SDKS = re.compile(r"^(slack_|botbuilder|botframework|msrest)|\.py:")


@dataclass
class Ears:
    """`sent`: what was sent, by how it is looked for. `lines`: what was logged and not looked through yet."""

    sent: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)  # lines that were looked through, as there are many of a kind

    def note(self, *said: str) -> None:
        """Something that must not be logged."""
        for text in said:
            for part in {text, *text.splitlines()}:
                if len(bare := _bare(part)) >= SHORTEST:
                    self.sent[bare[:LONGEST]] = part

    def note_body(self, body: object, *, telling: bool = False) -> None:
        """All that tells something in what is sent as JSON, or as a form; of bytes also how they begin."""
        if isinstance(body, bytes | bytearray):
            body = body.decode(errors="replace")
            self.note(body)
            form = dict(parse_qsl(body))
            for read in (body, form.get("payload", "")):
                with contextlib.suppress(ValueError, RecursionError):
                    self.note_body(json.loads(read))
            self.note_body(form)
        elif isinstance(body, Mapping):
            for name, value in body.items():
                self.note_body(value, telling=telling or name in TELLING)
        elif isinstance(body, str):
            if telling:
                self.note(body)
        elif isinstance(body, Sequence):
            for value in body:
                self.note_body(value, telling=telling)

    def hear(self, line: str) -> None:
        if line not in self.known:
            self.known.add(line)
            self.lines.append(line)

    def leaks(self) -> list[str]:
        """What was sent and stands in a line, each with the line; the lines are done with then."""
        lines, self.lines = self.lines, []
        found = []
        logged = _bare("\n".join(lines))
        for bare, text in self.sent.items():
            if bare in logged:
                line = next((line for line in lines if bare in _bare(line)), "several lines together")
                found.append(f"{text!r} in: {line}")
        return found


def _bare(text: str) -> str:
    """Without what quoting and escaping change."""
    return re.sub(r"[\W_]+", "", text).casefold()


class Tape(logging.Handler):
    """Hears what goes through `logging`."""

    def __init__(self, ears: Ears, formatter: logging.Formatter) -> None:
        super().__init__(logging.NOTSET)
        self._ears = ears
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        self._ears.hear(_TIME.sub("", self.format(record)))


class Heard(structlog.make_filtering_bound_logger(logging.NOTSET)):  # type: ignore[misc]
    """Hears what goes through structlog, also where a test takes it for itself."""

    def _proxy_to_logger(self, method_name: str, event: str | None = None, *args: Any, **given: Any) -> Any:
        shown = logs.error_type_only(None, method_name, {"event": event, **self._context, **given})
        EARS.hear(json.dumps(shown, default=repr, ensure_ascii=False))
        return super()._proxy_to_logger(method_name, event, *args, **given)


_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
EARS = Ears()
note, note_body = EARS.note, EARS.note_body


def pytest_configure(config: pytest.Config) -> None:
    logs.redact_libraries()
    root = logging.getLogger()
    if not any(isinstance(handler, Tape) for handler in root.handlers):
        root.addHandler(Tape(EARS, logs.formatter("text")))
    root.setLevel(logging.DEBUG)
    structlog.configure(wrapper_class=Heard)


@pytest.fixture(autouse=True)
def nothing_that_was_sent_is_logged() -> Iterator[None]:
    for name in [*logging.root.manager.loggerDict]:
        if SDKS.search(name):
            logging.getLogger(name).setLevel(logging.DEBUG)
    yield
    leaks = EARS.leaks()
    assert not leaks, "what was sent stands in the log:\n" + "\n".join(leaks[:5])
