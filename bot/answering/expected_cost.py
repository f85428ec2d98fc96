"""What to do with a question, by the cost that is to be expected (Bayes decision): answer, answer as one who is unsure,
decline, or ask back.

Probabilities alone do not tell: an answer that is half sure is worth giving where the other half are answers that say
nearly the same, and is not where the other half is silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import NamedTuple

# What a mistake costs, against a right reply that costs nothing. Another answer than was wanted shows what it is about
# and offers what else was likely, so it costs little more than an ask-back; an answer where the sources are silent
# costs more. A verdict left out leaves the claim itself as the headline.
FALSE_VERDICT, FALSE_ANSWER, OTHER_ANSWER, NEEDLESS_DECLINE, ASK_BACK, VERDICT_LEFT_OUT = 20.0, 8.0, 0.6, 1.0, 0.5, 4.0
# The same of an answer that says first that it may not be what was asked: it misleads less, and pleases less.
UNSURE_FALSE_ANSWER, UNSURE_OTHER_ANSWER, UNSURE_ANSWER = 2.0, 0.5, 0.25
FALSE_ALARM, MISSED_INCIDENT = 1.0, 1.5
CLARIFY = "clarify"


class Choice(NamedTuple):
    """What to do: the answer or the other group to reply with, CLARIFY to ask back; `unsure`: say so first."""

    group: str
    unsure: bool = False


def cheapest(groups: Mapping[str, float], serves: Mapping[str, Set[str]], declines: Set[str]) -> Choice:
    """What is expected to cost least: the likeliest answer, sure or unsure, the likeliest other group, or to ask back.

    `groups`: probabilities by answer or kind of everything else. `serves`: by answer, which answers it is as good as,
    itself among them. `declines`: the groups in which nothing is to be had.
    """

    def cost(choice: Choice) -> float:
        return sum(chance * _cost(choice, wanted, serves, declines) for wanted, chance in groups.items())

    ordered = sorted(groups, key=lambda group: (-groups[group], group))
    answer = next((group for group in ordered if group in serves), "")
    other = next((group for group in ordered if group not in serves), "")
    choices = [Choice(group, unsure) for group, unsure in ((answer, False), (other, False), (answer, True)) if group]
    best = min(choices, key=cost)
    return Choice(CLARIFY) if ASK_BACK * (1 - groups.get(CLARIFY, 0.0)) < cost(best) else best


def _cost(choice: Choice, wanted: str, serves: Mapping[str, Set[str]], declines: Set[str]) -> float:
    given, unsure = choice
    if given == wanted or wanted in serves.get(given, ()) or {given, wanted} <= declines:
        return UNSURE_ANSWER if unsure else 0.0
    if given not in serves:
        return NEEDLESS_DECLINE
    if wanted in declines:
        return UNSURE_FALSE_ANSWER if unsure else FALSE_ANSWER
    return UNSURE_OTHER_ANSWER if unsure else OTHER_ANSWER
