"""Where an exception comes from, for the log: no value, no message text."""

from __future__ import annotations

import traceback


def error_location(error: BaseException) -> str:
    """Where it was raised, as file:line."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "unknown"
