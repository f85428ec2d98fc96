"""The program installed from its wheel, far from the checkout: it holds all that it needs, and works.

The environment is empty but for the wheel. What the program depends on is lent from the environment that the tests run
in, by a path file, so that nothing is fetched; the checkout is not on that path.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener, urlopen

import pytest

from adapters import __version__
from bot.advisor import Advisor

ROOT = Path(__file__).parent.parent
SHIPPED = ("bot", "adapters", "knowledge")
ALONGSIDE = ("pyproject.toml", "README.md", "LICENSE", "NOTICE")
TIMEOUT = 60  # seconds until a command that hangs is ended

pytestmark = pytest.mark.long


class Installed:
    """The program in an environment of its own. `folder` is where it is run: empty, and outside the checkout."""

    def __init__(self, environment: Path, folder: Path, cache: Path) -> None:
        self.bin = environment / "bin"
        self.packages = Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))
        self.folder = folder
        self.variables = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "CACHE_DIR": str(cache), "PORT": "0"}

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.bin / program, *arguments],
            cwd=self.folder, env=self.variables, capture_output=True, text=True, timeout=TIMEOUT, check=False,
        )  # fmt: skip

    @contextmanager
    def serving(self) -> Iterator[tuple[str, str]]:
        """The address that it serves at, and what it said at the start."""
        with subprocess.Popen(
            [self.bin / "advisor", "serve"], cwd=self.folder, env=self.variables, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stdout
                said = ""
                for line in process.stdout:
                    said += line
                    if line.startswith("Ctrl+C"):
                        break
                yield next(word for word in said.split() if word.startswith("http://")), said
            finally:
                process.terminate()
        assert process.returncode == 0


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is left in the checkout."""
    source = tmp_path_factory.mktemp("source")
    for folder in SHIPPED:
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ALONGSIDE:
        shutil.copy(ROOT / name, source)
    subprocess.run(
        [sys.executable, "-c", "import setuptools.build_meta as backend; backend.build_wheel('dist')"],
        cwd=source, capture_output=True, timeout=TIMEOUT, check=True,
    )  # fmt: skip
    [built] = (source / "dist").iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory, advisor: Advisor, learnt: Path) -> Installed:
    """`advisor` has learnt the same knowledge already, so that the installed program need not."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, symlinks=True)
    there = Installed(environment, tmp_path_factory.mktemp("elsewhere"), learnt)
    pip = [sys.executable, "-m", "pip", "--python", there.bin / "python", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "install", "--no-index", "--no-deps", "--no-compile", wheel], timeout=TIMEOUT, check=True,
        capture_output=True,
    )  # fmt: skip
    (there.packages / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return there


def test_a_wheel_holds_every_file_of_the_three_folders_and_the_licence(wheel: Path) -> None:
    files = {
        file.relative_to(ROOT).as_posix()
        for folder in SHIPPED
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    held = set(zipfile.ZipFile(wheel).namelist())
    assert files - held == set()
    assert {name for name in held if name.partition("/")[0] in SHIPPED} - files == set()
    assert {name.rpartition("/")[2] for name in held} >= {"LICENSE", "NOTICE"}


def test_everything_comes_from_the_wheel_and_nothing_from_the_checkout(installed: Installed) -> None:
    code = (
        "import adapters, bot, sys; from adapters.settings import KNOWLEDGE;"
        "print(adapters.__file__, bot.__file__, KNOWLEDGE / 'claims.yaml', *sys.path, sep='\\n')"
    )
    adapters, bot, knowledge, *path = map(Path, installed.run("python", "-c", code).stdout.splitlines())
    assert all(file.is_relative_to(installed.packages) for file in (adapters, bot, knowledge))
    assert knowledge.is_file()
    assert ROOT not in path


def test_it_says_its_version_and_that_of_its_knowledge(installed: Installed, advisor: Advisor) -> None:
    said = installed.run("advisor", "--version").stdout
    assert said.startswith(f"advisor {__version__}, knowledge {advisor.knowledge.version} in {installed.packages}")


def test_it_answers_a_question_with_its_source(installed: Installed) -> None:
    done = installed.run("advisor", "ask", "does AppSec cover supply chain?")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No.")
    assert "AppSec > Cons > Limited scope" in done.stdout


def test_it_checks_its_knowledge(installed: Installed) -> None:
    done = installed.run("advisor", "check")
    assert (done.returncode, done.stdout) == (0, f"{installed.packages / 'knowledge'}: no errors\n")


def test_it_serves_the_page_with_all_that_it_loads(installed: Installed) -> None:
    with installed.serving() as (address, said):
        browser = build_opener(HTTPCookieProcessor())
        browser.open(said.partition("Open the workbench: ")[2].split()[0])
        pages = {path: browser.open(address + path).read().decode() for path in ("/", "/help", "/workbench/knowledge")}
        for path in ("/static/site.css", "/static/site.js", "/static/icon.svg"):
            assert urlopen(address + path).read()
    assert "AppSec" in pages["/"]
    assert "claims" in pages["/workbench/knowledge"]
    assert f"{installed.bin / 'advisor'} chat" in said
    assert (installed.folder / "advisor.sqlite3").is_file()


def test_it_prints_the_manifest_for_slack(installed: Installed) -> None:
    assert "socket_mode_enabled: true" in installed.run("advisor", "slack", "manifest", "--socket").stdout


def test_the_bill_of_materials_names_every_locked_package(tmp_path: Path) -> None:
    """As `make wheel` writes it, but for the check against the schema, which takes seconds."""
    lock, bill = ROOT / "requirements.txt", tmp_path / "bill.json"
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "cyclonedx_py",
        "requirements",
        "--pyproject",
        ROOT / "pyproject.toml",
    ]
    subprocess.run(
        [*command, "--short-PURLs", "--no-validate", "--output-file", bill, lock], timeout=TIMEOUT, check=True
    )
    made = json.loads(bill.read_text(encoding="utf-8"))
    locked = re.findall(r"^([\w.-]+)==([^\s;]+)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    assert (made["bomFormat"], made["metadata"]["component"]["name"]) == ("CycloneDX", "security-advisor")
    assert len(locked) > 50
    assert sorted((one["name"], one["version"]) for one in made["components"]) == sorted(locked)
