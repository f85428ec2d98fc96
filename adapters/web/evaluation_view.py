"""What of an evaluation is shown: filtered, compared with an earlier one, page by page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from adapters.web.evaluating import FIGURES
from bot.curation.evaluation import Case, Change, Evaluation, Gold, Share, shared, style_group
from bot.curation.saved_evaluation import row_of

ON_A_PAGE = 40
SHOW = ("wrong", "changed", "mended", "broken", "all")
EFFECTS = ("mended", "broken", "other")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for. `against`: the id of the earlier run; `style`: a style, or a group of them."""

    id: str
    against: str = ""
    show: str = ""
    kind: str = ""
    style: str = ""
    find: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Wanted:
        texts = (query.get(key, "").strip() for key in ("id", "against", "show", "kind", "style", "find"))
        page = query.get("page", "")
        id, against, show, kind, style, find = texts
        return cls(id, against, show, kind, style, find, int(page) if page.isdecimal() and len(page) < 6 else 1)

    def fits(self, gold: Gold) -> bool:
        return (
            self.kind in ("", gold.kind)
            and self.style in ("", gold.style, style_group(gold))
            and self.find.casefold() in gold.question.casefold()
        )

    def address(self, **other: object) -> str:
        """The query for the same, but for what is named."""
        values = {name: getattr(self, name) for name in self.__slots__} | {"page": 1} | other
        return urlencode({name: value for name, value in values.items() if value and (name, value) != ("page", 1)})


@dataclass(frozen=True, slots=True)
class Line:
    """A question with its reply; `change`: from what it was before, if it differs."""

    case: Case
    change: Change | None

    @property
    def effect(self) -> str:
        return self.change.effect if self.change else ""


@dataclass(frozen=True, slots=True)
class Group:
    """Of all that is wrong, `wrong` questions are of this group."""

    name: str
    right: Share
    wrong: int
    before: Share | None


@dataclass(frozen=True, slots=True)
class View:
    wanted: Wanted  # with `show` settled
    now: Evaluation  # of the questions that fit the filter
    before: Evaluation | None  # of those that both runs asked
    both: int  # questions that both runs asked
    effects: Mapping[str, int]  # questions by what changed of them
    lines: tuple[Line, ...]
    kinds: tuple[str, ...]
    kind_groups: tuple[Group, ...]
    style_groups: tuple[Group, ...]  # by group; within one, by style

    @property
    def page(self) -> tuple[Line, ...]:
        start = (self.wanted.page - 1) * ON_A_PAGE
        return self.lines[start : start + ON_A_PAGE]

    @property
    def pages(self) -> int:
        return math.ceil(len(self.lines) / ON_A_PAGE)

    @property
    def wrong(self) -> int:
        return self.now.right.whole - self.now.right.part


def view(evaluation: Evaluation, earlier: Evaluation | None, wanted: Wanted) -> View:
    """`earlier`: what it is compared with."""
    now = Evaluation(tuple(case for case in evaluation.cases if wanted.fits(case.gold)))
    pairs = shared(earlier, now) if earlier else []
    before = Evaluation(tuple(old for old, _ in pairs)) if earlier else None
    changes = {id(new): Change(old, new) for old, new in pairs if old.shown != new.shown}
    wanted = replace(wanted, show=_show(wanted.show, compared=earlier is not None))
    lines = tuple(Line(case, changes.get(id(case))) for case in now.cases)
    effects = {effect: sum(line.effect == effect for line in lines) for effect in EFFECTS}
    by_style = Evaluation.by_style if wanted.style else Evaluation.by_style_group
    return View(
        wanted,
        now,
        before,
        len(pairs),
        effects,
        tuple(line for line in lines if _is_shown(line, wanted.show)),
        tuple(evaluation.by_kind()),
        tuple(_groups(now.by_kind(), before.by_kind() if before else {})),
        tuple(_groups(by_style(now), by_style(before) if before else {})),
    )


def plain(view: View) -> dict[str, Any]:
    """What one page of it shows, as plain data."""
    return {
        "wanted": view.wanted,
        "figures": {name: getattr(view.now, name) for name in FIGURES},
        "figures_before": {name: getattr(view.before, name) for name in FIGURES} if view.before else None,
        "styles_alike": view.now.styles_alike,
        "effects": view.effects,
        "kinds": view.kind_groups,
        "styles": view.style_groups,
        "pages": view.pages,
        "questions": [row_of(line.case) | {"change": line.effect} for line in view.page],
    }


def csv_of(view: View) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The header and a row for each line."""
    header = ("question", "history", "kind", "verdict", "must", "may", "style", "fault", "got", "got verdict", "answer",
              "title", "rule", "change", "was")  # fmt: skip
    return header, [_cells(line) for line in view.lines]


def _cells(line: Line) -> tuple[str, ...]:
    gold, reply, was = line.case.gold, line.case.reply, line.change.before.reply if line.change else None
    return (
        gold.question,
        " / ".join(gold.history),
        gold.kind,
        gold.verdict,
        ", ".join(gold.must),
        ", ".join(gold.may),
        gold.style,
        line.case.fault,
        reply.kind,
        reply.verdict or "",
        reply.entry or "",
        reply.title,
        line.case.rule,
        line.effect,
        f"{was.kind} {was.verdict or ''} {was.entry or was.title}" if was else "",
    )


def _show(asked: str, *, compared: bool) -> str:
    possible = SHOW if compared else ("wrong", "all")
    return asked if asked in possible else "changed" if compared else "wrong"


def _is_shown(line: Line, show: str) -> bool:
    match show:
        case "wrong":
            return bool(line.case.fault)
        case "changed":
            return bool(line.change)
        case "mended" | "broken":
            return line.effect == show
    return True


def _groups(now: Mapping[str, Share], before: Mapping[str, Share]) -> Iterator[Group]:
    """What has the most wrong questions first."""
    for name, share in sorted(now.items(), key=lambda item: (item[1].part - item[1].whole, item[0])):
        yield Group(name, share, share.whole - share.part, before.get(name))
