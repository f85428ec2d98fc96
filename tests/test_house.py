"""The rules of the house, proved from the source itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.knowledge import load
from bot.nlu.word_list import is_english

ROOT = Path(__file__).parent.parent
DOORS = ("slack", "teams", "web", "database")
FOREIGN_TO_BOT = {"slack_bolt", "slack_sdk", "botbuilder", "botframework", "aiohttp", "jinja2"} | {
    "sqlalchemy",
    "psycopg",
    "aiosqlite",
    "alembic",
    "adapters",
}


def imports(file: Path) -> Iterator[str]:
    """Every module that `file` imports, dotted, relative ones made absolute."""
    package = list(file.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            yield ".".join([*base, *([node.module] if node.module else [])])


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("file", modules("bot"), ids=lambda file: str(file.relative_to(ROOT)))
def test_bot_imports_no_platform_no_web_framework_no_database_and_no_adapter(file: Path) -> None:
    assert not {name for name in imports(file) if name.split(".")[0] in FOREIGN_TO_BOT}


@pytest.mark.parametrize("file", modules("adapters"), ids=lambda file: str(file.relative_to(ROOT)))
def test_adapters_do_not_import_each_other(file: Path) -> None:
    own = file.relative_to(ROOT / "adapters").parts[0]
    if own not in DOORS:
        return  # the composition root wires them
    others = {f"adapters.{door}" for door in DOORS if door != own}
    assert not {
        name for name in imports(file) if any(name == other or name.startswith(other + ".") for other in others)
    }


@pytest.mark.parametrize(
    ("sdk", "home"),
    [(("slack_bolt", "slack_sdk"), "adapters/slack"), (("botbuilder", "botframework"), "adapters/teams")],
    ids=["Slack", "Bot Framework"],
)
def test_an_sdk_is_imported_in_its_own_folder_alone(sdk: tuple[str, ...], home: str) -> None:
    strangers = [
        str(file.relative_to(ROOT))
        for folder in ("bot", "adapters")
        for file in modules(folder)
        if not file.is_relative_to(ROOT / home) and any(name.split(".")[0] in sdk for name in imports(file))
    ]
    assert not strangers


# Not the field's own words: a standard for dates, and what the shapes of tokens are called.
NEUTRAL = frozenset({"iso", "api", "aws", "jwt"})


def test_no_term_of_the_vocabulary_stands_in_bot() -> None:
    """Terms are what subjects and topics are called, but for names made of everyday words alone."""
    knowledge = load(ROOT / "knowledge")
    named = {
        name.lower()
        for layer in (knowledge.subjects, knowledge.topics)
        for concept in layer.values()
        for name in concept.names
        if not all(is_english(word) for word in re.findall("[a-z]+", name.lower()))
    }
    terms = {concept.name.lower() for concept in knowledge.subjects.values()} | named - NEUTRAL
    found = [
        f"{file.relative_to(ROOT)}: {term}"
        for file in modules("bot")
        for text in [file.read_text(encoding="utf-8").lower()]
        for term in terms
        if term in text and re.search(rf"(?<![\w-]){re.escape(term)}(?![\w-])", text)
    ]
    assert len(terms) > 300
    assert not found
