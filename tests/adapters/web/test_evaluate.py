"""Evaluation in the workbench: in the background, saved, compared with other runs, folders and revisions."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from adapters.advisor_host import AdvisorHost
from adapters.web.csv_text import csv_text
from tests.adapters.web.browser import Browser, Element
from tests.adapters.web.conftest import Web

EVALUATE = "/workbench/evaluate"
ROSES = "- {id: roses, questions: [how often do roses need water], answer: %s.}\n"
FERNS = "- {id: ferns, questions: [do ferns like shade in the garden], answer: They do.}\n"
GOLD = (
    '{"q": "how often do roses need water", "kind": "answer", "style": "plain/roses"}\n'
    '{"q": "do ferns like shade in the garden", "kind": "answer", "style": "plain/ferns"}\n'
    '{"q": "=HYPERLINK(\\"https://example.org\\")", "kind": "triage", "style": "hard"}\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "knowledge" / "answers").mkdir(parents=True)
    return write(tmp_path / "knowledge", ROSES % "Weekly")


def write(folder: Path, answers: str) -> Path:
    (folder / "answers" / "garden.yaml").write_text(answers, encoding="utf-8")
    return folder


@pytest.fixture
async def garden(make_web: Any, folder: Path, sqlite_url: str) -> Web:
    made: Web = await make_web(host=AdvisorHost(folder), knowledge=folder, database=sqlite_url)
    return made


async def evaluated(owner: Browser, **given: str) -> Element:
    """The page of the run, once it has finished."""
    page = await owner.open(EVALUATE)
    page = await owner.submit(page.one("form", action=EVALUATE), {key: [value] for key, value in given.items()})
    return await finished(owner, page)


async def finished(owner: Browser, page: Element) -> Element:
    while under_way := list(page.all("section", id="under-way")):
        [again] = [link for link in under_way[0].all("a") if link.text.strip() == "Look again"]
        await asyncio.sleep(0.05)
        page = await owner.open(again.attributes["href"])
    return page


def link(page: Element, label: str) -> str:
    return next(one.attributes["href"] for one in page.all("a") if one.text.strip() == label)


async def fetched(owner: Browser, path: str) -> str:
    async with owner.http.get(owner.url + path) as response:
        assert "attachment" in response.headers["Content-Disposition"]
        return await response.text()


async def test_gold_questions_are_asked_and_the_wrong_ones_shown(garden: Web) -> None:
    owner = await garden.owner()
    page = await evaluated(owner, pasted=GOLD)
    assert "33.3%" in page.one("ul", of="figures").text
    assert "2 wrong" in page.text and "for triage" in page.text
    by_style = page.one("table", of="candidates").text
    assert "plain" in by_style and "hard" in by_style and "plain/roses" not in by_style
    page = await owner.open(EVALUATE + "/run?" + link(page, "plain").partition("?")[2])
    by_style = page.one("table", of="candidates").text
    assert "plain/ferns" in by_style and "hard" not in by_style
    assert "1 wrong" in page.text


async def test_what_cannot_be_asked_is_told_beside_what_was_filled_in(garden: Web) -> None:
    owner = await garden.owner()
    for given, told in (
        ({"pasted": "nonsense"}, "Line 1 is not JSON"),
        ({"pasted": GOLD, "against": "/no/such/folder"}, "is not a folder"),
        ({"pasted": GOLD, "against": "/tmp", "revision": "HEAD"}, "one of the two"),
        ({"path": "/no/such/file"}, "can't be read"),
        ({}, "no questions"),
    ):
        page = await evaluated(owner, **given)
        assert owner.status == 400
        assert told in page.one("p", role="alert").text
        assert given.get("pasted", "").strip() == page.one("textarea", id="pasted").text.strip()


async def test_a_run_outlives_the_process_and_a_later_one_of_the_same_questions_is_compared_with_it(
    make_web: Any, garden: Web, folder: Path, sqlite_url: str
) -> None:
    owner = await garden.owner()
    await evaluated(owner, pasted=GOLD)
    write(folder, ROSES % "Daily" + FERNS)
    another: Web = await make_web(host=AdvisorHost(folder), knowledge=folder, database=sqlite_url)
    owner = await another.owner()
    page = await owner.open(EVALUATE)
    row = next(page.one("tbody").all("tr"))
    assert "33.3%" in row.text and "3 pasted questions" in row.text
    page = await owner.open(next(row.all("a")).attributes["href"])
    page = await finished(owner, await owner.submit(page.one("form", action=f"{EVALUATE}/again")))
    assert "of 3 questions get another reply" in page.text
    assert "1 mended" in page.text and "0 broken" in page.text
    assert "was 33.3%" in page.one("ul", of="figures").text
    mended = await owner.open(f"{EVALUATE}/run?show=mended&" + query(page))
    assert [" ".join(one.text.split()) for one in mended.all("h3")] == ["mended do ferns like shade in the garden"]


def query(page: Element) -> str:
    return link(page, "JSON Lines").partition("?")[2]


async def test_another_folder_is_compared_question_by_question(garden: Web, tmp_path: Path) -> None:
    (tmp_path / "before" / "answers").mkdir(parents=True)
    write(tmp_path / "before", FERNS)
    page = await evaluated(await garden.owner(), pasted=GOLD, against=str(tmp_path / "before"))
    assert "1 mended" in page.text and "1 broken" in page.text
    write(tmp_path / "before", "- {id: ferns, anwser: They do.}\n")
    page = await evaluated(await garden.owner(), pasted=GOLD, against=str(tmp_path / "before"))
    assert "can't be compared" in page.text and "answers/garden.yaml:1" in page.text


def git(folder: Path, *arguments: str) -> None:
    person = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    nobody = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", "-C", str(folder), *person, *arguments], check=True, capture_output=True, env=nobody)


async def test_an_earlier_revision_of_the_folder_is_compared_question_by_question(garden: Web, folder: Path) -> None:
    git(folder.parent, "init", "-q")
    write(folder, FERNS)
    git(folder.parent, "add", "knowledge")
    git(folder.parent, "commit", "-q", "-m", "Ferns only")
    write(folder, ROSES % "Weekly")
    owner = await garden.owner()
    page = await owner.open(EVALUATE)
    assert "Ferns only" in page.one("datalist", id="revisions").text
    page = await evaluated(owner, pasted=GOLD, revision="HEAD")
    assert "revision HEAD" in page.text
    assert "1 mended" in page.text and "1 broken" in page.text
    for name in ("no-such-branch", "--output=/tmp/x", "HEAD..HEAD", "HEAD:knowledge"):
        page = await evaluated(owner, pasted=GOLD, revision=name)
        assert "can't be compared" in page.text and "Write a commit, a tag or a branch" in page.text


async def test_where_there_is_no_repository_the_page_says_so(garden: Web) -> None:
    page = await (await garden.owner()).open(EVALUATE)
    assert "in no git repository" in page.text
    assert not list(page.all("input", id="revision"))


async def test_the_file_that_judgements_are_kept_in_is_asked_unless_others_are_pasted(
    garden: Web, folder: Path
) -> None:
    (folder / "gold.jsonl").write_text(GOLD, encoding="utf-8")
    owner = await garden.owner()
    page = await evaluated(owner)
    assert "3 questions of gold.jsonl" in page.one("main").text
    page = await evaluated(owner, pasted=GOLD.splitlines()[0])
    assert "1 question of pasted questions" in page.one("main").text


async def test_what_is_wrong_can_be_taken_along_and_is_a_gold_file_again(garden: Web) -> None:
    owner = await garden.owner()
    page = await evaluated(owner, pasted=GOLD)
    lines = await fetched(owner, link(page, "JSON Lines"))
    wrong = [json.loads(line) for line in lines.splitlines()]
    assert [one["q"] for one in wrong] == [json.loads(line)["q"] for line in GOLD.splitlines()[1:]]
    assert all(one["fault"] and one["got"]["kind"] for one in wrong)
    again = await evaluated(owner, pasted=lines)
    assert "2 wrong" in again.text
    rows = list(csv.reader(io.StringIO(await fetched(owner, link(page, "CSV")))))
    assert rows[0][0] == "question"
    assert '\'=HYPERLINK("https://example.org")' in [row[0] for row in rows]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", "\r=1"])
def test_no_cell_of_a_table_is_read_as_a_formula(cell: str) -> None:
    [[_], [read]] = csv.reader(io.StringIO(csv_text(("head",), [(cell,)]), newline=""))
    assert read == f"'{cell}"


async def test_while_one_is_under_way_its_progress_is_shown_another_is_refused_and_it_can_be_stopped(
    make_web: Any, folder: Path, sqlite_url: str, tmp_path: Path
) -> None:
    go_on = threading.Event()
    host = AdvisorHost(folder)
    ask = host.advisor.ask
    host.advisor.ask = lambda *asked: go_on.wait() and ask(*asked)  # type: ignore[method-assign]
    garden: Web = await make_web(host=host, knowledge=folder, database=sqlite_url)
    owner = await garden.owner()
    try:
        page = await owner.open(EVALUATE)
        page = await owner.submit(page.one("form", action=EVALUATE), {"pasted": [GOLD]})
        assert page.one("progress").attributes["max"] == "3"
        assert page.one("meta", **{"http-equiv": "refresh"})
        page = await owner.open(EVALUATE)
        page = await owner.submit(page.one("form", action=EVALUATE), {"pasted": [GOLD]})
        assert owner.status == 409 and "under way" in page.one("p", role="alert").text
        page = await owner.submit(page.one("form", action=f"{EVALUATE}/delete"))
        assert "None yet" in page.text
    finally:
        go_on.set()
    page = await evaluated(owner, pasted=GOLD)
    assert "33.3%" in page.one("ul", of="figures").text


async def test_forms_that_another_site_sends_are_refused(garden: Web) -> None:
    owner = await garden.owner()
    for path in (EVALUATE, f"{EVALUATE}/again", f"{EVALUATE}/delete"):
        await owner.send(path, [("token", ""), ("id", "x"), ("pasted", GOLD)])
        assert owner.status == 403
