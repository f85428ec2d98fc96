"""Gaps in the workbench: an inbox of what was asked in vain."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from adapters.database import SqlStore
from bot.domain.effects import Unanswered
from tests.adapters.web.browser import Browser, Element
from tests.adapters.web.conftest import Web

TALL = ("how tall is the eiffel tower?", "how tall is the Eiffel tower", "height of the eiffel tower")
OTHERS = ("who won the cup?", "=SUM(A1:A9) of apples", "@everyone likes soup")


@pytest.fixture
async def site(make_web: Any, sqlite_url: str) -> Web:
    """With a database of its own."""
    store = SqlStore.at(sqlite_url)
    async with store.transaction() as unit:
        for day, question in enumerate((*TALL, *OTHERS), 1):
            await unit.gaps.add(Unanswered(question, "offtopic"), day=f"2026-05-0{day}")
    await store.close()
    made: Web = await make_web(database=sqlite_url)
    return made


async def gaps(owner: Browser, path: str = "/workbench/gaps") -> Element:
    """The page, once everything is asked and grouped."""
    page = await owner.open(path)
    while "being asked and grouped" in page.text:
        page = await owner.open(path)
    return page


def questions(page: Element) -> list[str]:
    return [row.one("th").one("a").text for row in page.all("tr", of="gap")]


async def mark(owner: Browser, page: Element, to: str, *chosen: str) -> Element:
    bar = page.one("form", id="inbox")
    pairs = [(one.attributes["name"], one.attributes["value"]) for one in bar.all("input")]
    button = next(one for one in bar.all("button") if one.text.strip() == to)
    ticked = [("group", question) for question in chosen]
    return await owner.send(bar.attributes["action"], [*pairs, *ticked, ("to", button.attributes["value"])])


async def test_questions_are_in_groups_the_largest_first_and_one_opens_with_its_yaml(owner: Browser) -> None:
    page = await gaps(owner)
    first = next(page.all("tr", of="gap"))
    assert first.one("td", of="number").text.strip() == "3"
    assert len(questions(page)) == 4
    page = await gaps(owner, first.one("th").one("a").attributes["href"].partition("#")[0])
    whole = page.one("tr", of="whole")
    assert all(question in whole.text for question in TALL if question != TALL[1])
    assert '    - "how tall is the' in whole.one("code").text


async def test_numbers_in_names_stay_in_a_gap_and_its_yaml(owner: Browser) -> None:
    await owner.say("how tall is the log4shell of SOC 2, ISO 27001 and TLS 1.2/1.3 in Zanzibar")
    await gaps(owner)
    page = await gaps(owner, "/workbench/gaps?open=how+tall+is+the+log4shell")
    [found] = [question for question in questions(page) if "log4shell" in question]
    kept = "log4shell of SOC 2, ISO 27001 and TLS 1.2/1.3 in"
    assert kept in found
    async with owner.http.get(f"{owner.url}/workbench/gaps.json", params={"open": found}) as response:
        assert kept in (await response.json())["new"]


async def test_marked_groups_leave_the_inbox_and_can_be_put_back(owner: Browser) -> None:
    page = await gaps(owner)
    tall = questions(page)[0]
    page = await mark(owner, page, "Dismiss", tall)
    assert "1 group marked" in page.text and tall not in questions(page)
    await mark(owner, page, "Not our subject", "who won the cup?")
    page = await gaps(owner, "/workbench/gaps?mark=foreign")
    assert questions(page) == ["who won the cup?"]
    page = await gaps(owner, "/workbench/gaps?mark=dismissed")
    assert questions(page) == [tall]
    await mark(owner, page, "Put back", tall)
    assert tall in questions(await gaps(owner)) and not questions(await gaps(owner, "/workbench/gaps?mark=dismissed"))


async def test_what_came_in_after_the_curator_looked_is_not_marked_with_the_rest(owner: Browser) -> None:
    page = await gaps(owner)
    await owner.say("who won the cup?")
    await mark(owner, page, "Reviewed", "who won the cup?")
    left = await gaps(owner)
    assert "who won the cup?" in questions(left)
    assert questions(await gaps(owner, "/workbench/gaps?mark=reviewed")) == ["who won the cup?"]


async def test_the_inbox_is_found_in_and_sorted(owner: Browser) -> None:
    page = await gaps(owner, "/workbench/gaps?find=SOUP")
    assert questions(page) == ["@everyone likes soup"]
    page = await gaps(owner, "/workbench/gaps?sort=last")
    assert questions(page)[:3] == list(reversed(OTHERS))
    by_words = questions(await gaps(owner, "/workbench/gaps?sort=question"))
    assert by_words == sorted(by_words, key=str.casefold)
    page = await gaps(owner, "/workbench/gaps?find=nobody+asked+that")
    assert "No question here has" in page.text


async def test_the_table_can_be_downloaded_and_no_cell_is_a_formula(owner: Browser) -> None:
    await gaps(owner)
    async with owner.http.get(f"{owner.url}/workbench/gaps.csv") as response:
        assert response.content_type == "text/csv" and "gaps.csv" in response.headers["Content-Disposition"]
        rows = list(csv.DictReader(io.StringIO(await response.text())))
    assert len(rows) == 5, "wordings that differ in capitals and signs alone are one"
    assert {"'=SUM(A1:A9) of apples", "'@everyone likes soup"} <= {row["question"] for row in rows}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    async with owner.http.get(f"{owner.url}/workbench/gaps.csv?find=soup") as response:
        assert len((await response.text()).splitlines()) == 2


async def test_json_has_all_groups_with_their_questions(owner: Browser) -> None:
    await gaps(owner)
    async with owner.http.get(f"{owner.url}/workbench/gaps.json") as response:
        said = await response.json()
    assert said["sizes"] == {"open": 4, "reviewed": 0, "foreign": 0, "dismissed": 0}
    assert sum(times for group in said["groups"] for _, times in group["questions"]) == 6


@pytest.mark.parametrize("fields", [{"to": "eaten", "seen": "9"}, {"to": "dismissed", "seen": "all"}])
async def test_marks_that_there_are_not_are_refused(owner: Browser, fields: dict[str, str]) -> None:
    page = await gaps(owner)
    token = page.one("form", id="inbox").one("input", name="token").attributes["value"]
    await owner.send("/workbench/gaps", [("token", token), *fields.items()])
    assert owner.status == 400


async def test_marking_that_another_site_asks_for_is_refused(owner: Browser) -> None:
    await gaps(owner)
    await owner.send("/workbench/gaps", [("token", ""), ("to", "dismissed"), ("seen", "9"), ("group", TALL[0])])
    assert owner.status == 403


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=99999", "mark=no", "sort=no", "open=none"])
async def test_an_address_with_nonsense_in_it_opens_the_inbox(owner: Browser, query: str) -> None:
    page = await gaps(owner, f"/workbench/gaps?{query}")
    assert owner.status == 200 and page.one("h1").text.strip() == "Gaps"
