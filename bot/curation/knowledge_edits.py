"""What a curator can change in a knowledge folder: phrasings, an answer, a claim. Each edit comes to what it makes of
the files; nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.curation import yaml_edits
from bot.curation.folder_files import Change, EditError, files_of
from bot.curation.yaml_edits import Row, Values
from bot.knowledge.folder import KnowledgeFile, Section


@dataclass(frozen=True, slots=True)
class Entry:
    """A field of an answer or a claim as a form has it. `many`: one item a line."""

    key: str
    label: str
    many: bool = False
    hint: str = ""


ANSWER = (
    Entry("title", "Title"),
    Entry("answer", "Answer"),
    Entry("bullets", "Points", many=True, hint="One a line"),
    Entry("claims", "Claims that it rests on", many=True, hint="One id a line"),
    Entry("related", "Leads on to", many=True, hint="One id of an answer a line"),
)
CLAIM = (
    Entry("id", "Id", hint="Letters, dots and hyphens; it must be new"),
    Entry("source", "Source"),
    Entry("at", "Where in the source"),
    Entry("says", "What it says", hint="In your own words, beginning with its subject"),
    Entry("subject", "About", many=True, hint="One id of a subject a line"),
    Entry("aspect", "Aspect"),
    Entry("topics", "Topics", many=True, hint="One a line, as “rain: yes” or “rain: no”"),
)


def add_phrasings(folder: Path, answer: str, questions: Sequence[str]) -> list[Change]:
    """Further phrasings of an answer: where its further ones stand, else beside it. Raises EditError."""
    more = list(dict.fromkeys(" ".join(question.split()) for question in questions if question.strip()))
    if not more:
        raise EditError("Write at least one question.")
    beside, _ = _found(folder, answer)
    elsewhere = _with(folder, "phrasings", lambda text: yaml_edits.has(text, (answer,)))
    if elsewhere:
        return [_changed(elsewhere, lambda text: yaml_edits.extend_under(text, (answer,), more))]
    return [_changed(beside, lambda text: yaml_edits.extend(text, answer, "questions", more))]


def answer_values(folder: Path, id: str) -> dict[str, str]:
    """The fields of an answer as its file has them, lists as lines. Raises EditError if there is none."""
    _, row = _found(folder, id)
    return {field.key: _as_lines(row.get(field.key)) for field in ANSWER}


def edit_answer(folder: Path, id: str, given: Mapping[str, str]) -> list[Change]:
    """The fields of an answer that differ from what its file has. Raises EditError."""
    held = answer_values(folder, id)
    values: Values = {}
    for field in ANSWER:
        text = _tidy(given.get(field.key, ""))
        if text != _tidy(held[field.key]):
            values[field.key] = _items(text) if field.many else " ".join(text.split("\n"))
    if not values:
        raise EditError("Nothing is changed yet.")
    file, _ = _found(folder, id)
    return [_changed(file, lambda text: yaml_edits.set_values(text, id, values))]


def add_claim(folder: Path, answer: str, given: Mapping[str, str]) -> list[Change]:
    """A new claim below those of its source, and cited by an answer. Raises EditError."""
    values: Values = {}
    for field in CLAIM:
        text = _tidy(given.get(field.key, ""))
        if not text and field.key != "topics":
            raise EditError(f"“{field.label}” is empty; write something there.")
        items = _items(text)
        if field.key == "topics":
            values["topics"] = _stances(items)
        elif field.many and len(items) > 1:
            values[field.key] = items
        else:
            values[field.key] = " ".join(items)
    source, id = str(values["source"]), str(values["id"])
    claims = _with(folder, "claims", lambda text: f"source: {source}\n" in text) or next(
        iter(files_of(folder, "claims")), None
    )
    if claims is None:
        raise EditError("The folder has no file of claims; begin one in an editor first.")
    beside, _ = _found(folder, answer)
    return [
        _changed(claims, lambda text: yaml_edits.add_row(text, values)),
        _changed(beside, lambda text: yaml_edits.extend(text, answer, "claims", [id])),
    ]


def _found(folder: Path, answer: str) -> tuple[KnowledgeFile, Row]:
    """The file in which an answer stands, and what it has there. Raises EditError if there is none."""
    texts = [(file, _text(file)) for file in files_of(folder, "answers")]
    likely = f"id: {answer}\n"  # reading a file takes long, so that where it probably stands comes first
    for file, text in sorted(texts, key=lambda one: likely not in one[1]):
        if answer in text and (row := yaml_edits.row_of(text, answer)):
            return file, row
    raise EditError(f"There is no answer {answer[:100]} in the folder any more. Begin again from the answers.")


def _with(folder: Path, section: Section, wanted: Callable[[str], bool]) -> KnowledgeFile | None:
    """The first file of a section whose text is as wanted."""
    return next((file for file in files_of(folder, section) if wanted(_text(file))), None)


def _changed(file: KnowledgeFile, change: Callable[[str], str]) -> Change:
    before = _bytes(file)
    return Change(file.name, before, change(_text(file)).encode())


def _text(file: KnowledgeFile) -> str:
    try:
        return _bytes(file).decode("utf-8")
    except UnicodeDecodeError:
        raise EditError(f"{file.name} is not UTF-8; save it as UTF-8.") from None


def _bytes(file: KnowledgeFile) -> bytes:
    try:
        return file.path.read_bytes()
    except OSError:
        raise EditError(f"{file.name} can't be read; look at its permissions.") from None


def _tidy(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _items(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


def _as_lines(value: object) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _stances(lines: Sequence[str]) -> dict[str, bool]:
    stances = {}
    for line in lines:
        topic, _, holds = (part.strip() for part in line.rpartition(":"))
        if holds not in ("yes", "no") or not topic:
            raise EditError(f"“{line[:60]}” says neither yes nor no; write it as “rain: yes”.")
        stances[topic] = holds == "yes"
    return stances
