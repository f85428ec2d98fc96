"""Slack over real HTTP: signed requests into the whole server, and what it then does in a workspace."""

from __future__ import annotations

import json

import pytest

from adapters.door import DoorStaysShut
from adapters.settings import read_settings
from adapters.slack.door import open_door
from bot.messages import Message, Reply
from tests.slack_workspace.workspace import BOT, Fault, Slack, Workspace, buttons, texts

CHANNEL_THREAD = "1700000000.000900"


async def test_a_slash_command_is_answered_in_the_response_for_the_person_alone(slack: Slack) -> None:
    status, answer = await slack.command("does AppSec cover supply chain?")
    assert status == 200
    assert answer["response_type"] == "ephemeral"
    assert answer["blocks"][0]["text"]["text"].startswith("No. ")
    assert "[AppSec > Cons > Limited scope]" in texts(answer["blocks"])
    assert buttons(answer["blocks"])
    assert answer["text"]
    assert slack.workspace.called("chat.postMessage") == []


@pytest.mark.parametrize("typed", ["", "help", "HELP"])
async def test_an_empty_command_and_help_give_usage_with_examples(slack: Slack, typed: str) -> None:
    _, answer = await slack.command(typed)
    shown = "\n".join(texts(answer["blocks"]))
    assert "Does AppSec cover supply chain risk?" in shown
    assert "triage" in shown


async def test_a_direct_message_is_answered_in_the_conversation(slack: Slack) -> None:
    status, _ = await slack.direct("what is RASP?")
    [answer] = slack.workspace.called("chat.postMessage")
    assert status == 200
    assert answer.arguments["channel"] == "D1"
    assert "thread_ts" not in answer.arguments
    assert "runtime" in answer.shown.lower()


async def test_a_direct_message_in_a_thread_is_answered_there(slack: Slack) -> None:
    await slack.direct("what is RASP?", thread_ts=CHANNEL_THREAD)
    [answer] = slack.workspace.called("chat.postMessage")
    assert answer.arguments["thread_ts"] == CHANNEL_THREAD


async def test_a_mention_is_answered_in_a_thread_below_it_without_its_own_mention_in_the_question(slack: Slack) -> None:
    await slack.mention(f"<@{BOT}> what is <https://example.com|SAST>?", ts=CHANNEL_THREAD)
    [answer] = slack.workspace.called("chat.postMessage")
    assert answer.arguments["thread_ts"] == CHANNEL_THREAD
    assert "static" in answer.shown.lower()


async def test_a_follow_up_in_the_thread_is_read_with_what_was_said_there(slack: Slack) -> None:
    await slack.mention(f"<@{BOT}> does AppSec cover the cloud?", ts=CHANNEL_THREAD)
    await slack.mention(f"<@{BOT}> and product security?", thread_ts=CHANNEL_THREAD)
    answer = slack.workspace.called("chat.postMessage")[-1]
    assert "cloud" in answer.shown.lower()
    assert "product security" in answer.shown.lower()


async def test_a_redelivered_event_is_answered_once(slack: Slack) -> None:
    for retry in range(3):
        status, _ = await slack.direct("what is RASP?", event_id="Ev-same", retry=retry)
        assert status == 200
    assert len(slack.workspace.called("chat.postMessage")) == 1


async def test_a_reply_that_slack_could_not_take_comes_with_the_next_delivery(slack: Slack) -> None:
    slack.workspace.faults = [Fault(error="fatal_error")]
    failed, _ = await slack.direct("what is RASP?", event_id="Ev-again")
    again, _ = await slack.direct("what is RASP?", event_id="Ev-again", retry=1)
    assert (failed, again) == (500, 200)
    assert len(slack.workspace.called("chat.postMessage")) == 1


async def test_a_rate_limit_is_waited_for_and_the_reply_arrives_once(slack: Slack) -> None:
    slack.workspace.faults = [Fault(429, "ratelimited", {"Retry-After": "0"})]
    status, _ = await slack.direct("what is RASP?")
    assert status == 200
    assert len(slack.workspace.called("chat.postMessage")) == 1


@pytest.mark.parametrize(
    "event",
    [
        {"subtype": "message_changed"},
        {"bot_id": "B9"},
        {"user": BOT},
        {"subtype": "file_share"},
        {"edited": {"ts": "1.0"}},
    ],
    ids=["edited", "a bot", "itself", "a file", "an edited mention"],
)
async def test_edits_bots_itself_and_files_are_ignored_on_purpose(slack: Slack, event: dict[str, object]) -> None:
    status, _ = await slack.direct("what is RASP?", **event)
    assert status == 200
    assert slack.workspace.called("chat.postMessage") == []


async def test_a_button_under_an_ephemeral_answer_is_answered_for_the_person_alone(slack: Slack) -> None:
    _, answer = await slack.command("does AppSec cover supply chain?")
    label, command = next(iter(buttons(answer["blocks"]).items()))
    await slack.press(command, ephemeral=True)
    [reply] = slack.workspace.called("response_url")
    assert reply.arguments["response_type"] == "ephemeral"
    assert label in reply.shown


async def test_a_button_in_a_public_thread_is_answered_there_for_the_person_alone(slack: Slack) -> None:
    await slack.press("answer:rasp", thread=CHANNEL_THREAD)
    [reply] = slack.workspace.called("chat.postEphemeral")
    assert (reply.arguments["user"], reply.arguments["thread_ts"]) == ("U1", CHANNEL_THREAD)


async def test_a_button_in_a_direct_message_is_answered_below(slack: Slack) -> None:
    await slack.press("answer:rasp", channel="D1")
    [reply] = slack.workspace.called("chat.postMessage")
    assert reply.arguments["channel"] == "D1"


async def test_a_button_whose_answer_is_gone_says_so(slack: Slack) -> None:
    await slack.press("answer:no-such-answer", channel="D1")
    [reply] = slack.workspace.called("chat.postMessage")
    assert "not in the knowledge" in reply.shown


async def test_what_people_wrote_cannot_mention_link_or_format(slack: Slack) -> None:
    _, answer = await slack.command("<!channel> <https://evil.example|click> *what* is `RASP`?")
    written = json.dumps(answer)
    assert "<!channel>" not in written
    assert "evil.example" not in written


@pytest.mark.parametrize(
    ("age", "secret"), [(0.0, "another-secret"), (301.0, "a-signing-secret")], ids=["wrong signature", "too old"]
)
async def test_a_request_that_is_not_slacks_is_refused(slack: Slack, age: float, secret: str) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "x"})
    status, _ = await slack.send(body, "application/json", age=age, secret=secret)
    assert status == 401


async def test_slacks_challenge_is_answered(slack: Slack) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "x"})
    assert await slack.send(body, "application/json") == (200, {"challenge": "x"})


class _Silent:
    async def respond(self, message: Message) -> Reply:
        return Reply("notice")


@pytest.mark.parametrize("missing", ["slack_bot_token", "slack_signing_secret"])
def test_half_a_configuration_keeps_the_door_shut_and_names_what_is_missing(missing: str) -> None:
    given = {"slack_bot_token": "xoxb-1", "slack_signing_secret": "secret"} | {missing: ""}
    with pytest.raises(DoorStaysShut, match=missing.upper()):
        open_door(read_settings(**given), _Silent())


async def test_no_block_that_was_sent_was_refused(slack: Slack, workspace: Workspace) -> None:
    for question in ("compare AppSec and product security", "what are the pros of product security?", "topics"):
        await slack.direct(question)
    assert workspace.refused == []
    assert len(workspace.called("chat.postMessage")) == 3
