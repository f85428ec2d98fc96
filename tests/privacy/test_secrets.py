"""A secret in a message is stored nowhere, on any surface, and neither is the text around it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.bot.domain.test_redaction import LETTERS, SECRETS
from tests.privacy.surfaces import EXPERTS, LATER, Surfaces, in_slack, serving_all, stored
from tests.slack_workspace.person import Slack
from tests.teams_connector.activities import TENANT, executed, in_channel, message, pressed, rated

SENT = {
    **SECRETS,
    "Azure signature": "https://x.blob.core.windows.net/c?sv=2024-11-04&sig=" + "aB3%2F" * 8,
    "key with what can't be seen in it": "AKIA" + "\u200bIOSFODNN7EXAMPLF",
}
AROUND = "quincunx"  # stands in every message with a secret, and in no other

pytestmark = pytest.mark.long


def alone(name: str) -> dict[str, Any]:
    """A chat of its own in Teams, with somebody new, as one person can't send that much in a minute."""
    number = sum(name.encode())
    chat = {"id": f"a:{number}", "conversationType": "personal", "tenantId": TENANT}
    return {"conversation": chat, "from": {"id": f"29:{number}", "name": "Eve", "aadObjectId": f"aad-{number}"}}


def parts(secret: str) -> list[str]:
    """What of a secret can be looked for in bytes: its words that are long enough to be nothing else."""
    return [part for part in re.split(r"[\s\u200b]+", secret) if len(part) >= 10]


async def open_a_question(surfaces: Surfaces) -> str:
    """Asks the experts. Returns the ts of the question in their channel."""
    slack, workspace = surfaces.slack, surfaces.slack.workspace
    await slack.direct("does the article say anything about zero trust?")
    await slack.press("ask", channel=slack.dm)
    await slack.press("confirm", channel=slack.dm)
    experts = next(one.id for one in workspace.channels.values() if one.name == "security-experts")

    def found() -> list[str]:
        return [ts for ts, said in workspace.standing.items() if said["channel"] == experts]

    await workspace.until(lambda: bool(found()))
    return found()[0]


async def say_in_slack(surfaces: Surfaces, text: str, question: str) -> None:
    """By somebody new and an expert who is new, as one person can't send that much in a minute."""
    slack, expert = surfaces.joined(), surfaces.joined()
    raw = in_slack(text)
    experts = slack.workspace.standing[question]["channel"]
    slack.workspace.channels[experts].members.add(expert.person)
    await slack.direct(raw)
    await slack.direct(f"share: {raw}")
    await slack.mention(f"<@{slack.workspace.bot}> {raw}")
    await slack.command(raw)
    await slack.press(f"answer:{text}"[:2000], channel=slack.dm)
    await slack.press(f"vote:yes/{text}"[:2000], channel=slack.dm)
    await slack.shortcut("advise", text=raw)
    await slack.shortcut("ask")
    await submit(slack, {"question": [text]})
    await slack.press("share:answer/sast", channel=slack.dm)
    await submit(slack, {"place": [slack.channel], "note": [text]})
    await slack.press("ask", channel=slack.dm)
    await submit(slack, {"question": [text]})
    await expert.mention(f"<@{slack.workspace.bot}> {raw}", channel=experts, thread_ts=question)
    _, id = str(slack.workspace.standing[question]).split("answering:", 1)
    await expert.press("answering:" + re.split(r"\W", id)[0], channel=experts)
    await submit(expert, {"answer": [text]})


async def submit(person: Slack, given: dict[str, list[str]]) -> None:
    """The modal that was serving_all last."""
    status, _ = await person.submit(list(person.workspace.views)[-1], given)
    assert status == 200


async def say_in_teams(surfaces: Surfaces, text: str) -> None:
    url = surfaces.connector.url
    await surfaces.teams(message(url, text))
    await surfaces.teams(message(url, text, **in_channel()))
    for data in (
        {"command": "preview:answer/sast", "field.place": EXPERTS, "field.note": text},
        {"command": "ask", "field.question": text},
        {"command": f"answer:{text}"},
    ):
        await surfaces.teams(pressed(url, data))
        await surfaces.teams(executed(url, data))
    answer = {"command": "relay:0123456789abcdef", "field.answer": text}
    await surfaces.teams(pressed(url, answer, **in_channel("17", EXPERTS)))
    payload = {"commandId": "advise", "messagePayload": {"body": {"content": f"<p>{in_slack(text)}</p>"}}}
    await surfaces.teams({**message(url, ""), "type": "invoke", "name": "composeExtension/fetchTask", "value": payload})
    await surfaces.teams(rated(url, "dislike", "sent-1", why=text))
    query = {"commandId": "ask", "parameters": [{"name": "question", "value": text}]}
    await surfaces.teams({**message(url, ""), "type": "invoke", "name": "composeExtension/query", "value": query})


async def test_no_secret_is_stored_through_any_surface(database: str, learnt: Path) -> None:
    async with serving_all(database, learnt) as surfaces:
        question = await open_a_question(surfaces)
        # Replies can't be sent while this goes on, so that they wait in the outbox.
        surfaces.service.refusing["chat.postMessage"] = LATER
        for secret in SENT.values():  # each shape on each surface
            text = f"is it bad that {AROUND} committed {secret} yesterday?"
            await surfaces.joined().direct(in_slack(text))
            await surfaces.teams(message(surfaces.connector.url, text, **alone(secret)))
            await surfaces.web(somebody_new=True, text=text)
        for shape in ("private key", "AWS access key", "Azure signature"):  # by each way in that there is
            text = f"is it bad that {AROUND} committed {SENT[shape]} yesterday?"
            await say_in_slack(surfaces, text, question)
            await say_in_teams(surfaces, text)
            await surfaces.web(command=f"answer:{text}")
            await surfaces.web(command="ask", **{"field:question": text})
        await surfaces.slack.direct("does AppSec cover a marmalade sandwich?")
        kept = stored(database)
        assert "marmalade" in kept, "what was no secret is there, so this looks in the right place"
        assert [name for name, secret in SENT.items() if any(part in kept for part in parts(secret))] == []
        assert AROUND not in kept
        assert LETTERS[:16] not in kept
    assert AROUND not in stored(database)


async def test_a_secret_is_not_handed_back_to_slack_either(sqlite_url: str, learnt: Path) -> None:
    async with serving_all(sqlite_url, learnt) as surfaces:
        question = await open_a_question(surfaces)
        surfaces.slack.workspace.calls.clear()
        await say_in_slack(surfaces, f"{AROUND} {SECRETS['AWS access key']}", question)
        await surfaces.quiet()
        assert AROUND not in json.dumps([call.arguments for call in surfaces.slack.workspace.calls])


async def test_what_a_reply_does_not_need_is_not_kept_with_it(sqlite_url: str, learnt: Path) -> None:
    async with serving_all(sqlite_url, learnt) as surfaces:
        surfaces.service.refusing["chat.postMessage"] = LATER
        await surfaces.slack.direct("what is SAST?")
        async with surfaces.store.transaction() as unit:
            [waiting] = await unit.outbox.claim("me", now=4e9, lease=0.0, surfaces=("slack",))
        assert "what is SAST" not in str(waiting.item)
