"""What is counted of turns: in their transaction, by day, without texts and people."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.in_memory import InMemoryStore
from bot.advisor import Advisor
from bot.domain.messages import Message, Place, Reply
from bot.service.session import Session
from tests.bot.knowledge.folders import SOUND, TRIAGE, write

DAY = 1_767_225_600.0  # 2026-01-01


@pytest.fixture(scope="module")
def garden(tmp_path_factory: pytest.TempPathFactory) -> Advisor:
    folder: Path = tmp_path_factory.mktemp("garden")
    return Advisor.load(write(folder, {**SOUND, "triage.yaml": TRIAGE}))


class Person:
    """Somebody who talks to the advisor. `counted`: all counts but those of options, by name."""

    def __init__(self, advisor: Advisor, store: InMemoryStore) -> None:
        self._session = Session(advisor, store)
        self._store = store
        self._message = Message(place=Place("slack", "T1", "C1"), person="anna", at=DAY)
        self._number = 0
        self.reply = Reply("notice")

    async def say(self, text: str) -> None:
        await self.send(text=text)

    async def press(self, command: str) -> None:
        await self.send(command=command)

    async def send(self, *, delivery: str = "", **given: str) -> None:
        self._number += 1
        message = replace(self._message, delivery=delivery or str(self._number), **given)  # type: ignore[arg-type]
        self.reply = await self._session.respond(message)

    async def counted(self, beginning: str = "") -> dict[str, int]:
        async with self._store.transaction() as unit:
            found = await unit.counts.since("2026-01-01")
        assert {one.day for one in found} <= {"2026-01-01"}
        return {one.name: one.number for one in found if one.number and one.name.startswith(beginning)}


@pytest.fixture
def anna(garden: Advisor) -> Person:
    return Person(garden, InMemoryStore())


async def test_a_question_counts_once_under_the_kind_of_its_reply(anna: Person) -> None:
    await anna.say("how to water roses")
    assert anna.reply.kind == "answer"
    await anna.send(text="how to water roses", delivery="1")  # delivered again
    await anna.say("who won the world cup?")
    await anna.say("hello")
    await anna.press("commands")
    assert await anna.counted() == {"question:answer": 1, "question:offtopic": 1}


async def test_a_vote_counts_once_and_a_changed_one_as_what_it_was_changed_to(anna: Person) -> None:
    await anna.say("how to water roses")
    reference = anna.reply.reference
    await anna.press(f"vote:no/{reference}/")
    await anna.press(f"vote:no/{reference}//wrong")
    assert await anna.counted("vote:") == {"vote:no": 1}
    await anna.press(f"vote:yes/{reference}/")
    assert await anna.counted("vote:") == {"vote:yes": 1}


async def test_a_dialogue_counts_once_at_where_it_stands(anna: Person, garden: Advisor) -> None:
    first, *_ = garden.knowledge.triage.questions if garden.knowledge.triage else ()
    await anna.press("triage")
    assert await anna.counted("triage:") == {f"triage:{first}": 1}
    while anna.reply.kind == "triage":
        steps = [choice.command for choice in anna.reply.choices]
        await anna.press(next(step for step in steps if step.startswith(("pick:", "skip:"))))
    assert await anna.counted("triage:") == {"triage:": 1}
    picked = await anna.counted("pick:")
    assert picked and set(picked.values()) == {1}
    await anna.press("triage")
    await anna.press("cancel")
    assert await anna.counted("triage:") == {"triage:": 1, f"triage:{first}": 1}, "it stopped there"
    assert await anna.counted("pick:") == picked


async def test_an_answer_that_is_changed_counts_as_the_new_one(anna: Person) -> None:
    await anna.press("triage")
    [one, other, *_] = [choice.command for choice in anna.reply.choices if choice.command.startswith("pick:")]
    await anna.press(one)
    await anna.say("back")
    await anna.press(other)
    assert await anna.counted("pick:") == {"pick:" + other.split("/", 1)[1]: 1}


async def test_a_turn_that_fails_counts_nothing(anna: Person) -> None:
    async def refuse(*_: object) -> None:
        raise RuntimeError

    await anna._session.hand_over(replace(anna._message, text="how to water roses"), refuse)
    assert await anna.counted() == {}
