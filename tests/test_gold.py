"""How well the advisor answers questions that it was not made with: figures, and every claim reached.

`gold/questions.jsonl` was written from the claims alone. A question that fails here is no reason to add it to the
knowledge: find out what it has in common with others, and mend that. `gold/reading.jsonl` has a few questions for each
way of asking (`style`): none may get the contrary of its verdict. The reader has learnt from the first file; how well
it does on questions that nobody has seen stands in docs/quality.md.
"""

from pathlib import Path

import pytest

from bot.advisor import Advisor
from bot.curation.evaluation import Evaluation, Gold, evaluate, read_golds

GOLD = Path(__file__).parent / "gold"


def golds(name: str) -> list[Gold]:
    return read_golds((GOLD / name).read_text(encoding="utf-8").splitlines())


@pytest.fixture(scope="module")
def scored(advisor: Advisor) -> Evaluation:
    return evaluate(advisor.ask, golds("questions.jsonl"))


def test_most_questions_are_answered_rightly(scored: Evaluation) -> None:
    assert float(scored.right) >= 0.88, scored.confusion()


def test_few_questions_beyond_the_source_are_answered(scored: Evaluation) -> None:
    assert float(scored.false_answers) <= 0.04


def test_few_verdicts_are_false_and_most_are_said(scored: Evaluation) -> None:
    assert float(scored.false_verdicts) <= 0.03
    assert float(scored.verdicts_left_out) <= 0.35


def test_few_questions_are_declined_needlessly(scored: Evaluation) -> None:
    assert float(scored.needless_declines) <= 0.03


def test_every_claim_is_reached_by_a_question(scored: Evaluation, advisor: Advisor) -> None:
    reached = {
        citation.claim
        for case in scored.cases
        if not case.fault
        for citation in case.reply.citations
        if any(citation.claim in either.split("|") for either in case.gold.must)
    }
    assert set(advisor.knowledge.claims) - reached == set()


@pytest.mark.parametrize("gold", golds("reading.jsonl"), ids=lambda gold: f"{gold.style}: {gold.question[:60]}")
def test_no_way_of_asking_gets_a_false_verdict(gold: Gold, advisor: Advisor) -> None:
    reply = advisor.ask(gold.question, gold.history)
    assert not reply.verdict or not gold.verdict or reply.verdict in gold.verdict.split("|"), reply.text


def test_most_ways_of_asking_are_understood(advisor: Advisor) -> None:
    scored = evaluate(advisor.ask, golds("reading.jsonl"))
    assert float(scored.found) >= 0.85, scored.confusion()
