"""Verifies the signature of a request over the bytes of its body.

Slack's scheme v0: https://docs.slack.dev/authentication/verifying-requests-from-slack/
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

TIMESTAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"
WINDOW = 300  # seconds that a signature is valid, and that the clocks may differ

# ASCII only: `int` and `str.isdigit` take other scripts, signs and spaces too, which Slack does not send.
_SECONDS = re.compile(r"[0-9]{1,12}")
_DIGEST = re.compile(r"v0=[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Claim:
    """The well-formed, recent headers of a request. They prove nothing until `is_valid` has checked the body."""

    at: str  # seconds since 1970, in digits
    signature: str


def claim_of(timestamps: Sequence[str], signatures: Sequence[str], now: float) -> Claim | None:
    """The claim in all values of the two headers. None if one is missing, repeated, malformed or outdated. `now`:
    seconds since 1970."""
    if len(timestamps) != 1 or len(signatures) != 1:
        return None
    at, signature = timestamps[0], signatures[0]
    if not _SECONDS.fullmatch(at) or not _DIGEST.fullmatch(signature) or abs(now - int(at)) > WINDOW:
        return None
    return Claim(at, signature)


def is_valid(claim: Claim, body: bytes, secret: str) -> bool:
    """True if `body` was signed with `secret`, compared in constant time. False for an empty secret."""
    if not secret:
        return False
    signed = b"v0:" + claim.at.encode() + b":" + body
    expected = "v0=" + hmac.digest(secret.encode(), signed, "sha256").hex()
    return hmac.compare_digest(expected.encode(), claim.signature.encode())
