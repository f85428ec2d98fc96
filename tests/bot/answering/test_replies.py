"""Replies that say more than the answer: the frame of a bound or a contrast, the verdict on a denial, several parts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.answering.composer import Composer
from bot.answering.decision import Contrast, Decision
from bot.answering.labels import labelled
from bot.answering.replies import Responder
from bot.domain.messages import Heading, Paragraph, Reply, Table
from bot.knowledge import load
from bot.knowledge.model import KnowledgeBase
from bot.nlu.question import Question
from tests.bot.knowledge.folders import SOUND, write

KNOWLEDGE = Path(__file__).parents[3] / "knowledge"
SUPPLIERS = Decision("answer", "appsec-supply-chain", "no")
DENIED = "appsec doesn't cover supply chains, right?"
AGREED = SUPPLIERS._replace(verdict="yes")  # to what denies: so it is
NUMBER = re.compile(r"\[(\d+)\]")


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    return load(KNOWLEDGE)


@pytest.fixture(scope="module")
def responder(knowledge: KnowledgeBase) -> Responder:
    return Responder(knowledge, Composer(knowledge), "")


def question(text: str) -> Question:
    return Question(text, (), (), (), (), (), ())


def numbers_are_those_of_the_citations(reply: Reply) -> bool:
    """Each number of the text is that of a place, and each place is in the text or has its words below."""
    said = {int(number) for number in NUMBER.findall(str(reply.body))}
    return said | {one.number for one in reply.citations if one.below} == {one.number for one in reply.citations}


def test_a_bound_is_the_headline_and_the_answer_below_it_keeps_its_numbers(responder: Responder) -> None:
    plain = responder.reply(question("q"), SUPPLIERS)
    framed = responder.reply(question("q"), SUPPLIERS._replace(verdict=None, bound=True))
    assert framed.title == "The source does not promise that"
    assert framed.body == (Heading(plain.title), *plain.body)
    assert framed.citations == plain.citations


def test_a_contrast_stands_before_the_answer(responder: Responder) -> None:
    contrast = Contrast("threat-modeling", "appsec", "product-security")
    reply = responder.reply(question("q"), SUPPLIERS._replace(contrast=contrast))
    assert isinstance(reply.body[0], Paragraph)
    assert "AppSec" in reply.body[0].text
    assert numbers_are_those_of_the_citations(reply)


def test_an_unsure_answer_says_so_first_and_offers_first_what_else_was_likely(responder: Responder) -> None:
    plain = responder.reply(question("q"), SUPPLIERS._replace(verdict=None))
    unsure = SUPPLIERS._replace(verdict=None, unsure=True, options=("rasp",))
    reply = responder.reply(question("q"), unsure)
    assert (reply.kind, reply.title) == ("answer", plain.title)
    assert reply.body == (Paragraph("This may not be what you ask, but it is the nearest that I have."), *plain.body)
    assert reply.citations == plain.citations
    assert reply.choices[0].command == "answer:rasp"


def test_each_of_several_parts_has_its_own_frame_and_label_and_all_have_one_count(
    knowledge: KnowledgeBase, responder: Responder
) -> None:
    bound = Decision("answer", "prodsec-supply-chain", bound=True)
    reply = labelled(knowledge.phrases, responder.parts([(question(DENIED), AGREED), (question("q"), bound)]))
    headings = [block.text for block in reply.body if isinstance(block, Heading)]
    assert headings == [
        "Right: it does not. AppSec and supply chain risk",
        "The source does not promise that",
        "Product security and supply chains",
    ]
    assert (reply.verdict, reply.verdict_label, reply.title) == (None, "", "")
    assert numbers_are_those_of_the_citations(reply)


def test_the_verdict_on_a_denial_is_not_said_over_the_contact_for_an_incident(
    knowledge: KnowledgeBase, responder: Responder
) -> None:
    reply = responder.reply(question(DENIED), AGREED)
    assert reply.verdict_label == "Right: it does not"
    assert labelled(knowledge.phrases, responder.incident(reply)).verdict_label == ""


def test_a_row_of_a_comparison_can_be_another_answer_and_its_claims_are_cited(tmp_path: Path) -> None:
    small = load(write(tmp_path, SOUND))
    reply = Responder(small, Composer(small), "").reply(question("roses or tulips"), Decision("answer", "compare"))
    [table] = [block for block in reply.body if isinstance(block, Table)]
    assert [row[0] for row in table.rows] == ["Care", "Watering roses"]
    assert set(small.answers["roses-water"].claims) <= {citation.claim for citation in reply.citations}


def test_two_halves_stand_under_one_verdict_each_with_its_own_heading(responder: Responder) -> None:
    halves = ("appsec-injection", "appsec-social-engineering")
    reply = responder.reply(question(""), Decision("answer", halves[0], "partly", halves=halves))
    assert (reply.verdict, reply.title) == ("partly", "")
    headings = [block.text for block in reply.body if isinstance(block, Heading)]
    assert headings == ["Injection attacks", "AppSec and social engineering"]
    assert {citation.claim for citation in reply.citations} >= {
        "appsec.threat.injection",
        "appsec.con.scope.social-engineering",
    }
    numbers = [
        int(number) for block in reply.body if isinstance(block, Paragraph) for number in NUMBER.findall(block.text)
    ]
    assert numbers == sorted(set(numbers))
