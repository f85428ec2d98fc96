"""Several processes on one database, and processes that are killed: real ones."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.database import SqlStore
from bot.domain.effects import Post
from bot.domain.outbox import OutboxItem
from bot.domain.records import StoredPost
from bot.service.session import Session
from tests.adapters.database.process import HERE, message
from tests.bot.service.counting import StepCounter

pytestmark = pytest.mark.long

PROCESS = (sys.executable, "-m", "tests.adapters.database.process")


async def start(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(*PROCESS, *arguments, stdout=subprocess.PIPE)


async def lines_of(process: asyncio.subprocess.Process) -> list[str]:
    output, _ = await process.communicate()
    return output.decode().splitlines()


async def test_two_processes_serve_one_conversation_turn_by_turn(database: str) -> None:
    processes = [await start("serve", database, name, "40") for name in ("one", "two")]
    first, second = await asyncio.gather(*(lines_of(process) for process in processes))
    steps = sorted(int(line.removeprefix("step ")) for line in (*first, *second))
    assert steps == list(range(1, 81))


async def test_a_process_killed_while_serving_loses_no_answer_it_gave(database: str) -> None:
    process = await start("serve", database, "one", "100000")
    assert process.stdout
    given = [await process.stdout.readline() for _ in range(30)]
    process.send_signal(signal.SIGKILL)
    given += (await process.stdout.read()).splitlines()
    await process.wait()
    store = SqlStore.at(database)
    session = Session(StepCounter(), store)
    for number in range(len(given)):
        assert (await session.respond(message(f"one-{number}"))).title == f"step {number + 1}"
    await store.close()


async def test_a_process_killed_between_any_two_steps_leaves_all_of_a_turn_or_none(database: str) -> None:
    lines = await lines_of(await start("deaths", database))
    assert len(lines) > 10
    assert lines == [f"d{number} step {number + 1}" for number in range(len(lines))]
    store = SqlStore.at(database)
    async with store.transaction() as unit:
        assert await unit.outbox.waiting() == len(lines)
    await store.close()


async def test_posts_appear_once_whichever_process_is_killed_while_sending(database: str, tmp_path: Path) -> None:
    posts, channel = 4, tmp_path / "channel"
    channel.touch()
    store = SqlStore.at(database)
    async with store.transaction() as unit:
        for number in range(1, posts + 1):
            post = StoredPost(f"post-{number}", HERE, "anna", Post("Title"))
            await unit.posts.add(post)
            await unit.outbox.put(OutboxItem(post.id, "send", HERE, subject=post.id, content=post.post), 0.0)
    processes = [await start("post", database, str(channel)) for _ in range(2)]
    await asyncio.gather(*(process.wait() for process in processes))
    await (await start("post later", database, str(channel))).wait()
    sent = [line for line in channel.read_text().split() if not line.endswith("-notice")]
    assert sorted(sent) == sorted(f"post-{number}" for number in range(1, posts + 1))
    async with store.transaction() as unit:
        assert await unit.outbox.waiting() == 0
        assert len(await unit.posts.standing()) == posts
    await store.close()


@pytest.mark.parametrize(
    ("step", "stands", "state"), [("waiting", 1, "posted"), ("going", 0, "unsure"), ("acted", 1, "unsure")]
)
async def test_without_a_search_a_killed_process_causes_no_second_post_and_the_author_is_told(
    database: str, tmp_path: Path, step: str, stands: int, state: str
) -> None:
    channel = tmp_path / "channel"
    channel.touch()
    store = SqlStore.at(database)
    async with store.transaction() as unit:
        post = StoredPost("post-1", HERE, "anna", Post("Title"), asked_in=HERE)
        await unit.posts.add(post)
        await unit.outbox.put(OutboxItem(post.id, "send", HERE, subject=post.id, content=post.post), 0.0)
    for dies_at in (step, "never"):
        await (await start("die", database, str(channel), dies_at)).wait()
    sent = channel.read_text().split()
    assert [sent.count("post-1"), len(sent) - sent.count("post-1")] == [stands, 1], "and one notice"
    async with store.transaction() as unit:
        kept = await unit.posts.get("post-1")
        assert kept is not None and kept.state == state
        assert await unit.outbox.waiting() == 0
    await store.close()
