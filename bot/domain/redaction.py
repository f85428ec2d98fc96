"""Detection and redaction of secrets, addresses, mentions, links and numbers in user input.

`contains_secret` is asked before anything is done with a message; `redact` cleans what is stored of one, and removes
too much rather than too little. The patterns are those of detect-secrets and a few more; two of its patterns that take
superlinear time are rewritten here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable
from functools import cache
from importlib import import_module
from typing import Protocol

from bot.domain.bounds import composed

SECRET, EMAIL, PERSON, LINK, NUMBER = "[secret]", "[e-mail]", "[person]", "[link]", "[number]"

# Most messages have no word this long and need no closer look.
_WORTH_A_LOOK = re.compile(r"\S{16}|PRIVATE[ _]KEY|://\S{1,64}:\S{1,64}@")

_PLUGINS = (
    "private_key.PrivateKeyDetector",
    "aws.AWSKeyDetector",
    "azure_storage_key.AzureStorageKeyDetector",
    "basic_auth.BasicAuthDetector",
    "discord.DiscordBotTokenDetector",
    "github_token.GitHubTokenDetector",
    "gitlab_token.GitLabTokenDetector",
    "mailchimp.MailchimpDetector",
    "pypi_token.PypiTokenDetector",
    "sendgrid.SendGridDetector",
    "slack.SlackDetector",
    "square_oauth.SquareOAuthDetector",
    "stripe.StripeDetector",
    "telegram_token.TelegramBotTokenDetector",
    "twilio.TwilioKeyDetector",
)

_OTHER_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
        r"(?:(?:(?!-----BEGIN )[\s\S])*?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)?",
        r"\b(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[0-9A-Z]{16}\b",
        r"(?i:aws_?secret_?(?:access_?)?key)\W{1,5}[A-Za-z0-9/+=]{40}",
        r"\bgithub_pat_[A-Za-z0-9_]{22,}",
        r"\bgh[pousr]_[A-Za-z0-9]{30,}",
        r"\bxox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{10,}",
        r"\bxapp-\d-[A-Za-z0-9-]{10,}",
        r"\bAIza[0-9A-Za-z_-]{35}",
        r"\bGOCSPX-[A-Za-z0-9_-]{20,}",
        r"\bya29\.[A-Za-z0-9_-]{20,}",
        r"\b[rs]k_(?:live|test)_[0-9a-zA-Z]{16,}",
        r"\bwhsec_[A-Za-z0-9]{24,}",
        # The word before a dot is looked through once, however often a token seems to begin in it.
        r"(?<![\w=-])(?=[\w=-]*+\.[\w=-]{8})[\w=-]*?\beyJ[\w=-]{8,}+\.[\w=-]{8,}+(?:\.[\w.+/=-]*)?",
        r"/:_authToken=\s*(?:npm_\S+|[A-Fa-f0-9-]{36})",
        r"\bnpm_[A-Za-z0-9]{30,}",
        r"\bpypi-[A-Za-z0-9_-]{50,}",
        r"\bsk-(?:proj-|svcacct-|admin-|ant-)?[A-Za-z0-9_-]{20,}[A-Za-z0-9]",
        r"\bAccountKey=[A-Za-z0-9+/]{40,}={0,2}",
        r"\bSharedAccessKey=[A-Za-z0-9+/]{40,}={0,2}",
        r"[?&]sig=[A-Za-z0-9%+/]{30,}",
        r"\b[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}",
        r"\bhf_[A-Za-z0-9]{30,}",
        r"\bdop_v1_[a-f0-9]{64}",
        r"\bAGE-SECRET-KEY-1[0-9A-Z]{40,}",
        r"\b(?:lin_api|ntn|rubygems|sntrys|nfp|figd|gsk|sbp|glsa|glc|shpat|shpca|shppa|shpss|sqp|squ|sqa|doo_v1|dor_v1|r8)"
        r"_[A-Za-z0-9]{20,}",
        r"\b(?:dckr_pat|pscale_tkn)_[A-Za-z0-9_-]{20,}",
        r"\b(?:xai|pplx|pul|NRAK|HRKU|gl(?:rt|dt|ptt|cbt|oas|ft|soat))-(?=[A-Za-z-]{0,64}\d)[A-Za-z0-9_-]{20,}",
        r"\b(?:PMAK|tskey-[a-z]{2,10})-[A-Za-z0-9-]{20,}",
        r"\b(?:ATATT3|ops_eyJ)[A-Za-z0-9_=-]{60,}",
        r"\bdapi[a-f0-9]{32}\b",
        r"\bhv[sbr]\.[A-Za-z0-9_-]{24,}",
        r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}",
        r"\bhooks\.slack\.com/(?:workflows|triggers)/[A-Za-z0-9/]{20,}",
        r"\bdiscord(?:app)?\.com/api/webhooks/[0-9]+/[A-Za-z0-9_-]{40,}",
        r"\.webhook\.office\.com/webhookb2/[A-Za-z0-9@/-]{40,}",
        r"(?i:\bauthorization:\s{0,4}(?:bearer|basic|token))\s{1,4}[A-Za-z0-9._~+/=-]{16,}",
        r"://:[^\s@/:]{6,64}@",
    )
)

# Applied in this order. The guesses at secrets among them are too often wrong to refuse a message for.
_TAKEN_OUT = tuple(
    (re.compile(pattern, re.IGNORECASE), instead)
    for pattern, instead in (
        (
            r"\b(?:pass(?:word|wd|phrase)?|pwd|pin|token|secret|credentials?|(?:api|access)[ _-]?key) ?[:=]\s*\S+",
            SECRET,
        ),
        (r"\b(?:password|passphrase|pin|token) is \S{0,64}[\d!$%&*#]\S*", SECRET),
        (r"<mailto:[^<>]*>|(?<![\w.+%-])[\w.+%-]{1,64}@[\w.-]{3,}", EMAIL),
        (r"<at[^>]{0,200}>.{0,200}?</at>|<[@!#][^>]{0,200}>", PERSON),
        (r"<https?://[^<>]*>|\b[a-z][a-z0-9+.-]{1,20}://\S+|\bwww\.\S+", LINK),
        (r"(?<![\w+/=-])(?=[\w+/=-]*\d)(?=[\w+/=-]*[a-z])[\w+/=-]{16,}", SECRET),
        (r"(?<![\w.-])(?:[a-z0-9-]{1,63}\.){2,}[a-z]{2,}(?:[:/]\S*)?", LINK),
        (r"(?<![\w.-])[a-z0-9-]{1,63}\.(?:com|org|io|dev|app|eu|de|local|internal|corp|lan)\b(?:[:/]\S*)?", LINK),
        (r"(?<!\w)@[\w.-]+", PERSON),
    )
)

_DIGITS = re.compile(r"(?<!\w)[+(]?\d[\d\s().,:/-]*\d(?!\w)|\d+")
_SHORT = re.compile(r"\d{1,2}(?:\.\d{1,2})?")  # a count or a version, which nobody is known by
_PAIR = re.compile(r"\d{1,2}(?:\.\d{1,2})?/\d{1,2}(?:\.\d{1,2})?")  # two versions, after a name
_ABBREVIATION = re.compile(r"(?<![^\W_])[A-Z]{2,6}[ -]?$")

# Unicode's default ignorable characters: nobody sees them, and they come along where text is copied.
_INVISIBLE = dict.fromkeys((
    0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), *range(0x200B, 0x2010),
    *range(0x2060, 0x2066), *range(0x206A, 0x2070), 0x3164, *range(0xFE00, 0xFE10), 0xFEFF, 0xFFA0,
    *range(0xE0000, 0xE1000),
))  # fmt: skip
# Control characters of terminals, those that YAML refuses, and bidirectional overrides.
_CONTROLS = dict.fromkeys((*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F)), " ")
_CONTROLS |= dict.fromkeys(range(0x2066, 0x206A), " ")
_UNSEEN = dict.fromkeys(_CONTROLS)


def contains_secret(text: str) -> bool:
    """True if `text` has a key or token of a known pattern, as sent or with HTML entities and invisible characters
    resolved. Takes microseconds; the first call with a long word 0.3 s, to import the detectors."""
    read = _as_read(text).translate(_UNSEEN)
    return _shows_secret(text) or (read != text and _shows_secret(read))


def numbers_in(texts: Iterable[str]) -> frozenset[str]:
    """The numbers in `texts`, each as it is spelt there: "27001", "800-53"."""
    return frozenset(found[0] for text in texts for found in _DIGITS.finditer(text))


def redact(text: str, known: Collection[str] = ()) -> str:
    """`text` with placeholders for secrets, e-mail addresses, mentions, links and numbers. Idempotent.

    `known`: numbers that are public, as `numbers_in` finds them, and stay."""
    text = _as_read(text).translate(_CONTROLS)
    if _WORTH_A_LOOK.search(text):
        shapes = [*_OTHER_SHAPES, *(shape for plugin in _plugins() for shape in plugin.denylist)]
        for shape in shapes:
            text = shape.sub(SECRET, text)
    for pattern, instead in _TAKEN_OUT:
        text = pattern.sub(instead, text)
    return _DIGITS.sub(lambda found: found[0] if found[0] in known else _number(found), text).strip()


def _number(digits: re.Match[str]) -> str:
    """`digits`, if there is one within a word, up to three or a pair after an abbreviation, or a short number; else
    `NUMBER`."""
    text, start, end = digits.string, digits.start(), digits.end()
    named = _ABBREVIATION.search(text, max(start - 7, 0), start) is not None
    if named and (end - start <= 3 or _PAIR.fullmatch(digits[0])):
        return digits[0]
    if text[start - 1 : start].isalpha() or text[end : end + 1].isalpha():
        return digits[0] if end - start <= 1 else NUMBER
    return digits[0] if _SHORT.fullmatch(digits[0]) else NUMBER


def _as_read(text: str) -> str:
    """`text` with HTML entities resolved, without invisible characters; at most `bounds.LONGEST` characters."""
    if "&" in text:
        text = html.unescape(text)
    return composed(text).translate(_INVISIBLE)


def _shows_secret(text: str) -> bool:
    if not _WORTH_A_LOOK.search(text):
        return False
    if any(shape.search(text) for shape in _OTHER_SHAPES):
        return True
    return any(secret for plugin in _plugins() for secret in plugin.analyze_string(text))


class _Detector(Protocol):
    denylist: Iterable[re.Pattern[str]]

    def analyze_string(self, string: str) -> Iterable[str]: ...


@cache
def _plugins() -> tuple[_Detector, ...]:
    """The detectors, imported late: detect-secrets brings an HTTP client along, which no plain question needs."""
    paths = (name.split(".") for name in _PLUGINS)
    return tuple(getattr(import_module(f"detect_secrets.plugins.{module}"), cls)() for module, cls in paths)
