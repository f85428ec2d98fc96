"""`advisor gaps`: unanswered questions in clusters, with YAML that answers them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import typer

from adapters.database import SqlStore
from bot.advisor import Advisor
from bot.curation.gap_inbox import marks_of
from bot.curation.gaps import grouped, new_answer, phrasings, still_open
from bot.domain.records import Gap


def show(advisor: Advisor, url: str, *, yaml: bool) -> None:
    """Print the clusters that no curator has marked, largest first. Raises StoreUnavailable."""
    stored = asyncio.run(_read(url))
    marks = marks_of(stored)
    gaps = [gap for gap in stored if not marks[gap.number]]
    left = still_open(gaps, advisor.ask)
    answers = advisor.knowledge.answers
    for group in grouped(left, advisor.reader):
        kinds = ", ".join(kind for kind, _ in group.kinds if kind)
        typer.echo(f"{group.count:4}  {group.questions[0][0]}  ({kinds})")
        for question, times in group.questions[1:]:
            typer.echo(f"      {question}" + (f"  ({times} times)" if times > 1 else ""))
        nearest = answers.get(group.nearest or "")
        if yaml:
            typer.echo("\n" + new_answer(group, advisor.reader, answers))
            if nearest:
                typer.echo(phrasings(group, nearest))
        elif nearest:
            typer.echo(f"      nearest: {nearest.id}")
    settled = len(gaps) - len(left)
    typer.echo(f"{len(left)} questions asked in vain; {settled} more are answered by today's knowledge")
    if marked := len(stored) - len(gaps):
        typer.echo(f"{marked} were marked in the workbench and are left out")


async def _read(url: str) -> Sequence[Gap]:
    store = SqlStore.at(url)
    try:
        async with store.transaction() as unit:
            return await unit.gaps.all()
    finally:
        await store.close()
