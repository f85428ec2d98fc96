"""The words of a reply that are no part of its content: its verdict, and what stands with its citations."""

from __future__ import annotations

from dataclasses import replace

from bot.answering.source_lines import places_line
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
    """`reply` with the labels that its verdict and its citations need; the same one where it has neither, or has its
    labels already."""
    if reply.places_line or (reply.verdict is None and not reply.citations):
        return reply
    return replace(
        reply,
        verdict_label=reply.verdict_label or verdict_label(say, reply),
        citations_label=_citations_label(say, reply),
        places_line=places_line(reply.citations),
    )


def _citations_label(say: Phrases, reply: Reply) -> str:
    """What heads the claims whose words stand below: all that the reply rests on, or what it does not say itself."""
    below = [citation.below for citation in reply.citations]
    if reply.kind == "help":  # nothing else stands there, and its title says so
        return ""
    return say("citations-label" if all(below) else "citations-rest-label") if any(below) else ""
