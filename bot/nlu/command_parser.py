"""The commands and their parser. Help, usage hints and the platforms' command lists are drawn from one table."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.nlu.english import AUXILIARIES, FUNCTION_WORDS, IMPERATIVES, QUESTION_WORDS
from bot.nlu.word_list import is_english


@dataclass(frozen=True, slots=True)
class Command:
    """A command that can be typed. Buttons send commands too, with an argument after a colon: `answer:ID`."""

    name: str
    phrase: str  # name of the phrase that describes it
    aliases: tuple[str, ...] = ()
    listed: bool = True  # shown by help
    posts: bool = False  # needs channels to post in
    asks_people: bool = False  # needs somebody who can be asked
    asks_first: bool = False  # not run where it is misspelled: it deletes, or begins or ends something
    shows: bool = False  # shows what there is, and may be asked for in a sentence: "show me the topics"
    takes_text: bool = False  # may be followed by a colon and a text


COMMANDS = (
    Command("help", "command-help", ("usage", "?"), shows=True),
    Command("commands", "command-commands", listed=False, shows=True),
    Command("topics", "command-topics", ("subjects", "menu", "list"), shows=True),
    Command("compare", "command-compare", ("comparison",)),
    Command("triage", "command-triage", ("recommend", "start triage"), asks_first=True),
    Command("form", "command-form", ("triage form",), listed=False, asks_first=True),
    Command("share", "command-share", ("share this",), posts=True),
    Command("posts", "command-posts", ("my posts", "retract"), listed=False),
    Command("subscribe", "command-subscribe", ("subscription",), posts=True),
    Command("unsubscribe", "command-unsubscribe", ("stop subscription",), listed=False, asks_first=True),
    Command(
        "ask",
        "command-ask",
        ("ask a person", "ask someone", "ask an expert", "ask a human"),
        asks_people=True,
        asks_first=True,
        takes_text=True,
    ),
    Command("confirm", "command-confirm", listed=False, asks_first=True),
    Command("discard", "command-discard", ("drop it", "cancel"), listed=False, asks_first=True),
    Command("about", "command-about", ("source", "your sources", "what are your sources", "which sources do you use")),
    Command(
        "sources", "command-sources", ("who says that", "who says so", "says who", "where is that from"), listed=False
    ),
    Command("forget me", "command-forget-me", ("forget", "delete my data"), asks_first=True),
)

MEANT = "meant"
"""The command that asks whether another one was meant; its argument is that one."""

QUESTION = "question"
"""The command that asks its argument: an example question on a button."""

BY_NAME = {command.name: command for command in COMMANDS}
_NAMES = {name: command for command in reversed(COMMANDS) for name in (command.name, *command.aliases)}
# Names that are recognized misspelled; other short aliases are too close to other words.
_FUZZY_NAMES = {
    name: command
    for command in COMMANDS
    for name in (command.name, *(alias for alias in command.aliases if len(alias) >= 6))
    if len(name) >= 3
}
LONG_NAME = 7  # letters of a name that may have two slips
_LONGEST = max(map(len, _FUZZY_NAMES)) + 2
_SENTENCE = 8  # words at most of a sentence that asks for a command
_SMALL_WORDS = (AUXILIARIES | FUNCTION_WORDS | IMPERATIVES | QUESTION_WORDS) - {
    name for name, command in _NAMES.items() if not command.shows
}


def listed(*, can_post: bool, can_ask: bool) -> tuple[Command, ...]:
    """The commands that help lists. `can_post`: there are channels to post in. `can_ask`: there are people to ask."""
    return tuple(
        command
        for command in COMMANDS
        if command.listed and (can_post or not command.posts) and (can_ask or not command.asks_people)
    )


def parse(text: str) -> tuple[str, str] | None:
    """(name, argument) of the command in `text`, argument "" if there is none; None if it is an ordinary message.

    A command stands alone or has its argument after a colon. A slip in a name is corrected, unless it makes an English
    word: "cost" is a question. What deletes, begins or ends something is not run by a slip: the command is MEANT then,
    with what was meant as the argument, such as "forget me" or "ask: who signs this off?".
    """
    name, colon, argument = text.strip().partition(":")
    word = " ".join(name.lower().split()).lstrip("/")
    word = word.rstrip("?!. ") or word
    if colon and word.isalpha() and argument and not argument.startswith((" ", "/", "\n")):
        return word, argument.strip()
    command = _NAMES.get(word)
    if command is not None:
        argument = argument.strip()
        return (command.name, argument) if command.takes_text or not argument else None
    command = _misspelled(word)
    if colon:
        return (MEANT, f"{command.name}: {argument.strip()}") if command and command.takes_text else None
    if command is not None:
        return (MEANT, command.name) if command.asks_first else (command.name, "")
    command = _asked_for(word)
    return (command.name, "") if command else None


def without_address(text: str, name: str) -> str:
    """`text` without the slash command or the name that it was to be sent with: "help" of "/advisor help", and of
    "advisor help" to an advisor whose `name` ends so."""
    first, _, rest = text.removeprefix("/").partition(" ")
    if text.startswith("/"):
        return rest.strip() if first.isalpha() and parse(text) is None else text
    called = first.rstrip(",:").casefold() == name.split()[-1].casefold()
    return rest.strip() if called and parse(rest) is not None else text


def _misspelled(word: str) -> Command | None:
    """The command whose name has one slip in `word`, or two if it is long."""
    if not 4 <= len(word) <= _LONGEST or all(is_english(part) for part in word.split()):
        return None
    near = process.extract(word, _FUZZY_NAMES.keys(), scorer=OSA.distance, score_cutoff=2, limit=3)
    return next((_FUZZY_NAMES[name] for name, slips, _ in near if slips < 2 or len(name) >= LONG_NAME), None)


def _asked_for(sentence: str) -> Command | None:
    """The command that a sentence of small words asks to see: "show me the commands"."""
    words = sentence.split()
    if not 1 < len(words) <= _SENTENCE:
        return None
    named = [word for word in words if word not in _SMALL_WORDS]
    command = _NAMES.get(named[0]) if len(named) == 1 else None
    return command if command and command.shows else None
