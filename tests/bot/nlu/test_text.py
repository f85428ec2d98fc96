"""What people typed, as others read it."""

from __future__ import annotations

import pytest

from bot.nlu.small_talk import only_greets
from bot.nlu.text import OwnWords, Word, as_read, as_typed, own_words, split_words


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("See <https://wiki.example/rd|the wiki> by R&amp;D.", "See the wiki (https://wiki.example/rd) by R&D."),
        ("<https://wiki.example/a?b=1&amp;c=2>", "https://wiki.example/a?b=1&c=2"),
        ("<http://wiki.example|wiki.example>", "http://wiki.example"),
        ("<mailto:dana@corp.example|dana@corp.example>", "dana@corp.example"),
        (
            "ask <@U777|dana>, <@U777>, <!subteam^S1|@security> in <#C1|general>",
            "ask @dana, @somebody, @security in #general",
        ),
        ("<!here> or <!here|here>", "@here or @here"),
        ("by <!date^1700000000^{date}|14 November>", "by 14 November"),
        ('<at id="0">Dana Scully</at> knows', "Dana Scully knows"),
        ("a &lt;script&gt; if a < b", "a <script> if a < b"),
        ("&amp;lt;", "&lt;"),
        ("  one\n\n two  ", "one\n\ntwo"),
        ("*bold* stays, _so_ does `code`", "*bold* stays, _so_ does `code`"),
    ],
)
def test_every_word_and_address_is_read_and_no_markup(raw: str, read: str) -> None:
    assert as_read(raw) == read


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("whaaaaat is sooo goooood?", ["what", "is", "so", "good"]),
        ("PLEAAASE", ["PLEASE"]),
        ("a class, a committee", ["a", "class", "a", "committee"]),
        ("1000 x999", ["1000", "x999"]),
        ("a" * 1000, ["a"]),
        ("w/o w/ it", ["without", "with", "it"]),
    ],
)
def test_a_stretched_word_is_read_as_the_word_it_is(typed: str, words: list[str]) -> None:
    assert as_typed(typed) == words


@pytest.mark.parametrize(
    ("raw", "own"),
    [
        ("*help*", OwnWords("help", quotes=False)),
        ("is a > b?", OwnWords("is a > b?", quotes=False)),
        ("what is `it`?", OwnWords("", quotes=False)),
        ("`help`", OwnWords("", quotes=True)),
        ("```\nhelp\n```", OwnWords("", quotes=True)),
        ("> help", OwnWords("", quotes=True)),
        ("&gt; help\ntopics", OwnWords("topics", quotes=True)),
        (">>> one\nhelp", OwnWords("", quotes=True)),
        ("&gt;&gt;&gt; one\nhelp", OwnWords("", quotes=True)),
        ("```\n> one\n```\n> two\nhelp", OwnWords("", quotes=True)),
        ("an apostrophe ` is no code", OwnWords("an apostrophe is no code", quotes=False)),
    ],
)
def test_a_command_may_stand_in_ones_own_words_alone(raw: str, own: OwnWords) -> None:
    assert own_words(raw) == own


def test_half_a_contraction_has_no_word_without_letters() -> None:
    assert split_words("N'T") == (Word("not"),)
    assert not only_greets("N'T")
