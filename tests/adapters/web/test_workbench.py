"""The workbench: who may enter, what it explains, what it makes of gaps, and how knowledge is read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.host import Host
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
LOCKED = {"workbench_password": SecretStr("correct horse"), "on_loopback": False}


def form(page: Element, action: str) -> Element:
    return page.one("form", action=action)


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_there_and_without_anything_inline(browser: Browser, path: str) -> None:
    page = await browser.open(path)
    assert browser.status == 200
    assert not any("style" in element.attributes for element in page.all())


async def test_why_shows_what_was_read_what_came_near_and_what_decided(browser: Browser) -> None:
    page = await browser.open("/workbench/why?q=does+apsec+cover+suply+chain%3F")
    mended = [one.text.strip() for one in page.all("del")]
    assert "apsec" in mended
    assert "subject: appsec" in page.one("span", of="subject").text
    best = next(page.one("table", of="candidates").one("tbody").all("tr"))
    assert "AppSec and supply chain risk" in best.text
    assert list(best.all("rect", of="part"))
    assert "Decided by" in page.text


async def test_a_cell_of_the_coverage_opens_its_claims(browser: Browser) -> None:
    page = await browser.open("/workbench/knowledge/coverage")
    [cell] = [a for a in page.all("a", of="cell") if a.attributes["aria-label"] == "No: AppSec, supply chain risk"]
    page = await browser.open("/workbench/knowledge/" + cell.attributes["href"].replace("&amp;", "&"))
    assert "AppSec platforms do not cover supply chain risks." in page.text


async def test_the_triage_is_a_diagram_in_which_a_path_can_be_followed(browser: Browser) -> None:
    page = await browser.open("/workbench/knowledge/triage")
    assert len(list(page.all("li", of="step"))) == 5
    assert not list(page.all("section", of="reached"))
    page = await browser.open("/workbench/knowledge/triage?protect=one&worry=code")
    assert [one.one("h3").text.split(" leads")[0].strip() for one in page.all("section", of="reached")] == [
        "AppSec first"
    ]


async def test_what_was_asked_in_vain_becomes_yaml(browser: Browser) -> None:
    await browser.say("how tall is the eiffel tower?")
    await browser.say("how tall is the Eiffel tower")
    page = await browser.open("/workbench/gaps")
    group = next(one for one in page.all("section", of="gap") if "eiffel" in one.text.casefold())
    assert group.one("span", of="count").text == "2"
    assert '    - "how tall is the' in group.one("code").text


async def test_gold_questions_are_asked_and_the_wrong_ones_explained(browser: Browser) -> None:
    page = await browser.open("/workbench/evaluate")
    right = '{"q": "what is SAST?", "kind": "answer", "must": ["appsec.type.sast"]}'
    gold = right + '\n{"q": "what is DAST?", "kind": "offtopic"}'
    page = await browser.submit(form(page, "/workbench/evaluate"), {"pasted": [gold]})
    assert "50.0%" in page.one("ul", of="figures").text
    assert "answer for offtopic" in page.text
    page = await browser.submit(form(page, "/workbench/evaluate"), {"pasted": ["nonsense"]})
    assert browser.status == 400
    assert "Line 1 is not JSON" in page.text


async def test_another_folder_is_compared_question_by_question(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "a.yaml").write_text("- {id: a, questions: [roses], answer: Yes.}\n", encoding="utf-8")
    page = await browser.open("/workbench/evaluate")
    given = {
        "pasted": ['{"q": "what is SAST?", "kind": "answer", "must": ["appsec.type.sast"]}'],
        "against": [str(tmp_path)],
    }
    page = await browser.submit(form(page, "/workbench/evaluate"), given)
    assert "1 of 1 questions get another reply" in page.text
    assert page.one("span", of="mended").text == "mended"


async def test_broken_knowledge_is_shown_while_the_old_serves_and_mended_knowledge_takes_over(
    make_web: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "knowledge"
    (folder / "answers").mkdir(parents=True)
    file = folder / "answers" / "garden.yaml"
    file.write_text("- {id: roses, questions: [how often do roses need water], answer: Weekly.}\n", encoding="utf-8")
    site: Web = await make_web(host=Host(folder), knowledge=folder)
    browser = await site.browser()
    file.write_text("- {id: roses, questions: [how often do roses need water], anwser: Daily.}\n", encoding="utf-8")
    page = await browser.submit(form(await browser.open("/workbench/"), "/workbench/reload"))
    assert "answers/garden.yaml:1" in page.one("ul", of="problems").text
    await browser.say("how often do roses need water")
    assert "Weekly." in browser.latest.text
    file.write_text("- {id: roses, questions: [how often do roses need water], answer: Daily.}\n", encoding="utf-8")
    page = await browser.submit(form(await browser.open("/workbench/"), "/workbench/reload"))
    assert "Read again" in page.text
    await browser.open("/")
    await browser.say("how often do roses need water")
    assert "Daily." in browser.latest.text


async def test_away_from_this_machine_the_workbench_is_shut_without_a_password(make_web: Any) -> None:
    site: Web = await make_web(on_loopback=False)
    browser = await site.browser()
    page = await browser.open("/workbench/")
    assert browser.status == 403
    assert "WORKBENCH_PASSWORD" in page.text
    assert "Workbench" not in (await browser.open("/")).one("header").text


@pytest.mark.parametrize(
    "headers",
    [{"Host": "advisor.example"}, {"X-Forwarded-For": "203.0.113.9"}, {"Forwarded": "for=203.0.113.9"}],
    ids=["a foreign name", "a proxy", "a proxy of another kind"],
)
async def test_who_comes_by_a_foreign_name_or_a_proxy_is_not_at_this_machine(
    browser: Browser, headers: dict[str, str]
) -> None:
    async with browser.http.get(browser.url + "/workbench/", headers=headers) as response:
        assert response.status == 403


async def test_the_password_opens_it_and_a_wrong_one_does_not(make_web: Any) -> None:
    site: Web = await make_web(**LOCKED)
    browser = await site.browser()
    for path in PAGES:
        page = await browser.open(path)
        assert list(page.all("input", type="password")), path
    wrong = await browser.submit(form(browser.page, "/workbench/enter"), {"password": ["correct house"]})
    assert "not the password" in wrong.text
    data = [("token", wrong.one("input", name="token").attributes["value"]), ("password", "correct horse")]
    async with browser.http.post(
        site.url + "/workbench/enter", data=dict(data), allow_redirects=False, headers={"X-Forwarded-Proto": "http"}
    ) as response:
        cookie = response.headers["Set-Cookie"]
        assert cookie.startswith("workbench=") and "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert "Serving" in (await browser.open("/workbench/")).text
    assert not list((await browser.open("/workbench/evaluate")).all("input", id="path"))
    site.clock.ahead += 13 * 3600
    assert list((await browser.open("/workbench/")).all("input", type="password"))


async def test_a_forged_session_is_none(make_web: Any) -> None:
    site: Web = await make_web(**LOCKED)
    browser = await site.browser()
    for cookie in ("9999999999.", "9999999999." + "0" * 64, "."):
        browser.http.cookie_jar.update_cookies({"workbench": cookie})
        assert list((await browser.open("/workbench/")).all("input", type="password"))


async def test_passwords_can_be_tried_a_few_times_only_even_the_right_one(make_web: Any) -> None:
    site: Web = await make_web(**LOCKED)
    browser = await site.browser()
    page = await browser.open("/workbench/enter")
    for _ in range(8):
        page = await browser.submit(form(page, "/workbench/enter"), {"password": ["wrong"]})
        assert browser.status == 403
    page = await browser.submit(form(page, "/workbench/enter"), {"password": ["correct horse"]})
    assert browser.status == 429
    assert "Try again in 5 minutes" in page.text


async def test_entering_leads_to_a_page_of_the_workbench_and_nowhere_else(make_web: Any) -> None:
    site: Web = await make_web(**LOCKED)
    for wanted in ("https://evil.example/", "//evil.example", "/workbench/\\evil.example", "/workbench//evil.example"):
        browser = await site.browser()
        page = await browser.open("/workbench/enter")
        token = page.one("input", name="token").attributes["value"]
        data = {"token": token, "password": "correct horse", "next": wanted}
        async with browser.http.post(site.url + "/workbench/enter", data=data, allow_redirects=False) as response:
            assert response.headers["Location"] == "/workbench/"


async def test_a_reload_that_another_site_asks_for_is_refused(browser: Browser) -> None:
    await browser.send("/workbench/reload", [("token", "")])
    assert browser.status == 403
