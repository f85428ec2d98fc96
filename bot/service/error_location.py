"""Where an exception comes from, for the log: no value, no message text."""

from __future__ import annotations

import traceback
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
OURS = ("bot", "adapters")
MOST = 4  # frames; the innermost tell most


def error_location(error: BaseException) -> str:
    """Our own frames that the exception passed, outermost first, each as file:line: "bot/a.py:3 > bot/b.py:7".

    Where none is ours, the innermost frame of whatever library it is; "unknown" without a traceback.
    """
    frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    own = [
        f"{file.relative_to(ROOT).as_posix()}:{line}"
        for file, line in frames
        if file.is_relative_to(ROOT) and file.relative_to(ROOT).parts[0] in OURS
    ]
    if own:
        return " > ".join(own[-MOST:])
    return f"{frames[-1][0].name}:{frames[-1][1]}" if frames else "unknown"
