"""Citations as numbers: which sentence of a reply rests on which claim, and which claims it does not put into words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from bot.answering.claim_fit import ENOUGH, Fit, fits
from bot.answering.spoken_of import Passage, SpokenOf
from bot.domain.messages import Block, Bullets, Heading, Paragraph, Table
from bot.knowledge.model import Claim
from bot.nlu.written_text import sentences

MOST_BELOW = 3  # claims that stand below a reply in their own words; a reply with more that it does not say is a digest

_MARKS = re.compile(r" (?:\[\d+\])+(?=[.!?:]|$| )")
_LISTED = re.compile(r"[,;()]")  # between the points of an item
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
    """One text of a body, in passages."""

    at: tuple[int, ...]  # the block, then the item or the row and cell
    is_prose: bool
    passages: tuple[Passage, ...]


def cite(body: tuple[Block, ...], claims: Sequence[Claim], numbers: Numbers, spoken: SpokenOf) -> Cited:
    """`body` with a mark, "[1]", at the end of each sentence that rests on a claim.

    A claim that no sentence says stands below in its own words. Of a reply with many of these, they are marked at the
    end of its last paragraph that can mean them: below a list it is not told which item speaks of what.
    """
    texts = [text for text in _passages(body) if text.passages]
    passages = [passage for text in texts for passage in text.passages]
    found = fits(claims, passages, spoken)
    marks = _said(claims, passages, found)
    said = {claim.id for here in marks.values() for claim in here}
    unsaid = [claim for claim in claims if claim.id not in said]
    below = {claim.id for claim in unsaid}
    if len(unsaid) > MOST_BELOW:
        for claim in unsaid:
            if (end := _end(claim, claims, texts, spoken)) is not None:
                marks.setdefault(end, []).append(claim)
                below.remove(claim.id)
    prose = [(fit, id) for id, some in found.items() for fit in some if not passages[fit.passage].points]
    if not marks and prose:  # no sentence says one, and the text rests on them all the same
        best, id = max(prose, key=lambda one: one[0].share)
        marks[best.passage] = [claim for claim in claims if claim.id == id]
    return Cited(
        _with_new_texts(body, dict(_marked(texts, marks, numbers))),
        tuple((claim, numbers.of(claim), claim.id in below) for claim in claims),
    )


def cite_text(text: str, claims: Sequence[Claim], numbers: Numbers, spoken: SpokenOf) -> str:
    """`text` with a mark for each of the claims that it is known to rest on: at the sentences that say it, or at its
    end."""
    whole = _Text((0,), True, _prose(text, ""))
    if not whole.passages:
        return text
    marks = _said(claims, whole.passages, fits(claims, whole.passages, spoken))
    said = {claim.id for here in marks.values() for claim in here}
    marks.setdefault(len(whole.passages) - 1, []).extend(claim for claim in claims if claim.id not in said)
    return dict(_marked([whole], marks, numbers))[0,]


def _said(
    claims: Sequence[Claim], passages: Sequence[Passage], found: Mapping[str, Sequence[Fit]]
) -> dict[int, list[Claim]]:
    """The claims that are said, by the numbers of the passages that say them."""
    marks: dict[int, list[Claim]] = {}
    for claim in claims:
        some = found[claim.id]
        if some and some[0].share >= ENOUGH:
            for number in _places(some, passages):
                marks.setdefault(number, []).append(claim)
    return marks


def _places(fits: Sequence[Fit], passages: Sequence[Passage]) -> set[int]:
    """Where a claim is marked: at the passage that says it best, at each other one that is sure to say it, and at the
    sentences right beside one of these that go on saying it."""
    enough = {fit.passage for fit in fits if fit.share >= ENOUGH}
    places = {fit.passage for fit in fits if fit is fits[0] or fit.is_sure}
    for at in sorted(enough):
        if at - 1 in places and passages[at].before:
            places.add(at)
    for at in sorted(enough, reverse=True):
        if at + 1 in places and passages[at + 1].before:
            places.add(at)
    return places


def _end(claim: Claim, claims: Sequence[Claim], texts: Sequence[_Text], spoken: SpokenOf) -> int | None:
    """The number of the passage that ends the last paragraph which can mean the claim; None if there is none."""
    aspects = {one.aspect for one in claims}
    number, found = -1, None
    for text in texts:
        number += len(text.passages)
        if text.is_prose and not spoken.excludes(text.passages[-1], claim, aspects):
            found = number
    return found


def _marked(
    texts: Sequence[_Text], marks: Mapping[int, Sequence[Claim]], numbers: Numbers
) -> Iterator[tuple[tuple[int, ...], str]]:
    """The texts that have marks, with them."""
    first = 0
    for text in texts:
        here = range(first, first := first + len(text.passages))
        if marks.keys() & here:
            found = [sorted({numbers.of(claim) for claim in marks.get(at, ())}) for at in here]
            yield (
                text.at,
                " ".join(
                    with_marks(
                        passage.text, own if own != after else []
                    )  # two in a row have their marks once, at the end
                    for passage, own, after in zip(text.passages, found, [*found[1:], []], strict=True)
                ),
            )


def with_marks(sentence: str, numbers: Sequence[int]) -> str:
    """`sentence` with a mark for each number, before its full stop."""
    if not numbers:
        return sentence
    marks = "".join(f"[{number}]" for number in numbers)
    return f"{sentence[:-1]} {marks}{sentence[-1]}" if sentence.endswith(_ENDS) else f"{sentence} {marks}"


def without_marks(body: tuple[Block, ...]) -> tuple[Block, ...]:
    """`body` as it was before it was cited."""
    return _with_new_texts(body, {at: _MARKS.sub("", text) for at, text, _ in _texts(body)})


def _passages(body: Sequence[Block]) -> Iterator[_Text]:
    for at, text, under in _texts(body):
        if isinstance(body[at[0]], Bullets):
            yield _Text(at, False, tuple(_item(sentence, under) for sentence in sentences(text)))
        else:
            yield _Text(at, isinstance(body[at[0]], Paragraph), _prose(text, under))


def _prose(text: str, under: str) -> tuple[Passage, ...]:
    found = sentences(text)
    return tuple(Passage(*pair, under=under) for pair in zip(found, ["", *found], strict=False))


def _item(sentence: str, under: str) -> Passage:
    label, colon, rest = sentence.partition(": ")
    if not colon:
        label, rest = "", sentence
    points = (label, *_LISTED.split(rest))
    return Passage(sentence, label=label, points=tuple(point.strip() for point in points if point.strip()), under=under)


def _texts(body: Sequence[Block]) -> Iterator[tuple[tuple[int, ...], str, str]]:
    """Each text of a body by its place, with what it stands under."""
    under = ""
    for number, block in enumerate(body):
        match block:
            case Heading(text):
                under = text
            case Paragraph(text):
                yield (number,), text, under
                if text.endswith(":"):
                    under = sentences(text)[-1]
            case Bullets(items):
                yield from (((number, at), item, under) for at, item in enumerate(items))
            case Table(header, rows):
                for row, cells in enumerate(rows):
                    for at, cell in enumerate(cells):
                        if at:
                            yield (number, row, at), cell, f"{header[at]} {cells[0]}"
            case _:
                pass


def _with_new_texts(body: Sequence[Block], new: Mapping[tuple[int, ...], str]) -> tuple[Block, ...]:
    return tuple(_with_texts(block, at, new) for at, block in enumerate(body))


def _with_texts(block: Block, number: int, new: Mapping[tuple[int, ...], str]) -> Block:
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
