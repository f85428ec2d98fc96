"""Settings that can't be used are named with the remedy."""

from __future__ import annotations

import pytest

from adapters.settings import SettingsError, read_settings


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:56150",
        "http://localhost:56150/",
        "https://[::1]:56150",
        "http://127.0.0.1",
    ],
)
def test_a_development_client_is_an_address_on_this_machine(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("TEAMS_DEVELOPMENT", address)
    assert read_settings().teams_development == address


@pytest.mark.parametrize(
    "address",
    [
        "yes",
        "true",
        "127.0.0.1:56150",
        "56150",
        "http://playground.example:56150",
        "http://0.0.0.0:56150",
        "http://10.0.0.7:56150",
        "http://127.0.0.1@elsewhere.example",
        "http://user:word@127.0.0.1:56150",
        "http://127.0.0.1:56150/api",
        "http://127.0.0.1:56150/?a=b",
        "http://localhost.elsewhere.example:56150",
        "ftp://127.0.0.1:56150",
        "http://127.0.0.1:56150\\@elsewhere.example",
        "http://[bad",
    ],
)
def test_any_other_address_of_one_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("TEAMS_DEVELOPMENT", address)
    with pytest.raises(SettingsError, match=r"TEAMS_DEVELOPMENT.*http://127\.0\.0\.1:56150"):
        read_settings()


def test_what_is_wrong_with_an_address_is_said_without_pydantics_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMS_DEVELOPMENT", "yes")
    with pytest.raises(SettingsError, match=r"^TEAMS_DEVELOPMENT: must be the address of a client on this machine"):
        read_settings()


@pytest.mark.parametrize("name", ["CONVERSATION_HOURS", "TRIAGE_DAYS", "SLACK_SECONDS_APART"])
@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "1e308", "-1"])
def test_a_time_without_an_end_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        read_settings()


def test_editing_where_others_reach_the_server_takes_a_plain_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not read_settings().workbench_edits
    monkeypatch.setenv("WORKBENCH_EDITS", "true")
    assert read_settings().workbench_edits
    monkeypatch.setenv("WORKBENCH_EDITS", "perhaps")
    with pytest.raises(SettingsError, match="WORKBENCH_EDITS"):
        read_settings()
