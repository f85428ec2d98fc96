"""What is no usable YAML is told with file and line, and in words that help."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.knowledge import check
from bot.knowledge.yamlfile import MOST_BYTES
from tests.bot.knowledge.folders import SOUND, problems, write

BILLION_LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param("a: one\n\tb: two\n", ":2: a tab is used to indent; YAML wants spaces", id="tab"),
        pytest.param(
            "- one\n-\ttwo: x\n\tthree: y\n", ":2: a tab is used to indent; YAML wants spaces", id="tab after a dash"
        ),
        pytest.param("a: café".encode("latin-1"), ":1: not in UTF-8 (byte 0xe9); save the file as UTF-8", id="latin-1"),
        pytest.param("a: b".encode("utf-16"), ":1: the file is in UTF-16; save it as UTF-8", id="utf-16"),
        pytest.param(
            b"a: b\nc: \x00",
            ":2: a control character (U+0000) is not allowed in YAML; delete it",
            id="control character",
        ),
        pytest.param(
            "name: b\nname: c\n",
            ":2: the key 'name' stands here twice (line 1); keep one",
            id="the same key twice in a mapping",
        ),
        pytest.param("a: &x b\nc: *x\n", ":2: aliases are not used here (*x); write the text out", id="alias"),
        pytest.param("a: &x [*x]\n", ":1: aliases are not used here (*x); write the text out", id="endless alias"),
        pytest.param(
            "a: *x\n",
            ":1: not valid YAML (found undefined alias): a text that begins with * needs quotes around it",
            id="alias to nothing",
        ),
        pytest.param("<<: {a: b}\n", ":1: merge keys (<<) are not used here; write the keys out", id="merge key"),
        pytest.param(
            "name: b\nhelp-intro: !!python/object:os.system x\n",
            ":2: the tag '!!python/object:os.system' is not used here; take it out, or put the text in quotes",
            id="tag",
        ),
        pytest.param(
            "a: one: two\n",
            ":1: not valid YAML (mapping values are not allowed): a text that contains ': ' needs quotes around it, or "
            "the indentation is off",
            id="colon in a text",
        ),
        pytest.param(
            "a: b\nc: 'open\nd: e\n",
            ":2: not valid YAML (found unexpected end of stream): a quote that opens here is never closed",
            id="open quote",
        ),
        pytest.param(
            "a: [b, c\nd: e\n",
            ":2: not valid YAML (did not find expected ',' or): a bracket is not closed, or a comma is missing",
            id="open bracket",
        ),
        pytest.param(
            "a: b\n---\nc: d\n",
            ":2: not valid YAML (but found another document): one document a file: take out the second '---'",
            id="two documents",
        ),
        pytest.param(
            "a: " + "[" * 200_000, ":1: nested more than 20 levels deep; check the brackets", id="deep nesting"
        ),
        pytest.param("", ": the file is empty; write something into it or delete it", id="empty file"),
        pytest.param("# nothing\n", ": the file is empty; write something into it or delete it", id="only comments"),
        pytest.param(
            b"#" * (MOST_BYTES + 1), ": the file is too large (8.0 MB, at most 8 MB); split it", id="too large a file"
        ),
    ],
)
def test_unusable_yaml_is_told_with_its_place(tmp_path: Path, content: str | bytes, problem: str) -> None:
    assert problems(tmp_path, {"phrases.yaml": content}) == [f"phrases.yaml{problem}"]


def test_an_alias_bomb_is_refused_without_being_unfolded(tmp_path: Path) -> None:
    found = problems(tmp_path, {"phrases.yaml": BILLION_LAUGHS})

    assert found[0] == "phrases.yaml:2: aliases are not used here (*a); write the text out"
    assert len(found) == 8


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert problems(tmp_path, {"phrases.yaml": b"\xef\xbb\xbfhelp-intro: Good day\n"}) == []


def test_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    assert problems(tmp_path, {name: text.replace("\n", "\r\n") for name, text in SOUND.items()}) == []


def test_errors_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, {"phrases.yaml": "a:\n\tb: c", "sources.yaml": "a: *b", "answers/more.yaml": "- {"})

    assert [problem.split(": ")[0] for problem in found] == ["answers/more.yaml:1", "phrases.yaml:2", "sources.yaml:1"]


def test_a_broken_file_does_not_make_everything_that_refers_to_it_unknown(tmp_path: Path) -> None:
    assert len(problems(tmp_path, {"vocabulary.yaml": "a:\n\tb: c"})) == 1


def test_a_folder_named_like_a_file_is_told(tmp_path: Path) -> None:
    write(tmp_path, SOUND)
    (tmp_path / "triage.yaml").mkdir()

    assert list(map(str, check(tmp_path))) == [
        "triage.yaml: this is a folder; a YAML file is needed here, or give the folder another name"
    ]


def test_a_link_to_nowhere_is_told(tmp_path: Path) -> None:
    write(tmp_path, SOUND)
    (tmp_path / "triage.yaml").symlink_to(tmp_path / "gone.yaml")

    assert list(map(str, check(tmp_path))) == [
        "triage.yaml: the link points to a file that does not exist; mend the link or take it out"
    ]


def test_a_link_in_a_circle_is_told(tmp_path: Path) -> None:
    write(tmp_path, SOUND)
    (tmp_path / "triage.yaml").symlink_to(tmp_path / "triage.yaml")

    [problem] = check(tmp_path)
    assert str(problem).startswith("triage.yaml: cannot be read (")


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    elsewhere = write(tmp_path / "elsewhere", {"text": SOUND["phrases.yaml"]})
    folder = write(tmp_path / "knowledge", {name: text for name, text in SOUND.items() if name != "phrases.yaml"})
    (folder / "phrases.yaml").symlink_to(elsewhere / "text")

    assert check(folder) == []


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path, SOUND)
    os.mkfifo(tmp_path / "triage.yaml")

    assert list(map(str, check(tmp_path))) == ["triage.yaml: this is not an ordinary file; take it out of the folder"]
