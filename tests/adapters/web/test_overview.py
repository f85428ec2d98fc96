"""The overview of the workbench, as a curator reads it in the morning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from adapters.database import SqlStore
from adapters.web.gold_scores import GoldScore
from bot.domain.effects import Unanswered
from bot.service.effect_handlers import utc_date
from tests.adapters.web.browser import Browser, Element
from tests.adapters.web.conftest import Web

DAY = 24 * 3600.0


def figure(page: Element, label: str) -> str:
    """The figure with this label, as one line."""
    found = [" ".join(one.text.split()) for one in page.one("ul", of="figures").all("li")]
    return next(one for one in found if label in one)


@pytest.fixture
async def site(make_web: Any, sqlite_url: str) -> Web:
    """With a database of its own."""
    made: Web = await make_web(database=sqlite_url)
    return made


async def test_without_use_it_says_so(owner: Browser) -> None:
    page = await owner.open("/workbench/")
    assert "Nothing was asked in the last twelve weeks." in page.text
    assert "None was begun" in page.text and "No evaluation of this knowledge is kept" in page.text
    assert figure(page, "answered").startswith("– answered")


async def test_what_people_ask_is_counted_by_kind_and_drawn(owner: Browser) -> None:
    await owner.say("what is SAST?")
    await owner.say("how tall is the eiffel tower?")
    page = await owner.open("/workbench/")
    assert figure(page, "questions").startswith("2 questions was 0")
    assert figure(page, "answered").startswith("50% answered")
    assert figure(page, "off-topic").startswith("50% off-topic")
    bars = page.one("svg", of="weeks")
    assert {bar.attributes["class"] for bar in bars.all("rect")} == {"answer", "offtopic"}
    assert "eiffel tower" in page.text.casefold(), "among the newest gaps"


async def test_triages_are_counted_where_they_stop(owner: Browser) -> None:
    await owner.say("triage")
    page = await owner.open("/workbench/")
    assert figure(page, "triages begun").startswith("1 triages begun")
    assert "1 begun in twelve weeks, 0 finished" in page.text


async def test_earlier_weeks_are_compared_with(owner: Browser, site: Web, sqlite_url: str) -> None:
    store = SqlStore.at(sqlite_url)
    async with store.transaction() as unit:
        for ago, number in ((0, 3), (8, 5)):
            await unit.counts.add(utc_date(site.clock() - ago * DAY), {"question:answer": number})
        await unit.counts.add(utc_date(site.clock()), {"question:unstated": 1, "vote:yes": 3, "vote:no": 1})
    await store.close()
    page = await owner.open("/workbench/")
    assert figure(page, "questions").startswith("4 questions was 5")
    assert figure(page, "answered") == "75% answered was 100%, 4 questions"
    assert figure(page, "silent").startswith("25% silent")
    assert figure(page, "found helpful") == "75% found helpful 4 votes"


async def test_the_newest_gaps_are_shown_once_each_and_without_those_that_are_marked(
    owner: Browser, sqlite_url: str
) -> None:
    store = SqlStore.at(sqlite_url)
    async with store.transaction() as unit:
        for question in ("who won?", "Who won", "soup of the day", "what is a spade"):
            await unit.gaps.add(Unanswered(question, "offtopic"), day="2026-05-01")
        await unit.gaps.mark(["soup of the day"], "dismissed", upto=99)
    await store.close()
    async with owner.http.get(f"{owner.url}/workbench.json") as response:
        said = await response.json()
    assert [gap["question"] for gap in said["gaps"]] == ["what is a spade", "Who won"]


async def test_gold_scores_are_drawn_with_their_history(make_web: Any, sqlite_url: str) -> None:
    async def scores(unit: object) -> Sequence[GoldScore]:
        return [GoldScore(number * DAY, f"v{number}", 0.5 + number / 100) for number in range(40)]

    site: Web = await make_web(database=sqlite_url, gold_scores=scores)
    owner = await site.owner()
    page = await owner.open("/workbench/")
    assert figure(page, "gold").startswith("89.0% of the gold questions right was 88.0%, 1970-02-09")
    assert "v39" in page.text and "v33" not in page.text


async def test_the_errors_of_the_folder_are_checked_beside_the_page(
    make_web: Any, sqlite_url: str, tmp_path: Any
) -> None:
    (tmp_path / "answers").mkdir()
    text = "- {id: roses, questions: [how often do roses need water], answer: Weekly., claims: [none]}\n"
    (tmp_path / "answers" / "garden.yaml").write_text(text, encoding="utf-8")
    site: Web = await make_web(database=sqlite_url, knowledge=tmp_path)
    owner = await site.owner()
    page = await owner.open("/workbench/")
    while "is being checked" in page.text:
        page = await owner.open("/workbench/")
    assert "to mend" in page.text and "answers/garden.yaml:1" in page.one("ul", of="problems").text
