"""What a successor needs is there, and leads where it says."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from adapters.announcement import announcement
from adapters.owner_link import OwnerLink
from adapters.settings import read_settings
from adapters.surface import Surfaces

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("bench/*.md")])
SOURCES = sorted(
    file for top in ("bot", "adapters", "bench", "fuzz", "tests", "tools") for file in (ROOT / top).rglob("*.py")
)
FOR_PROGRAMMERS = [page for page in PAGES if page.stem in ("CONTRIBUTING", "architecture") or page.parent.name == "adr"]
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@every_page
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not (page.parent / link).exists()] == []


@every_page
def test_every_file_and_folder_that_is_named_exists(page: Path) -> None:
    """Seen from the root, or as the name of some module: `cards.py`."""
    named = re.findall(
        r"(?<![\w*/.-])[\w./-]+\.py\b|(?<=`)(?:bot|adapters|bench|fuzz|tests|tools)/[\w./-]+(?=`)", written(page)
    )
    names = {file.name for file in SOURCES}
    assert [name for name in named if not ((ROOT / name).exists() or name in names or "NAME" in name)] == []


@every_page
def test_every_module_that_is_named_with_dots_exists(page: Path) -> None:
    """With at most one class or function of it behind the module's name."""
    named = re.findall(r"(?<![\w./-])(?:bot|adapters|bench|fuzz|tests|tools)(?:\.\w+)+", written(page))
    assert [name for name in named if not is_module(name) and not is_defined(name)] == []


@pytest.mark.parametrize("page", FOR_PROGRAMMERS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_class_that_is_named_exists(page: Path) -> None:
    named = re.findall(r"`([A-Z][a-z]\w+(?:\.\w+)?)(?:\([^`]*\))?`", written(page))
    defined = frozenset().union(*map(names_in, SOURCES))
    assert [name for name in named if name not in defined and not (ROOT / name).exists()] == []


def written(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def is_module(dotted: str) -> bool:
    path = ROOT.joinpath(*dotted.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def is_defined(dotted: str) -> bool:
    module, _, name = dotted.rpartition(".")
    file = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    return file.is_file() and name in names_in(file)


@cache
def names_in(file: Path) -> frozenset[str]:
    """What a module defines: its variables and classes, functions wherever they are, and methods as `Class.method`."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = {node.name for node in ast.walk(tree) if isinstance(node, (ast.ClassDef, *functions))}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{each.name}" for each in node.body if isinstance(each, functions)}
    assigned = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    targets = [each for node in assigned for each in (node.targets if isinstance(node, ast.Assign) else [node.target])]
    return frozenset(found | {each.id for each in targets if isinstance(each, ast.Name)})


def test_the_start_prints_what_the_readme_shows() -> None:
    shown = re.findall(r"^.*http://127.0.0.1:3978.*$", written(ROOT / "README.md"), re.MULTILINE)
    printed = announcement(read_settings(host="127.0.0.1"), 3978, Surfaces((), {}, OwnerLink()))
    assert shown
    assert [line for line in shown if line.partition("…")[0] not in printed] == []


# --- what docs/architecture.md says of the program

ARCHITECTURE = ROOT / "docs" / "architecture.md"


def section(heading: str) -> str:
    """The text below a heading of the second level in docs/architecture.md."""
    return written(ARCHITECTURE).partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_stops_of_a_question_are_in_the_source_and_counted() -> None:
    text = section("Every stop of a question")
    rows = re.findall(r"^\|[^|]*\| `([\w/]+\.py)` \| (.+) \|$", text, re.MULTILINE)
    stops = [(module, stop) for module, row in rows for stop in re.findall(r"`([\w.]+)`", row)]
    assert [(module, stop) for module, stop in stops if stop not in names_in(ROOT / module)] == []
    stated = re.search(r"\*\*(\d+) stops in (\d+) modules\*\*", text)
    assert stated is not None
    assert (int(stated[1]), int(stated[2])) == (len(set(stops)), len({module for module, _ in stops}))


def test_the_policies_are_asked_in_the_order_in_which_they_are_listed() -> None:
    listed = re.findall(r"^\| ([^|]+) \|", section("The path of a message"), re.MULTILINE)[1:]
    tree = ast.parse((ROOT / "bot" / "advisor.py").read_text(encoding="utf-8"))
    [policies] = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "self._policies"
    ]
    assert isinstance(policies, ast.Tuple)
    asked = [re.findall(r"[a-z]+", ast.unparse(policy).partition("._")[2]) for policy in policies.elts]
    assert len(listed) == len(asked)
    for words, row in zip(asked, listed, strict=True):
        assert set(words) <= set(re.findall(r"[a-z]+", row.lower())), (words, row)


def test_a_room_of_bot_imports_from_the_rooms_below_it_alone() -> None:
    rooms = re.findall(r"^\| `bot/(\w+)(?:/|\.py)` \|", section("The rooms of bot/"), re.MULTILINE)
    files = [file for file in SOURCES if file.is_relative_to(ROOT / "bot") and file.parent != ROOT / "bot"]
    inside = {(file.relative_to(ROOT / "bot").parts[0], name) for file in files for name in rooms_imported(file)}
    inside |= {("advisor", name) for name in rooms_imported(ROOT / "bot" / "advisor.py")}
    assert {room for arrow in inside for room in arrow} == set(rooms)
    assert sorted(f"{room} imports {other}" for room, other in inside if rooms.index(other) < rooms.index(room)) == []
    assert {room for room, other in inside if other != room}.isdisjoint(rooms[-2:])  # which import nothing else of ours


def rooms_imported(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imported += [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
    return {name.split(".")[1] for name in imported if name.startswith("bot.")}


# --- what docs/platform-checklists.md says of the tests


@pytest.mark.parametrize("surface", ["slack", "teams"])
def test_every_test_that_the_checklists_name_has_the_number_of_its_row(surface: str) -> None:
    text = written(ROOT / "docs" / "platform-checklists.md").lower()
    part = text.partition(f"\n## {surface}\n")[2].partition("\n## ")[0]
    listed = {
        (number, file)
        for number, row in re.findall(r"^\| ([st]\d+) \|.*\|([^|]*)\|$", part, re.MULTILINE)
        for file in re.findall(r"`([^`]+)`", row)
    }
    folder = ROOT / "tests" / "adapters" / surface
    files = {path.name: path for path in folder.glob("test_*.py")}
    files |= {file: ROOT / file for _, file in listed if "/" in file}
    numbered = {
        (number, file)
        for file, path in files.items()
        for test in names_in(path)
        if test.startswith("test_")
        for number in re.findall(rf"(?<=_){surface[0]}\d+(?=_|$)", test.lower())
    }
    assert listed
    assert sorted(listed - numbered) == []
    assert {number for number, _ in numbered} <= {number for number, _ in listed}


def test_every_decision_is_in_the_list_of_decisions() -> None:
    listed = re.findall(r"\((\d{4}-[a-z-]+\.md)\)", (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8"))
    assert listed == sorted(file.name for file in (ROOT / "docs" / "adr").glob("0*.md"))


def test_the_hooks_fetch_nothing() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {(place["repo"], hook["language"]) for place in hooks["repos"] for hook in place["hooks"]} == {
        ("local", "system")
    }


def test_every_source_of_the_knowledge_is_attributed() -> None:
    notice = " ".join((ROOT / "NOTICE").read_text(encoding="utf-8").split())
    for source in yaml.safe_load((ROOT / "knowledge" / "sources.yaml").read_text(encoding="utf-8")):
        assert source["title"] in notice
        assert source["publisher"] in notice


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements*.txt")), ids=lambda lock: lock.name)
def test_every_locked_package_has_its_hashes(lock: Path) -> None:
    packages = re.split(r"^(?=\S)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert packages
    assert [package for package in packages if "==" not in package or "--hash=sha256:" not in package] == []
