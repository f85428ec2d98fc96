"""Reports of an incident are told from everything else, with a learnt reader and without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge.labelled_reader import Incidents, Said
from bot.nlu.guards import Guards, fit
from bot.reader.reader import Reader

KNOWLEDGE = Path(__file__).parents[3] / "knowledge"
GARDEN = Incidents(
    reports=(
        Said("the greenhouse is burning"),
        Said("there are wasps all over the children right now"),
        Said("a tree just fell on the shed"),
        Said("somebody is stealing our apples this minute"),
        Said("water is running into the cellar"),
    ),
    not_reports=(
        Said("how do I keep wasps away"),
        Said("can a greenhouse burn"),
        Said("what if a tree falls on the shed"),
        Said("when do apples ripen"),
        Said("how much water does a rose need"),
    ),
)


@pytest.fixture(scope="module")
def guards() -> Guards:
    return Guards(None, Reader.load(KNOWLEDGE))


@pytest.mark.parametrize(
    "report",
    [
        "a colleague has just put the payment provider's live token on a public gist",
        "all files on the share end in .locked since this morning and there is a readme that wants bitcoin",
        "I typed my password into a page that was not ours, what now",
        "hm, there's a second admin in our tenant that nobody of us made",
        "we got hacked, does product security help?",
    ],
)
def test_a_report_is_told(guards: Guards, report: str) -> None:
    assert guards.reports_incident(report)


@pytest.mark.parametrize(
    "text",
    [
        "what would we do if somebody put a token on a public gist?",
        "how did the big retailers get breached years ago",
        "we run a ransomware drill next week",
        "does product security speed up incident response",
        "the build is red again",
        "",
    ],
)
def test_what_only_sounds_like_one_is_not(guards: Guards, text: str) -> None:
    assert not guards.reports_incident(text)


def test_the_words_that_told_it_can_be_asked_for(guards: Guards) -> None:
    text = "hm, there's a second admin in our tenant that nobody of us made"
    told = guards.telling_words(text)
    assert told
    assert set(told) < set(text.split())


def test_without_a_learnt_reader_likeness_to_the_examples_tells() -> None:
    guards = Guards(fit(GARDEN), None)
    assert guards.reports_incident("the greenhouse is burning")
    assert not guards.reports_incident("when do apples ripen")


def test_a_folder_without_incidents_tells_none() -> None:
    guards = Guards(fit(Incidents()), None)
    assert not guards.reports_incident("the greenhouse is burning")
    assert guards.telling_words("the greenhouse is burning") == ()
