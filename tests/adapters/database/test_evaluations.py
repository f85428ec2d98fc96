"""Evaluations, on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

from adapters.database import SqlStore
from adapters.evaluations import MOST_RUNS, SILENT, Run

RUN = Run("r1", began=10.0, seen=10.0, folder="", version="v1", gold="gold.jsonl", digest="d", total=2)


async def test_a_run_is_seen_by_every_process_while_it_goes_on_and_when_it_has_finished(database: str) -> None:
    one, other = SqlStore.at(database), SqlStore.at(database)
    async with one.transaction() as unit:
        await unit.evaluations.add(RUN, b"questions")
    half = replace(RUN, done=1, seen=11.0)
    async with one.transaction() as unit:
        assert await unit.evaluations.advance(half)
    async with other.transaction() as unit:
        assert await unit.evaluations.all() == [half]
        assert await unit.evaluations.content("r1") == b"questions"
    done = replace(half, done=2, finished=True, figures={"right": (1, 2)})
    async with one.transaction() as unit:
        await unit.evaluations.finish(done, b"result")
    async with other.transaction() as unit:
        assert await unit.evaluations.all() == [done]
        assert await unit.evaluations.content("r1") == b"result"
    await one.close()
    await other.close()


async def test_a_run_that_was_deleted_does_not_come_back(database: str) -> None:
    store = SqlStore.at(database)
    async with store.transaction() as unit:
        await unit.evaluations.add(RUN, b"questions")
        await unit.evaluations.delete("r1")
        assert not await unit.evaluations.advance(RUN)
        await unit.evaluations.finish(RUN, b"result")
        assert await unit.evaluations.all() == []
        assert await unit.evaluations.content("r1") is None
    await store.close()


async def test_the_latest_runs_are_kept_and_no_more(database: str) -> None:
    store = SqlStore.at(database)
    async with store.transaction() as unit:
        for number in range(MOST_RUNS + 2):
            await unit.evaluations.add(replace(RUN, id=f"r{number}", began=float(number)), b"")
        kept = await unit.evaluations.all()
        assert [run.id for run in (kept[0], kept[-1])] == [f"r{MOST_RUNS + 1}", "r2"]
    await store.close()


def test_a_run_whose_process_has_ended_counts_as_stopped() -> None:
    assert RUN.state(10.0 + SILENT) == "running"
    assert RUN.state(10.1 + SILENT) == "stopped"
    assert replace(RUN, finished=True).state(1000.0) == "finished"
    assert replace(RUN, problem="It has errors.").state(10.0) == "failed"
