"""The rules of the house, proved from the source itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.domain.phrases import placeholders
from bot.knowledge import load
from bot.knowledge.shipped_phrases import shipped
from bot.nlu.command_parser import COMMANDS
from bot.nlu.word_list import is_english

ROOT = Path(__file__).parent.parent
SEPARATE = ("slack", "teams", "web", "database")
PACKAGES = ("bot", "adapters", "bench", "fuzz")
FOREIGN_TO_BOT = {"slack_bolt", "slack_sdk", "botbuilder", "botframework", "aiohttp", "jinja2"} | {
    "sqlalchemy",
    "psycopg",
    "aiosqlite",
    "alembic",
    "adapters",
}


@cache
def nodes(file: Path) -> tuple[ast.AST, ...]:
    """All nodes of the source of `file`; the first is the module."""
    return tuple(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))


@pytest.fixture(scope="module", autouse=True)
def sources_are_forgotten() -> Iterator[None]:
    yield
    nodes.cache_clear()  # they are large


def imports(file: Path) -> Iterator[str]:
    """Every module that `file` imports, dotted, relative ones made absolute."""
    package = list(file.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in nodes(file):
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
    if own not in SEPARATE:
        return  # the composition root wires them
    others = {f"adapters.{folder}" for folder in SEPARATE if folder != own}
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


def test_few_files_of_the_teams_folder_import_the_bot_framework() -> None:
    """Those that its end would change, see docs/adr/0011-the-bot-frameworks-successors.md."""
    sdk = ("botbuilder", "botframework", "msrest")
    importers = {
        file.name for file in modules("adapters/teams") if any(name.split(".")[0] in sdk for name in imports(file))
    }
    assert importers == {"adapter.py", "app.py", "connector.py"}


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


# --- what is said stands in phrases

# Where the parts of a reply take what people read: positions, and names.
SHOWN: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {
    "Paragraph": ((0,), ("text",)),
    "Heading": ((0,), ("text",)),
    "Bullets": ((0,), ("items",)),
    "Table": ((0, 1), ("header", "rows")),
    "Choice": ((0, 2), ("label", "hint")),
    "Option": ((1, 2), ("label", "hint")),
    "Field": ((1, 5), ("label", "hint")),
    "Form": ((1, 2), ("title", "submit")),
    "Reply": ((1, 5), ("title", "disclosure", "verdict_label", "citations_label")),
    "Post": ((0, 3), ("title", "disclosure", "how_to_ask")),
    "plain_text": ((0,), ("text",)),
    "text_element": ((0,), ("text",)),
    "text_section": ((0,), ("text",)),
    "replace": (
        (),
        (
            "text", "items", "label", "hint", "title", "submit", "disclosure", "how_to_ask", "verdict_label",
            "citations_label",
        ),
    ),
}  # fmt: skip
SPEAKING = [
    *(file for folder in ("bot", "adapters/slack", "adapters/teams", "adapters/web") for file in modules(folder)),
    *(ROOT / "adapters").glob("*.py"),
]
WORD = re.compile("[A-Za-z]{2}")
SENTENCE = re.compile(r"[A-Z][a-z']+([ .,:;…?]|$)")


def called(call: ast.Call) -> str:
    """The name of what is called, without what it belongs to."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def is_phrases(node: ast.expr) -> bool:
    """Whether it is what phrases are said by: `say`, `self._say`, `knowledge.phrases`."""
    match node:
        case ast.Name(id="say" | "phrases") | ast.Attribute(attr="_say" | "phrases"):
            return True
    return False


def says_a_text(call: ast.Call) -> bool:
    return is_phrases(call.func) and bool(call.args)


def says_a_list(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "all" and is_phrases(call.func.value)


def literals(node: ast.AST) -> Iterator[str]:
    """The text literals within an expression that are shown as they are: names of phrases are not."""
    if isinstance(node, ast.Call) and says_a_text(node):
        for keyword in node.keywords:
            yield from literals(keyword.value)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from literals(child)


@pytest.mark.parametrize("file", SPEAKING, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_part_of_a_reply_is_made_of_a_literal(file: Path) -> None:
    shown = [
        value
        for call in nodes(file)
        if isinstance(call, ast.Call) and called(call) in SHOWN
        for positions, names in [SHOWN[called(call)]]
        for value in (
            *(argument for position, argument in enumerate(call.args) if position in positions),
            *(keyword.value for keyword in call.keywords if keyword.arg in names),
        )
    ]
    assert not [text for value in shown for text in literals(value) if WORD.search(text)]


def test_no_literal_in_the_rooms_that_talk_begins_like_a_sentence() -> None:
    """Also not one that gets into a reply by a detour. Texts of exceptions are for the operator."""
    found = []
    for room in ("bot/answering", "bot/commands", "bot/triage", "bot/service", "adapters/slack"):
        for file in modules(room):
            docs = {id(node.value) for node in nodes(file) if isinstance(node, ast.Expr)}
            docs |= {id(text) for node in nodes(file) if isinstance(node, ast.Raise) for text in ast.walk(node)}
            found += [
                f"{file.relative_to(ROOT)}:{node.lineno}: {node.value}"
                for node in nodes(file)
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
                if SENTENCE.match(node.value)
            ]
    assert not found


def phrase_names(node: ast.expr, tree: ast.Module) -> list[str]:
    """The names that the first argument of a `say` may be: written there, or in a table of the same module."""
    match node:
        case ast.Constant(value=str(name)):
            return [name]
        case ast.IfExp(body=one, orelse=other):
            return [*phrase_names(one, tree), *phrase_names(other, tree)]
        case ast.Attribute(attr="phrase"):
            return [command.phrase for command in COMMANDS]
        case ast.Subscript():
            while isinstance(node, ast.Subscript):
                node = node.value
            tables = [
                assigned.value
                for assigned in tree.body
                if isinstance(assigned, ast.Assign | ast.AnnAssign) and isinstance(assigned.value, ast.Dict)
                for target in (assigned.targets if isinstance(assigned, ast.Assign) else [assigned.target])
                if ast.unparse(target) == ast.unparse(node)
            ]
            return [text for table in tables for value in table.values for text in literals(value)]
    return []


def phrases_said() -> Iterator[tuple[str, ast.Call, list[str]]]:
    """Every call that says a phrase: where it stands, the call, and the names of what it may say."""
    for file in (*modules("bot"), *modules("adapters")):
        tree = nodes(file)[0]
        assert isinstance(tree, ast.Module)
        for call in nodes(file):
            if isinstance(call, ast.Call) and (says_a_text(call) or says_a_list(call)):
                where = f"{file.relative_to(ROOT)}:{call.lineno}"
                yield where, call, phrase_names(call.args[0], tree)


def test_every_phrase_that_is_said_is_shipped_and_gets_what_it_fills_in() -> None:
    said = list(phrases_said())
    assert not [where for where, _, names in said if not names], "the name can't be read from the source"
    phrases = shipped()
    texts = [(where, name, call) for where, call, names in said if not says_a_list(call) for name in names]
    lists = [(where, name) for where, call, names in said if says_a_list(call) for name in names]
    assert not [(where, name) for where, name in lists if name not in phrases.lists]
    assert not [(where, name) for where, name, _ in texts if name not in phrases.texts]
    assert not [
        (where, name)
        for where, name, call in texts
        if {keyword.arg for keyword in call.keywords} != placeholders(phrases.texts[name])
    ]


def test_every_phrase_that_is_shipped_is_said_somewhere() -> None:
    said = {name for _, _, names in phrases_said() for name in names}
    assert not {*shipped().texts, *shipped().lists} - said


# --- layers, top to bottom: a module imports from its own room and from rooms on lower floors

_ROOMS = (
    "learning advisor service triage commands answering curation ranking nlu knowledge reader retrieval encoder domain"
)
LAYERS = tuple((room,) for room in _ROOMS.split())
# Of adapters/. Rooms on one floor do not import each other.
ADAPTER_LAYERS = (
    ("cli",),
    ("doctor",),
    ("server",),
    ("surface_check",),
    ("slack", "teams", "web", "announcement", "application", "malformed_requests"),
    ("admission",),
    ("advisor_host", "housekeeping", "outbox_relay", "metrics", "rate_limit", "refusals", "readiness"),
    ("leases", "request_body", "progress", "logs", "timed_store", "outbox_age", "unknown_settings"),
    ("database", "in_memory"),
    ("references", "transcripts", "surface", "settings", "invocation"),
    ("owner_link", "ended_sessions", "evaluations", "loopback", "counting", "findings"),
)
packages = pytest.mark.parametrize(("package", "layers"), [("bot", LAYERS), ("adapters", ADAPTER_LAYERS)])


def import_graph() -> dict[str, set[str]]:
    """By module of ours: the modules of ours that it imports, also within functions."""
    files = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts): file
        for package in PACKAGES
        for file in modules(package)
    }
    files = {name.removesuffix(".__init__"): file for name, file in files.items()}
    graph: dict[str, set[str]] = {name: set() for name in files}
    for name, file in files.items():
        for node in nodes(file):
            if isinstance(node, ast.Import):
                graph[name] |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):  # of a package: the module that is named, else the package itself
                inner = [f"{node.module}.{alias.name}" for alias in node.names]
                graph[name] |= {one if one in files else str(node.module) for one in inner}
        graph[name] &= files.keys() - {name}
    return graph


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


@packages
def test_imports_point_down_only(package: str, layers: tuple[tuple[str, ...], ...]) -> None:
    floor = {room: number for number, rooms in enumerate(layers) for room in rooms} | {"": len(layers)}
    assert not [
        f"{module} imports {imported}"
        for module, imported in ((one, other) for one, others in import_graph().items() for other in others)
        if module.split(".")[0] == imported.split(".")[0] == package and room_of(module) != room_of(imported)
        if floor[room_of(module)] >= floor[room_of(imported)]
    ]


@packages
def test_every_room_has_its_floor(package: str, layers: tuple[tuple[str, ...], ...]) -> None:
    rooms = {room_of(module) for module in import_graph() if module.startswith(f"{package}.")}
    assert rooms == {room for floor in layers for room in floor}


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = import_graph()
    while free := {module for module, imported in graph.items() if not imported & graph.keys()}:
        graph = {module: imported for module, imported in graph.items() if module not in free}
    assert not graph, "each of these is in a circle, or imports one that is"


def test_the_folders_of_tests_mirror_the_tree() -> None:
    tests = {file.parent.relative_to(ROOT / "tests") for file in (*modules("tests/bot"), *modules("tests/adapters"))}
    assert not [str(folder) for folder in tests if not (ROOT / folder).is_dir()]
