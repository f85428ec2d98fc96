"""Secrets are detected, and what is stored of a question names no person and holds no credential."""

import pytest

from bot.domain.redaction import contains_secret, numbers_in, redact

LETTERS = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"

# Put together here, so that no scanner takes this file for a leak.
SECRETS = {
    "private key": "-----BEGIN RSA PRIVATE " + "KEY-----\nMIIEabc\n-----END RSA PRIVATE " + "KEY-----",
    "elliptic key": "-----BEGIN EC PRIVATE " + "KEY-----",
    "OpenSSH key": "-----BEGIN OPENSSH PRIVATE " + "KEY-----",
    "encrypted key": "-----BEGIN ENCRYPTED PRIVATE " + "KEY-----",
    "AWS access key": "AKIA" + "IOSFODNN7EXAMPLE",
    "AWS secret": "aws_secret_access_key = " + "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "GitHub token": "ghp_" + LETTERS,
    "GitHub fine-grained token": "github_pat_" + "11ABCDEFG0" + LETTERS,
    "GitLab token": "glpat-" + LETTERS[:20],
    "Slack bot token": "xoxb-" + "123456789012-123456789012-" + "abcdefABCDEF123456abcdef",
    "Slack app token": "xapp-" + "1-A0123456789-1234567890123-" + "abcdef0123456789",
    "Slack webhook": "https://hooks.slack.com/" + "services/T00000000/B00000000/" + "X" * 24,
    "Google key": "AIza" + "SyA1234567890abcdefghijklmnopqrstuv",
    "Stripe key": "sk_live_" + LETTERS[:24],
    "JWT": "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
    "npm token": "npm_" + LETTERS,
    "PyPI token": "pypi-" + "AgEIcHlwaS5vcmcC" + LETTERS * 3,
    "OpenAI key": "sk-" + "proj-" + LETTERS,
    "Azure storage key": "AccountKey=" + "A1b2" * 21 + "Ab==",
    "Grafana token": "glsa_" + LETTERS,
    "Shopify token": "shpat_" + "0123456789abcdef" * 2,
    "Docker token": "dckr_pat_" + LETTERS[:27],
    "Heroku key": "HRKU-" + "01234567-89ab-cdef-0123-456789abcdef",
    "Tailscale key": "tskey-" + "auth-k1234567CNTRL-" + LETTERS,
    "Atlassian token": "ATATT3" + "xFfGF0" + LETTERS * 3,
    "Databricks token": "dapi" + "0123456789abcdef" * 2,
    "Vault token": "hvs." + LETTERS,
    "Terraform token": LETTERS[:14] + ".atlasv1." + LETTERS * 3,
    "Slack trigger": "https://hooks.slack.com/" + "triggers/T0000000/1234567890123/" + "0a1b" * 8,
    "Discord webhook": "https://discord.com/" + "api/webhooks/123456789012345678/" + LETTERS * 2,
    "Teams webhook": "https://x.webhook.office.com/" + "webhookb2/0a1b-2c3d@4e5f/IncomingWebhook/" + "0a1b" * 8,
    "bearer": "Authorization: " + "Bearer " + LETTERS,
    "password alone in a link": "redis://:" + "hunter2hunter2@cache/0",
    "password in a link": "https://root:" + "hunter2@db.example.com/x",
}


@pytest.mark.parametrize("name", SECRETS)
def test_a_known_secret_is_seen_in_the_middle_of_a_sentence(name: str) -> None:
    assert contains_secret(f"is it bad that I committed {SECRETS[name]} yesterday?")


@pytest.mark.parametrize("name", SECRETS)
def test_nothing_of_a_secret_is_kept(name: str) -> None:
    kept = redact(f"is it bad that I committed {SECRETS[name]} yesterday?")
    assert kept.startswith("is it bad that I committed") and kept.endswith("yesterday?")
    for part in SECRETS[name].replace("\n", " ").split(" "):
        assert len(part) < 12 or part not in kept
    assert LETTERS[:12] not in kept


@pytest.mark.parametrize(
    "text",
    [
        "what does AppSec cover?",
        "how do I rotate an AWS access key?",
        "is https://en.wikipedia.org/wiki/Application_security_testing_overview any good?",
        "should a private key be in the repository?",
        "what is internationalization-and-localization testing",
        "token: what does it mean?",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ],
)
def test_an_ordinary_question_holds_no_secret(text: str) -> None:
    assert not contains_secret(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("mail jane.doe+x@corp.example.com please", "mail [e-mail] please"),
        ("<mailto:a@b.de|a@b.de> knows", "[e-mail] knows"),
        ("<@U012AB3CD> what is SAST?", "[person] what is SAST?"),
        ("<at>Jane Doe</at> what is SAST?", "[person] what is SAST?"),
        ("ask @jane about it", "ask [person] about it"),
        ("see https://intra.example/x?y=1 first", "see [link] first"),
        ("see <https://intra.example/x|the plan> first", "see [link] first"),
        ("is build.corp.example.com safe", "is [link] safe"),
        ("call +49 (30) 1234-567 now", "call [number] now"),
        ("ticket 4711 and log4j", "ticket [number] and log4j"),
        ("SOC 2, TLS 1.3 and SHA256", "SOC 2, TLS 1.3 and SHA256"),
        ("SOC 1/2, TLS 1.2/1.3, SHA-256 and FIPS 140", "SOC 1/2, TLS 1.2/1.3, SHA-256 and FIPS 140"),
        ("INC-4711 and 12/5", "INC-[number] and [number]"),
        ("rose92 in room 115", "rose[number] in room [number]"),
        ("host 10.0.0.12 is open", "host [number] is open"),
        ("my password: hunter2 is weak?", "my [secret] is weak?"),
        ("my password is hunter2 ok", "my [secret] ok"),
        ("key \u200bAKIA\u200bIOSFODNN7EXAMPLE", "key [secret]"),
    ],
)
def test_what_leads_to_a_person_or_place_is_taken_out(text: str, kept: str) -> None:
    assert redact(text) == kept


def test_a_number_that_is_public_stays_as_it_is_spelt() -> None:
    known = numbers_in(["what does ISO 27001 ask for?", "NIST 800-53"])
    assert (
        redact("ISO 27001, iso27001, NIST 800-53 and 27002", known) == "ISO 27001, iso27001, NIST 800-53 and [number]"
    )


@pytest.mark.parametrize("text", [*SECRETS.values(), "mail a@b.de, see https://x.y/z or call 030 12345"])
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    assert redact(redact(text)) == redact(text)


def test_an_ordinary_question_is_kept_as_it_is() -> None:
    question = "Does AppSec cover the supply chain, or is that product security?"
    assert redact(question) == question


@pytest.mark.parametrize("sign", "\u200e\u200f\u202a\u202e\u2062\u2066\u034f\u180e\ufe0f\u3164\U000e0041\x00\x1b")
def test_a_sign_that_nobody_sees_does_not_hide_a_secret(sign: str) -> None:
    token = SECRETS["GitHub token"]
    assert contains_secret(f"I committed {token[:10]}{sign}{token[10:]} yesterday")


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x7f", "\x85", "\x9b", "\r", "\u202e", "\u2066"])
def test_nothing_that_a_terminal_obeys_or_yaml_refuses_is_kept(sign: str) -> None:
    assert redact(f"do roses{sign}need water?") == "do roses need water?"
