"""Earlier states of the knowledge folder, from the git repository that it stands in."""

from __future__ import annotations

import io
import os
import re
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

SECONDS = 60.0  # for one call of git
LATEST = 12
# Nothing that git could take for an option, a range or a path within a revision.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/@^~{}+-]{0,199}")


class NoRevision(Exception):
    """There is no such state of the folder. The text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Revision:
    id: str  # the commit, in short
    day: str  # an ISO date
    title: str


def latest(folder: Path) -> list[Revision]:
    """The latest revisions that changed the folder, newest first. Raises NoRevision without git or a repository."""
    listed = _git(folder, "rev-list", f"--max-count={LATEST}", "--format=%h%x09%cs%x09%s", "HEAD", "--", ".")
    rows = [line.split("\t", 2) for line in listed.decode(errors="replace").splitlines() if "\t" in line]
    return [Revision(*row) for row in rows]


def write(folder: Path, name: str, into: Path) -> str:
    """Write the files of `folder` as they were at the revision `name`. Returns the commit, in short. Raises NoRevision
    and OSError."""
    _git(folder, "rev-parse", "--git-dir")
    if not NAME.fullmatch(name) or ".." in name:
        raise NoRevision(f"{name[:100]!r} is no name of a revision. Write a commit, a tag or a branch, such as HEAD~1.")
    try:
        commit = _git(folder, "rev-parse", "--verify", "--quiet", "--short", f"{name}^{{commit}}").decode().strip()
    except NoRevision:
        raise NoRevision(f"The repository has no revision {name}. Write a commit, a tag or a branch of it.") from None
    try:
        packed = _git(folder, "archive", "--format=tar", commit)  # of the folder that git runs in, as it was then
    except NoRevision:
        raise NoRevision(f"The knowledge folder was not there at revision {name}. Take a later one.") from None
    with tarfile.open(fileobj=io.BytesIO(packed)) as files:
        for member in files:
            path = into / member.name
            content = files.extractfile(member) if member.isfile() else None
            if content is not None and path.resolve().is_relative_to(into.resolve()):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())
    return commit


def _git(folder: Path, *arguments: str) -> bytes:
    """What git prints. It asks for nothing, fetches nothing, and is not led elsewhere by the environment."""
    quiet = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")} | quiet
    try:
        done = subprocess.run(  # noqa: S603  (no shell, and what a person wrote is checked before)
            ["git", "-C", str(folder), *arguments],  # noqa: S607  (whichever git the operator has on the path)
            capture_output=True,
            timeout=SECONDS,
            env=environment,
            stdin=subprocess.DEVNULL,
        )
    except OSError:
        raise NoRevision("git is not installed here. Install it, or compare with a folder.") from None
    except subprocess.TimeoutExpired:
        raise NoRevision("git did not answer in time. Compare with a folder instead.") from None
    if done.returncode == 0:
        return done.stdout
    if b"dubious ownership" in done.stderr:
        raise NoRevision(
            "The repository belongs to another user, so git does not read it. Run: "
            "git config --global --add safe.directory with the folder of the repository."
        )
    raise NoRevision("The knowledge folder is in no git repository. Compare with a folder instead.")
