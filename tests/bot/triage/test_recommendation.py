"""What is recommended, on every path of our own dialogue."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path as File

import pytest

from bot.advisor import Advisor
from bot.answering.composer import Composer
from bot.domain.messages import Bullets, Heading, Paragraph, Reply
from bot.knowledge import load
from bot.knowledge.model import KnowledgeBase
from bot.knowledge.triage import Criterion, Picks, Triage
from bot.knowledge.triage_paths import PARTS, answers_of, path_criteria, walk
from bot.triage.recommendation import Answered, Recommendation, decide
from bot.triage.replies import TriageReplies
from tests.bot.triage.talk import Talk, says

NUMBER = re.compile(r"\[(\d+)\]")
SECTIONS = ("What to do first", "Why", "What to watch", "Tools", "What would change it", "Your answers")
APPROACHES = {
    "appsec": {"appsec"},
    "prodsec": {"prodsec"},
    "prodsec-short": {"prodsec"},
    "both": {"appsec", "prodsec"},
}


@cache
def knowledge() -> KnowledgeBase:
    return load(File(__file__).parents[3] / "knowledge")


def dialogue() -> Triage:
    triage = knowledge().triage
    assert triage is not None
    return triage


@cache
def every_path() -> tuple[Picks, ...]:
    """The answers of each path that differs in anything that is said."""
    triage = dialogue()
    points = [point for outcome in triage.outcomes.values() for part in PARTS for point in getattr(outcome, part)]
    tests = [test for point in points for row in point.when for test in row if isinstance(test, Criterion)]
    coarse = [test for test in (*path_criteria(triage), *tests) if test.options != ("tricked",)]
    return tuple(path.picks for path in walk(triage, answers_of(triage, coarse, by_reasons=True)))


@cache
def every_recommendation() -> tuple[tuple[Picks, Recommendation], ...]:
    """What is recommended on each path."""
    return tuple((picks, decide(picks, dialogue())) for picks in every_path())


@cache
def documents() -> tuple[Reply, ...]:
    """The recommendations of every seventh path, as they are shown."""
    replies = TriageReplies(dialogue(), Composer(knowledge()), knowledge().phrases)
    return tuple(
        replies.recommendation(Answered(picks, {}, 1e9), found) for picks, found in every_recommendation()[::7]
    )


def test_all_paths_are_walked() -> None:
    assert len(every_path()) > 1_000


def test_every_reason_rests_on_what_the_source_says_of_the_approach_recommended() -> None:
    for picks, found in every_recommendation():
        assert found.reasons
        approaches = APPROACHES.get(found.outcome.id, set())
        told = [subjects(reason.claims) for reason in found.reasons]
        assert not approaches or all(approaches & each for each in told), picks
        assert approaches <= set().union(*told), picks


def subjects(claims: tuple[str, ...]) -> set[str]:
    """The subjects that these claims say something of."""
    statements = (statement for claim in claims for statement in knowledge().claims[claim].statements)
    return {statement.subject for statement in statements}


def test_no_more_answers_speak_against_the_outcome_than_for_it() -> None:
    for picks, found in every_recommendation():
        assert len(found.against) <= len(found.reasons), picks


def test_a_whole_product_with_suppliers_and_insiders_never_ends_in_appsec_first() -> None:
    asked = [
        found
        for picks, found in every_recommendation()
        if picks["protect"] == ("product",) and {"components", "insiders"} <= {*picks.get("worry", ())}
    ]
    assert len(asked) > 50
    assert {found.outcome.id for found in asked} == {"prodsec", "prodsec-short"}


def test_what_would_change_it_names_nothing_that_was_picked_and_no_outcome_twice() -> None:
    for picks, found in every_recommendation()[::3]:
        for change in found.changes:
            assert change.option not in picks[change.question]
            assert change.outcome != found.outcome.id


def test_the_document_begins_with_the_conclusion_and_each_section_follows_in_its_place() -> None:
    for reply in documents():
        assert isinstance(reply.body[0], Paragraph)
        headings = [block.text for block in reply.body if isinstance(block, Heading)]
        assert headings == [section for section in SECTIONS if section in headings]
        assert {"Why", "What to watch", "What would change it", "Your answers"} <= {*headings}
        assert reply.body[-1] == Paragraph("Recommended on 9 September 2001.")
        assert "a vendor that sells an AppSec platform" in reply.disclosure
        assert "own priorities" not in reply.text


def test_each_place_in_the_source_has_one_number_which_the_text_cites() -> None:
    for reply in documents():
        text = [item for block in reply.body if isinstance(block, Bullets) for item in block.items]
        text += [block.text for block in reply.body if isinstance(block, Paragraph)]
        cited = {int(number) for line in text for number in NUMBER.findall(line)}
        numbers = {citation.at: citation.number for citation in reply.citations}
        assert cited == {citation.number for citation in reply.citations} == set(range(1, len(numbers) + 1))
        assert len({citation.claim for citation in reply.citations}) == len(reply.citations)
        assert not any(citation.below for citation in reply.citations)


def test_what_speaks_against_stands_under_what_to_watch(talk: Talk) -> None:
    reply = talk.say("help us choose", "a whole product", "code, suppliers, insiders", "nothing", "none", "yes to both")
    assert reply.title == "Product security"
    why, watch = ([*section(reply, name)] for name in ("Why", "What to watch"))
    assert not any("AppSec" in reason for reason in why)
    assert watch[0].startswith("Speaks for “AppSec first”: Flaws in code worry you")


def section(reply: Reply, name: str) -> tuple[str, ...]:
    at = reply.body.index(Heading(name))
    found = reply.body[at + 1]
    assert isinstance(found, Bullets)
    return found.items


def test_an_addition_to_what_was_picked_is_named_by_itself(talk: Talk) -> None:
    reply = talk.say("help us choose", "one app", "code", "nothing", "none")
    [line] = [line for line in section(reply, "What would change it") if line.startswith("What worries you most?")]
    assert line.startswith("What worries you most? Also “Third-party components”, “Insiders and data” or ")
    assert "Flaws in our code" not in line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("SOC 2", "SOC 2"),
        ("we have to show  SOC 2\nand HIPAA", "we have to show SOC 2 and HIPAA"),
        ("Basel-Stadt ISDS", "Basel-Stadt ISDS"),
        ("iso 42001", "iso 42001"),
        ("Zertifikat " * 20, ("Zertifikat " * 20)[:99].rstrip() + "…"),
        ("another one", ""),
        ("something else", ""),
        ("5", ""),
    ],
)
def test_words_typed_for_a_standard_that_is_not_listed_are_kept(talk: Talk, typed: str, kept: str) -> None:
    talk.say("help us choose", "one app", "code", "nothing", typed)
    assert talk.answers["due"] == ("other",)
    assert talk.run.words.get("due", "") == kept


@pytest.mark.parametrize(
    "text",
    ["what is SAST?", "not sure", "thanks", "does appsec cover the cloud", "yes", "i don't think so", "none of that"],
)
def test_what_is_no_answer_is_not_kept_as_another_standard(talk: Talk, text: str) -> None:
    talk.say("help us choose", "one app", "code", "nothing", text)
    assert "due" not in talk.answers


def test_words_are_dropped_with_the_answer_that_they_belong_to(talk: Talk) -> None:
    talk.say("help us choose", "one app", "code", "nothing", "FedRAMP")
    talk.say("change answer 4 to pci")
    assert (talk.answers["due"], talk.run.words) == (("application",), {})
    reply = talk.say("change answer 4 to tisax")
    assert says(reply, "Changed. Which compliance is due? Another one (“tisax”).")
    assert json_words(talk) == '"words": {"due": "tisax"}}'


def json_words(talk: Talk) -> str:
    return talk.kept[-1].record[talk.kept[-1].record.index('"words"') :]


def test_the_form_takes_the_words_too(talk: Talk) -> None:
    talk.say("form")
    reply = talk.command(f"fill:{talk.run.id}", {"protect": ("one",), "worry": ("code",), "due/words": ("TISAX",)})
    assert reply.kind == "recommendation"
    assert (talk.answers["due"], talk.run.words) == (("other",), {"due": "TISAX"})
    again = talk.say("form")
    assert again.form is not None
    assert [field.chosen for field in again.form.fields if field.id == "due/words"] == [("TISAX",)]


def test_a_question_that_can_be_skipped_is_not_called_needed(advisor: Advisor) -> None:
    talk = Talk(advisor)
    reply = talk.say("help us choose", "one app")
    assert reply.form is not None
    assert not any(field.required for field in reply.form.fields)
    assert "Skip" in {tool.label for tool in reply.tools}
    assert says(talk.fill(worry=()), "Pick at least one, or skip the question")


@pytest.mark.parametrize("text", ["skip please", "please skip it", "skip"])
def test_a_polite_wish_to_skip_is_no_name_of_a_standard(talk: Talk, text: str) -> None:
    talk.say("help us choose", "one app", "code", "nothing", text)
    assert talk.answers["due"] == ()
