"""Activities of Teams as messages, places and references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.references import Reference
from adapters.teams.activity import Activity
from adapters.teams.forms import fields_in
from adapters.teams.message_text import has_files, said
from bot.domain.bounds import Fields
from bot.domain.messages import Message, Place

MORE = "more"  # the id of the list with the choices that have no button on the card
ALONE = "alone"  # in a button's data: the card is in a targeted message; its value is the id of the one that began it
KEEP = "keep"  # in a button's data: the reply must not take the card's place
OWNER = "owner"  # in a button's data: the person whose buttons these are


def message_from(
    activity: Activity,
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
        text = said(activity) if quoting is None else quoting
    if command is None:
        command = command_in(value)
    return Message(
        text="" if command else text,
        command=command,
        place=place_of(activity),
        person=person_of(activity),
        public=is_public(activity),
        quoted=quoting is not None,
        has_files=has_files(activity),
        # Teams numbers the activities of each conversation by itself.
        delivery=f"{activity.conversation.id}/{activity.id}" if activity.id else "",
        fields=fields_in(value) if fields is None else fields,
        can_post=True,
    )


def place_of(activity: Activity) -> Place:
    """The conversation of `activity`. In its id the thread follows the channel: `19:…@thread.tacv2;messageid=1`."""
    channel, _, thread = activity.conversation.id.partition(";messageid=")
    return Place("teams", tenant_of(activity), channel, thread)


def tenant_of(activity: Activity) -> str:
    """The tenant; empty: none is named. All that are named are the same, or the activity would not have been let in."""
    return next(iter(activity.tenants), "")


def asked_alone(activity: Activity) -> str | None:
    """The id of the targeted message that `activity` is, or that began what it goes on with; empty: others saw what
    began it; None where nothing of it is in targeted messages."""
    value = activity.value if isinstance(activity.value, Mapping) else {}
    action = value.get("action")
    data = action.get("data") if isinstance(action, Mapping) else value
    began = data.get(ALONE) if isinstance(data, Mapping) else None
    if isinstance(began, str):
        return began
    return activity.id if activity.recipient.is_targeted else None


def person_of(activity: Activity) -> str:
    return activity.from_property.aad_object_id or activity.from_property.id


def is_public(activity: Activity) -> bool:
    return kind_of(activity) != "personal"


def kind_of(activity: Activity) -> str:
    """One of personal, groupChat and channel. Where Teams does not say, it is inferred, and personal only if nothing
    speaks for the others."""
    conversation = activity.conversation
    if conversation.conversation_type:
        return conversation.conversation_type
    if team_of(activity):
        return "channel"
    return "groupChat" if conversation.is_group else "personal"


def is_from_a_bot(activity: Activity) -> bool:
    sender = activity.from_property
    return sender.role == "bot" or sender.id == activity.recipient.id or sender.id.startswith("28:")


def command_in(value: Mapping[str, Any]) -> str | None:
    """The command of a button, or the one that was picked in the list beside it; None without one."""
    command = value.get("command")
    if command == MORE:
        command = value.get(MORE)
    return command if isinstance(command, str) and command else None


def references_in(activity: Activity) -> list[Reference]:
    """The conversations that the bot is in according to `activity`: a chat, or a team and a channel of it."""
    tenant, url = tenant_of(activity), activity.service_url
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
            name = activity.from_property.name
            return [Reference(tenant, place.channel, "personal", url, person=person_of(activity), name=name)]
        case _:
            return [Reference(tenant, place.channel, "chat", url)]  # its name is of no use


def team_of(activity: Activity) -> Mapping[str, Any]:
    """The channel's team as Teams describes it: `id`, and sometimes `name`; empty without one."""
    team = activity.channel_data.get("team")
    return team if isinstance(team, Mapping) else {}
