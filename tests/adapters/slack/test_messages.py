"""Messages of every make: with files, forwards and code, in blocks alone, twice over, from places of every kind."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.slack.conftest import SHARED
from tests.adapters.slack.test_reliability import CLOCK, Echo
from tests.adapters.slack.world import opened
from tests.slack_workspace.person import Slack
from tests.slack_workspace.screen import Screen
from tests.slack_workspace.service import Service
from tests.slack_workspace.workspace import Workspace, new_ts

pytestmark = SHARED
UNREAD = "I read what is written in messages, and no files."
FILE = {"id": "F1", "name": "report.pdf", "mimetype": "application/pdf"}


def rich(*parts: dict[str, Any], kind: str = "rich_text_section") -> list[dict[str, Any]]:
    """The blocks in which Slack sends what a person typed."""
    return [{"type": "rich_text", "block_id": "b", "elements": [{"type": kind, "elements": list(parts)}]}]


def typed(text: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": text} | ({"style": style} if style else {})


def forward(text: str, **changed: Any) -> dict[str, Any]:
    """A message that somebody forwarded, as Slack attaches it."""
    shown = {"text": text, "fallback": f"[July 6th] dana: {text}", "author_name": "dana", "channel_id": "C0"}
    marks = {"is_msg_unfurl": True, "is_share": True, "from_url": "https://t1.example/archives/C0/p1", "ts": new_ts()}
    original = {"team": "T1", "channel": "C0", "ts": "1.1", "message": {"blocks": rich(typed(text))}}
    return {**marks, **shown, "message_blocks": [original], **changed}


def spoken(slack: Slack) -> str:
    """What was said since the workspace began to note, as one text."""
    return "\n".join(call.shown for call in slack.workspace.called("chat.postMessage"))


async def test_s23_a_message_with_a_file_is_answered_and_told_that_the_file_was_not_read(either_way: Slack) -> None:
    await either_way.direct("what is RASP?", subtype="file_share", files=[FILE])
    assert "runtime" in spoken(either_way).lower() and UNREAD in spoken(either_way)


async def test_s23_a_mention_with_a_file_is_answered_too(slack: Slack) -> None:
    await slack.mention(f"<@{slack.workspace.bot}> what is RASP?", files=[FILE])
    assert "runtime" in spoken(slack).lower() and UNREAD in spoken(slack)


@pytest.mark.parametrize("text", ["", None], ids=["no text", "null"])
async def test_s23_a_file_alone_is_told_that_it_was_not_read(either_way: Slack, text: str | None) -> None:
    await either_way.direct(text, subtype="file_share", files=[FILE], blocks=None)  # type: ignore[arg-type]
    assert spoken(either_way) == f"Your file was not read\n{UNREAD} Put what matters from the file into a message."


async def test_a_message_whose_text_is_null_gets_help(either_way: Slack) -> None:
    await either_way.direct(None)  # type: ignore[arg-type]
    assert "Does AppSec cover supply chain risk?" in spoken(either_way)


async def test_s24_what_is_typed_is_read_from_blocks_where_there_is_no_text(slack: Slack) -> None:
    await slack.direct("", blocks=rich(typed("what is "), typed("RASP", bold=True), typed("?")))
    assert "runtime" in spoken(slack).lower()


@pytest.mark.parametrize(
    "attached",
    [
        [forward("what is RASP?")],
        [forward("", message_blocks=[{"message": {"blocks": rich(typed("what is RASP?"))}}])],
        [forward("", message_blocks=[], attachments=[{"title": "what is RASP?"}])],
        [{"fallback": "what is RASP?"}],
        [{"color": "#f00", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "what is *RASP*?"}}]}],
        [{"pretext": "Asked", "fields": [{"title": "Question", "value": "what is RASP?", "short": True}]}],
    ],
    ids=["a forward", "a forward in blocks", "a forwarded alert", "its fallback", "blocks", "fields"],
)
async def test_s24_a_message_that_stands_in_attachments_alone_is_read_from_there(
    slack: Slack, attached: list[dict[str, Any]]
) -> None:
    screen = Screen(slack)
    await screen.shortcut("advise", text="", attachments=attached)
    assert "runtime" in screen.text.lower()
    await slack.direct("", attachments=attached)
    assert "runtime" in spoken(slack).lower()


async def test_s24_an_alert_is_advised_on_as_it_is_displayed(slack: Slack) -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Asked in the forum"}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*what is RASP?*"}]},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "what is SAST?"}}]},
    ]
    screen = Screen(slack)
    await screen.shortcut("advise", text="This content can't be displayed.", blocks=blocks, bot_id="B9")
    assert "runtime" in screen.text.lower() and "static" not in screen.text.lower()


async def test_s24_a_question_about_a_forward_is_read_with_it(slack: Slack) -> None:
    await slack.direct("is that true?", attachments=[forward("AppSec covers supply chain risk.")])
    assert spoken(slack).startswith("No. ")


async def test_s24_the_preview_of_a_link_is_not_taken_for_a_question(slack: Slack) -> None:
    preview = {"title": "What is SAST?", "text": "All about static testing", "from_url": "https://example.com"}
    await slack.direct("what is RASP? https://example.com", attachments=[preview])
    assert "runtime" in spoken(slack).lower() and "SAST" not in spoken(slack)


async def test_a_file_in_what_is_advised_on_is_not_read_and_that_is_said(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.shortcut("advise", text="", files=[FILE])
    assert UNREAD in screen.text


HIDDEN = [
    {"text": "`{}`"},
    {"text": "` {} ` "},
    {"text": "```\n{}\n```"},
    {"text": "&gt; {}"},
    {"text": "&gt;&gt;&gt; \n{}"},
    {"text": "", "blocks": rich(typed("{}", code=True))},
    {"text": "", "blocks": rich(typed("{}"), kind="rich_text_quote")},
    {"text": "", "blocks": rich(typed("{}"), kind="rich_text_preformatted")},
    {"text": "", "attachments": [forward("{}")]},
    {"text": "see", "attachments": [forward("{}")]},
]
WAYS = ["code", "code and blanks", "a code block", "a quote", "a long quote", "code in blocks", "a quote in blocks",
        "a code block in blocks", "a forward", "a forward with a word"]  # fmt: skip


@pytest.mark.parametrize("way", HIDDEN, ids=WAYS)
@pytest.mark.parametrize("mentions", [True, False], ids=["mentioned", "direct"])
async def test_s29_nothing_in_code_quotes_and_forwards_is_carried_out(
    slack: Slack, way: dict[str, Any], mentions: bool
) -> None:
    screen = Screen(slack, public=mentions)
    await screen.say("triage")
    first = screen.labels[0]
    mention = f"<@{slack.workspace.bot}> " if mentions else ""
    for command in ("forget me", "cancel", "restart", "unsubscribe", "1", first, "/advisor forget me"):
        hidden = json.loads(json.dumps(way).replace("{}", f"{mention}{command}"))
        where = {"thread_ts": screen.thread} if screen.thread else {}
        text = hidden.pop("text")
        await (slack.mention(text, **where, **hidden) if mentions else slack.direct(text, **hidden))
        told = slack.workspace.called("chat.postMessage")[-1].shown
        assert not any(done in told for done in ("Forgotten", "Stopped", "Question 2", "Question 1")), command
    await screen.say("resume")
    assert "Question 1" in screen.text


async def test_s29_what_a_person_asks_about_code_or_a_quote_is_answered(slack: Slack) -> None:
    await slack.direct("what is `RASP`?")
    assert "runtime" in spoken(slack).lower()
    await slack.direct("&gt; SAST finds bugs in the running application\nis that true?")
    assert "SAST" in slack.workspace.called("chat.postMessage")[-1].shown


async def test_s29_a_persons_own_command_below_a_quote_is_carried_out(slack: Slack) -> None:
    await slack.direct("&gt; forget me\nhelp")
    assert "Does AppSec cover supply chain risk?" in spoken(slack)


@pytest.mark.parametrize("typed", ["/advisor help", " /advisor help", "/advisor  HELP", "advisor help"])
@pytest.mark.parametrize("where", ["direct", "thread", "mention"])
async def test_s1_the_command_typed_as_text_is_the_command(either_way: Slack, typed: str, where: str) -> None:
    thread = {"thread_ts": new_ts()} if where == "thread" else {}
    if where == "mention":
        await either_way.mention(f"<@{either_way.workspace.bot}> {typed}")
    else:
        await either_way.direct(typed, **thread)
    assert "Does AppSec cover supply chain risk?" in spoken(either_way)


@pytest.mark.parametrize("first", ["message", "app_mention"])
async def test_s26_a_direct_message_that_mentions_the_advisor_is_answered_once_in_its_place(
    either_way: Slack, first: str
) -> None:
    ts, text = new_ts(), f"<@{either_way.workspace.bot}> what is RASP?"
    events = [
        {"type": "message", "channel_type": "im", "channel": either_way.dm, "user": either_way.person},
        {"type": "app_mention", "channel": either_way.dm, "user": either_way.person},
    ]
    for event in sorted(events, key=lambda event: event["type"] != first):
        await either_way.event({**event, "ts": ts, "text": text})
    [answer] = either_way.workspace.called("chat.postMessage")
    assert answer.arguments["thread_ts"] == ts and "runtime" in answer.shown.lower()


async def test_s26_two_events_of_one_message_are_answered_once_also_by_two_processes(
    service: Service, database: str
) -> None:
    workspace = service.add(Workspace("TTWICE"))
    token = workspace.token
    async with (
        opened(service, database, lambda *_: Echo(), CLOCK, slack_bot_token=token) as one,
        opened(service, database, lambda *_: Echo(), CLOCK, slack_bot_token=token) as other,
    ):
        person = Slack.join(one.wire, service, workspace)
        for _ in range(4):
            ts = new_ts()
            twice = (
                person.direct("hello there", ts=ts),
                replace(person, wire=other.wire).mention("hello there", channel=person.dm, ts=ts),
            )
            assert [status for status, _ in await asyncio.gather(*twice)] == [200, 200]
        await one.quiet()
    assert len(person.said()) == 4


async def test_a_reply_that_is_shown_in_the_channel_too_is_answered_in_its_thread(slack: Slack) -> None:
    thread = new_ts()
    await slack.direct("what is RASP?", subtype="thread_broadcast", thread_ts=thread)
    await slack.mention("what is RASP?", subtype="thread_broadcast", thread_ts=thread)
    said = [call.arguments["thread_ts"] for call in slack.workspace.called("chat.postMessage")]
    assert said == [thread, thread]


async def test_a_mention_among_several_people_is_answered_in_a_thread_and_other_messages_are_not(slack: Slack) -> None:
    several, ts = slack.workspace.add_channel(slack.person, private=True, name="mpdm-anna--ben--advisor-1"), new_ts()
    await slack.event({
        "type": "message", "channel_type": "mpim", "channel": several, "user": slack.person, "text": "what is RASP?",
        "ts": new_ts(),
    })  # fmt: skip
    await slack.mention(f"<@{slack.workspace.bot}> what is RASP?", channel=several, ts=ts, channel_type="mpim")
    [answer] = slack.workspace.called("chat.postMessage")
    assert (answer.arguments["channel"], answer.arguments["thread_ts"]) == (several, ts)


async def test_an_edit_is_not_answered_again(slack: Slack) -> None:
    ts = new_ts()
    await slack.mention("what is RASP?", ts=ts)
    await slack.mention("what is SAST?", ts=ts, edited={"user": slack.person, "ts": new_ts()})
    await slack.event({
        "type": "message", "subtype": "message_changed", "channel_type": "im", "channel": slack.dm, "ts": new_ts(),
        "message": {"type": "message", "user": slack.person, "text": "what is SAST?", "ts": ts},
        "previous_message": {"type": "message", "user": slack.person, "text": "what is RASP?", "ts": ts},
    })  # fmt: skip
    assert len(slack.workspace.called("chat.postMessage")) == 1


@pytest.mark.parametrize("typed", ["what’s “RASP”?", "“what is ‘RASP’?”"])
async def test_typographic_quotes_are_read_as_straight_ones(slack: Slack, typed: str) -> None:
    await slack.direct(typed)
    _, answer = await slack.command(typed)
    assert "runtime" in spoken(slack).lower() and "runtime" in json.dumps(answer).lower()


async def test_a_command_in_quotation_marks_that_deletes_asks_first(slack: Slack) -> None:
    await slack.direct("“forget me”")
    assert "Did you mean a command?" in spoken(slack)


async def test_a_message_by_me_is_answered(slack: Slack) -> None:
    await slack.direct("what is RASP?", subtype="me_message")
    assert "runtime" in spoken(slack).lower()
