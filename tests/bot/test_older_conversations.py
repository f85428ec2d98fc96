"""A conversation is stored for days. Meanwhile the knowledge changes, and what it no longer has breaks nothing."""

from __future__ import annotations

from bot.advisor import Advisor
from bot.domain.conversation import Conversation, LastTurn
from bot.domain.dialogue_state import Given, Run
from bot.domain.messages import Message


def test_a_follow_up_leans_on_what_is_still_known(advisor: Advisor) -> None:
    gone = LastTurn("what is AppSec?", "gone", ("gone", "appsec"), "gone", ("gone",))
    reply = advisor.turn(Message("what are its pros?"), Conversation(last=gone)).reply
    assert (reply.kind, reply.entry) == ("answer", "appsec-pros")


def test_a_dialogue_whose_question_is_gone_is_over(advisor: Advisor) -> None:
    for run in (
        Run("r1", "gone"),
        Run("r1", "protect", (Given("gone", ("a",)),)),
        Run("r1", "", (Given("protect", ("gone",)),)),
    ):
        turn = advisor.turn(Message("2"), Conversation(triage=run))
        assert turn.conversation.triage is None
        assert turn.reply.text
