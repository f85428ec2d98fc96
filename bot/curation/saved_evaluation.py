"""An evaluation as bytes, to be compared with later ones and gone through again. Of a reply it keeps what is judged and
compared, not its text."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from bot.curation.evaluation import Case, Evaluation, Gold
from bot.domain.messages import Citation, Reply
from bot.domain.serialization import dumps, loads


@dataclass(frozen=True, slots=True)
class SavedEvaluation:
    """`golds`: what is asked; `cases`: what was asked, none while it is under way."""

    golds: tuple[Gold, ...]
    cases: tuple[Case, ...] = ()

    @property
    def evaluation(self) -> Evaluation:
        return Evaluation(self.cases)


def packed(saved: SavedEvaluation) -> bytes:
    return zlib.compress(dumps(replace(saved, cases=tuple(map(_in_short, saved.cases)))).encode())


def unpacked(content: bytes) -> SavedEvaluation:
    """Raises `bot.domain.serialization.ShapeError` for what another version wrote."""
    return loads(SavedEvaluation, zlib.decompress(content).decode())


def digest_of(golds: Iterable[Gold]) -> str:
    """The same for the same questions with the same expectations, in whatever order."""
    return hashlib.blake2s("\n".join(sorted(map(dumps, golds))).encode(), digest_size=8).hexdigest()


def row_of(case: Case) -> dict[str, Any]:
    """The gold question as in a gold file, with what was wrong about the reply, and what it was."""
    reply = case.reply
    row = {field.name: getattr(case.gold, field.name) for field in fields(case.gold)}
    row = {"q": row.pop("question"), **{key: value for key, value in row.items() if value}}
    got = {"kind": reply.kind, "verdict": reply.verdict or "", "answer": reply.entry or "", "title": reply.title}
    return {**row, "fault": case.fault, "got": got}


def _in_short(case: Case) -> Case:
    reply = case.reply
    cited = tuple(Citation(citation.claim, "", "", "") for citation in reply.citations)
    kept = Reply(reply.kind, reply.title, reply.verdict, citations=cited, entry=reply.entry)
    return replace(case, reply=kept)
