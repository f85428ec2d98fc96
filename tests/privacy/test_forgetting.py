"""After "forget me" no row and no file names the person or holds their words, once the outbox is empty."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.advisor import Advisor
from tests.privacy.surfaces import LATER, Surfaces, serving_all, stored
from tests.privacy.test_secrets import open_a_question, submit
from tests.slack_workspace.service import Fault
from tests.teams_connector.activities import CHANNEL, executed, in_channel, message, pressed

WORDS = "quokkabert"  # no word, so that it must be somebody's name

pytestmark = pytest.mark.long


async def use_slack(surfaces: Surfaces) -> None:
    slack = surfaces.slack
    await open_a_question(surfaces)
    await slack.press("share:answer/sast", channel=slack.dm)
    await submit(slack, {"place": [slack.channel], "note": [f"{WORDS} likes it"]})
    await slack.press("confirm", channel=slack.dm)
    await slack.direct(f"soup for {WORDS.title()}")
    await slack.direct(f"soup for {WORDS} and Alice")
    await slack.shortcut("triage")
    await slack.shortcut("advise", text=f"does {WORDS} know SAST?")
    await slack.mention(f"<@{slack.workspace.bot}> what is SAST, asks {WORDS}?")
    await slack.command(f"what is DAST, {WORDS}?")
    await slack.press("vote:no/0123456789/sast", channel=slack.dm)
    await surfaces.quiet()
    surfaces.service.refusing["chat.postMessage"] = LATER  # replies that don't get there
    await slack.direct(f"does {WORDS} cover supply chain?")
    await slack.mention(f"<@{slack.workspace.bot}> ask {WORDS} about SAST")
    await slack.press("ask", channel=slack.dm)
    await submit(slack, {"question": [f"who is {WORDS}?"]})
    await slack.press("confirm", channel=slack.dm)


async def use_teams(surfaces: Surfaces) -> None:
    url = surfaces.connector.url
    await surfaces.teams(message(url, f"soup for {WORDS}"))
    await surfaces.teams(message(url, f"ask {WORDS} about SAST", **in_channel()))
    note = {"command": "preview:answer/sast", "field.place": CHANNEL, "field.note": f"{WORDS} likes it"}
    await surfaces.teams(executed(url, note))
    await surfaces.teams(pressed(url, {"command": "confirm"}))
    await surfaces.teams(pressed(url, {"command": "ask", "field.question": f"who is {WORDS}?"}))
    await surfaces.teams(pressed(url, {"command": "confirm"}))


async def test_no_row_and_no_file_names_who_was_forgotten(database: str, learnt: Path, advisor: Advisor) -> None:
    async with serving_all(database, learnt) as surfaces:
        slack = surfaces.slack
        await use_slack(surfaces)
        await use_teams(surfaces)
        await surfaces.browser.say(f"soup for {WORDS}")
        await surfaces.browser.say(f"does {WORDS} cover supply chain?")
        kept = stored(database)
        assert WORDS in kept and slack.person in kept and "aad-dana" in kept and "Dana" in kept

        surfaces.service.refusing["chat.postMessage"] = Fault(error="internal_error")
        await slack.direct("forget me")
        await surfaces.teams(message(surfaces.connector.url, "forget me"))
        await surfaces.browser.say("forget me")
        assert "Forgotten" in surfaces.browser.latest.text
        surfaces.service.refusing.clear()
        slack.workspace.calls.clear()
        await surfaces.quiet()
        await surfaces.run_housekeeping(advisor)

        kept = stored(database)
        assert WORDS not in kept.lower()
        assert slack.person not in kept and slack.dm not in kept
        assert "aad-dana" not in kept and "Dana" not in kept
        told = [call for call in slack.workspace.called("chat.postMessage") if "Forgotten" in call.shown]
        assert len(told) == 1, "that it was done is told once"
        assert WORDS not in str(slack.workspace.standing)
        assert "soup for [name]" in kept and "Alice" not in kept, "what was asked in vain is nobody's"


async def test_who_comes_back_to_teams_is_reached_again(sqlite_url: str, learnt: Path) -> None:
    async with serving_all(sqlite_url, learnt) as surfaces:
        url = surfaces.connector.url
        for text in ("what is SAST?", "forget me", "what is DAST?"):
            await surfaces.teams(message(url, text))
        async with surfaces.store.transaction() as unit:
            chat = await unit.references.personal(message(url, "")["conversation"]["tenantId"], "aad-dana")
        assert chat is not None and chat.conversation == "a:dana-and-bot"


async def test_an_expert_who_was_forgotten_is_not_named_by_an_answer_on_its_way(sqlite_url: str, learnt: Path) -> None:
    async with serving_all(sqlite_url, learnt) as surfaces:
        slack, expert = surfaces.slack, surfaces.expert
        question = await open_a_question(surfaces)
        surfaces.service.refusing["chat.postMessage"] = Fault(error="internal_error")
        experts = slack.workspace.standing[question]["channel"]
        where: dict[str, Any] = {"channel": experts, "thread_ts": question}
        await expert.mention(f"<@{slack.workspace.bot}> ask the platform team", **where)
        await expert.direct("forget me")
        surfaces.service.refusing.clear()
        await surfaces.quiet()
        [told] = [said for said in slack.said() if "ask the platform team" in str(said)]
        assert expert.person not in str(told) and "A colleague" in str(told)


async def test_the_page_says_that_it_was_done_and_keeps_nothing_of_that(sqlite_url: str, learnt: Path) -> None:
    async with serving_all(sqlite_url, learnt) as surfaces:
        await surfaces.browser.say("what is SAST?")
        await surfaces.browser.say("forget me")
        assert [said.text.strip() for said in surfaces.browser.page.all("p", of="said")] == ["You: forget me"]
        await surfaces.browser.open("/")
        assert not list(surfaces.browser.page.all("p", of="said"))
