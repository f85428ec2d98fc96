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
    opening = say("denial-right" if not holds else "denial-wrong") if denial.is_statement else say(_VERDICTS[verdict])
    if not denial.auxiliary:
        return opening
    what = "denial-it-holds" if holds else "denial-it-does-not"
    return say(what, opening=opening, pronoun=denial.pronoun, auxiliary=denial.auxiliary)


def labelled(say: Phrases, reply: Reply) -> Reply:
    """`reply` with the labels that its verdict and its citations need; the same one where it has neither."""
    if reply.verdict is None and not reply.citations:
        return reply
    return replace(
        reply,
        verdict_label=reply.verdict_label or verdict_label(say, reply),
        citations_label=say("citations-label") if reply.citations else "",
    )
