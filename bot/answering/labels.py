"""The words of a reply that are no part of its content: its verdict as people read it, and what heads its citations."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.messages import Reply, Verdict
from bot.domain.phrases import Phrases
from bot.nlu.denial import Denial

_VERDICTS: dict[Verdict, str] = {"yes": "verdict-yes", "no": "verdict-no", "partly": "verdict-partly"}


def verdict_label(say: Phrases, reply: Reply) -> str:
    """The verdict as people read it; "" where the reply has none."""
    return say(_VERDICTS[reply.verdict]) if reply.verdict else ""


def denial_label(say: Phrases, verdict: Verdict, denial: Denial) -> str:
    """The verdict on a question that denies, with what holds: "Right: it does not", "Not so: it does"."""
    holds = verdict == "yes" if denial.turns or not denial.is_statement else verdict == "no"
    if not denial.is_statement:
        opening = say(_VERDICTS[verdict])
    else:
        opening = say("denial-wrong") if holds else say("denial-right")
    if not denial.auxiliary:
        return opening
    if holds:
        return say("denial-it-holds", opening=opening, pronoun=denial.pronoun, auxiliary=denial.auxiliary)
    return say("denial-it-does-not", opening=opening, pronoun=denial.pronoun, auxiliary=denial.auxiliary)


def labelled(say: Phrases, reply: Reply) -> Reply:
    """`reply` with the labels that its verdict and its citations need; the same one where it has neither."""
    if reply.verdict is None and not reply.citations:
        return reply
    return replace(
        reply,
        verdict_label=reply.verdict_label or verdict_label(say, reply),
        citations_label=say("citations-label") if reply.citations else "",
    )
