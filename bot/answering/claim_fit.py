"""How well the passages of a reply say a claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.answering.spoken_of import Passage, SpokenOf
from bot.knowledge.model import Claim
from bot.nlu.written_text import content, denies

ENOUGH = 0.5  # the least share of a claim that a passage says, for the passage to rest on it
IN_SHORT = 0.9  # what a passage counts for whose words are all the claim's: it says the claim in short
UNLIKE = 0.8  # what a passage counts for that denies, where the claim affirms, or the other way round
SURE = 0.85  # the least share at which a passage rests on the claim although another one says it better

_LEVELS = " > "  # between the headings that lead to a place in a source


class Fit(NamedTuple):
    """How well one passage says a claim: `share` from 0.0, not at all, to 1.0."""

    share: float
    passage: int
    is_sure: bool = False  # it says the claim whatever the other passages say
    after: float = 0.0  # the share that it says together with the sentence before it


def fits(claims: Sequence[Claim], passages: Sequence[Passage], spoken: SpokenOf) -> dict[str, list[Fit]]:
    """For each claim, by its id, the passages that say something of it, the best first.

    A passage that speaks of another subject or aspect says nothing of the claim, whatever words they share.
    """
    aspects = {claim.aspect for claim in claims}
    found: dict[str, list[Fit]] = {claim.id: [] for claim in claims}
    for number, passage in enumerate(passages):
        meant = [claim for claim in claims if not spoken.excludes(passage, claim, aspects)]
        listed = _listed(passage.points, meant, spoken)
        for claim in meant:
            own = spoken.names_of(claim)
            says, said = _without(own, claim.says), _without(own, passage.text)
            like = 1.0 if denies(claim.says) == denies(f"{passage.under} {passage.text}") else UNLIKE
            whole = like * _share(says, said)
            short = like * IN_SHORT * _share(said, says) if len(said) > 1 else 0.0
            share = max(whole, short, listed.get(claim.id, 0.0))
            both = _share(says, _without(own, f"{passage.before} {passage.text}")) if passage.before else 0.0
            if share > 0.0 or both > 0.0:
                found[claim.id].append(Fit(share, number, is_sure=whole >= SURE, after=both))
    return {id: _best_first(some) for id, some in found.items()}


def _best_first(some: Sequence[Fit]) -> list[Fit]:
    """What a passage says together with the one before it counts only where none says enough alone."""
    if all(fit.share < ENOUGH for fit in some):
        some = [fit._replace(share=max(fit.share, fit.after)) for fit in some]
    return sorted(some, key=lambda fit: -fit.share)


def _listed(points: Sequence[str], claims: Sequence[Claim], spoken: SpokenOf) -> dict[str, float]:
    """How well an item of a list says each claim, by what it lists, which may be the name of a claim's place."""
    best: dict[str, float] = {}
    for point in points:
        shares: dict[str, float] = {}
        for claim in claims:
            own = spoken.names_of(claim)
            words = content(point) - own
            title = content(claim.at.rpartition(_LEVELS)[2])
            like = 1.0 if denies(claim.says) == denies(point) else UNLIKE
            if words and words <= title and _share(title, words) >= ENOUGH:
                shares[claim.id] = 1.0
            elif len(words) > 1:  # one word alone may be in any claim
                shares[claim.id] = like * IN_SHORT * _share(words, _without(own, claim.says) | title)
        most = max(shares.values(), default=0.0)
        chosen = [claim for claim in claims if shares.get(claim.id) == most >= ENOUGH]
        if len({(claim.source, claim.at) for claim in chosen}) == 1:  # else nobody knows which of them is meant
            best |= {claim.id: max(most, best.get(claim.id, 0.0)) for claim in chosen}
    return best


def _without(names: frozenset[str], text: str) -> frozenset[str]:
    return content(text) - names or content(text)


def _share(part: frozenset[str], whole: frozenset[str]) -> float:
    """The share of `part`, from 0.0 to 1.0, that is in `whole`; 0.0 if `part` is empty."""
    return len(part & whole) / len(part) if part else 0.0
