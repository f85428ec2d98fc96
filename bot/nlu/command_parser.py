"""The commands and their parser. Help, usage hints and the platforms' command lists are drawn from one table."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.nlu.word_list import is_english


@dataclass(frozen=True, slots=True)
class Command:
    """A command that can be typed. Buttons send commands too, with an argument after a colon: `answer:ID`."""

    name: str
    phrase: str  # name of the phrase that describes it
    aliases: tuple[str, ...] = ()
    listed: bool = True  # shown by help
    posts: bool = False  # needs channels to post in


COMMANDS = (
    Command("help", "command-help", ("commands", "usage", "?")),
    Command("topics", "command-topics", ("subjects", "menu", "list")),
    Command("compare", "command-compare", ("comparison",)),
    Command("triage", "command-triage", ("recommend", "start triage")),
    Command("form", "command-form", ("triage form",), listed=False),
    Command("share", "command-share", ("share this",), posts=True),
    Command("posts", "command-posts", ("my posts", "retract"), listed=False),
    Command("subscribe", "command-subscribe", ("subscription",), posts=True),
    Command("unsubscribe", "command-unsubscribe", ("stop subscription",), listed=False),
    Command("ask", "command-ask", ("ask a person", "ask someone", "ask an expert", "ask a human")),
    Command("confirm", "command-confirm", listed=False),
    Command("discard", "command-discard", ("drop it", "cancel"), listed=False),
    Command("about", "command-about", ("source", "your sources", "what are your sources", "which sources do you use")),
    Command(
        "sources", "command-sources", ("who says that", "who says so", "says who", "where is that from"), listed=False
    ),
    Command("forget me", "command-forget-me", ("forget", "delete my data")),
)

_NAMES = {name: command.name for command in reversed(COMMANDS) for name in (command.name, *command.aliases)}
# Names that are matched with one typo; short aliases are too close to other words.
_FUZZY_NAMES = {
    name: command.name
    for command in COMMANDS
    for name in (command.name, *(alias for alias in command.aliases if len(alias) >= 6))
    if len(name) >= 4
}

_LONGEST = max(map(len, _FUZZY_NAMES)) + 1


def listed(can_post: bool) -> tuple[Command, ...]:
    """The commands that help lists; `can_post`: there are channels to post in."""
    return tuple(command for command in COMMANDS if command.listed and (can_post or not command.posts))


def parse(text: str) -> tuple[str, str] | None:
    """(name, argument) of the command in `text`, argument "" if there is none; None if it is an ordinary message.

    A command stands alone or has its argument after a colon. One typo in a name is corrected, unless it makes an
    English word: "cost" is a question.
    """
    name, colon, argument = text.strip().partition(":")
    word = " ".join(name.lower().split()).lstrip("/")
    word = word.rstrip("?!. ") or word
    if colon and word.isalpha() and argument and not argument.startswith((" ", "/")):
        return word, argument.strip()
    if word in _NAMES:
        return _NAMES[word], ""
    if 4 <= len(word) <= _LONGEST and not all(is_english(part) for part in word.split()):
        near = process.extractOne(word, _FUZZY_NAMES.keys(), scorer=OSA.distance, score_cutoff=1)
        if near:
            return _FUZZY_NAMES[near[0]], ""
    return None
