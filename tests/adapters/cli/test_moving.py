"""`advisor export` and `advisor import`: the database as one file."""

from __future__ import annotations

import gzip
from pathlib import Path
from unittest.mock import patch

import pytest

from adapters.database.archive import MOVED
from tests.adapters.cli.test_commands import ENVIRONMENT, Done, advisor
from tests.adapters.database.rows import fill, held


def on(url: str, *arguments: object) -> Done:
    with patch.dict(ENVIRONMENT, {"DATABASE_URL": url}):
        return advisor(*map(str, arguments))


@pytest.mark.parametrize("name", ["all.jsonl", "all.jsonl.gz"])
def test_what_was_exported_is_imported_and_the_file_is_for_its_owner_alone(
    name: str, sqlite_url: str, postgresql_url: str, tmp_path: Path
) -> None:
    fill(sqlite_url)
    file = tmp_path / name
    done = on(sqlite_url, "export", file)
    count = 4 * len(MOVED)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{count} rows are in {file}.")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_bytes().startswith(b"\x1f\x8b" if name.endswith(".gz") else b'{"advisor_export":1')
    assert [one.name for one in tmp_path.glob(".*")] == []
    done = on(postgresql_url, "import", file)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{count} rows of {len(MOVED)} tables were imported")
    assert "ENCRYPTION_KEY" in done.stdout
    assert {name: held(postgresql_url)[name] for name in MOVED} == {name: held(sqlite_url)[name] for name in MOVED}


def test_an_export_that_fails_leaves_the_one_before_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    file.write_text("the one before", encoding="utf-8")
    done = on("postgresql://nobody@127.0.0.1:1/none", "export", file)
    assert done.returncode == 1
    assert "The database does not answer" in done.stderr
    assert file.read_text(encoding="utf-8") == "the one before"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_used_is_told_in_words(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl.gz"
    done = on(sqlite_url, "import", file)
    assert (done.returncode, done.stderr) == (1, f"{file} can't be read or written: No such file or directory.\n")
    whole = gzip.compress(b'{"advisor_export":1}\n' * 100)
    for damaged in (whole[:-9], whole[:20] + b"\0\0\0" + whole[23:]):
        file.write_bytes(damaged)
        done = on(sqlite_url, "import", file)
        assert done.returncode == 1
        assert "Nothing was imported." in done.stderr and len(done.stderr.splitlines()) == 1
    done = on(sqlite_url, "export", tmp_path / "nowhere" / "all.jsonl")
    assert (done.returncode, done.stdout) == (1, "")
    assert "No such file or directory" in done.stderr


def test_importing_twice_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    fill(sqlite_url)
    on(sqlite_url, "export", tmp_path / "all.jsonl")
    done = on(sqlite_url, "import", tmp_path / "all.jsonl")
    assert done.returncode == 1
    assert "holds rows already" in done.stderr
