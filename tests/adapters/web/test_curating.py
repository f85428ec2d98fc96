"""The curator's loop without script: judging a reply, editing the knowledge, seeing what that does, and undo."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.advisor_host import AdvisorHost
from bot.curation.gold_file import golds_in
from tests.adapters.web.browser import Browser, Element
from tests.adapters.web.conftest import Web

GARDEN = """\
# The garden.
- id: roses
  title: Watering roses
  questions: [how often do roses need water]   # asked in spring
  answer: Weekly.
- {id: tulips, title: Planting tulips, questions: [when are tulips planted], answer: In autumn.}
"""
ASKED = "is a can enough on Sundays"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "garden.yaml").write_text(GARDEN, encoding="utf-8")
    return tmp_path


@pytest.fixture
async def owner(make_web: Any, folder: Path) -> Browser:
    site: Web = await make_web(host=AdvisorHost(folder), knowledge=folder)
    return await site.owner()


def form(page: Element, action: str) -> Element:
    return page.one("form", action=action)


async def press(owner: Browser, action: str, step: str, **values: str) -> Element:
    given = {key: [value] for key, value in {**values, "step": step}.items()}
    return await owner.submit(form(owner.page, action), given)


async def test_what_is_right_is_kept_once_with_one_click_and_can_be_undone(owner: Browser, folder: Path) -> None:
    for _ in range(2):
        page = await owner.open("/workbench/why?q=how+often+do+roses+need+water&earlier=hello")
        page = await owner.submit(form(page, "/workbench/judge"))
    assert "It stands there already" in page.text
    [gold] = golds_in(folder / "gold.jsonl")
    assert (gold.question, gold.history, gold.entry) == ("how often do roses need water", ("hello",), "roses")


async def test_what_it_should_be_is_picked_and_undone(owner: Browser, folder: Path) -> None:
    page = await owner.open("/workbench/judge?q=is+it+raining")
    page = await owner.submit(form(page, "/workbench/judge"), {"should": ["offtopic"], "verdict": [""]})
    assert [gold.kind for gold in golds_in(folder / "gold.jsonl")] == ["offtopic"]
    page = await owner.submit(form(page, "/workbench/judge/undo"))
    assert "Undone" in page.text and golds_in(folder / "gold.jsonl") == []


@pytest.mark.parametrize("should", ["", "answer:nobody", "answer", "nonsense", "notice"])
async def test_what_no_reply_can_be_is_not_kept(owner: Browser, folder: Path, should: str) -> None:
    page = await owner.open("/workbench/judge?q=is+it+raining")
    await owner.submit(form(page, "/workbench/judge"), {"should": [should], "verdict": [""]})
    assert owner.status == 400 and not (folder / "gold.jsonl").exists()


async def test_a_phrasing_is_added_its_effect_is_shown_before_and_it_is_undone(owner: Browser, folder: Path) -> None:
    file = folder / "answers" / "garden.yaml"
    (folder / "gold.jsonl").write_text(f'{{"q": "{ASKED}", "kind": "answer", "entry": "roses"}}\n', encoding="utf-8")
    await owner.open("/workbench/edit/phrasing?answer=roses")
    action = "/workbench/edit/phrasing"
    page = await press(owner, action, "check", questions="when are tulips planted")
    assert "leads to two answers" in page.one("div", id="problems").text
    page = await press(owner, action, "preview", questions=ASKED)
    assert "gets right" in page.text and ASKED in page.one("pre", of="diff").text
    assert file.read_text(encoding="utf-8") == GARDEN
    page = await press(owner, action, "save")
    assert "Saved" in page.text
    assert file.read_text(encoding="utf-8") == GARDEN.replace("need water]  ", f"need water, {ASKED}]")
    await owner.open("/")
    await owner.say(ASKED)
    assert "Weekly." in owner.latest.text
    page = await owner.open("/workbench/edit/saved?id=1")
    page = await owner.submit(form(page, "/workbench/edit/undo"))
    assert "Undone" in page.text and file.read_text(encoding="utf-8") == GARDEN


async def test_what_changed_on_disk_meanwhile_is_told_and_nothing_is_lost(owner: Browser, folder: Path) -> None:
    file = folder / "answers" / "garden.yaml"
    await owner.open("/workbench/edit/answer?answer=roses")
    action = "/workbench/edit/answer"
    await press(owner, action, "preview", answer="Daily.")
    file.write_text(GARDEN + "# mine\n", encoding="utf-8")
    page = await press(owner, action, "save")
    assert owner.status == 409 and "changed on disk" in page.text
    assert file.read_text(encoding="utf-8") == GARDEN + "# mine\n"
    await press(owner, action, "save")
    assert file.read_text(encoding="utf-8") == GARDEN.replace("Weekly", "Daily") + "# mine\n"
    file.write_text(GARDEN, encoding="utf-8")
    page = await owner.submit(form(await owner.open("/workbench/edit/saved?id=1"), "/workbench/edit/undo"))
    assert "nothing was undone" in page.text and file.read_text(encoding="utf-8") == GARDEN


async def test_where_others_reach_the_server_it_takes_the_operators_word(make_web: Any, folder: Path) -> None:
    password = "correct horse"
    for allowed, status in ((False, 403), (True, 200)):
        closed = {"on_loopback": False, "workbench_password": SecretStr(password), "workbench_edits": allowed}
        browser = await (await make_web(host=AdvisorHost(folder), knowledge=folder, **closed)).browser()
        page = await browser.open("/workbench/enter")
        await browser.submit(form(page, "/workbench/enter"), {"password": [password]})
        page = await browser.open("/workbench/knowledge/answer?id=roses")
        assert ("Add a phrasing" in page.text) == allowed
        await browser.open("/workbench/edit/phrasing?answer=roses")
        assert browser.status == status
        page = await browser.open("/workbench/judge?q=is+it+raining")
        assert ("It should be" in page.text) == allowed


async def test_a_folder_that_is_read_only_is_not_edited(owner: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # the tests may run as somebody who may do anything
    page = await owner.open("/workbench/edit/phrasing?answer=roses")
    assert owner.status == 403 and "KNOWLEDGE_DIR" in page.text


@pytest.mark.parametrize("path", ["judge", "judge/undo", "edit/phrasing", "edit/answer", "edit/claim", "edit/undo"])
async def test_what_another_site_sends_is_refused(owner: Browser, folder: Path, path: str) -> None:
    fields = {
        "token": "",
        "q": "a",
        "should": "help",
        "answer_id": "roses",
        "questions": "b",
        "step": "save",
        "id": "1",
    }
    await owner.send(f"/workbench/{path}", list(fields.items()))
    assert owner.status == 403
    assert not (folder / "gold.jsonl").exists()
    assert (folder / "answers" / "garden.yaml").read_text(encoding="utf-8") == GARDEN
