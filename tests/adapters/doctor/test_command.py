"""`advisor doctor` as an operator runs it: what it prints, its exit code, and that it tells no secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.doctor.settings import of_settings
from adapters.settings import read_settings
from tests.adapters.cli.test_commands import Done, advisor
from tests.adapters.doctor.test_machine import SOUND, state_of
from tests.bot.knowledge.folders import write

KEY = "a" * 43 + "="
SECRETS = ("xoxb-zanzibar", "signing-marmalade", "pass-orchid", "token-tulip")


def doctor(folder: Path, *arguments: str, **given: str) -> Done:
    """Run with these settings in `.env`, beside a small knowledge folder."""
    write(folder / "knowledge", SOUND)
    settings = {"KNOWLEDGE_DIR": "knowledge", "CACHE_DIR": "cache", **given}
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()), encoding="utf-8")
    (folder / ".env").chmod(0o600)
    return advisor("doctor", *arguments, folder=folder)


def test_where_all_is_ok_it_says_so_in_plain_lines_and_changes_nothing(tmp_path: Path) -> None:
    doctor(tmp_path)
    before = state_of(tmp_path)
    done = doctor(tmp_path)
    after = state_of(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(line.startswith("ok ") for line in done.stdout.splitlines()[:-2])
    assert done.stdout.splitlines()[-1].startswith("0 wrong, 0 to look at, ")
    assert "\x1b" not in done.stdout
    assert {name: seen[:2] for name, seen in after.items()} == {name: seen[:2] for name, seen in before.items()}


def test_what_should_be_looked_at_is_exit_code_1_with_what_to_do(tmp_path: Path) -> None:
    done = doctor(tmp_path, SLACK_BOT_TOKN="xoxb-zanzibar", HOST="0.0.0.0")
    assert done.returncode == 1
    assert "SLACK_BOT_TOKN is no setting" in done.stdout and "→ set SLACK_BOT_TOKEN instead." in done.stdout
    assert "PUBLIC_URL" in done.stdout


def test_what_is_wrong_is_exit_code_2_and_no_secret_is_printed(tmp_path: Path) -> None:
    given = {
        "SLACK_BOT_TOKEN": "xoxb-zanzibar",
        "SLACK_SIGNING_SECRET": "signing-marmalade",
        "SLACK_API_URL": "http://127.0.0.1:1/api/",
        "DATABASE_URL": "postgresql://rose:pass-orchid@127.0.0.1:1/advisor",
        "METRICS_TOKEN": "token-tulip",
    }
    for arguments in ((), ("--json",)):
        done = doctor(tmp_path, *arguments, **given)
        assert done.returncode == 2
        for secret in SECRETS:
            assert secret not in done.stdout + done.stderr
    found = json.loads(done.stdout)["findings"]
    assert {"database", "Slack token"} <= {one["about"] for one in found if one["level"] == "wrong"}
    assert all(one["remedy"] for one in found if one["level"] != "ok")


def test_settings_that_cannot_be_read_are_all_told_and_the_rest_waits(tmp_path: Path) -> None:
    done = doctor(tmp_path, PORT="many", LOG_FORMAT="xml")
    assert done.returncode == 2
    assert "PORT: must be a whole number" in done.stdout and "LOG_FORMAT: must be text or json" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"host": "0.0.0.0"}, "HOST 0.0.0.0"),
        ({"public_url": "http://advisor.example"}, "without TLS"),
        ({"public_url": "https://advisor.example"}, "TRUSTED_PROXIES is 0"),
        ({"workbench_password": "short"}, "WORKBENCH_PASSWORD"),
        ({"metrics_token": "short"}, "METRICS_TOKEN"),
    ],
)
def test_what_is_unsafe_together_is_worth_a_look(
    given: dict[str, object], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    [found] = of_settings(read_settings(**given))
    assert (found.level, said in found.said, bool(found.remedy)) == ("look", True, True)


def test_tokens_of_several_workspaces_want_a_key_and_an_address() -> None:
    several = {"slack_client_id": "1.2", "slack_client_secret": "s", "slack_signing_secret": "s"}
    assert {one.said.split()[0] for one in of_settings(read_settings(**several))} == {
        "ENCRYPTION_KEY",
        "SLACK_CLIENT_ID",
    }
    safe = {"encryption_key": KEY, "public_url": "https://advisor.example", "trusted_proxies": 1, "host": "0.0.0.0"}
    assert [one.level for one in of_settings(read_settings(**several, **safe))] == ["ok"]
