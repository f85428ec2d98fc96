"""Text normalization: takes out the platforms' markup and emoji, and splits text into words, clauses and sentences."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from itertools import chain, groupby
from string import ascii_lowercase
from typing import NamedTuple

from bot.domain.bounds import composed, within
from bot.nlu.english import CONTRACTIONS
from bot.nlu.word_list import is_english

# Each runs in linear time: a failed match is given up at the next character that can begin one.
_SLACK_LABELLED = re.compile(r"<(?:https?://|mailto:|tel:)[^|<>]*\|([^<>]*)>")
_SLACK_LINK = re.compile(r"<(?:https?://|mailto:|tel:)[^<>]*>")
_SLACK_MENTION = re.compile(r"<[@#!][^<>]*>")
_SLACK_MARKED = re.compile(r"<(?:([@#!])([^<>|]+)|([a-z][a-z0-9+.-]*:[^<>|\s]+))(?:\|([^<>]*))?>", re.IGNORECASE)
_SCHEME = re.compile("^(?:mailto|tel):", re.IGNORECASE)
_TEAMS_MENTION = re.compile(r"<at\b[^<>]*>((?:[^<]|<(?!/?at\b))*+)</at>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_URL = re.compile(r"\bhttps?://\S+|\bwww\.\S+", re.IGNORECASE)
_EMOJI_CODE = re.compile(r":(?=[0-9']*[a-z_+-])[a-z0-9_+'-]++:")
_QUOTE_LINE = re.compile(r"^[^\S\n]*(?:>|&gt;)+\s?", re.MULTILINE)
_CODE = re.compile(r"```(?:[^`]|`(?!``))*+```|`[^`\n]++`")
_QUOTED = re.compile(r"^[^\S\n]*+(?:(?:>|&gt;){3}[\s\S]*+|(?:>|&gt;)[^\n]*+)", re.MULTILINE)
_FORMAT = re.compile(r"(?<!\w)[*_~`]++|(?<![*_~`])[*_~`]++(?!\w)|(?<![*_~`])[*~`]{2,}+(?!_)")
_FORMATTING = frozenset("*_~`")
_SAID_MARK = re.compile(r"(?<!\s)\s+question mark\b", re.IGNORECASE)  # as it is dictated
_SPACE = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"(?<!\s)\s*\n\s*")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?", re.UNICODE)
_THRICE = tuple(3 * letter for letter in ascii_lowercase)  # no English word has a letter three times in a row
_SENTENCE = re.compile(r"(?<![.?!;:,—–()])[.?!;:,—–()]++(?=\s|$)|\.{2,}|\s[-—–]\s|\n")
_STRAIGHT = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "…": ". ", "\u00a0": " ", "´": "'"}
)


def clean(raw: str) -> str:
    """`raw` as typed in Slack or Teams, without mentions, addresses of links, tags, emoji, quotes and formatting."""
    text = within(raw).translate(_STRAIGHT)
    if "<" in text:
        text = _TEAMS_MENTION.sub(" ", text)
        text = _SLACK_LABELLED.sub(r"\1", text)
        text = _SLACK_LINK.sub(" ", text)
        text = _SLACK_MENTION.sub(" ", text)
        text = _TAG.sub(" ", text)
    if ">" in text or "&" in text:
        text = _QUOTE_LINE.sub("", html.unescape(text))
    if "." in text or "/" in text:
        text = _URL.sub(" ", text)
    if ":" in text:
        text = _EMOJI_CODE.sub(" ", text)
    if not text.isascii():
        text = "".join(c if _readable(c) else " " for c in composed(text))
    if not _FORMATTING.isdisjoint(text):
        text = _FORMAT.sub(" ", text)
    text = _SAID_MARK.sub("?", text)
    return _LINES.sub("\n", _SPACE.sub(" ", text)).strip()  # a new line often is a new thought


class OwnWords(NamedTuple):
    """What the writer of a text says, and does not show."""

    said: str  # cleaned, without quoted lines; "" where there is code, whose place in a sentence would be empty
    quotes: bool  # there are quoted lines, or nothing but code


def own_words(raw: str) -> OwnWords:
    """The words of `raw` that may be a command: not code, not the lines that begin with ">", not what follows ">>>"."""
    text = within(raw)
    if "`" not in text and ">" not in text and "&gt;" not in text:
        return OwnWords(clean(text), quotes=False)
    shown = _CODE.sub("``", text)
    own = _QUOTED.sub("", shown)
    said = clean(own)
    return OwnWords(said if "``" not in own else "", quotes=own != shown or not said)


def as_quoted(text: str) -> str:
    """`text` as lines that quote it."""
    return "\n".join(f"> {line}" for line in text.splitlines())


def as_read(raw: str) -> str:
    """`raw` as it is displayed in Slack or Teams: all words and link addresses, no markup. Ids without a label become
    "somebody" or "channel"."""
    text = html.unescape(_SLACK_MARKED.sub(_as_read, _TEAMS_MENTION.sub(r"\1", raw)))
    return "\n".join(_SPACE.sub(" ", line).strip() for line in text.strip().splitlines())


def _as_read(marked: re.Match[str]) -> str:
    kind, id, address, label = marked.groups(default="")
    match kind:
        case "@":
            return f"@{label or 'somebody'}"
        case "#":
            return f"#{label or 'channel'}"
        case "!":
            return label if id.startswith("date^") else f"@{(label or id).removeprefix('@')}"
        case _:
            plain = _SCHEME.sub("", address)
            return plain if label in plain else f"{label} ({plain})"


def _readable(char: str) -> bool:
    """False for emoji, joiners, variation selectors and control characters."""
    return unicodedata.category(char) not in {"So", "Sk", "Cf", "Cc", "Cs", "Co", "Cn", "Mn", "Me"}


class Word(NamedTuple):
    text: str  # in lower case, contractions written out
    capitals: bool = False  # typed in capitals throughout, two letters or more


def as_typed(text: str) -> list[str]:
    """The words of cleaned `text` as typed; "w/" and "w/o" are written out, and "whaaaat" is not stretched."""
    words = _WORD.findall(text.replace("w/o ", "without ").replace("w/ ", "with "))
    lower = text.lower()
    return list(map(_unstretched, words)) if any(letters in lower for letters in _THRICE) else words


def _unstretched(word: str) -> str:
    """With a letter that stands three times or more written twice if that is a word ("good"), else once ("what")."""
    runs = ["".join(run) for _, run in groupby(word, key=str.lower)]
    if not word.isalpha() or max(map(len, runs), default=0) < 3:
        return word
    twice = "".join(run[:2] for run in runs)
    return twice if is_english(twice.lower()) else "".join(run[:2] if len(run) < 3 else run[0] for run in runs)


@lru_cache(maxsize=256)
def split_words(text: str) -> tuple[Word, ...]:
    """The words of cleaned `text`, in order. Hyphens and slashes separate words; "isn't" becomes "is not"."""
    return tuple(chain.from_iterable(map(written_out, as_typed(text))))


@lru_cache(maxsize=10_000)  # bounded: people may type any number of words
def written_out(typed: str) -> tuple[Word, ...]:
    """The words that `typed`, one word as it is typed, stands for."""
    word = typed.lower()
    if "'" in word:
        return tuple(Word(part) for part in _contraction(word) if part)  # of "n't" the first is empty
    capitals = len(typed) > 1 and typed.isupper()
    return tuple(Word(part, capitals) for part in CONTRACTIONS.get(word, word).split())


_SPECIAL = {
    "can't": ("can", "not"),
    "won't": ("will", "not"),
    "ain't": ("is", "not"),
    "let's": ("let", "us"),
    "y'all": ("you",),
}
_ENDINGS = {"s": "", "re": "are", "ve": "have", "ll": "will", "d": "would", "m": "am"}
_IS_BEFORE = frozenset(
    {"what", "who", "how", "where", "when", "why", "that", "it", "there", "here", "he", "she", "which"}
)


def _contraction(word: str) -> tuple[str, ...]:
    if word in _SPECIAL:
        return _SPECIAL[word]
    stem, _, ending = word.partition("'")
    if ending == "t" and stem.endswith("n"):
        return (stem[:-1], "not")
    if ending == "s":
        return (stem, "is") if stem in _IS_BEFORE else (stem,)
    if ending in _ENDINGS:
        return (stem, _ENDINGS[ending])
    return tuple(part for part in (stem, ending) if part)


def clauses(text: str) -> list[str]:
    """The clauses of cleaned `text`, split at punctuation and lines; none is empty."""
    return [part for piece in _SENTENCE.split(text) if (part := piece.strip())]


_FULL_STOP = re.compile(r"(?<=[.?!;])\s+|\n+")


def sentences(text: str) -> list[str]:
    """The sentences of cleaned `text`, split at full stops, semicolons, question and exclamation marks, and lines."""
    return [part for piece in _FULL_STOP.split(text) if (part := piece.strip())]
