"""`advisor init`: a small knowledge folder with comments, to be changed into one's own."""

from __future__ import annotations

import shutil
from pathlib import Path

import typer

from adapters import invocation

NEW = Path(__file__).with_name("new_folder")


class FolderInUse(ValueError):
    """The folder can't be begun in; the text says why and what to do."""


def create(folder: Path) -> None:
    """Write the files into `folder`, which is made where it is missing. Raises FolderInUse, and OSError."""
    if folder.exists() and not folder.is_dir():
        raise FolderInUse(f"{folder} is a file; name a folder that is new or empty.")
    if folder.is_dir() and any(folder.iterdir()):
        raise FolderInUse(f"{folder} is not empty, and nothing was written. Name a folder that is new or empty.")
    shutil.copytree(NEW, folder, dirs_exist_ok=True, copy_function=shutil.copyfile)


def say_what_is_next(folder: Path) -> None:
    """Print what was written and how to go on."""
    files = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.yaml"))
    command = f"{invocation.command()} {{}} --knowledge {folder}"
    typer.echo(f"Wrote {folder}: {', '.join(files)}.")
    typer.echo(
        "They are about house plants, and each says what goes into it. Try it, then put your subject in its place:"
    )
    asked = command.format('ask "do ferns like the sun?"')
    for line in (asked, command.format("chat"), command.format("check"), command.format("serve")):
        typer.echo(f"  {line}")
    typer.echo("docs/knowledge.md explains the files.")
