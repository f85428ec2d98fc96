"""The labelled examples of a knowledge folder, which learning and `check` read and serving does not."""

from __future__ import annotations

from pathlib import Path

from yaml.nodes import Node

from bot.knowledge.folder import files_in
from bot.knowledge.labelled_reader import Incidents, Labelled, LabelledQuestion, read_incidents, read_labelled
from bot.knowledge.problems import KnowledgeError, Report
from bot.knowledge.yamlfile import read_yaml


def load_examples(folder: Path) -> tuple[list[LabelledQuestion], Incidents]:
    """The labelled questions in `examples/labelled/`, and the messages in `incidents.yaml`.

    Raises KnowledgeError with all errors of these files. Whether the answers that they name exist is for `check`.
    """
    report = Report()
    labelled, incidents = Labelled(), Incidents()
    for file in files_in(folder, report):
        if file.section not in ("labelled", "incidents"):
            continue
        root = _root(file.path, file.name, report)
        if root is None:
            continue
        if file.section == "labelled":
            read_labelled(root, file.name, labelled, report)
        else:
            incidents = read_incidents(root, file.name, report)
    if report.problems:
        raise KnowledgeError(report.sorted())
    return labelled.questions, incidents


def _root(path: Path, name: str, report: Report) -> Node | None:
    return read_yaml(path, name, report)[1]
