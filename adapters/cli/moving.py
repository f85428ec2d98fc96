"""`advisor export` and `advisor import`: the database as one file, for a move to another one or a backup."""

from __future__ import annotations

import gzip
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from adapters import __version__, invocation
from adapters.settings import read_settings

GZIP = b"\x1f\x8b"  # what a compressed file begins with

File = Annotated[Path, typer.Argument(metavar="FILE", help="JSON Lines; compressed if the name ends in .gz.")]


def export(file: File) -> None:
    """Write what the database holds to a file that only you can read, while the advisor may serve."""
    from adapters.database import archive

    rows = -2  # the first line and the last one are none
    with _told(file), closing(archive.export(_url(), __version__)) as lines, _replacing(file) as out:
        for line in lines:
            out.write(line)
            rows += 1
    typer.echo(f"{rows} rows are in {file}. It holds what people wrote: keep it like the database.")


def import_(file: File) -> None:
    """Fill an empty database from a file of `export`."""
    from adapters.database import archive

    with _told(file), file.open("rb") as raw:
        compressed = raw.peek(2).startswith(GZIP)
        with gzip.open(raw) if compressed else raw as lines:
            imported = archive.import_(_url(), lines)
    typer.echo(f"{imported.total()} rows of {len(imported)} tables were imported from {file}.")
    if imported["slack_bots"]:
        typer.echo("Slack's tokens are among them: set ENCRYPTION_KEY as it was where they came from.")


def _url() -> str:
    return read_settings().database_url.get_secret_value()


@contextmanager
def _replacing(file: Path) -> Iterator[BufferedIOBase]:
    """A new file that only its owner can read, and that takes the place of `file` once it is whole."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # has mode 0600
    try:
        with os.fdopen(descriptor, "wb") as raw:
            if file.suffix == ".gz":
                with gzip.GzipFile(fileobj=raw, mode="wb", filename="") as out:
                    yield out
            else:
                yield raw
            raw.flush()
            os.fsync(raw.fileno())
        Path(name).replace(file)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """Tell the operator what went wrong, with exit code 1."""
    from sqlalchemy.exc import SQLAlchemyError

    from adapters import logs
    from adapters.database import SchemaNotCurrent
    from adapters.database.archive import ImportRefused

    logs.to_stderr()
    try:
        yield
    except (ImportRefused, SchemaNotCurrent) as error:
        _fail(str(error))
    except (EOFError, gzip.BadGzipFile, zlib.error):
        _fail("The file is damaged or cut off. Copy it again. Nothing was imported.")
    except OSError as error:
        _fail(f"{file} can't be read or written: {error.strerror or 'input error'}.")
    except (SQLAlchemyError, ValueError) as error:
        _fail(
            f"The database does not answer ({type(error).__name__}). Check DATABASE_URL; "
            f"{invocation.command()} migrate prepares it."
        )


def _fail(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise SystemExit(1)
