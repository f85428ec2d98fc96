"""What an edit would do before it is saved: the problems that it would make, and its effect on gold questions."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.curation.evaluation import Change as Effect
from bot.curation.evaluation import Gold, evaluate
from bot.curation.folder_files import Change
from bot.domain.messages import Reply
from bot.knowledge import Problem, check
from bot.knowledge.folder import SECTIONS, Section, files_in
from bot.knowledge.problems import Report

Ask = Callable[[str, tuple[str, ...]], Reply]

# What references lead to and from: enough to check an edit as somebody types, in a fraction of the time of the whole.
_NEAR: tuple[Section, ...] = ("sources", "vocabulary", "claims", "answers", "phrasings")
_SERVED: tuple[Section, ...] = tuple(section for section in SECTIONS if section != "labelled")


@contextmanager
def tried(folder: Path, changes: Sequence[Change]) -> Iterator[Path]:
    """A copy of the folder with these changes, for as long as the block runs. Raises OSError."""
    with tempfile.TemporaryDirectory(prefix="advisor-") as made:
        _copy(folder, Path(made), _SERVED, {change.name: change.after for change in changes})
        yield Path(made)


def new_problems(folder: Path, changes: Sequence[Change]) -> list[Problem]:
    """The problems that the changes would make, those of the files around them included. Raises OSError."""
    with tempfile.TemporaryDirectory(prefix="advisor-") as made:
        before, after = Path(made, "before"), Path(made, "after")
        _copy(folder, after, _NEAR, {change.name: change.after for change in changes})
        problems = check(after)
        if not problems:
            return []
        _copy(folder, before, _NEAR, {})
        known = Counter((problem.file, problem.message) for problem in check(before))
    found = []
    for problem in problems:
        known[problem.file, problem.message] -= 1
        if known[problem.file, problem.message] < 0:
            found.append(problem)
    return found


def effect(golds: Iterable[Gold], before: Ask, after: Ask) -> list[Effect]:
    """The gold questions that come out otherwise, question by question: right before and wrong after, or wrong before
    and right after, or wrong in another way."""
    found = []
    for gold in golds:
        [was], [now] = evaluate(before, [gold]).cases, evaluate(after, [gold]).cases
        if was.fault != now.fault:
            found.append(Effect(was, now))
    return found


def _copy(folder: Path, into: Path, sections: tuple[Section, ...], instead: dict[str, bytes]) -> None:
    for file in files_in(folder, Report()):
        if file.section not in sections:
            continue
        target = into / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(instead[file.name] if file.name in instead else file.path.read_bytes())
