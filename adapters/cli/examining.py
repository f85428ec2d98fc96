"""`advisor doctor`: what was found, for people and for programs."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

import typer

from adapters.doctor import examine, of_unreadable_settings
from adapters.findings import Finding, Level
from adapters.settings import SettingsError, read_settings

EXIT: dict[Level, int] = {"ok": 0, "look": 1, "wrong": 2}
COLOURS: dict[Level, str] = {"ok": typer.colors.GREEN, "look": typer.colors.YELLOW, "wrong": typer.colors.RED}


def findings() -> list[Finding]:
    """What there is to say about the settings and all that they name."""
    try:
        settings = read_settings()
    except SettingsError as error:
        return of_unreadable_settings(error)
    return asyncio.run(examine(settings))


def show(found: Sequence[Finding], *, as_json: bool) -> int:
    """Print `found`, in colours on a terminal alone. Returns the exit code: that of the worst."""
    counts = Counter(one.level for one in found)
    if as_json:
        typer.echo(json.dumps({"findings": [asdict(one) for one in found], "counts": counts}, ensure_ascii=False))
    else:
        width = max(len(one.about) for one in found)
        for one in found:
            typer.echo(f"{typer.style(f'{one.level:5}', fg=COLOURS[one.level])}  {one.about:{width}}  {one.said}.")
            if one.remedy:
                typer.echo(f"{'':{7 + width}}  → {one.remedy.rstrip('.')}.")
        typer.echo(f"\n{counts['wrong']} wrong, {counts['look']} to look at, {counts['ok']} ok.")
    return max(EXIT[one.level] for one in found)
