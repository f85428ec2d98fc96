"""Which addresses are Slack's."""

from __future__ import annotations

import pytest

from adapters.slack.response_urls import is_slacks

API = "https://slack.com/api/"
LOCAL = "http://127.0.0.1:4100/api/"


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack.com/actions/T1/2/abc",
        "https://hooks.slack.com:443/commands/T1/2/abc",
        "https://HOOKS.slack.com/commands/T1/2/abc",
        "https://hooks.slack-gov.com/actions/T1/2/abc",
        "https://slack.com/x",
    ],
)
def test_slacks_own_addresses_are_used(url: str) -> None:
    assert is_slacks(url, API)


def test_so_is_the_server_of_the_web_api_that_is_set() -> None:
    assert is_slacks("http://127.0.0.1:4100/response/1", LOCAL)


@pytest.mark.parametrize(
    "url",
    [
        None, 7, "", "x", [], {}, "http://hooks.slack.com/x", "ftp://hooks.slack.com/x", "https://hooks.slack.com:8443/x",
        "https://hooks.slack.com.evil.example/x", "https://evil.example/hooks.slack.com", "https://evilhooks.slack.com/x",
        "https://hooks.slack.com@evil.example/x", "https://user:pw@hooks.slack.com/x", "https://@hooks.slack.com@evil/x",
        "https://evil.example\\@hooks.slack.com/x", "https://hooks.slack.com\\.evil.example/x",
        "https:hooks.slack.com/x",
        "//hooks.slack.com/x", "https://hooks.slack.com\n.evil.example/x", "https://hooks.slack.com /x",
        "https://hooks.slack.com./x", "https://hooks.slаck.com/x", "https://[::1]/x", "https://169.254.169.254/latest",
        "http://127.0.0.1:3978/api/messages", "http://localhost/", "file:///etc/passwd", "https://hooks.slack.com:x/",
        "http://slack.com/x", "https://slack.com:8080/x", "https://[",
    ],
)  # fmt: skip
def test_no_other_address_is(url: object) -> None:
    assert not is_slacks(url, API)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:4101/x", "https://127.0.0.1:4100/x", "http://localhost:4100/x", "http://127.0.0.1/x"]
)
def test_another_port_scheme_or_name_than_that_of_the_web_api_is_another_server(url: str) -> None:
    assert not is_slacks(url, LOCAL)
