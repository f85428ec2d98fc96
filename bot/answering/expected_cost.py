"""What to do with a question, by the cost that is to be expected (Bayes decision): answer, decline, or ask back.

Probabilities alone do not tell: an answer that is half sure is worth giving where the other half are answers that say
nearly the same, and is not where the other half is silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

# What a mistake costs, against a right reply that costs nothing. Another answer than was wanted shows what it is about
# and offers what else was likely, so it costs little more than an ask-back; an answer where the sources are silent
# costs more. A verdict left out leaves the claim itself as the headline.
FALSE_VERDICT, FALSE_ANSWER, OTHER_ANSWER, NEEDLESS_DECLINE, ASK_BACK, VERDICT_LEFT_OUT = 20.0, 8.0, 0.6, 1.0, 0.5, 4.0
FALSE_ALARM, MISSED_INCIDENT = 1.0, 1.5
CLARIFY = "clarify"


def cheapest(groups: Mapping[str, float], serves: Mapping[str, Set[str]], declines: Set[str]) -> str:
    """The likeliest answer or the likeliest other group, whichever is expected to cost less, or CLARIFY where to ask
    back costs less than both.

    `groups`: probabilities by answer or kind of everything else. `serves`: by answer, which answers it is as good as,
    itself among them. `declines`: the groups in which nothing is to be had.
    """

    def cost(given: str) -> float:
        return sum(chance * _cost(given, wanted, serves, declines) for wanted, chance in groups.items())

    ordered = sorted(groups, key=lambda group: (-groups[group], group))
    likeliest = [
        next((group for group in ordered if (group in serves) is is_answer), "") for is_answer in (True, False)
    ]
    best = min(filter(None, likeliest), key=cost)
    return CLARIFY if ASK_BACK * (1 - groups.get(CLARIFY, 0.0)) < cost(best) else best


def _cost(given: str, wanted: str, serves: Mapping[str, Set[str]], declines: Set[str]) -> float:
    if given == wanted or wanted in serves.get(given, ()) or {given, wanted} <= declines:
        return 0.0
    if given not in serves:
        return NEEDLESS_DECLINE
    return FALSE_ANSWER if wanted in declines else OTHER_ANSWER
