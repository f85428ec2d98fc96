"""Loads a folder of YAML as a `KnowledgeBase`, and checks it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from yaml.nodes import Node

from bot.knowledge.draft import Draft
from bot.knowledge.folder import LEARNT_FROM, KnowledgeFile, Section, files_in
from bot.knowledge.labelled_reader import read_incidents, read_labelled
from bot.knowledge.model import Claim, KnowledgeBase
from bot.knowledge.phrasings_reader import read_phrasings, with_phrasings
from bot.knowledge.problems import KnowledgeError, Problem
from bot.knowledge.readers import read_answers, read_claims, read_groups, read_phrases, read_sources, read_vocabulary
from bot.knowledge.references import check_references
from bot.knowledge.rules import check_rules
from bot.knowledge.shipped_phrases import overridden
from bot.knowledge.triage_paths import check_paths, check_reach, has_problems
from bot.knowledge.triage_reader import read_triage
from bot.knowledge.triage_support import check_support
from bot.knowledge.yamlfile import read_yaml

_READERS: dict[Section, Callable[[Node, str, Draft], None]] = {
    "sources": read_sources,
    "vocabulary": read_vocabulary,
    "claims": read_claims,
    "answers": read_answers,
    "labelled": lambda root, file, draft: read_labelled(root, file, draft.labelled, draft.report),
    "phrasings": read_phrasings,
    "phrases": read_phrases,
    "triage": read_triage,
    "incidents": lambda root, file, draft: _read_incidents(root, file, draft),
}


def load(folder: Path) -> KnowledgeBase:
    """The knowledge base in a folder.

    Raises `KnowledgeError` with all errors: unreadable files, wrong shapes, unknown and duplicate ids, dialogue paths
    without exactly one outcome. Broken rules of content (see `check`) are no errors.
    """
    draft, version = _read(folder, examples=False)
    if draft.report.problems:
        raise KnowledgeError(draft.report.sorted())
    return _knowledge(draft, version)


def check(folder: Path) -> list[Problem]:
    """All problems of a knowledge folder, by file and line: errors and broken rules of content."""
    draft, _ = _read(folder, examples=True)
    walked = not has_problems(draft)  # an unreadable condition would cause false alarms
    check_rules(draft)
    if walked:
        check_reach(draft)
        check_support(draft)
    return draft.report.sorted()


def _read(folder: Path, *, examples: bool) -> tuple[Draft, str]:
    """`examples`: whether to read what only learning needs."""
    draft = Draft()
    roots: list[tuple[KnowledgeFile, Node]] = []
    version = hashlib.sha256()
    for file in files_in(folder, draft.report):
        if file.section in LEARNT_FROM and not examples:
            continue
        content, root = read_yaml(file.path, file.name, draft.report)
        version.update(f"{file.name}\0{len(content)}\0".encode())
        version.update(content)
        if root is None:
            draft.broken.add(file.section)
        else:
            roots.append((file, root))
    for file, root in roots:
        if file.section == "vocabulary":
            read_groups(root, file.name, draft)
    for file, root in roots:
        if file.section in _READERS:
            _READERS[file.section](root, file.name, draft)
    draft.refer(tuple(draft.labelled.named), "answer")
    check_references(draft)
    check_paths(draft)
    return draft, version.hexdigest()[:12]


def _knowledge(draft: Draft, version: str) -> KnowledgeBase:
    return KnowledgeBase(
        answers=MappingProxyType(with_phrasings(draft)),
        sources=MappingProxyType(draft.sources),
        claims=MappingProxyType(_mutual(draft)),
        subjects=MappingProxyType(draft.subjects),
        aspects=MappingProxyType(draft.aspects),
        topics=MappingProxyType(draft.topics),
        phrases=overridden(draft.phrases, draft.phrase_lists),
        triage=draft.triage and replace(draft.triage, leads=tuple(sorted(draft.survey.leads))),
        incidents=draft.incidents,
        version=version,
    )


def _read_incidents(root: Node, file: str, draft: Draft) -> None:
    draft.incidents = read_incidents(root, file, draft.report)


def _mutual(draft: Draft) -> dict[str, Claim]:
    """The claims with symmetric tensions (`check` asks the author to write each on both sides)."""
    tensions = {id: dict.fromkeys(claim.tension) for id, claim in draft.claims.items()}
    for id, claim in draft.claims.items():
        for other in claim.tension:
            tensions[other][id] = None
    return {id: replace(claim, tension=tuple(tensions[id])) for id, claim in draft.claims.items()}
