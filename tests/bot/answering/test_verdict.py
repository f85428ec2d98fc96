"""Verdicts on questions that ask more than whether an answer holds: both, all, only, always, the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.advisor import Advisor

VOCABULARY = """
subjects:
  - {id: rose, name: Rose}
topics:
  - {id: shade, name: shade, names: [shadow]}
"""
ANSWERS = """
- id: rose-shade
  subject: rose
  topic: shade
  answer: Roses grow in the shade.
  questions: ["do roses grow in the shade", "can a rose stand in the shade", "does a rose like shade"]
- id: rose-red
  subject: rose
  answer: Roses are red.
  questions: ["are roses red", "what colour is a rose"]
"""


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        # one of two things is affirmed, the other denied
        ("does appsec protect against injection and insider threats?", "partly"),
        ("does product security deal with supply chain risks and infrastructure?", "yes"),
        # of some of several subjects
        ("do SAST and DAST both look at the source code?", "partly"),
        ("does appsec or product security cover the cloud?", None),
        # whether there is nothing besides
        ("are long cycles the only disadvantage of product security?", "no"),
        ("is there just one technique for testing in appsec?", "no"),
        ("are supply chain risks the only thing that appsec leaves out?", "no"),
        # without exception
        ("does rasp always slow everything down?", "no"),
        ("is product security built into every layer of an app?", "yes"),
        # two that are compared are not the same
        ("do both disciplines have the same scope?", "no"),
        # what follows a comma says the same again
        ("can one team do product security alone, without any development people?", "no"),
        # which of two is more
        ("is appsec broader than product security?", "no"),
        ("is product security broader than appsec?", "yes"),
        ("does product security reach wider than appsec?", "yes"),
        ("is product security cheaper than appsec?", None),  # of what AppSec costs, nothing is said
        # good for it, and yet not made for it
        ("is product security suited for incidents?", "partly"),
        # a question mark before more is told
        ("dast looks at the source code, right? I have to write that down", "no"),
        # what a statement is wrapped in
        ("are you saying that appsec does not protect infrastructure?", "yes"),
        ("are you telling me product security has nothing to do with suppliers?", "no"),
        ("so it is not true that product security makes cycles longer?", "no"),
        ("is it false that appsec covers infrastructure?", "yes"),
        ("appsec does not cover infrastructure. is that right?", "yes"),
        ("would it be wrong to say that appsec covers infrastructure?", "yes"),
        ("isn't appsec blind to infrastructure?", "yes"),
        ("would it be a mistake to assume that appsec covers infrastructure?", "yes"),
        ("can we assume that product security covers the cloud?", "yes"),
        # a tag asks about what was denied, "right?" about the denial
        ("appsec doesn't deal with phishing, does it?", "no"),
        ("product security never makes cycles longer, does it?", "yes"),
        ("appsec doesn't deal with phishing, right?", "yes"),
        # what is only set apart, and what only tells which thing is meant, turns nothing round
        ("does AppSec concentrate on single applications and not on the whole product?", "yes"),
        ("does product security assess parts that we did not build?", "yes"),
        ("does product security weigh the risk of outside integrations?", "yes"),
        ("do infrastructure risks lie outside AppSec?", "yes"),
        # "just" is "only"
        ("is SAST just for source code?", "no"),
        ("does SAST look at nothing but source code?", "no"),
        ("does SAST look at binaries too, not just at source code?", "yes"),
        # said of another
        ("is ASPM a kind of product security?", "no"),
        # of both, and of neither
        ("is either discipline superfluous?", "no"),
        # early and late
        ("does SAST have to wait until the app is built?", "no"),
        ("do attackers keep insecure APIs for last?", "no"),
        ("can we stick to our release dates with product security?", "no"),
        ("does product security secure hardware as well or only the software?", "yes"),
        # the same by another name
        ("is DAST just static testing by another name?", "no"),
        # told and asked in one breath
        ("um I was wondering we have lots of wiring right so does product security secure hardware", "yes"),
        # no curated answer is near
        ("is source code the only thing that AppSec evaluates?", "no"),
        # two claims that point different ways
        ("does appsec improve an application's performance?", "partly"),
        # what is told before the question turns nothing round
        ("we have no source code from the vendor. can SAST check binaries?", "yes"),
        ("we only sell one app. does appsec fit that?", "yes"),
    ],
)
def test_a_verdict_is_on_all_that_is_asked(advisor: Advisor, question: str, verdict: str | None) -> None:
    reply = advisor.ask(question)
    assert (reply.kind, reply.verdict) == ("answer", verdict), reply.text


@pytest.mark.parametrize("question", ["and the cons?", "ok, and what about the drawbacks?"])
def test_what_only_names_an_aspect_has_nothing_to_affirm(advisor: Advisor, question: str) -> None:
    reply = advisor.ask(question, ["what are the pros of product security?"])
    assert (reply.kind, reply.entry, reply.verdict) == ("answer", "prodsec-cons", None)


@pytest.mark.parametrize("question", ["do roses grow only in the shade?", "do roses always grow in the shade?"])
def test_an_answer_without_claims_denies_nothing_that_it_does_not_speak_of(tmp_path: Path, question: str) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "vocabulary.yaml").write_text(VOCABULARY)
    (tmp_path / "answers" / "roses.yaml").write_text(ANSWERS)
    reply = Advisor.load(tmp_path).ask(question)
    assert (reply.entry, reply.verdict) == ("rose-shade", "yes")


def test_the_claims_that_a_verdict_rests_on_are_shown(advisor: Advisor) -> None:
    reply = advisor.ask("are supply chain risks the only thing that appsec leaves out?")
    assert reply.verdict == "no"
    assert "appsec.con.scope.infrastructure" in {citation.claim for citation in reply.citations}
