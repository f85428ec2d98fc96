"""Citations as numbers: which sentence of a reply rests on which claim, and which claims it does not put into words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from bot.domain.messages import Block, Bullets, Paragraph, Table
from bot.knowledge.model import Claim
from bot.nlu.written_text import content, denies, sentences, share_said

ENOUGH = 0.5  # the least share of a claim that a sentence says, for the sentence to rest on it
IN_SHORT = 0.9  # what a sentence counts for whose words are all the claim's: it says the claim in short
UNLIKE = 0.8  # what a sentence counts for that denies, where the claim affirms, or the other way round
SURE = 0.85  # the least share at which a sentence rests on the claim although another one says it better
MOST_BELOW = 3  # claims that stand below a reply in their own words; a reply with more that it does not say is a digest

_MARKS = re.compile(r" (?:\[\d+\])+(?=[.!?:]|$| )")
_ENDS = (".", "!", "?", ":")


@dataclass(slots=True)
class Numbers:
    """Numbers the places in the sources that one reply rests on, in the order in which they are asked for."""

    _places: dict[tuple[str, str], int] = field(default_factory=dict)

    def of(self, claim: Claim) -> int:
        """The number of the claim's place, from 1."""
        return self._places.setdefault((claim.source, claim.at), len(self._places) + 1)


class Cited(NamedTuple):
    """A body with its marks, and the claims in the order in which they came, each with its number and whether its own
    words are to stand below."""

    body: tuple[Block, ...]
    claims: tuple[tuple[Claim, int, bool], ...]


class _Text(NamedTuple):
    """The sentences of one text of a body."""

    at: tuple[int, ...]  # the block, then the item or the row and cell
    sentences: tuple[str, ...]


class _Fit(NamedTuple):
    share: float
    text: int
    sentence: int


def cite(body: tuple[Block, ...], claims: Sequence[Claim], numbers: Numbers) -> Cited:
    """`body` with a mark, "[1]", at the end of each sentence that rests on a claim.

    A claim that no sentence says stands below; of a reply with many of these, each is marked where it fits best.
    """
    texts = [_Text(at, tuple(sentences(text))) for at, text in _texts(body)]
    texts = [text for text in texts if text.sentences]
    fits = {claim.id: _fits(claim, texts) for claim in claims}
    said = {id for id, found in fits.items() if found and found[0].share >= ENOUGH}
    unsaid = [claim.id for claim in claims if claim.id not in said]
    below = set(unsaid) if len(unsaid) <= MOST_BELOW or not texts else set()
    marked = [claim for claim in claims if claim.id not in below]
    if not marked and texts:
        marked = sorted(claims, key=lambda claim: -_best(fits[claim.id]).share)[:1]
    marks: dict[tuple[int, int], list[Claim]] = {}
    for claim in marked:
        for place in _places(fits[claim.id]):
            marks.setdefault(place, []).append(claim)
    new: dict[tuple[int, ...], str] = {}
    for number, text in enumerate(texts):
        if any((number, at) in marks for at in range(len(text.sentences))):
            found = [
                sorted({numbers.of(claim) for claim in marks.get((number, at), ())})
                for at in range(len(text.sentences))
            ]
            new[text.at] = " ".join(
                with_marks(sentence, here if here != after else [])  # two in a row have their marks once, at the end
                for sentence, here, after in zip(text.sentences, found, [*found[1:], []], strict=True)
            )
    return Cited(
        tuple(_with_texts(block, at, new) for at, block in enumerate(body)),
        tuple((claim, numbers.of(claim), claim.id in below) for claim in claims),
    )


def _fits(claim: Claim, texts: Sequence[_Text]) -> list[_Fit]:
    """How well each sentence says the claim, the best first; with the one before it, if none says it alone."""
    places = [(number, at) for number, text in enumerate(texts) for at in range(len(text.sentences))]
    found = [_Fit(_share(claim.says, texts[number].sentences[at]), number, at) for number, at in places]
    if all(fit.share < ENOUGH for fit in found):
        found += [
            _Fit(share_said(claim.says, " ".join(texts[number].sentences[at - 1 : at + 1])), number, at)
            for number, at in places
            if at
        ]
    return sorted(found, key=lambda fit: -fit.share)


def _share(says: str, sentence: str) -> float:
    share = share_said(says, sentence)
    if len(content(sentence)) > 1:
        share = max(share, IN_SHORT * share_said(sentence, says))
    return share if denies(says) == denies(sentence) else UNLIKE * share


def _best(fits: Sequence[_Fit]) -> _Fit:
    return fits[0] if fits else _Fit(0.0, 0, 0)


def _places(fits: Sequence[_Fit]) -> list[tuple[int, int]]:
    """Where a claim is marked: at the sentence that says it best, and at each other one that is sure to say it. If
    none says anything of it, at the end."""
    best = _best(fits)
    if best.share == 0.0:
        return [max((fit.text, fit.sentence) for fit in fits)]
    return [(fit.text, fit.sentence) for fit in fits if fit is best or fit.share >= SURE]


def with_marks(sentence: str, numbers: Sequence[int]) -> str:
    """`sentence` with a mark for each number, before its full stop."""
    if not numbers:
        return sentence
    marks = "".join(f"[{number}]" for number in numbers)
    return f"{sentence[:-1]} {marks}{sentence[-1]}" if sentence.endswith(_ENDS) else f"{sentence} {marks}"


def without_marks(body: tuple[Block, ...]) -> tuple[Block, ...]:
    """`body` as it was before it was cited."""
    new = {at: _MARKS.sub("", text) for at, text in _texts(body)}
    return tuple(_with_texts(block, at, new) for at, block in enumerate(body))


def _texts(body: Sequence[Block]) -> Iterator[tuple[tuple[int, ...], str]]:
    for number, block in enumerate(body):
        match block:
            case Paragraph(text):
                yield (number,), text
            case Bullets(items):
                yield from (((number, at), item) for at, item in enumerate(items))
            case Table(_, rows):
                for row, cells in enumerate(rows):
                    yield from (((number, row, at), cell) for at, cell in enumerate(cells) if at)
            case _:
                pass


def _with_texts(block: Block, number: int, new: dict[tuple[int, ...], str]) -> Block:
    match block:
        case Paragraph(text):
            return Paragraph(new.get((number,), text))
        case Bullets(items):
            return Bullets(tuple(new.get((number, at), item) for at, item in enumerate(items)))
        case Table(_, rows):
            cells = (
                tuple(new.get((number, row, at), cell) for at, cell in enumerate(texts))
                for row, texts in enumerate(rows)
            )
            return replace(block, rows=tuple(cells))
        case _:
            return block
