"""Whether a request is Slack's: the signature that it carries, over its bytes as they came.

Slack's scheme v0: https://docs.slack.dev/authentication/verifying-requests-from-slack/
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

TIMESTAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"
WINDOW = 300  # seconds that a signature is good for, and that the two clocks may differ

# ASCII alone: what `int` and `str.isdigit` take besides (other scripts, signs, spaces) Slack does not send.
_SECONDS = re.compile(r"[0-9]{1,12}")
_DIGEST = re.compile(r"v0=[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request says of itself, well formed and of these minutes. It proves nothing without the body."""

    at: str  # seconds since 1970, in digits
    signature: str


def claim_of(timestamps: Sequence[str], signatures: Sequence[str], now: float) -> Claim | None:
    """The claim in all values of the two headers; None unless each stands there once and can be Slack's. `now`: in
    seconds since 1970."""
    if len(timestamps) != 1 or len(signatures) != 1:
        return None
    at, signature = timestamps[0], signatures[0]
    if not _SECONDS.fullmatch(at) or not _DIGEST.fullmatch(signature) or abs(now - int(at)) > WINDOW:
        return None
    return Claim(at, signature)


def holds(claim: Claim, body: bytes, secret: str) -> bool:
    """Whether whoever signed `body` knows `secret`. Takes as long for any wrong signature. An empty secret proves
    nothing."""
    if not secret:
        return False
    signed = b"v0:" + claim.at.encode() + b":" + body
    expected = "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), claim.signature.encode())
