"""Where an exception was raised, for the log: frames only, no values and no message text."""

from __future__ import annotations

import traceback
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
OURS = ("bot", "adapters")
MOST = 4  # frames; the innermost tell most


def error_location(error: BaseException) -> str:
    """The innermost frames of our own code, outermost first: "bot/a.py:3 > bot/b.py:7".

    Where there is none, the innermost frame of the library that raised; "unknown" without a traceback.
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
