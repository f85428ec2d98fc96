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


async def test_the_triage_is_a_diagram_in_which_a_path_can_be_followed(owner: Browser) -> None:
    page = await owner.open("/workbench/knowledge/triage")
    assert len(list(page.all("li", of="step"))) == 5
    assert not list(page.all("section", of="reached"))
    assert "more answers speak for “Product security” than for “AppSec first”" in " ".join(page.text.split())
    page = await owner.open("/workbench/knowledge/triage?protect=one&worry=code")
    assert [one.one("h3").text.split(" leads")[0].strip() for one in page.all("section", of="reached")] == [
        "AppSec first"
    ]


async def test_what_was_asked_in_vain_becomes_yaml(owner: Browser) -> None:
    await owner.say("how tall is the eiffel tower?")
    await owner.say("how tall is the Eiffel tower")
    page = await owner.open("/workbench/gaps")
    group = next(one for one in page.all("section", of="gap") if "eiffel" in one.text.casefold())
    assert group.one("span", of="count").text == "2"
    assert '    - "how tall is the' in group.one("code").text


async def test_numbers_in_names_stay_in_a_gap_and_its_yaml(owner: Browser) -> None:
    asked = "how tall is the log4shell of SOC 2, ISO 27001 and TLS 1.2/1.3 in Zanzibar"
    await owner.say(asked)
    page = await owner.open("/workbench/gaps")
    group = next(one for one in page.all("section", of="gap") if "log4shell" in one.text)
    kept = "log4shell of SOC 2, ISO 27001 and TLS 1.2/1.3 in"
    assert kept in group.one("h2").text and kept in group.one("code").text


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
