"""Installing what is locked: with uv, which is told what pip is configured with, and with pip where uv fails.

Real installs, into an environment of its own, of a package that is made here and found in a folder; nothing is fetched.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tools.install import pip_options, uv_environment

ROOT = Path(__file__).parents[2]
UV = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")

pytestmark = pytest.mark.long

with_uv = pytest.mark.skipif(not UV and not os.environ.get("CI"), reason="needs uv; make test says why it is missing")


class Machine:
    """A machine with pip, configured with a folder of wheels as its only source. `uv`: what stands there as uv."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        venv.create(folder / "env", symlinks=True)
        self.bin = folder / "env" / "bin"
        self.packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder / "env")}))
        (self.packages / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n")  # pip and setuptools
        (folder / "wheels").mkdir()
        self.hash = _write_wheel(folder / "wheels" / "marmalade-1.0-py3-none-any.whl")
        (folder / "pyproject.toml").write_text(
            '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
            '[project]\nname = "toast"\nversion = "1"\n[tool.setuptools]\npy-modules = []\n'
        )
        (folder / "pip.conf").write_text(f"[global]\nno-index = true\nfind-links = {folder / 'wheels'}\n")

    def put_uv(self, script: str) -> None:
        (self.bin / "uv").write_text(f"#!/bin/sh\n{script}\n")
        (self.bin / "uv").chmod(0o755)

    def install(self, hash: str) -> subprocess.CompletedProcess[str]:
        (self.folder / "requirements.txt").write_text(f"marmalade==1.0 \\\n    --hash=sha256:{hash}\n")
        return subprocess.run(
            [self.bin / "python", ROOT / "tools" / "install.py", "requirements.txt"],
            cwd=self.folder, capture_output=True, text=True, timeout=60, check=False,
            env={
                "PATH": "/usr/bin:/bin", "HOME": str(self.folder), "UV_OFFLINE": "1",
                "PIP_CONFIG_FILE": str(self.folder / "pip.conf"),
            },
        )  # fmt: skip

    @property
    def has_marmalade(self) -> bool:
        return (self.packages / "marmalade.py").is_file()


def _write_wheel(file: Path) -> str:
    """Writes the wheel of a package that says nothing; returns its hash."""
    info = "marmalade-1.0.dist-info"
    with zipfile.ZipFile(file, "w") as wheel:
        wheel.writestr("marmalade.py", "")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: marmalade\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", f"marmalade.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@with_uv
def test_uv_installs_from_where_pip_is_told_to_look(machine: Machine) -> None:
    machine.put_uv(f'echo with uv >&2; exec {UV} "$@"')
    done = machine.install(machine.hash)
    assert (done.returncode, machine.has_marmalade) == (0, True), done.stderr
    assert "Installing what requirements.txt locks: 1 packages" in done.stdout
    assert "with uv" in done.stderr and "trying pip" not in done.stdout


@pytest.mark.parametrize("script", ["echo no index here >&2; exit 2", None], ids=["uv fails", "there is no uv"])
def test_where_uv_can_not_pip_does(machine: Machine, script: str | None) -> None:
    if script:
        machine.put_uv(script)
    done = machine.install(machine.hash)
    assert (done.returncode, machine.has_marmalade) == (0, True), done.stderr
    assert ("trying pip" in done.stdout) == bool(script)
    assert "a minute or two" in done.stdout


@pytest.mark.parametrize("uv", [pytest.param(True, marks=with_uv, id="uv"), pytest.param(False, id="pip alone")])
def test_a_package_with_another_hash_is_refused(machine: Machine, uv: bool) -> None:
    if uv:
        machine.put_uv(f'exec {UV} "$@"')
    done = machine.install("0" * 64)
    assert (done.returncode != 0, machine.has_marmalade) == (True, False)


def test_pip_is_asked_what_it_is_configured_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = https://one.example/simple\ntimeout = 7\n"
        "extra-index-url =\n    https://two.example/simple\n    https://three.example/simple\n[install]\ntimeout = 8\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("PIP_INDEX_URL", "https://four.example/simple")
    options = pip_options()
    assert (options["index-url"], options["timeout"]) == ("https://four.example/simple", "8")
    assert options["extra-index-url"].split() == ["https://two.example/simple", "https://three.example/simple"]


def test_uv_is_told_the_same_in_its_own_words() -> None:
    given = uv_environment(
        {
            "index-url": "https://one.example/simple",
            "extra-index-url": "\nhttps://two.example/simple\nhttps://three.example/simple",
            "find-links": "/a /b",
            "cert": "/etc/ssl/bundle.pem",
            "proxy": "http://proxy.example:3128",
            "constraint": "/etc/constraints.txt",
        }
    )
    assert given["UV_DEFAULT_INDEX"] == "https://one.example/simple"
    assert given["UV_INDEX"] == "https://two.example/simple https://three.example/simple"
    assert given["UV_FIND_LINKS"] == "/a,/b"
    assert given["SSL_CERT_FILE"] == "/etc/ssl/bundle.pem"
    assert given["HTTPS_PROXY"] == "http://proxy.example:3128"
    assert not any("constraints" in value for value in given.values())  # the lock says more
