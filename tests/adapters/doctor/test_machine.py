"""What the doctor says of database, disk, files and knowledge; each fault is made for real, and nothing is changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from adapters.database.examination import examine as of_database
from adapters.doctor.knowledge import of_knowledge
from adapters.doctor.machine import of_cache, of_modes, of_room
from adapters.findings import Finding
from tests.bot.knowledge.folders import write

SOUND = {"answers/garden.yaml": "- {id: water, questions: [how often do roses need water], answer: Once a week.}\n"}


def levels(found: list[Finding]) -> dict[str, str]:
    return {one.about: one.level for one in found}


def state_of(folder: Path) -> dict[str, tuple[str, int, int]]:
    """Content, mode and time of change of all files."""
    return {
        str(file): (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mode, file.stat().st_mtime_ns)
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_a_database_at_the_schema_of_this_version_is_ok(database: str) -> None:
    assert levels(of_database(database)) == {"database": "ok", "schema": "ok"}


def test_nothing_is_changed_also_where_a_process_left_its_log(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "advisor.db"
    file.chmod(0o644)
    other = sqlite3.connect(file)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("CREATE TABLE left_over (x)")
    copy = tmp_path / "copy"
    copy.mkdir()
    for one in tmp_path.glob("advisor.db*"):  # as after a kill: with the log, and nobody has it open
        shutil.copy(one, copy)
    other.close()
    for folder in (tmp_path, copy):
        before = state_of(folder)
        assert levels(of_database(f"sqlite:///{folder / 'advisor.db'}")) == {"database": "ok", "schema": "ok"}
        assert {name: seen for name, seen in state_of(folder).items() if not name.endswith("-shm")} == {
            name: seen for name, seen in before.items() if not name.endswith("-shm")
        }


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert levels(of_database(f"sqlite:///{tmp_path}/deeper/none.db")) == {"database": "ok"}
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("what is this, a database?" * 100, encoding="utf-8")
    [found] = of_database(f"sqlite:///{tmp_path / 'text'}")
    assert (found.level, bool(found.remedy)) == ("wrong", True)
    [beside] = of_database(f"sqlite:///{tmp_path / 'text' / 'x.db'}")
    assert beside.level == "wrong"


def test_a_schema_of_another_version_is_told_with_the_command(sqlite_url: str, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "advisor.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    behind = of_database(sqlite_url)
    with sqlite3.connect(tmp_path / "advisor.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    later = of_database(sqlite_url)
    assert levels(behind) == levels(later) == {"database": "ok", "schema": "wrong"}
    assert "migrate" in behind[-1].remedy and "later version" in later[-1].said


def test_a_postgresql_without_tables_wants_the_migration(postgresql_server: str) -> None:
    found = of_database(postgresql_server.format("postgres"))
    assert levels(found) == {"database": "ok", "schema": "wrong"}
    assert "migrate" in found[-1].remedy


def test_why_postgresql_does_not_answer_is_told_without_its_address(postgresql_server: str) -> None:
    for url, said in (
        (postgresql_server.format("no_such_database"), "no such database"),
        ("postgresql://rose:p4ssw0rd@127.0.0.1:1/advisor", "nothing listens"),
        ("postgresql://rose:p4ssw0rd@no-such-host.invalid/advisor", "host is not known"),
        ("mysql://rose:p4ssw0rd@127.0.0.1/advisor", "can't be used"),
    ):
        [found] = of_database(url)
        assert (found.level, said in found.said) == ("wrong", True), found
        assert "p4ssw0rd" not in str(found) and "rose" not in str(found)


def test_a_disk_that_is_nearly_full_is_told_once(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    folders = [tmp_path, tmp_path / "not" / "there"]
    assert [one.level for one in of_room(folders, little=1, too_little=0)] == ["ok"]
    assert [one.level for one in of_room(folders, little=2 * free, too_little=1)] == ["look"]
    assert [one.level for one in of_room(folders, little=4 * free, too_little=2 * free)] == ["wrong"]


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    assert of_cache(tmp_path / "new").level == "ok"
    (tmp_path / "file").touch()
    assert of_cache(tmp_path / "file").level == "look"
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


@pytest.mark.skipif(os.name == "nt", reason="permissions are inherited from the folder there")
def test_files_that_others_may_read_are_told_with_the_command(tmp_path: Path) -> None:
    for name, mode in (("closed", 0o600), ("open", 0o640)):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(mode)
    [found] = of_modes([tmp_path / "closed", tmp_path / "open", tmp_path / "none"])
    assert (found.level, found.remedy) == ("look", f"run: chmod 600 {tmp_path / 'open'}")
    assert [one.level for one in of_modes([tmp_path / "closed"])] == ["ok"]


def test_knowledge_with_errors_is_told_with_the_first_of_them(tmp_path: Path) -> None:
    write(tmp_path / "sound", SOUND)
    write(tmp_path / "broken", {"answers/garden.yaml": "- {id: water, qestions: [how], answer: Weekly.}\n"})
    cache = tmp_path / "cache"
    assert levels(of_knowledge(tmp_path / "sound", cache)) == {"knowledge": "ok", "model": "ok"}
    [broken] = of_knowledge(tmp_path / "broken", cache)
    assert (broken.level, "answers/garden.yaml" in broken.said) == ("wrong", True)
    [missing] = of_knowledge(tmp_path / "none", cache)
    assert (missing.level, "KNOWLEDGE_DIR" in missing.remedy) == ("wrong", True)
    assert not cache.exists()
