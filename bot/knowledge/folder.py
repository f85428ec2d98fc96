"""The files of a knowledge folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from bot.knowledge.problems import Report, Spot

Section = Literal[
    "sources", "vocabulary", "claims", "answers", "phrasings", "labelled", "incidents", "phrases", "triage"
]
SECTIONS: tuple[Section, ...] = get_args(Section)
SINGLE: frozenset[Section] = frozenset(
    {"incidents", "phrases", "triage"}
)  # one file each; the others may be a folder of files too
EXAMPLES = "examples"  # the folder with what is learnt from besides; a folder for each kind of it
IN_EXAMPLES: frozenset[Section] = frozenset({"phrasings", "labelled"})
LEARNT_FROM: frozenset[Section] = frozenset({"labelled"})  # read by learning and `check` alone
_FILES: tuple[Section, ...] = tuple(section for section in SECTIONS if section not in IN_EXAMPLES)


@dataclass(frozen=True, slots=True)
class KnowledgeFile:
    section: Section
    name: str  # relative to the knowledge folder, with forward slashes: "answers/testing.yaml"
    path: Path


def files_in(folder: Path, report: Report) -> list[KnowledgeFile]:
    """The files of the folder, by section and name. YAML in a place that is not read is a problem."""
    where = Spot(str(folder), 0)
    if not folder.exists():
        report.add(where, "there is no such folder; look at the spelling of the path")
        return []
    if not folder.is_dir():
        report.add(where, "this is a file; name the folder that holds the knowledge (answers/*.yaml and the rest)")
        return []
    found = list(_scan(folder, where, report))
    if not any(file.section == "answers" for file in found):
        report.add(where, "there are no answers; add a file answers/*.yaml with a list of id, questions, answer")
    return sorted(found, key=lambda file: (SECTIONS.index(file.section), file.name))


def _scan(folder: Path, where: Spot, report: Report) -> Iterator[KnowledgeFile]:
    for path in _children(folder, where, report):
        section = _section(path.stem if _is_yaml(path) else path.name, _FILES)
        if path.suffix == ".yaml" and section:
            yield KnowledgeFile(section, path.name, path)
        elif _is_yaml(path):
            _report_unread(path, path.name, report)
        elif path.is_dir() and path.name == EXAMPLES:
            yield from _scan_examples(path, where, report)
        elif path.is_dir() and section and section not in SINGLE:
            yield from _scan_section(section, path, path.name, where, report)
        elif path.is_dir():
            for lost in filter(_is_yaml, _children(path, where, report)):
                _report_unread(lost, f"{path.name}/{lost.name}", report)


def _scan_examples(folder: Path, where: Spot, report: Report) -> Iterator[KnowledgeFile]:
    for path in _children(folder, where, report):
        name = f"{EXAMPLES}/{path.name}"
        section = _section(path.name, tuple(IN_EXAMPLES))
        if _is_yaml(path):
            _report_unread(path, name, report)
        elif path.is_dir() and section:
            yield from _scan_section(section, path, name, where, report)
        elif path.is_dir():
            for lost in filter(_is_yaml, _children(path, where, report)):
                _report_unread(lost, f"{name}/{lost.name}", report)


def _scan_section(section: Section, folder: Path, name: str, where: Spot, report: Report) -> Iterator[KnowledgeFile]:
    """The files in a section's folder; `name` is that folder's path in the knowledge folder."""
    for path in _children(folder, where, report):
        if path.suffix == ".yaml":
            yield KnowledgeFile(section, f"{name}/{path.name}", path)
        elif _is_yaml(path):
            _report_unread(path, f"{name}/{path.name}", report)
        elif path.is_dir():
            for lost in filter(_is_yaml, _children(path, where, report)):
                spot = Spot(f"{name}/{path.name}/{lost.name}", 0)
                report.add(spot, f"this file is not read; move it up into {name}/")


def _children(folder: Path, where: Spot, report: Report) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        report.add(
            where, f"{folder.name} cannot be listed ({error.strerror or 'input error'}); look at its permissions"
        )
        return []


def _section(name: str, among: tuple[Section, ...]) -> Section | None:
    return next((section for section in among if section == name), None)


def _is_yaml(path: Path) -> bool:
    return path.suffix.lower() in {".yaml", ".yml"}


def _report_unread(path: Path, name: str, report: Report) -> None:
    spot = Spot(name, 0)
    if path.suffix != ".yaml":
        report.add(spot, "this file is not read; its name must end in .yaml")
        return
    if "/" in name:
        folders = ", ".join(
            f"{EXAMPLES}/{section}/" if section in IN_EXAMPLES else f"{section}/"
            for section in SECTIONS
            if section not in SINGLE
        )
        report.add(spot, f"this file is not read; folders that are read: {folders}")
        return
    report.unknown(spot, "file", path.name, [f"{section}.yaml" for section in _FILES], "this file is not read")
