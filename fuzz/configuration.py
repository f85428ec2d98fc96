"""Settings: whatever stands in the environment, they are read, or refused by name and without the value."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hypothesis import strategies as st

from adapters.server import _owner_link_for
from adapters.settings import Settings, SettingsError, read_settings
from adapters.slack.settings_check import check as check_slack
from adapters.slack.surface import experts_in
from adapters.slack.token_cipher import KeyUnusable, TokenCipher
from adapters.surface import SurfaceOff
from adapters.teams.cloud import is_safe_url
from adapters.teams.settings_check import check as check_teams
from fuzz.rounds import Take
from fuzz.sources import Source
from fuzz.texts import any_text, mixed
from fuzz.watch import Fault

NAMES = sorted(name for field in Settings.model_fields.values() for name in field.validation_alias.choices)  # type: ignore[union-attr]
ODD = (
    *("", " ", "0", "-1", "1", "65535", "65536", "1e308", "inf", "nan", "true", "no", "None", "null", "{}", "[1]",
        "0x10", "1_000"),
    *("127.0.0.1", "localhost", "::1", "0.0.0.0", "[::1", "http://127.0.0.1:56150", "https://a@b:99999", "http://[bad", "https://"),
    *("xoxb-a-token", "xoxe.xoxb-1", "xapp-1", "T1/C1", "T1/C1,,/", ",", "text", "json", "Public", "GCCHigh",
        "SingleTenant", "MultiTenant"),
    *("sqlite://", "sqlite:///a.db", "postgresql://a:b@c/d", "mysql://x", "/", "/dev/null", "..", "~",
        "x" * 5000, "e" * 44, "UserAssignedMSI"),
)  # fmt: skip
_texts = st.integers().map(str) | st.floats().map(str) | mixed | any_text


def environments(source: Source) -> dict[str, str]:
    given = {}
    for _ in range(source.number(1, 6)):
        value = source.one_of(ODD) if source.number(0, 1) else source.part(_texts)
        given[source.one_of(NAMES)] = value.replace("\x00", "").encode(errors="replace").decode()
    return given


@contextmanager
def read() -> Iterator[Take]:
    before = dict(os.environ)

    def take(given: Mapping[str, str]) -> str:
        try:
            os.environ.update(given)
            try:
                settings = read_settings(_env_file=None)
            except SettingsError as error:
                shown = [
                    value for value in given.values() if len(value) > 20 and value not in ODD and value in str(error)
                ]
                if shown or not error.problems:
                    raise Fault("a value is shown, or nothing is said") from None
                return "refused"
            use(settings)
            return "read"
        finally:
            for name in given:
                os.environ.pop(name, None)
            os.environ.update({name: before[name] for name in given if name in before})

    yield take


def use(settings: Any) -> None:
    """What the start does with the settings before anything is connected to."""
    assert settings.retention and settings.on_loopback in (True, False)
    (
        repr(settings),
        experts_in(settings.slack_experts_channel),
        is_safe_url(settings.public_url),
        _owner_link_for(settings),
    )
    for check in (check_slack, check_teams):
        try:
            check(settings)
        except SurfaceOff as off:
            if not str(off).strip():
                raise Fault("a surface is off, and it is not said why") from None
    try:
        TokenCipher(settings.encryption_key.get_secret_value())
    except KeyUnusable:
        return
