"""Activities of Teams as messages, places and references."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from adapters.references import Reference
from adapters.teams.forms import fields_in
from bot.domain.bounds import LONGEST, Fields
from bot.domain.messages import Message, Place

MORE = "more"  # the id of the list with the choices that have no button on the card
KEEP = "keep"  # in a button's data: the reply must not take the card's place
OWNER = "owner"  # in a button's data: the person whose buttons these are
_MAX_TEXT = 2 * LONGEST  # characters in which mentions of the bot are looked for: the text that is read, and they
_MAX_MENTIONS = LONGEST // len("<at>A</at>")


def message_from(
    activity: Any,
    *,
    text: str | None = None,
    quoting: str | None = None,
    command: str | None = None,
    fields: Fields | None = None,
) -> Message:
    """The message in `activity`. The other arguments replace what that kind of activity has elsewhere. `quoting`: the
    text of a quoted message, see `Message.quoted`."""
    value = activity.value if isinstance(activity.value, Mapping) else {}
    if text is None:
        text = without_own_mention(activity) if quoting is None else quoting
    if command is None:
        command = command_in(value)
    return Message(
        text="" if command else text,
        command=command,
        place=place_of(activity),
        person=person_of(activity),
        public=is_public(activity),
        quoted=quoting is not None,
        # Teams numbers the activities of each conversation by itself.
        delivery=f"{activity.conversation.id}/{activity.id}" if activity.id else "",
        fields=fields_in(value) if fields is None else fields,
        can_post=True,
    )


def place_of(activity: Any) -> Place:
    """The conversation of `activity`. In its id the thread follows the channel: `19:…@thread.tacv2;messageid=1`."""
    channel, _, thread = activity.conversation.id.partition(";messageid=")
    return Place("teams", tenant_of(activity), channel, thread)


def tenant_of(activity: Any) -> str:
    conversation = activity.conversation
    if conversation is not None and conversation.tenant_id:
        return str(conversation.tenant_id)
    data = activity.channel_data
    tenant = data.get("tenant") if isinstance(data, Mapping) else None
    return str(tenant.get("id") or "") if isinstance(tenant, Mapping) else ""


def person_of(activity: Any) -> str:
    sender = activity.from_property
    return str(sender.aad_object_id or sender.id or "")


def is_public(activity: Any) -> bool:
    return kind_of(activity) != "personal"


def kind_of(activity: Any) -> str:
    """One of personal, groupChat and channel. Where Teams does not say, it is inferred, and personal only if nothing
    speaks for the others."""
    conversation = activity.conversation
    if conversation.conversation_type:
        return str(conversation.conversation_type)
    if team_of(activity):
        return "channel"
    return "groupChat" if conversation.is_group else "personal"


def is_from_a_bot(activity: Any) -> bool:
    sender = activity.from_property
    return sender.role == "bot" or sender.id == activity.recipient.id or str(sender.id or "").startswith("28:")


def without_own_mention(activity: Any) -> str:
    """The text without the mentions of this bot.

    A person may have the bot's name, and then the texts of their mentions are equal: so the mentions are matched in the
    order in which they stand in the text.
    """
    text, start = str(activity.text or "")[:_MAX_TEXT], 0
    for entity in islice(activity.entities or (), _MAX_MENTIONS):
        if str(entity.type).lower() != "mention":
            continue
        mention = entity.additional_properties
        mentioned = mention.get("mentioned")
        written = mention.get("text")
        if not isinstance(mentioned, Mapping) or not isinstance(written, str) or not written:
            continue
        at = text.find(written, start)
        if at < 0:
            continue
        if mentioned.get("id") == activity.recipient.id:
            text, start = text[:at] + text[at + len(written) :], at
        else:
            start = at + len(written)
    return text.strip()


def command_in(value: Mapping[str, Any]) -> str | None:
    """The command of a button, or the one that was picked in the list beside it; None without one."""
    command = value.get("command")
    if command == MORE:
        command = value.get(MORE)
    return command if isinstance(command, str) and command else None


def references_in(activity: Any) -> list[Reference]:
    """The conversations that the bot is in according to `activity`: a chat, or a team and a channel of it."""
    tenant, url = tenant_of(activity), str(activity.service_url or "")
    place = place_of(activity)
    match kind_of(activity):
        case "channel":
            team = team_of(activity)
            id = str(team.get("id") or "")
            found = [Reference(tenant, id, "team", url, name=str(team.get("name") or ""))] if id else []
            if place.channel != id:
                found.append(Reference(tenant, place.channel, "channel", url, team=id))
            return found
        case "personal":
            name = str(activity.from_property.name or "")
            return [Reference(tenant, place.channel, "personal", url, person=person_of(activity), name=name)]
        case _:
            return [Reference(tenant, place.channel, "chat", url)]  # its name is of no use


def team_of(activity: Any) -> Mapping[str, Any]:
    """The channel's team as Teams describes it: `id`, and sometimes `name`; empty without one."""
    data = activity.channel_data
    team = data.get("team") if isinstance(data, Mapping) else None
    return team if isinstance(team, Mapping) else {}
