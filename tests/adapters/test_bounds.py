"""The work of a surface on a request, before the advisor shortens it, is linear in its length."""

from __future__ import annotations

from typing import Any

import pytest
from multidict import MultiDict, MultiDictProxy

from adapters.slack.translate import without_mention
from adapters.teams.activity import Activity
from adapters.teams.message_text import LONGEST_HTML, text_of, without_own_mention
from adapters.web.pages import conversation
from tests.growth import outgrows


@pytest.mark.parametrize("again", ["<@U1|", "<@U1", "<@U1> ", "<@U1|a b"])
def test_the_bots_mentions_are_taken_out_in_proportion_in_slack(again: str) -> None:
    assert not outgrows(lambda text: without_mention(text, "U1"), lambda size: again * size)


@pytest.mark.parametrize("again", ["<a", "<p>", "</", "<!--", "<a b='", "&lt;", "<aa"])
def test_html_is_read_in_proportion_in_teams(again: str) -> None:
    assert not outgrows(text_of, lambda size: "<" + again * (size // len(again)))
    assert len(text_of("word " * LONGEST_HTML)) < LONGEST_HTML


@pytest.mark.parametrize("written", ["<at>Bot</at>", "<at>Nobody</at>"])
def test_the_bots_mentions_are_taken_out_in_proportion_in_teams(written: str) -> None:
    assert not outgrows(without_own_mention, lambda size: mentioning(written, size))


def test_a_form_of_very_many_fields_is_read_in_proportion_on_the_page() -> None:
    def form(size: int) -> MultiDictProxy[Any]:
        return MultiDictProxy(MultiDict((f"{conversation.FIELD}{number}", "a") for number in range(size)))

    assert not outgrows(conversation._sent, form)
    both = MultiDict([("field:a", "1"), ("field:b", ""), ("field:a", "2"), ("text", "hi"), ("other", "x")])
    assert conversation._sent(MultiDictProxy(both)) == conversation.Sent("hi", None, (("a", ("1", "2")), ("b", ())))


def mentioning(written: str, times: int) -> Activity:
    """A message that names the bot so many times, and says of each mention what is `written`."""
    mention = {"type": "mention", "mentioned": {"id": "28:bot"}, "text": written}
    return Activity.model_validate(
        {
            "type": "message",
            "serviceUrl": "https://connector.example/",
            "conversation": {"id": "a:chat"},
            "from": {"id": "29:dana"},
            "recipient": {"id": "28:bot"},
            "text": "<at>Bot</at> " * times,
            "entities": [mention] * times,
        }
    )
