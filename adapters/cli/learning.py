"""`advisor learn`: learns the reader of a knowledge folder."""

from __future__ import annotations

from pathlib import Path

import typer

from adapters import invocation
from bot.knowledge.problems import KnowledgeError
from bot.reader.manifest import ReaderError


def learn(folder: Path, work: Path, epochs: int, *, onward: bool) -> None:
    """Learn, telling how far it is. Raises typer.Exit with code 1 where it cannot be done."""
    try:
        from bot.learning import learn as learning
    except ImportError:
        typer.echo(
            "What learning needs is not installed. `make learn` installs it; without make: pip install "
            "'security-advisor[learn]'",
            err=True,
        )
        raise typer.Exit(1) from None
    try:
        manifest = learning.learn(folder, work, typer.echo, epochs, onward=onward)
    except KnowledgeError as error:
        typer.echo(f"{error}\n{invocation.command()} check lists what is to be mended", err=True)
        raise typer.Exit(1) from None
    except ReaderError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    shares = ", ".join(f"{head} {share:.1%}" for head, share in manifest.held_out.items())
    typer.echo(f"The reader stands in {folder / 'reader'}. Right on writers that were not learnt from: {shares}")
