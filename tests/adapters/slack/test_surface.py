"""Slack over real HTTP: signed requests into the whole server, and what it then does in a workspace."""

from __future__ import annotations

import json

import pytest

from tests.adapters.slack.conftest import SHARED
from tests.slack_workspace.person import HttpWire, Slack
from tests.slack_workspace.reading import buttons, texts
from tests.slack_workspace.service import Fault
from tests.slack_workspace.workspace import Workspace

pytestmark = SHARED
THREAD = "1700000000.000900"


async def test_s3_s4_a_slash_command_is_answered_in_the_response_for_the_person_alone(slack: Slack) -> None:
    status, answer = await slack.command("does AppSec cover supply chain?")
    assert status == 200
    assert answer["response_type"] == "ephemeral"
    assert answer["blocks"][0]["text"]["text"].startswith("No. ")
    assert any("AppSec > Cons > Limited scope" in text for text in texts(answer["blocks"]))
    assert buttons(answer["blocks"])
    assert answer["text"]
    assert slack.workspace.called("chat.postMessage") == []


@pytest.mark.parametrize("typed", ["", "help", "HELP"])
async def test_s1_an_empty_command_and_help_give_usage_with_examples(slack: Slack, typed: str) -> None:
    _, answer = await slack.command(typed)
    shown = "\n".join(texts(answer["blocks"]))
    assert "Does AppSec cover supply chain risk?" in shown
    assert {"Help us choose", "Commands"} <= set(buttons(answer["blocks"]))


async def test_s1_what_is_not_understood_gives_examples(slack: Slack) -> None:
    _, answer = await slack.command("flurb the wug")
    assert any(command.startswith("question:") for command in buttons(answer["blocks"]).values())


async def test_s12_a_direct_message_is_answered_in_the_conversation(slack: Slack) -> None:
    status, _ = await slack.direct("what is RASP?")
    [answer] = slack.workspace.called("chat.postMessage")
    assert status == 200
    assert answer.arguments["channel"] == slack.dm
    assert answer.arguments["thread_ts"] == slack.talk
    assert "runtime" in answer.shown.lower()


async def test_s12_a_direct_message_in_a_thread_is_answered_there(slack: Slack) -> None:
    await slack.direct("what is RASP?", thread_ts=THREAD)
    [answer] = slack.workspace.called("chat.postMessage")
    assert answer.arguments["thread_ts"] == THREAD


async def test_s20_a_mention_is_answered_in_a_thread_below_it_without_its_own_mention_in_the_question(
    slack: Slack,
) -> None:
    await slack.mention(f"<@{slack.workspace.bot}> what is <https://example.com|SAST>?", ts=THREAD)
    [answer] = slack.workspace.called("chat.postMessage")
    assert answer.arguments["thread_ts"] == THREAD
    assert "static" in answer.shown.lower()


async def test_a_follow_up_in_the_thread_is_read_with_what_was_said_there(slack: Slack) -> None:
    await slack.mention(f"<@{slack.workspace.bot}> does AppSec cover the cloud?", ts=THREAD)
    await slack.mention(f"<@{slack.workspace.bot}> and product security?", thread_ts=THREAD)
    answer = slack.workspace.called("chat.postMessage")[-1]
    assert "cloud" in answer.shown.lower()
    assert "product security" in answer.shown.lower()


async def test_s21_a_redelivered_event_is_answered_once(slack: Slack) -> None:
    for retry in range(3):
        status, _ = await slack.direct("what is RASP?", event_id="Ev-same", retry=retry)
        assert status == 200
    assert len(slack.workspace.called("chat.postMessage")) == 1


async def test_s19_a_reply_that_slack_could_not_take_comes_later_once(slack: Slack) -> None:
    slack.service.faults = [Fault(error="fatal_error")]
    status, _ = await slack.direct("what is RASP?", event_id="Ev-again")
    assert (status, slack.said()) == (200, [])
    await slack.direct("what is RASP?", event_id="Ev-again", retry=1)
    await slack.workspace.until(lambda: bool(slack.said()))
    assert len(slack.said()) == 1


async def test_a_rate_limit_is_waited_for_and_the_reply_arrives_once(slack: Slack) -> None:
    slack.service.faults = [Fault(429, "ratelimited", {"Retry-After": "0"})]
    status, _ = await slack.direct("what is RASP?")
    assert status == 200
    assert len(slack.workspace.called("chat.postMessage")) == 1


@pytest.mark.parametrize(
    "event",
    [
        {"subtype": "message_changed"},
        {"bot_id": "B9"},
        {"user": "UBOTT1"},
        {"user": "USLACKBOT"},
        {"subtype": "bot_message", "bot_id": "B9", "user": "U-of-a-workflow"},
        {"edited": {"ts": "1.0"}},
    ],
    ids=["edited", "a bot", "itself", "Slackbot", "a workflow", "an edited mention"],
)
async def test_s5_edits_bots_and_itself_are_ignored_on_purpose(slack: Slack, event: dict[str, object]) -> None:
    sent = [await slack.direct("what is RASP?", **event), await slack.mention("what is RASP?", **event)]
    assert [status for status, _ in sent] == [200, 200]
    assert slack.workspace.called("chat.postMessage") == []


async def test_a_button_under_an_ephemeral_answer_is_answered_for_the_person_alone(slack: Slack) -> None:
    _, answer = await slack.command("does AppSec cover supply chain?")
    label, command = next(iter(buttons(answer["blocks"]).items()))
    await slack.press(command, ephemeral=True)
    [reply] = slack.workspace.called("response_url")
    assert reply.arguments["response_type"] == "ephemeral"
    assert label in reply.shown


async def test_a_button_in_a_public_thread_is_answered_there_for_the_person_alone(slack: Slack) -> None:
    await slack.press("answer:rasp", thread=THREAD)
    [reply] = slack.workspace.called("chat.postEphemeral")
    assert (reply.arguments["user"], reply.arguments["thread_ts"]) == (slack.person, THREAD)


async def test_a_button_in_a_direct_message_is_answered_below(slack: Slack) -> None:
    await slack.press("answer:rasp", channel=slack.dm)
    [reply] = slack.workspace.called("chat.postMessage")
    assert reply.arguments["channel"] == slack.dm


async def test_s8_a_button_whose_answer_is_gone_says_so(slack: Slack) -> None:
    await slack.press("answer:no-such-answer", channel=slack.dm)
    [reply] = slack.workspace.called("chat.postMessage")
    assert "not in the knowledge" in reply.shown


async def test_s9_what_people_wrote_cannot_mention_link_or_format(slack: Slack) -> None:
    _, answer = await slack.command("<!channel> <https://evil.example|click> *what* is `RASP`?")
    written = json.dumps(answer)
    assert "<!channel>" not in written
    assert "evil.example" not in written


@pytest.mark.parametrize(
    ("age", "secret"), [(0.0, "another-secret"), (301.0, "a-signing-secret")], ids=["wrong signature", "too old"]
)
async def test_s16_a_request_that_is_not_slacks_is_refused(slack: Slack, age: float, secret: str) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "x"})
    assert isinstance(slack.wire, HttpWire)
    status, _ = await slack.wire.send(body, "application/json", age=age, secret=secret)
    assert status == 401


async def test_slacks_challenge_is_answered(slack: Slack) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "x"})
    assert isinstance(slack.wire, HttpWire)
    assert await slack.wire.send(body, "application/json") == (200, {"challenge": "x"})


async def test_no_block_that_was_sent_was_refused(slack: Slack, workspace: Workspace) -> None:
    for question in ("compare AppSec and product security", "what are the pros of product security?", "topics"):
        await slack.direct(question)
    assert workspace.refused == []
    assert len(workspace.called("chat.postMessage")) == 3
