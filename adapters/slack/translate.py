"""What Slack sends, as a `Message`. When it came in is for the caller to say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.slack.blocks import OPENS
from adapters.slack.forms import entered
from adapters.slack.modals import QUESTION, metadata_of
from bot.domain.bounds import Fields
from bot.domain.messages import Message, Place

Payload = Mapping[str, Any]

_MENTION = re.compile(r"<@(\w+)(?:\|[^<>]*)?>")


def from_command(body: Payload) -> Message:
    """`/advisor …`. It is for the person alone, but others are there to whom it could be shared.

    Slack delivers it once, so no reply has to be kept for another delivery.
    """
    return Message(
        text=body.get("text", ""),
        place=Place("slack", team_of(body), body["channel_id"]),
        person=body["user_id"],
        public=body.get("channel_name") != "directmessage",
        can_post=True,  # a slash command of another workspace's member does not come here
    )


def from_event(body: Payload, *, bot: str) -> Message:
    """A direct message, or a mention. `bot`: the bot's own user id, whose mention is taken out."""
    event = body["event"]
    direct = event.get("channel_type") == "im"
    # A mention opens a thread below itself; a direct message is answered where it stands.
    thread = event.get("thread_ts") or ("" if direct else event["ts"])
    team = team_of(body)
    return Message(
        text=without_mention(event.get("text", ""), bot),
        place=Place("slack", team, event["channel"], thread),
        person=event["user"],
        public=not direct,
        delivery=body.get("event_id", ""),
        can_post=event.get("user_team", team) == team,
    )


def from_home(body: Payload, text: str) -> Message:
    """What the Home tab shows, as if the person had asked for it."""
    person = body["event"]["user"]
    place = Place("slack", team_of(body), person)
    return Message(text=text, place=place, person=person, delivery=body.get("event_id", ""), can_post=True)


def from_assistant(body: Payload, text: str) -> Message:
    """What the assistant's container does by itself, as if the person in it had said `text`."""
    thread = body["event"]["assistant_thread"]
    return Message(
        text=text,
        place=Place("slack", team_of(body), thread["channel_id"], thread["thread_ts"]),
        person=thread["user_id"],
        delivery=body.get("event_id", ""),
        can_post=True,
    )


def from_button(body: Payload, action: Payload) -> Message:
    """A button, with what was entered in the form above it: in a message, in a modal, or on the Home tab."""
    container, view = body.get("container", {}), body.get("view")
    if view is not None:
        said = _in_view(body, view, entered(view.get("state", {}).get("values", {})))
        said = replace(said, place=_place_named(action.get("block_id", ""), said.place))
    else:
        said = Message(
            place=Place("slack", team_of(body), container.get("channel_id", ""), container.get("thread_ts", "")),
            person=body["user"]["id"],
            public=body.get("channel", {}).get("name") != "directmessage",
            delivery=body.get("trigger_id", ""),
            fields=entered(body.get("state", {}).get("values", {})),
            can_post=is_own(body),
        )
    command = str(action.get("value", ""))
    if action.get("action_id") != OPENS:
        return replace(said, command=command)
    kind, _, said_before = command.partition(":")
    return replace(said, text=said_before) if kind == "text" else replace(said, command=said_before)


def asked_again(asked: Message) -> str:
    """What brought a reply about, as the value of the button that asks it again."""
    return f"command:{asked.command}" if asked.command else f"text:{asked.text}"


def from_submission(body: Payload) -> Message:
    """A modal that was submitted."""
    view = body["view"]
    said = _in_view(body, view, entered(view["state"]["values"]))
    command = str(metadata_of(view).get("command", ""))
    if command:
        return replace(said, command=command)
    return replace(said, text=" ".join(said.entered.get(QUESTION, ())))


def from_shortcut(body: Payload, *, quoting: str = "", command: str | None = None) -> Message:
    """A shortcut: for the person alone, so it goes on in their direct messages with the bot. `quoting`: the text of
    the message that it was used on, which anybody may have written."""
    return Message(
        text=quoting,
        command=command,
        quoted=bool(quoting),
        place=alone(body),
        person=body["user"]["id"],
        delivery=body.get("trigger_id", ""),
        can_post=is_own(body),
    )


def alone(body: Payload) -> Place:
    """Where a person and the bot are alone. Slack takes the person's id for it."""
    return Place("slack", team_of(body), body["user"]["id"])


def at_home(place: Place) -> str:
    """The id of a block on the Home tab whose buttons go on with what was begun in `place`."""
    return f"at/{place.channel}/{place.thread}"


def team_of(body: Payload) -> str:
    """The workspace that the bot was installed in, and for which this was sent. In a channel shared with another
    workspace that is not the one in which it was written, or in which a modal was opened."""
    if installed_in := (body.get("view") or {}).get("app_installed_team_id"):
        return str(installed_in)
    for authorization in body.get("authorizations") or ():
        return str(authorization.get("team_id") or "")
    team = body.get("team")
    own = team.get("id") if isinstance(team, Mapping) else ""
    return str(body.get("team_id") or own or body.get("user", {}).get("team_id") or "")


def is_own(body: Payload) -> bool:
    """Whether the person belongs to the workspace. Somebody of another one, in a shared channel, is answered, and
    posts nothing."""
    return bool(body["user"].get("team_id", team_of(body)) == team_of(body))


def without_mention(text: str, bot: str) -> str:
    """The text without the mentions of `bot`: `<@U1>` or `<@U1|name>`. Mentions of anybody else stay."""
    return _MENTION.sub(lambda found: " " if found[1] == bot else found[0], text).strip() if bot else text


def is_for_us(event: Payload, bot: str) -> bool:
    """Whether a person wrote this anew. Edits, joins, files, bots and the bot itself are ignored on purpose."""
    return bool(
        event.get("user")
        and event.get("user") != bot
        and not event.get("bot_id")
        and event.get("subtype") in (None, "thread_broadcast")
        and not event.get("edited")
    )


def _in_view(body: Payload, view: Payload, fields: Fields) -> Message:
    kept = metadata_of(view)
    channel = str(kept.get("channel") or body["user"]["id"])
    return Message(
        place=Place("slack", team_of(body), channel, str(kept.get("thread", ""))),
        person=body["user"]["id"],
        public=bool(kept.get("public")),
        delivery=body.get("trigger_id", ""),
        fields=fields,
        can_post=is_own(body),
    )


def _place_named(block_id: str, otherwise: Place) -> Place:
    """The place that `at_home` wrote down."""
    mark, _, where = block_id.partition("/")
    channel, _, thread = where.partition("/")
    return replace(otherwise, channel=channel, thread=thread) if mark == "at" else otherwise
