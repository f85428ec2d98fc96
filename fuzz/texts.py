"""Texts that nobody would think of: any Unicode, marks, both directions, control characters, mark-up, many clauses, and
what stops a pattern that goes back."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import strategies as st

from bot.domain.bounds import LONGEST
from bot.nlu.command_parser import COMMANDS

ROOT = Path(__file__).parent.parent
QUESTIONS = [
    json.loads(line)["q"]
    for line in (ROOT / "tests" / "gold" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
WORDS = sorted({word for question in QUESTIONS[:400] for word in question.split()})
SIGNS = (
    *("?", "!", ".", ",", ";", ":", " - ", "\n", "\r\n", "\t", " ", "\u00a0", "\u2028", "\x00", "\x07", "\x1b[31m",
        "\x85"),
    *("\u0301", "\u0316\u0301", "\u200d", "\u200b", "\u202e", "\u2066", "\u061c", "\ufeff", "\ufdfa", "\U000e0041"),
    *("\ud800", "\udfff", "\uffff", "\U0010ffff", "👩‍👩‍👧‍👦", "🇩🇪", "ﬃ", "İ", "ß", "ſ", "ς", "Ⅷ", "①", "１２", "٣"),
    *("مرحبا", "שלום", "सुरक्षा", "安全", "セキュリティ", "보안", "безопасность", "sécurité"),
)  # fmt: skip
MARKUP = (
    *("<@U0001>", "<@U0001|anna>", "<#C0001|general>", "<!here>", "<!date^1700000000^{date}|x>", "<!subteam^S1>"),
    *("<https://example.com|a link>", "<mailto:a@example.com|a>", "&lt;", "&amp;amp;", "&#x41;", "&bogus;", "&#0;"),
    *("<at>Security Advisor</at>", "<at id='0'>", "</at>", "<p>", "</p>", "<br/>", "<script>", "<!--", "<![CDATA[",
        "<a href='"),
    *("*", "_", "~", "`", "```", "> ", "# ", "- ", "1. ", "[a](b)", "![", "|", "\\", "{{", "{{DATE(", "}}", "{%",
        "%s", "{0}"),
)  # fmt: skip
JOINTS = (
    " and ",
    " or ",
    " but ",
    ", and what about ",
    "? ",
    "; ",
    ", ",
    " if ",
    " not ",
    "n't ",
    " than ",
    " (",
    ") ",
    " of ",
    " — ",
)
BOMBS = (
    "a",
    "aA",
    "a ",
    " ",
    "\n",
    "a.",
    "a@",
    "://",
    "a, ",
    "<",
    "&",
    "_-",
    "<at>",
    "<@U|",
    "((",
    "a-",
    "0",
    "0-",
    "é",
    "no ",
    "not ",
)
COMMAND_WORDS = tuple(command.name for command in COMMANDS)
NUMBERS = st.sampled_from((2, 3, 7, 31, 70, 400, 1000, LONGEST - 1, LONGEST, LONGEST + 1, 9000))

any_text = st.text(st.characters(exclude_categories=()), max_size=40)
questions = st.sampled_from(QUESTIONS)
words = st.sampled_from(WORDS)
_parts = st.sampled_from((*SIGNS, *MARKUP, *JOINTS, *COMMAND_WORDS)) | words | words | questions
_signs = st.sampled_from((*SIGNS, *MARKUP, *JOINTS))


@st.composite
def changed_questions(draw: st.DrawFn) -> str:
    """A real question with something strange in the midst of it."""
    text = draw(questions)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(_signs) + text[at + draw(st.integers(0, 4)) :]
    return text


@st.composite
def repeated(draw: st.DrawFn) -> str:
    """The same again and again, between a beginning and an end that make a pattern go back."""
    again = draw(st.sampled_from(BOMBS) | _parts)
    size = draw(NUMBERS)
    return draw(_parts) + again * (size // len(again) + 1) + draw(st.sampled_from(("", "!", "a", ">", "?")))


mixed = st.lists(_parts, min_size=1, max_size=14).map("".join)
clauses = st.builds(lambda said, joint: joint.join(said), st.lists(questions | words, min_size=2, max_size=30),
    st.sampled_from(JOINTS))  # fmt: skip
texts = st.one_of(changed_questions(), mixed, any_text, changed_questions(), repeated(), clauses, questions)
short_texts = st.one_of(changed_questions(), mixed, any_text, questions, words, st.sampled_from(COMMAND_WORDS))
