"""What is typed while a question is open: an answer, a question, or neither. Nothing is guessed."""

from __future__ import annotations

import pytest

from bot.advisor import Advisor
from bot.triage.intent import Correction, read_correction
from tests.bot.triage.talk import Talk, says

AT = {
    "protect": ("help us choose",),
    "worry": ("help us choose", "1"),
    "existing": ("help us choose", "1", "code"),
    "due": ("help us choose", "1", "code", "nothing"),
    "means": ("help us choose", "3", "code", "nothing", "none"),
}


def at(advisor: Advisor, question: str) -> Talk:
    talk = Talk(advisor)
    talk.say(*AT[question])
    assert talk.run.at == question
    return talk


@pytest.mark.parametrize(
    ("question", "text", "picked"),
    [
        ("protect", "One application", "one"),
        ("protect", "one application.", "one"),
        ("protect", "One aplication!", "one"),
        ("protect", "its one app", "one"),
        ("protect", "an app, i guess", "one"),
        ("protect", "have one app", "one"),
        ("protect", "we need to protect our web app", "one"),
        ("protect", "what we want to protect is our web app", "one"),
        ("protect", "no, just the app", "one"),
        ("protect", "severl applications", "several"),
        ("protect", "two apps and an api", "several"),
        ("protect", "a device with frimware", "product"),
        ("protect", "need to protect a product", "product"),
        ("protect", "2", "several"),
        ("protect", "2.", "several"),
        ("protect", "#3", "product"),
        ("protect", "option 2", "several"),
        ("protect", "the second one", "several"),
        ("worry", "1, 3", "code insiders"),
        ("worry", "1 and 3", "code insiders"),
        ("worry", "3 1", "code insiders"),
        ("worry", "all of them", "code components insiders infrastructure tricked"),
        ("worry", "injections, aws", "code infrastructure"),
        ("worry", "third party componets", "components"),
        ("worry", "we worry about who has access to customer data", "insiders"),
        ("worry", "when people click on phishing links", "tricked"),
        ("worry", "what worries us is phishing and suppliers", "components tricked"),
        ("existing", "nothing", "nothing"),
        ("existing", "no", "nothing"),
        ("existing", "we have nothing in place yet", "nothing"),
        ("existing", "we do sast and dast already", "program"),
        ("existing", "both", "all"),
        ("due", "none", "nothing"),
        ("due", "pci", "application"),
        ("due", "gdpr", "application"),
        ("due", "iso 27001", "frameworks"),
        ("due", "both", "all"),
        ("due", "hipaa", "other"),
        ("means", "yes", "ready"),
        ("means", "teams yes, but no money", "teams"),
        ("means", "neither", "little"),
    ],
)
def test_an_answer_in_own_words_is_understood(advisor: Advisor, question: str, text: str, picked: str) -> None:
    talk = at(advisor, question)
    talk.say(text)
    assert talk.answers[question] == tuple(picked.split())


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("protect", "xyzzy"),
        ("protect", "everything"),
        ("protect", "no"),
        ("protect", "7"),
        ("protect", "0"),
        ("protect", "1, 2"),
        ("protect", "not one application"),
        ("protect", "a web shop and also some hardware"),
        ("protect", "the app, the cloud and the suppliers"),
        ("protect", "one app or several apps"),
        ("protect", "not sure"),
        ("protect", "whatever you think"),
        ("worry", "none"),
        ("worry", "everything but code"),
        ("worry", "not the code"),
        ("worry", "supply chain and insiders but not the cloud"),
        ("worry", "1, 9"),
        ("existing", "we don't have anything"),
        ("existing", "no sast"),
        ("due", "nist, and gdpr"),
        ("due", "no gdpr"),
        ("means", "money yes, time no, teams yes"),
    ],
)
def test_an_unclear_answer_is_asked_again_with_the_options(advisor: Advisor, question: str, text: str) -> None:
    talk = at(advisor, question)
    before, shown = talk.run, talk.reply
    reply = talk.say(text)
    assert talk.run == before
    assert (reply.kind, reply.title, reply.choices) == ("triage", shown.title, shown.choices)
    assert reply.form == shown.form
    assert reply.text != shown.text  # it says why


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("protect", "one app?"),
        ("protect", "is one app enough"),
        ("protect", "what is product security"),
        ("protect", "product security"),
        ("protect", "appsec"),
        ("protect", "do we need appsec"),
        ("protect", "who wrote this"),
        ("protect", "which is better"),
        ("protect", "sast vs dast"),
        ("protect", "tell me about dast"),
        ("protect", "so what does it cost?"),
        ("worry", "infrastructure?"),
        ("worry", "what is sql injection"),
        ("worry", "does appsec cover phishing"),
        ("worry", "ok, but does that cover insiders"),
        ("worry", "explain supply chain risk in appsec"),
        ("existing", "what is SAST?"),
        ("existing", "is sast enough"),
        ("existing", "hey what does appsec cost"),
        ("existing", "what tools does appsec use"),
        ("due", "what about gdpr"),
        ("due", "how does appsec help with pci dss"),
        ("due", "does product security help with nist?"),
        ("means", "why is product security so expensive"),
        ("means", "how many teams have to work together"),
    ],
)
def test_what_clearly_asks_is_a_question_and_moves_nothing(advisor: Advisor, question: str, text: str) -> None:
    talk = at(advisor, question)
    before = talk.run
    reply = talk.say(text)
    assert reply.kind not in ("triage", "recommendation")
    assert talk.run == before
    assert any(choice.command == f"resume:{before.id}" for choice in reply.choices)


@pytest.mark.parametrize(
    "text", ["explain", "what do you mean?", "what do you mean by product?", "can you explain the options?"]
)
def test_who_asks_what_is_meant_is_told_what_the_options_mean(advisor: Advisor, text: str) -> None:
    talk = at(advisor, "protect")
    reply = talk.say(text)
    assert reply.kind == "triage"
    assert says(reply, "A whole product: software")


def test_who_cannot_say_is_told_to_skip_where_that_is_possible(advisor: Advisor) -> None:
    assert says(at(advisor, "worry").say("i don't know"), "skip this question")
    assert says(at(advisor, "protect").say("i don't know"), "Pick what comes closest")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("actually we do have suppliers", Correction(None, "we do have suppliers")),
        ("Actually, one app", Correction(None, "one app")),
        ("no wait, actually one app", Correction(None, "one app")),
        ("i meant several", Correction(None, "several")),
        ("wait, there is hardware too", Correction(None, "there is hardware too")),
        ("change the first answer", Correction(1, "", plain=True)),
        ("change answer 2 to insiders", Correction(2, "insiders", plain=True)),
        ("please change my last answer to: none", Correction(-1, "none", plain=True)),
        ("correct the 2nd answer", Correction(2, "", plain=True)),
        ("change it", Correction(None, "it", plain=True)),
        ("we actually have one app", None),
        ("one app", None),
        ("exchange rates", None),
    ],
)
def test_a_wish_to_change_an_answer_is_read(text: str, wanted: Correction | None) -> None:
    assert read_correction(text) == wanted
