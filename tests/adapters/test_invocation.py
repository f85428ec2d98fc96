"""How the program is called in what it says: as the person who reads it can type it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from adapters import invocation


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs with a Python and the advisor in it; the shell does not look there."""
    programs = tmp_path / "somewhere" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "advisor"):
        (programs / name).symlink_to(os.path.realpath(sys.executable))
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return programs


def test_below_the_working_directory_it_is_a_short_path(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(environment.parent.parent)
    assert (invocation.command(), invocation.python()) == ("somewhere/bin/advisor", "somewhere/bin/python")


def test_elsewhere_it_is_the_whole_path(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/usr")
    assert invocation.command() == str(environment / "advisor")


def test_where_the_shell_finds_it_its_name_is_enough(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(environment))
    assert invocation.command() == "advisor"


def test_where_only_the_packages_are_installed_python_runs_it(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (environment / "advisor").unlink()
    monkeypatch.chdir(environment)
    assert invocation.command() == "python -m adapters.cli"
