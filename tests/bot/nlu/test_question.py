"""Where the weight lies in a message: which of its sentences asks, and what is only said around it."""

from __future__ import annotations

import pytest

from bot.advisor import Advisor
from bot.nlu.sentence_splitter import MOST_QUESTIONS


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("Somebody logged in with a stolen password. Which threat is that?", "appsec-authentication"),
        ("Our old API was abused by a stranger. What item of the threat list does this fall under?", "appsec-apis"),
        ("describe product security as if i had never worked in IT", "prodsec-definition"),
        ("explain DAST like I am a lawyer", "dast"),
        ("one question: what is RASP?", "rasp"),
    ],
)
def test_what_is_asked_is_told_from_what_is_said_around_it(advisor: Advisor, question: str, entry: str) -> None:
    assert advisor.ask(question).entry == entry


def test_which_of_the_two_is_about_both_and_not_about_the_last_one(advisor: Advisor) -> None:
    before = ["does appsec look after the supply chain?"]
    reply = advisor.ask("which of the two does look after it?", before)
    assert reply.entry == "compare-supply-chain"


def test_several_questions_after_a_lead_in_are_all_answered(advisor: Advisor) -> None:
    reply = advisor.ask("two questions: what is SAST, and what is the scope of product security?")
    claims = {citation.claim for citation in reply.citations}
    assert {"appsec.type.sast", "table.scope.prodsec"} <= claims


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("how many weeks does product security take?", "unstated"),
        ("how many apps are in the scope of product security?", "answer"),
        ("would product security get us through a FedRAMP audit?", "unstated"),
        ("is that any better?", "clarify"),
        ("is it safe to run DAST in production?", "unstated"),
        ("is it necessary to have both disciplines?", "answer"),
        ("can AppSec prevent ransomware", "unstated"),
        ("what is the catch with IAST?", "unstated"),
        ("must secrets be renewed every 30 days in appsec?", "unstated"),
        ("which of appsec's threats comes most often?", "unstated"),
        ("what is the difference between an API and a dependency?", "unstated"),
        ("how does AppSec differ from product security?", "answer"),
    ],
)
def test_what_the_source_does_not_say_is_not_answered_with_something_near(
    advisor: Advisor, question: str, kind: str
) -> None:
    assert advisor.ask(question).kind == kind


def test_names_that_share_their_last_word_are_all_found(advisor: Advisor) -> None:
    for asked in ("how do static, dynamic and interactive testing work?", "the static and the dynamic testing"):
        assert {"sast", "dast"} <= set(advisor.reader.read(asked).subjects)
    assert advisor.reader.read("what tells static from dynamic testing").subjects == ("sast", "dast")
    assert advisor.reader.read("is code static and dynamic testing slow").subjects == ("sast", "dast")
    assert advisor.reader.read("is our site static or do we need testing").subjects == ()


def test_aspects_that_are_named_in_one_are_all_answered(advisor: Advisor) -> None:
    for asked in ("what are the threats and the tools of product security", "tools, scope and threats of prodsec"):
        claims = {citation.claim for citation in advisor.ask(asked).citations}
        assert {"table.threats.prodsec", "table.tools.prodsec"} <= claims
    assert advisor.ask("what are the pros and cons of product security").entry == "prodsec-pros-cons"


def test_of_many_aspects_no_more_are_answered_than_of_many_questions(advisor: Advisor) -> None:
    titles = ("Scope", "Objectives", "Tools", "Implementation", "Threats")
    reply = advisor.ask("scope, objective, tools, implementation, threats, approach, compliance, pros and cons of both")
    assert sum(f"{title} compared" in reply.text for title in titles) == MOST_QUESTIONS


def test_numbered_questions_are_all_answered(advisor: Advisor) -> None:
    reply = advisor.ask("1) what is SAST 2) what is the scope of product security")
    assert {"appsec.type.sast", "table.scope.prodsec"} <= {citation.claim for citation in reply.citations}


def test_thanks_before_a_question_are_not_what_is_answered(advisor: Advisor) -> None:
    assert advisor.ask("ok thanks. which flowers should I plant in spring?").kind == "offtopic"
    assert advisor.ask("ok thanks.").entry == "thanks"


def test_what_a_story_mentions_is_not_what_is_asked(advisor: Advisor) -> None:
    story = "after our last pentest the auditors found weak logins and now my manager wants to know if "
    assert advisor.ask(story + "appsec would guard against authentication failures").entry == "appsec-authentication"


def test_a_question_mark_that_is_dictated_is_one(advisor: Advisor) -> None:
    assert advisor.ask("um hardware belongs to product security question mark").verdict == "yes"


def test_who_goes_on_asking_is_not_given_the_same_answer_again(advisor: Advisor) -> None:
    before = ["which threats does appsec guard against?"]
    assert advisor.ask("why do attackers go for these first?", before).entry == "attackers-first"


def test_the_source_can_be_asked_about_with_what_it_is_about_beside_it(advisor: Advisor) -> None:
    assert advisor.ask("was the article written by people who sell an appsec product?").entry == "source-bias"


@pytest.mark.parametrize(("text", "entry"), [("hiiii", "greeting"), ("heyyy there", "greeting"), ("thanx", "thanks")])
def test_small_talk_is_understood_however_it_is_drawn_out(advisor: Advisor, text: str, entry: str) -> None:
    assert advisor.ask(text).entry == entry
