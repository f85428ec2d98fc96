"""`advisor gaps`: unanswered questions from the database."""

from __future__ import annotations

import asyncio
from pathlib import Path
from unittest.mock import patch

from adapters.database import SqlStore
from bot.domain.effects import Unanswered
from tests.adapters.cli.test_commands import ENVIRONMENT, advisor


async def keep(url: str, *questions: str) -> None:
    store = SqlStore.at(url)
    async with store.transaction() as unit:
        for question in questions:
            await unit.gaps.add(Unanswered(question, "offtopic", "roses"), day="2026-05-01")
    await store.close()


def test_gaps_are_printed_in_groups_with_yaml_and_without_what_is_answered_by_now(
    sqlite_url: str, tmp_path: Path
) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "garden.yaml").write_text(
        "- id: roses\n  questions: [how often do roses need water]\n  answer: Weekly.\n", encoding="utf-8"
    )
    asked = ("what does a greenhouse cost?", "What does a greenhouse cost", "how often do roses need water")
    asyncio.run(keep(sqlite_url, *asked))
    with patch.dict(ENVIRONMENT, {"DATABASE_URL": sqlite_url}):
        done = advisor("gaps", "--yaml", "--knowledge", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] in (
        "   2  what does a greenhouse cost?  (offtopic)",
        "   2  What does a greenhouse cost  (offtopic)",
    )
    assert "- id: greenhouse-cost" in done.stdout
    assert "# answers/garden.yaml:1, under questions: of roses" in done.stdout
    assert "2 questions asked in vain; 1 more are answered by today's knowledge" in done.stdout
