"""Gold questions: their format, and when a reply is right."""

from __future__ import annotations

import json

import pytest

from bot.curation.evaluation import GoldError, fault, read_golds
from bot.domain.messages import Citation, Reply

CITED = (Citation("roses.water", "Roses want water.", "1", "The almanac"),)
ANSWER = {"q": "do roses want water?", "kind": "answer", "verdict": "yes", "must": ["roses.water"]}


@pytest.mark.parametrize(
    ("gold", "reply", "right"),
    [
        (ANSWER, Reply("answer", verdict="yes", citations=CITED), True),
        (ANSWER, Reply("answer", verdict="no", citations=CITED), False),
        (ANSWER | {"verdict": "no|partly"}, Reply("answer", verdict="partly", citations=CITED), True),
        (ANSWER | {"must": ["a|roses.water"]}, Reply("answer", verdict="yes", citations=CITED), True),
        (ANSWER, Reply("answer", verdict="yes"), False),
        (ANSWER, Reply("clarify"), False),
        (ANSWER | {"or_decline": True}, Reply("clarify"), True),
        (ANSWER | {"or_decline": True}, Reply("unstated"), True),
        (ANSWER | {"or_decline": True}, Reply("help"), False),
        (ANSWER | {"or_decline": True}, Reply("answer", verdict="no", citations=CITED), False),
        ({"q": "x", "kind": "offtopic", "or_decline": True}, Reply("help"), True),
        ({"q": "x", "kind": "offtopic"}, Reply("help"), False),
        ({"q": "x", "kind": "offtopic"}, Reply("unstated"), True),
        ({"q": "x", "kind": "triage"}, Reply("triage"), True),
    ],
)
def test_a_reply_is_judged_by_what_gold_says(gold: dict[str, object], reply: Reply, right: bool) -> None:
    [read] = read_golds([json.dumps(gold)])
    assert (fault(read, reply) == "") == right


@pytest.mark.parametrize("line", ["{", "[]", '{"q": "x"}', '{"q": "x", "kind": "answer", "must": "a"}'])
def test_a_line_that_is_no_gold_question_is_told_by_its_number(line: str) -> None:
    with pytest.raises(GoldError, match="line 2"):
        read_golds([json.dumps(ANSWER), line])
