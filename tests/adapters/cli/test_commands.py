"""The program as a person or a script runs it: its arguments, its output, its exit code."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from unittest.mock import patch

import pytest

from adapters import __version__
from adapters.cli import main
from tests.bot.knowledge.folders import write

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "TERM": "dumb"}
SOUND_ANSWER = "- {id: water, questions: [how often do roses need water], answer: Once a week.}\n"
Done = subprocess.CompletedProcess[str]


def advisor(*arguments: str, stdin: str = "", folder: Path = ROOT) -> Done:
    """Run the program in this process, which starts sooner than another one."""
    out, err, entered = io.StringIO(), io.StringIO(), io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")
    with (
        patch.object(sys, "argv", ["advisor", *arguments]),
        patch.object(sys, "stdin", entered),
        patch.dict(os.environ, ENVIRONMENT, clear=True),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = _exit_code()
    return Done(arguments, code, out.getvalue(), err.getvalue())


def _exit_code() -> int:
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def advisor_in_a_process(*arguments: str, stdin: str = "") -> Done:
    return subprocess.run(
        [sys.executable, "-m", "adapters.cli", *arguments],
        input=stdin, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False, env=ENVIRONMENT,
    )  # fmt: skip


@pytest.fixture(scope="session")
def garden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The least that a knowledge folder needs: one file of answers, on another subject than our own."""
    folder = tmp_path_factory.mktemp("garden")
    (folder / "answers").mkdir()
    (folder / "answers" / "garden.yaml").write_text(
        "- id: roses-water\n"
        "  questions: [how often do roses need water, when should I water my roses, watering roses]\n"
        "  answer: Once a week, in the morning.\n"
        "- id: tulips-plant\n"
        "  questions: [when do I plant tulip bulbs, best month for tulips, how deep do tulip bulbs go]\n"
        "  answer: In autumn, three times as deep as the bulb is high.\n",
        encoding="utf-8",
    )
    return folder


def test_ask_prints_the_verdict_first_and_where_it_stands_in_the_source() -> None:
    done = advisor_in_a_process("ask", "does AppSec cover supply chain?")
    assert done.returncode == 0
    assert done.stdout.startswith("No.")
    assert "AppSec > Cons > Limited scope" in done.stdout


def test_ask_json_prints_one_object_with_the_keys_that_scripts_rely_on() -> None:
    reply = json.loads(advisor("ask", "--json", "what is RASP?").stdout)
    assert reply["kind"] == "answer"
    assert reply["entry"] == reply["best_entry"] == "rasp"
    assert 0 < reply["confidence"] <= 1
    assert {"verdict", "facts", "title", "text", "choices"} <= reply.keys()
    assert all({"label", "command"} == choice.keys() for choice in reply["choices"])


def test_ask_explain_shows_what_was_read_and_which_rule_decided() -> None:
    done = advisor("ask", "--json", "--explain", "dose appsec cover the clowd")
    explanation = json.loads(done.stdout)["explanation"]
    assert explanation["subjects"] == ["appsec"]
    assert explanation["candidates"]
    assert explanation["rule"]
    assert ["clowd", "cloud"] in explanation["mended"]


def test_a_batch_answers_line_by_line_and_replays_the_history() -> None:
    lines = [
        {"q": "what is SAST?"},
        {"q": "and product security?", "history": ["does AppSec cover the cloud?"]},
        {"q": "<@U012AB3CD> what&#39;s the weather like &amp; why"},
    ]
    done = advisor("ask", "--batch", stdin="".join(json.dumps(line) + "\n" for line in lines))
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    assert [reply["entry"] for reply in replies[:2]] == ["sast", "prodsec-cloud"]
    assert replies[2]["kind"] == "offtopic"


def test_a_line_of_a_batch_that_is_no_question_is_named_and_the_others_are_answered() -> None:
    done = advisor_in_a_process(
        "ask", "--batch", stdin='{"q": "what is SAST?"}\nnonsense\n{"q": 3}\n{"q": "what is DAST?"}\n'
    )
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [reply.get("entry") for reply in replies] == ["sast", None, None, "dast"]
    assert "line 2" in done.stderr
    assert "line 3" in done.stderr
    assert "Traceback" not in done.stderr


def test_another_folder_is_another_advisor(garden: Path) -> None:
    reply = json.loads(advisor("ask", "--json", "--knowledge", str(garden), "how much watter do my roses need").stdout)
    assert reply["entry"] == "roses-water"


def test_the_version_names_program_and_knowledge() -> None:
    done = advisor("--version")
    assert done.returncode == 0
    assert re.fullmatch(rf"advisor {__version__}, knowledge [0-9a-f]{{12}} in .*knowledge\n", done.stdout)


def test_the_version_is_said_of_knowledge_with_errors_too(tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "a.yaml").write_text("- id: [", encoding="utf-8")
    with patch.dict(ENVIRONMENT, {"KNOWLEDGE_DIR": str(tmp_path)}):
        done = advisor("--version")
    assert done.returncode == 0
    assert "can't be read" in done.stdout


def test_check_finds_nothing_wrong_with_our_own_knowledge() -> None:
    done = advisor("check")
    assert (done.returncode, "no errors" in done.stdout) == (0, True)


def test_check_tells_every_error_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "a.yaml").write_text(
        "- id: one\n  qestions: [who]\n  answer: He.\n- id: one\n  questions: [what]\n  answer: It.\n", encoding="utf-8"
    )
    done = advisor("check", "--knowledge", str(tmp_path))
    assert done.returncode == 1
    assert "answers/a.yaml:2" in done.stdout
    assert "did you mean 'questions'?" in done.stdout
    assert "answers/a.yaml:4" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ask",), "Give one question"),
        (("ask", "--knowledge", "no-such-folder", "what is it"), "not a folder"),
        (("eval", "no-such-file.jsonl"), "can't be read"),
    ],
)
def test_wrong_arguments_are_explained(arguments: tuple[str, ...], said: str) -> None:
    done = advisor(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_eval_scores_gold_questions_and_names_what_is_wrong(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    rows = [
        {"q": "what is RASP?", "kind": "answer", "must": ["appsec.type.rasp"], "style": "plain"},
        {"q": "what is SAST?", "kind": "offtopic", "style": "plain"},
    ]
    gold.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = advisor("eval", str(gold), "--wrong", "5")
    assert "false answers        100.0%" in done.stdout
    assert "- answer for offtopic" in done.stdout
    figures = json.loads(advisor("eval", str(gold), "--json").stdout)
    assert figures["false_answers"] == 1.0


def test_eval_against_another_folder_tells_what_changed(tmp_path: Path, garden: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text('{"q": "what is RASP?", "kind": "answer", "must": [], "may": []}\n', encoding="utf-8")
    done = advisor("eval", str(gold), "--against", str(garden))
    assert "1 of 1 questions get another reply" in done.stdout


def test_a_chat_answers_picks_by_number_and_ends() -> None:
    done = advisor("chat", stdin="what is SAST?\n1\nquit\n")
    assert done.returncode == 0
    assert "SAST" in done.stdout
    assert "Apiiro Blog, 15 March 2025" in done.stdout


def test_posts_are_listed_from_the_database(tmp_path: Path) -> None:
    done = advisor("posts", "--stale", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "0 stale\n"), done.stderr


def test_the_slack_manifest_is_printed_with_the_address_filled_in() -> None:
    done = advisor("slack", "manifest", "--url", "https://advisor.example.com/")
    assert "https://advisor.example.com/slack/events" in done.stdout
    assert "{url}" not in done.stdout.replace("# ", "").split("display_information", 1)[1]


def test_the_files_for_the_platforms_speak_of_the_folder_that_is_named(tmp_path: Path) -> None:
    write(tmp_path / "garden", {"answers/a.yaml": SOUND_ANSWER, "phrases.yaml": "name: Gardener\n"})
    named = ("--knowledge", str(tmp_path / "garden"))
    done = advisor("slack", "manifest", "--socket", *named)
    assert 'name: "Gardener"' in done.stdout, done.stderr
    id, out = "11111111-2222-3333-4444-555555555555", tmp_path / "a.zip"
    done = advisor("teams", "package", "--url", "https://a.example", "--app-id", id, "--out", str(out), *named)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(out) as package:
        assert json.loads(package.read("manifest.json"))["name"]["short"] == "Gardener"


def test_the_slack_manifest_is_that_of_an_assistant_or_has_the_step_for_workflows_where_that_is_asked_for() -> None:
    plain = advisor("slack", "manifest", "--socket").stdout
    asked = advisor("slack", "manifest", "--socket", "--assistant", "--workflow-step").stdout
    for line in ("agent_view:", "assistant_view:", "function_runtime: remote"):
        assert (line in plain) == (line == "agent_view:")
        assert (line in asked) == (line != "agent_view:")


def test_the_slack_manifest_for_socket_mode_needs_no_address() -> None:
    done = advisor("slack", "manifest", "--socket")
    assert done.returncode == 0, done.stderr
    assert "socket_mode_enabled: true" in done.stdout and "url" not in done.stdout


@pytest.mark.parametrize("given", [(), ("--url", "https://advisor.example.com", "--socket")], ids=["neither", "both"])
def test_the_slack_manifest_is_for_an_address_or_for_socket_mode(given: tuple[str, ...]) -> None:
    done = advisor("slack", "manifest", *given)
    assert (done.returncode, "--socket" in done.stderr) == (2, True)


@pytest.mark.parametrize("url", ["http://advisor.example.com", "advisor.example.com"])
def test_an_address_that_the_platform_would_refuse_is_refused_here(url: str) -> None:
    done = advisor("slack", "manifest", "--url", url)
    assert (done.returncode, "https" in done.stderr) == (2, True)


def test_the_teams_package_is_written(tmp_path: Path) -> None:
    id = "11111111-2222-3333-4444-555555555555"
    done = advisor("teams", "package", "--url", "https://a.example", "--app-id", id, "--out", str(tmp_path / "a.zip"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.zip").stat().st_size > 1000
