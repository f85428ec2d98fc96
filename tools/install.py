"""`python tools/install.py requirements.txt …`: install what these files lock, by hash, and this project, editable.

Into the environment of the Python that runs this, with uv where it is there (it takes a tenth of pip's time), and with
pip where it is not, or fails. uv looks where pip would: it is handed what pip is configured with.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PIP = (sys.executable, "-m", "pip")
PROJECT = ("--no-deps", "--no-build-isolation", "--editable", ".")

# What uv calls pip's options. Of several values pip separates by white space, uv some by commas.
NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "keyring-provider": "UV_KEYRING_PROVIDER",
}
BY_COMMAS = ("find-links",)
ALWAYS = {
    "UV_INDEX_STRATEGY": "unsafe-best-match",  # as pip: the best of all indexes. The hashes decide what is taken
    "UV_SYSTEM_CERTS": "true",  # as pip: what this machine trusts
    "UV_PYTHON_DOWNLOADS": "never",
}


def main(files: Sequence[str]) -> int:
    """The exit code: 0, or that of pip where it failed too."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent))
    for file in files:
        count = sum(line[0].isalnum() for line in Path(file).read_text(encoding="utf-8").splitlines() if line)
        began = time.monotonic()
        print(
            f"Installing what {file} locks: {count} packages{'' if uv else ', by pip in a minute or two'}", flush=True
        )
        live = sys.stderr.isatty()
        code = install(uv, "--require-hashes", "--requirement", file, live=live)
        if code:
            return code
        print(f"Installed in {time.monotonic() - began:.0f} s", flush=True)
    return install(uv, *PROJECT, live=False)


def install(uv: str | None, *arguments: str, live: bool) -> int:
    """By `uv` if it is given and can, else by pip. The exit code. `live`: uv shows how far it is, for a terminal."""
    if uv:
        options = pip_options()
        shown = () if live else ("--quiet",)
        index = ("--no-index",) if options.get("no-index", "").lower() in ("1", "true", "yes", "on") else ()
        command = [uv, "pip", "install", *shown, *index, "--python", sys.executable, *arguments]
        try:
            environment = {**uv_environment(options), **os.environ}  # who sets uv's own variables means it
            if subprocess.run(command, env=environment, check=False).returncode == 0:  # noqa: S603
                return 0
            reason = "uv could not do it"
        except OSError as error:  # made for another machine
            reason = f"uv does not run here ({error.strerror})"
        print(f"{reason}; trying pip, which takes a minute or two", flush=True)
    quietly = ("--quiet", "--disable-pip-version-check")
    return subprocess.run([*PIP, "install", *quietly, *arguments], check=False).returncode  # noqa: S603


def pip_options() -> dict[str, str]:
    """What pip is configured with for installing, by the long name of the option: files first, then environment."""
    listed = subprocess.run([*PIP, "config", "list"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        section, _, option = name.rpartition(".")
        if section in found:
            found[section][option] = str(ast.literal_eval(value))
    return {**found["global"], **found["install"], **found[":env:"]}


def uv_environment(options: Mapping[str, str]) -> dict[str, str]:
    """The environment in which uv looks where pip would with `options`."""
    given = dict(ALWAYS)
    for option, name in NAMES.items():
        if option in options:
            given[name] = ("," if option in BY_COMMAS else " ").join(options[option].split())
    if "proxy" in options:
        given["HTTP_PROXY"] = given["HTTPS_PROXY"] = options["proxy"]
    return given


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
