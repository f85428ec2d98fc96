"""The page, as a browser without script sees it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from adapters.advisor_host import AdvisorHost
from bot.domain.conversation import Conversation
from bot.domain.messages import Message, Place
from tests.adapters.web.browser import Browser, read
from tests.adapters.web.conftest import Web


async def test_the_first_page_offers_examples_and_a_box_and_an_example_is_answered(browser: Browser) -> None:
    assert browser.page.one("h1").text.strip() == "Security advisor"
    await browser.press("Does AppSec cover supply chain risk?", within=browser.page)
    reply = browser.latest.one("article")
    assert reply.one("span", of="verdict").text.strip() == "No"
    assert "AppSec > Cons > Limited scope" in reply.one("details", of="sources").text
    assert browser.latest.one("p", of="said").text.strip() == "You: Does AppSec cover supply chain risk?"


async def test_what_was_said_stays_on_the_page_when_it_is_loaded_again_until_one_starts_over(browser: Browser) -> None:
    await browser.say("what is SAST?")
    await browser.press("DAST")
    assert [said.text.strip() for said in (await browser.open("/")).all("p", of="said")] == [
        "You: what is SAST?",
        "You: DAST",
    ]
    forms = (form for form in browser.page.all("form") if form.attributes["action"] == "/start-over")
    await browser.submit(next(forms))
    assert not list(browser.page.all("p", of="said"))
    await browser.say("pros of it")
    assert "SAST" not in browser.latest.text


async def test_while_the_database_is_away_a_message_gets_an_error_that_says_what_to_do(
    make_web: Any, tmp_path: Path
) -> None:
    site: Web = await make_web(database=f"sqlite:///{tmp_path / 'without-tables.db'}")
    browser = await site.browser()
    await browser.open("/")
    await browser.say("what is SAST?")
    assert browser.status == 200
    assert browser.latest.one("p", of="said").text.strip() == "You: what is SAST?"
    assert "try again in a minute" in browser.latest.one("article").text


async def test_help_offers_to_ask_a_person_only_where_there_is_one(browser: Browser, host: AdvisorHost) -> None:
    for said in ("help", "commands"):
        await browser.say(said)
        assert "forget me: " in browser.latest.text and "ask: " not in browser.latest.text
        message = Message(said, place=Place("web"), experts=Place("web", channel="experts"))
        assert "ask: " in host.advisor.turn(message, Conversation()).reply.text


async def test_two_people_do_not_see_each_others_words(browser: Browser, site: Web) -> None:
    await browser.say("what is RASP?")
    link = next(a for a in browser.latest.all("a") if a.text.strip() == "Print")
    other = await site.browser()
    assert "RASP" not in (await other.open("/")).one("main").text
    await other.open(link.attributes["href"])
    assert other.status == 404
    assert "RASP" in (await browser.open(link.attributes["href"])).one("article").text


async def test_what_was_said_leaves_the_page_when_the_conversation_has_faded(browser: Browser, site: Web) -> None:
    await browser.say("what is RASP?")
    site.clock.ahead += 25 * 3600
    assert not list((await browser.open("/")).all("p", of="said"))


async def test_the_same_form_sent_twice_is_one_message_and_another_button_of_it_another(browser: Browser) -> None:
    await browser.say("what is SAST?")
    form = next(form for form in browser.latest.all("form") if any(b.label == "DAST" for b in form.all("button")))
    page = browser.page
    await browser.press("DAST")
    await browser.send(*browser.last)
    assert len(list(browser.page.all("div", of="exchange"))) == 2
    browser.page = page
    other = next(button.label for button in form.all("button") if button.label != "DAST")
    await browser.press(other)
    assert len(list(browser.page.all("div", of="exchange"))) == 3


async def test_everything_typed_is_shown_as_text(browser: Browser) -> None:
    await browser.say("<script>alert(1)</script> what is <b>SAST</b>?")
    assert not list(browser.latest.all("script")) and not list(browser.latest.one("p", of="said").all("b"))
    assert "<script>alert(1)</script>" in browser.latest.text


async def test_a_secret_is_not_kept_on_the_page(browser: Browser) -> None:
    await browser.say("my key is AKIAIOSFODNN7EXAMPLA, is that bad?")
    assert "AKIA" not in browser.page.text
    assert "secret in it" in browser.latest.text
    assert "AKIA" not in (await browser.open("/")).text


async def test_a_comparison_is_a_real_table(browser: Browser) -> None:
    await browser.say("compare")
    table = browser.latest.one("table")
    assert [cell.text.strip() for cell in table.one("thead").all("th", scope="col")] == ["AppSec", "Product security"]
    assert "Scope" in [cell.text.strip() for cell in table.all("th", scope="row")]


async def test_an_answer_can_be_kept_as_markdown_and_printed(browser: Browser) -> None:
    await browser.say("does AppSec cover supply chain?")
    links = {a.text.strip(): a.attributes["href"] for a in browser.latest.all("a")}
    async with browser.http.get(browser.url + links["Download"]) as response:
        assert response.headers["Content-Disposition"] == 'attachment; filename="answer.md"'
        text = await response.text()
    assert text.startswith(
        "> does AppSec cover supply chain?\n\n## No. AppSec and supply chain risk\n\nAppSec platforms do not cover"
    )
    assert "AppSec > Cons > Limited scope · " in text and "\\>" not in text
    source = (
        "*“Application Security vs. Product Security: Key Differences, Pros, and Cons”, Apiiro Blog, 15 March 2025. "
    )
    assert text.count(source) == 1 and "a vendor that sells an AppSec platform" in text
    copied = next(one for one in browser.latest.all("button") if "data-copy-page" in one.attributes)
    assert copied.attributes["data-copy-page"] == links["Download"]
    sheet = (await browser.open(links["Print"])).one("article")
    assert "AppSec platforms do not cover supply chain risks." in sheet.one("section", of="footnotes").text


async def test_nothing_that_was_typed_is_a_sign_of_markdown(browser: Browser) -> None:
    await browser.say("> # what is <b>*SAST*</b>?")
    link = next(a for a in browser.latest.all("a") if a.text.strip() == "Download")
    async with browser.http.get(browser.url + link.attributes["href"]) as response:
        text = await response.text()
    assert text.startswith("> \\> \\# what is \\<b>\\*SAST\\*\\</b>?\n\n")


async def test_forget_me_takes_what_was_said_off_the_page(browser: Browser) -> None:
    await browser.say("what is SAST?")
    await browser.say("forget me")
    assert [said.text.strip() for said in browser.page.all("p", of="said")] == ["You: forget me"]


async def test_the_recommendation_is_a_document_with_numbered_places(browser: Browser) -> None:
    for text in ("help us choose", "one app", "code", "nothing", "FedRAMP"):
        await browser.say(text)
        needed = [tag.text for tag in browser.latest.all("span", of="needed")]
        assert not needed or "Skip" not in [button.label for button in browser.latest.all("button")]
    article = browser.latest.one("article")
    assert "Another one (“FedRAMP”)" in article.text
    places = article.one("span", of="places").text
    assert re.findall(r"\[(\d+)\] ", places) == [str(number) for number in range(1, places.count("[") + 1)]
    assert "[1]" in article.one("p").text
    assert "a vendor that sells an AppSec platform" in article.one("p", of="disclosure").text
    link = next(a for a in browser.latest.all("a") if a.text.strip() == "Download")
    await browser.open(link.attributes["href"])
    assert "\\[1\\] Which one should you choose? · \\[2\\] " in browser.page.text


async def test_the_same_reply_as_slack_and_teams_draw_it_from_the_json_that_would_be_sent(browser: Browser) -> None:
    await browser.say("does AppSec cover supply chain?")
    await browser.open("/?view=platforms")
    slack, teams = browser.latest.all("section", of="platform")
    assert "No. AppSec and supply chain risk" in slack.one("p", of="header").text
    assert teams.one("p", of="size-large").text.strip() == "No"
    assert '"type": "rich_text"' in slack.one("code").text
    assert '"type": "AdaptiveCard"' in teams.one("code").text
    assert not list(browser.page.all(of="unknown"))
    await browser.press("Product security and supply chains", within=teams)
    assert len(list(browser.latest.all("section", of="platform"))) == 2
    assert "Earlier messages" in browser.page.text  # one on a page, as each is drawn twice


async def test_a_script_gets_the_new_exchange_alone(browser: Browser) -> None:
    data = {"token": browser.page.one("input", name="token").attributes["value"], "nonce": "1", "text": "what is SAST?"}
    async with browser.http.post(browser.url + "/say", data=data, headers={"X-Part": "exchange"}) as response:
        part = read(await response.text())
    assert [element.attributes["id"] for element in part.children if not isinstance(element, str)] == ["latest"]


async def test_a_store_that_is_away_is_told_in_words_and_the_words_come_back(browser: Browser, site: Web) -> None:
    from tests.adapters.web.test_suite import Outage

    with Outage(site, broken=True):
        await browser.say("what is SAST?")
        assert "That did not work" in browser.latest.text
    await browser.say("what is SAST?")
    assert "SAST" in browser.latest.one("article").one("h2").text


async def test_another_knowledge_makes_another_page(make_web: Any, tmp_path: Any) -> None:
    from adapters.advisor_host import AdvisorHost

    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "garden.yaml").write_text(
        "- id: roses\n  questions: [how often do roses need water]\n  answer: Weekly.\n", encoding="utf-8"
    )
    site: Web = await make_web(host=AdvisorHost(tmp_path))
    browser = await site.browser()
    await browser.say("how often do roses need water?")
    assert "Weekly." in browser.latest.text
    assert "ecurity" not in browser.page.text


async def test_of_a_long_message_the_beginning_is_read_and_shown_and_nothing_after_it(browser: Browser) -> None:
    await browser.say("does AppSec cover supply chain risk? " + "thanks. " * 600 + "zebra")
    assert "I read the first 4,000 characters of what you sent." in browser.latest.one("article").text
    assert "zebra" not in (await browser.open("/")).text


async def test_a_sent_form_is_shown_as_what_was_chosen_in_it(browser: Browser) -> None:
    await browser.say("triage")
    await browser.press("A whole product")
    form = browser.latest.one("form", of="form")
    first, second, *_ = form.all("input", type="checkbox")
    await browser.submit(form, {first.attributes["name"]: [first.attributes["value"], second.attributes["value"]]})
    said = browser.latest.one("p", of="said").text.strip()
    assert said == "You: Flaws in our code, Third-party components"


async def test_every_text_runs_in_the_direction_of_its_own_script(browser: Browser) -> None:
    await browser.say("مرحبا، what is SAST?")
    said = browser.latest.one("p", of="said")
    assert said.attributes["dir"] == "auto"
    assert said.one("span").attributes["dir"] == "ltr", "the hidden word before it does not decide"
    for text in (*browser.latest.one("article").all("li"), browser.page.one("textarea", id="text")):
        inner = [*text.all("blockquote")] or [text]
        assert all(one.attributes.get("dir") == "auto" for one in inner), text.text


async def test_each_answer_names_its_numbered_places_publisher_date_and_interest_in_view(browser: Browser) -> None:
    await browser.say("does AppSec cover supply chain?")
    origin = browser.latest.one("div", of="origin")
    assert "[1] AppSec > Cons > Limited scope" in origin.one("span", of="places").text
    assert "Apiiro Blog, 15 March 2025" in origin.one("span", of="places").text
    in_view = [one.text.strip() for one in origin.children if not isinstance(one, str) and one.tag == "p"]
    assert any("a vendor that sells an AppSec platform" in text for text in in_view)
    marks = {a.text.strip(): a.attributes["href"] for a in browser.latest.one("article").all("a", of="mark")}
    notes = {"#" + item.attributes["id"]: item.text.strip() for item in origin.one("ol", of="notes").all("li")}
    assert all(notes[href].startswith(mark) for mark, href in marks.items()) and "[1]" in marks


async def test_of_a_long_question_the_rest_is_asked_for(browser: Browser) -> None:
    await browser.say("what is SAST?")
    assert not list(browser.latest.all("details", of="unfold"))
    await browser.say("what is SAST, for us who " + "have never used it and " * 20 + "would like to?")
    assert "long" in browser.latest.one("p", of="said").attributes["class"]
    assert "Show all of it" in browser.latest.one("details", of="unfold").text


async def test_a_step_of_the_triage_takes_the_place_of_the_one_before_it(browser: Browser) -> None:
    await browser.say("what is SAST?")
    for text in ("help us choose", "one app", "code", "what is DAST?", "back to question 3"):
        await browser.say(text)
    goes_on = ["goes-on" in one.attributes["class"].split() for one in browser.page.all("div", of="exchange")]
    assert goes_on == [False, False, True, True, False, False]
    assert "One application" in browser.latest.one("article").text


async def test_what_a_decline_suggests_is_there_to_be_pressed(browser: Browser) -> None:
    await browser.say("who painted the ceiling of this chapel?")
    reply = browser.latest.one("article")
    assert "You could ask, for instance" in reply.text and not list(reply.all("li"))
    suggested = [button.label for button in reply.all("button")]
    assert suggested[0] == "Does AppSec cover supply chain risk?"
    for label in suggested:
        await browser.open("/")
        await browser.press(label, within=next(
            one for one in browser.page.all("div", of="exchange") if label in [b.label for b in one.all("button")]
        ))  # fmt: skip
        assert "exchange-answer" in browser.latest.attributes["class"]


async def test_each_page_has_a_title_of_its_own_a_description_colours_and_an_icon_for_the_home_screen(
    browser: Browser,
) -> None:
    await browser.say("what is SAST?")
    document = next(a for a in browser.latest.all("a") if a.text.strip() == "Print").attributes["href"]
    titles = []
    for path in ("/", "/?view=platforms", document, "/help", "/privacy", "/terms", "/nothing"):
        page = await browser.open(path)
        titles.append(page.one("title").text)
        named = (meta.attributes for meta in page.all("meta") if "name" in meta.attributes)
        described = {meta["name"]: meta["content"] for meta in named}
        assert described["description"].startswith("Ask me about AppSec")
        assert described["theme-color"]
        icon = page.one("link", rel="apple-touch-icon").attributes["href"]
    assert len(set(titles)) == len(titles)
    async with browser.http.get(browser.url + icon) as response:
        assert response.status == 200 and response.content_type == "image/png"
        assert (await response.read()).startswith(b"\x89PNG")


async def test_no_page_of_a_long_conversation_is_larger_than_100_kilobytes_and_it_leads_to_the_earlier_ones(
    browser: Browser,
) -> None:
    for number in range(12):
        await browser.say("compare" if number else "what is SAST?")
    for path in ("/", "/?view=platforms"):  # as many of the largest replies as there are on a page
        async with browser.http.get(browser.url + path) as response:
            assert len(await response.read()) <= 100_000
    page = await browser.open("/")
    assert "what is SAST?" not in page.one("div", id="thread").text
    link = next(one for one in page.all("a") if one.text == "Earlier messages")
    page = await browser.open(link.attributes["href"])
    assert [one.text.strip() for one in page.all("p", of="said")] == ["You: what is SAST?", "You: compare"]
    assert not list(page.all("form", id="ask")) and not list(page.all("div", id="latest"))
    await browser.open(
        next(one for one in page.all("a") if one.text == "Back to the latest messages").attributes["href"]
    )
    assert browser.latest
