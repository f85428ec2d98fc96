"""Slack's signature as a function: what it takes, and what it does not."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import Clock, SignatureVerifier

from adapters.slack.signature import WINDOW, Claim, claim_of, is_valid

NOW = 1_700_000_000.0
AT = "1700000000"
SIGNATURE = "v0=" + "a1" * 32
SECRET = "a-signing-secret"


def signed(body: bytes, at: str = AT, secret: str = SECRET) -> str:
    return "v0=" + hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()


def test_a_well_formed_claim_of_these_minutes_is_read() -> None:
    assert claim_of([AT], [SIGNATURE], NOW) == Claim(AT, SIGNATURE)


@pytest.mark.parametrize(
    "at",
    [
        "", " ", "abc", "1.5", "nan", "inf", "1e9", "-1700000000", "+1700000000", " 1700000000", "1700000000 ",
        "1700000000\n", "1_700_000_000", "0x6553f100", "9" * 400, "0" * 3 + AT, "١٧٠٠٠٠٠٠٠٠",
        "１７００００００００", "²",
    ],
)  # fmt: skip
def test_a_timestamp_is_decimal_digits_of_a_bounded_length(at: str) -> None:
    assert claim_of([at], [SIGNATURE], NOW) is None


@pytest.mark.parametrize("off", [-WINDOW, 0, WINDOW])
def test_five_minutes_either_way_are_taken(off: int) -> None:
    assert claim_of([str(int(NOW) + off)], [SIGNATURE], NOW) is not None


@pytest.mark.parametrize("off", [-WINDOW - 1, WINDOW + 1])
def test_more_than_five_minutes_either_way_are_not(off: int) -> None:
    assert claim_of([str(int(NOW) + off)], [SIGNATURE], NOW) is None


@pytest.mark.parametrize(
    "signature",
    ["", "v0=", "v1=" + "a1" * 32, "a1" * 32, "v0=" + "a1" * 31, "v0=" + "a1" * 33, "v0=" + "A1" * 32,
     "v0=" + "é1" * 32, SIGNATURE + "\n", " " + SIGNATURE, "v0=" + "\udce9" * 64],
)  # fmt: skip
def test_a_signature_is_v0_and_64_hexadecimal_digits(signature: str) -> None:
    assert claim_of([AT], [signature], NOW) is None


@pytest.mark.parametrize(
    ("timestamps", "signatures"),
    [([], [SIGNATURE]), ([AT], []), ([], []), ([AT, AT], [SIGNATURE]), ([AT], [SIGNATURE, SIGNATURE])],
)
def test_each_header_stands_there_once(timestamps: list[str], signatures: list[str]) -> None:
    assert claim_of(timestamps, signatures, NOW) is None


@given(st.text(), st.text())
def test_nothing_that_is_written_there_raises(at: str, signature: str) -> None:
    claim_of([at], [signature], NOW)


@given(st.binary())
def test_it_holds_for_exactly_the_bytes_that_were_signed(body: bytes) -> None:
    claim = Claim(AT, signed(body))
    assert is_valid(claim, body, SECRET)
    assert not is_valid(claim, body + b" ", SECRET)
    assert not is_valid(claim, body, SECRET + "x")
    assert not is_valid(Claim(str(int(AT) + 1), claim.signature), body, SECRET)


def test_an_empty_secret_proves_nothing() -> None:
    assert not is_valid(Claim(AT, signed(b"x", secret="")), b"x", "")


@given(st.text())
def test_it_agrees_with_slacks_own_sdk(text: str) -> None:
    class Then(Clock):
        def now(self) -> float:
            return NOW

    body = text.encode(errors="replace")
    signature = signed(body)
    assert SignatureVerifier(SECRET, Then()).is_valid(body, AT, signature)
    assert is_valid(Claim(AT, signature), body, SECRET)
