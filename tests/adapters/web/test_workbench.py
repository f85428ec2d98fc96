"""The workbench: what it explains, what it makes of gaps, and how knowledge is read again."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from adapters.advisor_host import AdvisorHost
from tests.adapters.web.browser import Browser, Element
from tests.adapters.web.conftest import Web

PAGES = (
    "/workbench/",
    "/workbench/why?q=does+apsec+cover+suply+chain",
    "/workbench/judge?q=does+apsec+cover+suply+chain",
    "/workbench/edit/phrasing?answer=compare-all",
    "/workbench/knowledge",
    "/workbench/knowledge/answers",
    "/workbench/knowledge/vocabulary",
    "/workbench/knowledge/triage?protect=one",
    "/workbench/knowledge/coverage",
    "/workbench/knowledge/cell?subject=appsec&topic=supply-chain",
    "/workbench/knowledge/claim?id=appsec.con.scope.supply-chain",
    "/workbench/knowledge/answer?id=compare-all",
    "/workbench/knowledge/reach",
    "/workbench/gaps",
    "/workbench/evaluate",
)


def form(page: Element, action: str) -> Element:
    return page.one("form", action=action)


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_there_and_without_anything_inline(owner: Browser, path: str) -> None:
    page = await owner.open(path)
    assert owner.status == 200
    assert not any("style" in element.attributes for element in page.all())


LARGE = 100_000  # bytes


@pytest.mark.parametrize(
    "path",
    [
        *PAGES,
        *(f"/workbench/edit/{kind}?answer=compare-all" for kind in ("answer", "claim")),
    ],
)
async def test_no_page_is_larger_than_100_kb(owner: Browser, path: str) -> None:
    async with owner.http.get(owner.url + path) as response:
        assert response.status == 200 and len(await response.read()) <= LARGE


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_there_as_json_too(owner: Browser, path: str) -> None:
    page = await owner.open(path)
    [link] = [one.attributes["href"] for one in page.all("a") if one.text == "This page as JSON"]
    async with owner.http.get(owner.url + link) as response:
        assert response.status == 200 and response.content_type == "application/json"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        said = await response.json()
    assert isinstance(said, dict) and not {"knowledge", "drawn", "token"} & said.keys()


async def test_json_needs_the_same_log_in_and_what_is_missing_is_said_in_json(site: Web, owner: Browser) -> None:
    stranger = await site.browser()
    async with stranger.http.get(f"{site.url}/workbench/gaps.json") as response:
        assert response.status == 403 and set(await response.json()) == {"what", "remedy"}
    async with owner.http.get(f"{site.url}/workbench/knowledge/claim.json?id=none") as response:
        assert response.status == 404 and "There is no none" in (await response.json())["what"]


async def test_why_shows_what_was_read_what_came_near_and_what_decided(owner: Browser) -> None:
    page = await owner.open("/workbench/why?q=does+apsec+cover+suply+chain%3F")
    mended = [one.text.strip() for one in page.all("del")]
    assert "apsec" in mended
    assert "subject: appsec" in page.one("span", of="subject").text
    best = next(page.one("table", of="candidates").one("tbody").all("tr"))
    assert "AppSec and supply chain risk" in best.text
    assert list(best.all("rect", of="part"))
    assert "Decided by" in page.text


async def test_a_cell_of_the_coverage_opens_its_claims(owner: Browser) -> None:
    page = await owner.open("/workbench/knowledge/coverage")
    [cell] = [a for a in page.all("a", of="cell") if a.attributes["aria-label"] == "No: AppSec, supply chain risk"]
    page = await owner.open("/workbench/knowledge/" + cell.attributes["href"].replace("&amp;", "&"))
    assert "AppSec platforms do not cover supply chain risks." in page.text


async def test_the_triage_is_a_graph_in_which_a_path_is_followed_by_clicking(owner: Browser) -> None:
    page = await owner.open("/workbench/knowledge/triage")
    assert len(list(page.all("li", of="step"))) == 5
    assert not list(page.all("section", of="reached"))
    assert "more answers speak for “Product security” than for “AppSec first”" in " ".join(page.text.split())
    for label in ("One application", "Flaws in our code", "Nothing yet", "Skipped"):
        [where] = [link for link in page.one("svg", of="triage-graph").all("a") if as_drawn(link) == label][-1:]
        page = await owner.open("/workbench/knowledge/triage" + where.attributes["href"].partition("triage")[2])
    assert [one.one("h3").text.split(" leads")[0].strip() for one in page.all("section", of="reached")] == [
        "AppSec first"
    ]
    assert len(list(page.all("path", of="taken"))) == 4
    assert "leads here" in page.text and "leads here so far" not in page.text


def as_drawn(link: Element) -> str:
    return " ".join(text.text for text in link.all("text") if text.attributes["class"].strip() != "note")


async def test_the_list_below_the_graph_says_and_links_the_same(owner: Browser) -> None:
    page = await owner.open("/workbench/knowledge/triage?protect=one&worry=code")
    drawn = {link.attributes["href"] for link in page.one("svg", of="triage-graph").all("a")}
    assert page.one("svg", of="triage-graph").attributes["aria-hidden"] == "true"
    assert all(link.attributes["tabindex"] == "-1" for link in page.one("svg", of="triage-graph").all("a"))
    assert {link.attributes["href"].partition("#")[0] for link in page.one("ol", of="diagram").all("a")} == drawn
    picked = [one.text for one in page.all("li", of="picked")]
    assert "One application" in picked[0] and "then “What worries you most”" in picked[0]
    assert "Flaws in our code" in picked[1]


async def test_how_often_each_branch_was_taken_is_told_in_the_graph_and_in_the_list(owner: Browser) -> None:
    await owner.say("triage")
    await owner.press("A whole product")
    page = await owner.open("/workbench/knowledge/triage")
    option = next(one for one in page.all("li", of="branch") if "A whole product" in one.text)
    times = next(small.text for small in option.all("small") if "times" in small.text)
    assert int(times.split()[0]) >= 1
    assert f"{times.split()[0]}×" in [one.text for one in page.all("text", of="note")]


async def test_broken_knowledge_is_shown_while_the_old_serves_and_mended_knowledge_takes_over(
    make_web: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "knowledge"
    (folder / "answers").mkdir(parents=True)
    file = folder / "answers" / "garden.yaml"
    file.write_text("- {id: roses, questions: [how often do roses need water], answer: Weekly.}\n", encoding="utf-8")
    site: Web = await make_web(host=AdvisorHost(folder), knowledge=folder)
    owner = await site.owner()
    file.write_text("- {id: roses, questions: [how often do roses need water], anwser: Daily.}\n", encoding="utf-8")
    page = await owner.submit(form(await owner.open("/workbench/"), "/workbench/reload"))
    assert "answers/garden.yaml:1" in page.one("ul", of="problems").text
    await owner.say("how often do roses need water")
    assert "Weekly." in owner.latest.text
    file.write_text("- {id: roses, questions: [how often do roses need water], answer: Daily.}\n", encoding="utf-8")
    page = await owner.submit(form(await owner.open("/workbench/"), "/workbench/reload"))
    assert "Read again" in page.text
    await owner.open("/")
    await owner.say("how often do roses need water")
    assert "Daily." in owner.latest.text


async def test_while_mended_knowledge_is_read_the_overview_says_so_and_not_the_old_errors(
    make_web: Any, tmp_path: Path
) -> None:
    (tmp_path / "answers").mkdir()
    file = tmp_path / "answers" / "garden.yaml"
    garden = "- {id: roses, questions: [how often do roses need water], answer: %s.}\n"
    file.write_text(garden % "Weekly", encoding="utf-8")
    go_on = threading.Event()
    go_on.set()
    host = AdvisorHost(tmp_path, progress=lambda examples, share: go_on.wait() or None)
    owner = await (await make_web(host=host, knowledge=tmp_path)).owner()
    watching = asyncio.create_task(host.watch())
    try:
        file.write_text("- {id: roses, anwser: Daily.}\n", encoding="utf-8")
        page = await owner.open("/workbench/")
        while "answers/garden.yaml:1" not in page.text:
            page = await owner.open("/workbench/")
        go_on.clear()  # it is read for as long as the test likes
        file.write_text(garden % "Daily", encoding="utf-8")
        page = await owner.open("/workbench/")
        assert "Reading what changed" in page.text and "Look again" in page.text
        assert "answers/garden.yaml" not in page.text and not list(page.all("ul", of="problems"))
    finally:
        go_on.set()
    while "Reading what changed" in page.text:
        page = await owner.open("/workbench/")
    assert "Serving" in page.text
    assert "Daily." in host.advisor.ask("how often do roses need water").text
    host.close()
    await watching


async def test_a_reload_that_another_site_asks_for_is_refused(owner: Browser) -> None:
    await owner.send("/workbench/reload", [("token", "")])
    assert owner.status == 403
