"""A second source beside the first: each sentence names its own, and where they differ both are shown.

Its files stand in tests/second_source: 20 claims on subjects of the first source, some of them against it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.advisor import Advisor
from bot.domain.conversation import Conversation
from bot.domain.messages import Bullets, Message, Reply
from bot.knowledge import check, load

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our knowledge with the second source; without the further phrasings, so that it is learnt in a second."""
    both = tmp_path_factory.mktemp("both")
    shutil.copytree(ROOT / "knowledge", both, dirs_exist_ok=True, ignore=shutil.ignore_patterns("examples"))
    shutil.copytree(ROOT / "tests" / "second_source", both, dirs_exist_ok=True)
    return both


@pytest.fixture(scope="module")
def advisor(folder: Path) -> Advisor:
    return Advisor.load(folder)


def cited(reply: Reply) -> set[str]:
    return {citation.claim for citation in reply.citations}


def listed(reply: Reply) -> list[str]:
    return [item for block in reply.body if isinstance(block, Bullets) for item in block.items]


def test_a_second_source_is_added_by_files_alone_and_passes_the_check(folder: Path) -> None:
    assert check(folder) == []
    knowledge = load(folder)
    assert len([claim for claim in knowledge.claims.values() if claim.source == "handbook"]) == 20


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("does AppSec cover supply chain risk", "appsec.con.scope.supply-chain", "hb.appsec.supply-chain"),
        ("will product security slow our releases", "prodsec.con.cycles", "hb.prodsec.cycles"),
        ("is incident response the purpose of product security", "prodsec.pro.incident.caveat", "hb.prodsec.incident"),
    ],
)
def test_where_two_sources_differ_both_are_shown_each_under_its_name(
    advisor: Advisor, question: str, one: str, other: str
) -> None:
    reply = advisor.ask(question)
    claims = advisor.knowledge.claims
    numbers = {citation.claim: citation.number for citation in reply.citations}

    assert {one, other} <= cited(reply)
    assert f"Apiiro Blog: {claims[one].says[:-1]} [{numbers[one]}]." in listed(reply)
    assert f"Handbook Press: {claims[other].says[:-1]} [{numbers[other]}]." in listed(reply)
    assert reply.verdict in ("partly", None)
    assert "Apiiro Blog, 15 March 2025; " in reply.places_line
    assert reply.places_line.endswith("Handbook Press, September 2024")


def test_where_they_agree_nothing_is_said_of_a_difference(advisor: Advisor) -> None:
    reply = advisor.ask("does product security cover hardware")
    assert not listed(reply)
    assert "Handbook" not in reply.text


def test_a_sentence_that_denies_is_no_source_of_a_claim_that_affirms(advisor: Advisor) -> None:
    reply = advisor.ask("is incident response the purpose of product security")
    numbers = {citation.claim: citation.number for citation in reply.citations}
    assert f"[{numbers['hb.prodsec.incident']}]" not in str(reply.body[0])


def test_what_are_your_sources_lists_each_with_date_interest_and_address(advisor: Advisor) -> None:
    said = advisor.ask("What are your sources?").text
    assert "Apiiro Blog, Timothy Jung (Marketing), 15 March 2025. Written by Apiiro" in said
    assert "September 2024. The publisher sells courses" in said
    assert "https://handbook.example/product-security" in said


def test_who_says_that_shows_the_words_of_the_last_answer_under_the_names_of_their_sources(advisor: Advisor) -> None:
    turn = advisor.turn(Message("will product security slow our releases"), Conversation())
    reply = advisor.turn(Message("who says that?"), turn.conversation).reply

    assert {(one.claim, one.number) for one in reply.citations} == {
        (one.claim, one.number) for one in turn.reply.citations
    }
    assert all(citation.below for citation in reply.citations)
    assert "Handbook Press: Product security leaves development cycles as long as they were." in reply.text
    assert "The publisher sells courses on product security." in reply.disclosure
    assert "https://handbook.example/product-security" in reply.text
