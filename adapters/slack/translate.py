"""What Slack sends, as a `Message` without `at`, which the caller sets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2s
from typing import Any

from adapters.slack.blocks import OPENS
from adapters.slack.forms import fields_in
from adapters.slack.message_text import has_files, said
from adapters.slack.modals import QUESTION, metadata_of
from bot.domain.bounds import Fields
from bot.domain.messages import Message, Place

Payload = Mapping[str, Any]

SLACKBOT = "USLACKBOT"  # writes to people without a bot's id
OF_PEOPLE = (None, "thread_broadcast", "file_share", "me_message")  # subtypes of messages
_TEAM = re.compile(r"[A-Z0-9]{1,30}")
_MENTION = re.compile(r"<@(\w+)(?:\|[^<>]*)?>")


def from_command(body: Payload) -> Message:
    """A slash command. Its reply is for the person alone, but a channel it was typed in is public.

    It has no delivery id, as Slack delivers it once.
    """
    return Message(
        text=body.get("text", ""),
        place=Place("slack", team_of(body), body["channel_id"]),
        person=body["user_id"],
        public=body.get("channel_name") != "directmessage",
        can_post=True,  # a slash command of another workspace's member does not come here
    )


def from_event(body: Payload, *, bot: str) -> Message:
    """A direct message or a mention. `bot`: the bot's own user id, whose mentions are removed."""
    event = body["event"]
    direct = event.get("channel_type") == "im" or event["channel"].startswith("D")
    team = team_of(body)
    return Message(
        text=without_mention(said(event), bot),
        place=Place("slack", team, event["channel"], thread_of(event)),
        person=event["user"],
        public=not direct,
        has_files=has_files(event),
        delivery=message_id(event["channel"], event["ts"]),
        can_post=(event.get("user_team") or team) == team,
    )


def message_id(channel: str, ts: str) -> str:
    """One id of a message for all its events, of which Slack sends two where a direct message mentions the bot.

    A hash, because it is stored longer than the channel, which for direct messages stands for a person."""
    return blake2s(f"{channel} {ts}".encode(), digest_size=10).hexdigest()


def thread_of(event: Payload) -> str:
    """The thread that a message is answered in: the one it was written in, else the one that it opens."""
    return str(event.get("thread_ts") or event["ts"])


def from_home(body: Payload, text: str) -> Message:
    """The message `text` that the Home tab shows the reply to."""
    person = body["event"]["user"]
    place = Place("slack", team_of(body), person)
    return Message(text=text, place=place, person=person, delivery=body.get("event_id", ""), can_post=True)


def from_messages_tab(body: Payload, text: str) -> Message:
    """The message `text` that the Messages tab begins with the reply to. Its delivery is the same whenever it is
    opened, so that it begins once."""
    event = body["event"]
    place = Place("slack", team_of(body), event["channel"])
    delivery = f"{text}-{event['channel']}"
    return Message(text=text, place=place, person=event["user"], delivery=delivery, can_post=True)


def from_assistant(body: Payload, text: str) -> Message:
    """The message `text` that the assistant's container shows the reply to."""
    thread = body["event"]["assistant_thread"]
    return Message(
        text=text,
        place=Place("slack", team_of(body), thread["channel_id"], thread["thread_ts"]),
        person=thread["user_id"],
        delivery=body.get("event_id", ""),
        can_post=True,
    )


def from_step(body: Payload) -> Message:
    """The step of a workflow that posts: its topic and its channel."""
    event = body["event"]
    inputs = event["inputs"]
    return Message(
        text=_string(inputs, "topic"),
        place=Place("slack", team_of(body), str(inputs["channel"])),
        quoted=True,
        workflow=True,
        delivery=event["function_execution_id"],
        can_post=True,
    )


def from_button(body: Payload, action: Payload) -> Message:
    """A press of a button in a message, a modal or the Home tab, with the values of the form above it."""
    container, view = body.get("container", {}), body.get("view")
    if view is not None:
        message = _in_view(body, view, fields_in(view.get("state", {}).get("values", {})))
        message = replace(message, place=_home_place(action.get("block_id", ""), message.place))
    else:
        message = Message(
            place=Place("slack", team_of(body), container.get("channel_id", ""), container.get("thread_ts", "")),
            person=body["user"]["id"],
            public=body.get("channel", {}).get("name") != "directmessage",
            delivery=body.get("trigger_id", ""),
            fields=fields_in(body.get("state", {}).get("values", {})),
            can_post=is_member(body),
        )
    command = str(action.get("value", ""))
    if action.get("action_id") != OPENS:
        return replace(message, command=command)
    kind, _, repeated = command.partition(":")
    return replace(message, text=repeated) if kind == "text" else replace(message, command=repeated)


def asked_again(asked: Message) -> str:
    """The value of a button that repeats `asked`, which `from_button` reads."""
    return f"command:{asked.command}" if asked.command else f"text:{asked.text}"


def from_submission(body: Payload) -> Message:
    """The submission of a modal."""
    view = body["view"]
    message = _in_view(body, view, fields_in(view["state"]["values"]))
    command = str(metadata_of(view).get("command", ""))
    if command:
        return replace(message, command=command)
    return replace(message, text=" ".join(message.entered.get(QUESTION, ())))


def from_shortcut(body: Payload, *, quoting: str = "", command: str | None = None) -> Message:
    """A shortcut. Its conversation is that of the person's direct messages with the bot. `quoting`: the text of the
    message that it was used on, which anybody may have written."""
    return Message(
        text=quoting,
        command=command,
        quoted=bool(quoting),
        has_files=has_files(body.get("message", {})),
        place=direct_place(body),
        person=body["user"]["id"],
        delivery=body.get("trigger_id", ""),
        can_post=is_member(body),
    )


def channel_in_view(event: Payload) -> str | None:
    """The channel that the person has in view beside the conversation; "" for none. None where `event` says nothing of
    what they have in view."""
    match event:
        case {"assistant_thread": {"context": dict(seen)}}:
            return _string(seen, "channel_id")
        case {"context": dict(seen)} | {"app_context": dict(seen)}:
            entities = seen.get("entities")
            named = map(_channel_of, entities if isinstance(entities, list) else ())  # the most relevant one first
            return next(filter(None, named), "")
    return None


def _channel_of(entity: object) -> str:
    """The channel that is in view; "" where `entity` is something else, or direct messages."""
    match entity:
        case {"type": "slack#/types/channel_id", "value": str(channel)}:
            pass
        case {"type": "slack#/types/message_context", "value": {"channel_id": str(channel)}}:
            pass
        case _:
            return ""
    return channel if channel.startswith(("C", "G")) else ""


def direct_place(body: Payload) -> Place:
    """The person's direct messages with the bot, for which Slack takes the person's id."""
    return Place("slack", team_of(body), body["user"]["id"])


def home_block_id(place: Place) -> str:
    """The id of a block on the Home tab whose buttons belong to the conversation in `place`."""
    return f"at/{place.channel}/{place.thread}"


def destination(place: Place) -> dict[str, str]:
    """`place` as the arguments of a method that posts."""
    return {"channel": place.channel} | ({"thread_ts": place.thread} if place.thread else {})


def team_of(body: Payload) -> str:
    """The id of the workspace that the app is installed in and that this was sent for, or of the organisation, where it
    is installed in all of it; "" where Slack names none. In a shared channel the message may come from another
    workspace, and a modal may be opened in another."""
    authorization = _authorization(body)
    organisation = organisation_of(body)
    org_wide = bool(organisation) and (authorization or body).get("is_enterprise_install") in (True, "true")
    opened_by = _string(body.get("view"), "app_installed_team_id")
    if opened_by and not (org_wide and opened_by.startswith("T")):
        return opened_by
    if org_wide:
        return organisation
    workspace = _string(authorization, "team_id") or _string(body, "team_id") or _string(body.get("team"), "id")
    return workspace or organisation or _string(body.get("user"), "team_id")


def organisation_of(body: Payload) -> str:
    """The id of the organisation (Enterprise Grid) that the body names; "" where it names none."""
    return (
        _string(_authorization(body), "enterprise_id")
        or _string(body, "enterprise_id")
        or _string(body.get("enterprise"), "id")
        or _string(body.get("team"), "enterprise_id")
    )


def team_in_log(body: Payload) -> str:
    """The same for a log line; "" where it does not look like an id."""
    team = team_of(body)
    return team if _TEAM.fullmatch(team) else ""


def _authorization(body: Payload) -> Payload:
    """The installation that an event is for, of which Slack names one; {} in everything else."""
    match body.get("authorizations"):
        case [dict(first), *_]:
            return first
    return {}


def _string(fields: object, name: str) -> str:
    value = fields.get(name) if isinstance(fields, Mapping) else None
    return value if isinstance(value, str) else ""


def is_member(body: Payload) -> bool:
    """True if the person belongs to the app's workspace, or to its organisation (`adapters.slack.organisation`). People
    of others, in shared channels, can post nothing."""
    team = team_of(body)
    return bool((body["user"].get("team_id") or team) == team)


def without_mention(text: str, bot: str) -> str:
    """The text without mentions of `bot`: `<@U1>` or `<@U1|name>`. Other mentions stay."""
    return _MENTION.sub(lambda found: " " if found[1] == bot else found[0], text).strip() if bot else text


def is_new_from_person(event: Payload, bot: str) -> bool:
    """True for a new message of a person. Edits, joins, and messages of bots and workflows are ignored on purpose."""
    return bool(
        event.get("user")
        and event.get("user") not in (bot, SLACKBOT)
        and not event.get("bot_id")
        and event.get("subtype") in OF_PEOPLE
        and not event.get("edited")
    )


def _in_view(body: Payload, view: Payload, fields: Fields) -> Message:
    metadata = metadata_of(view)
    channel = str(metadata.get("channel") or body["user"]["id"])
    return Message(
        place=Place("slack", team_of(body), channel, str(metadata.get("thread", ""))),
        person=body["user"]["id"],
        public=bool(metadata.get("public")),
        delivery=body.get("trigger_id", ""),
        fields=fields,
        can_post=is_member(body),
    )


def _home_place(block_id: str, default: Place) -> Place:
    """The place in a block id that `home_block_id` made, else `default`."""
    mark, _, where = block_id.partition("/")
    channel, _, thread = where.partition("/")
    return replace(default, channel=channel, thread=thread) if mark == "at" else default
