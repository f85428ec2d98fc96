"""The channels in which a person may post through the bot: those of teams that both are members of.

Teams that can't be asked are left out, and that is said. Whether a person is a member is asked again when they post.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from adapters.references import Reference
from adapters.teams.connector import Connector, SendFailed, is_shared
from adapters.teams.directory import Directory
from adapters.teams.failures import guarded
from adapters.teams.lookups import Channel, Lookups
from bot.domain.messages import Field, Message, Option, Paragraph, Place, Reply
from bot.domain.phrases import Phrases
from bot.nlu.command_parser import parse

PLACE = "place"  # the id of every field whose value is a channel
MAX_OPTIONS = 60  # channels on a card; more would not fit


class Channels:
    """`clock`: seconds, monotonic. `patience`: seconds that a team is waited for. Methods raise SendFailed and
    StoreUnavailable unless they say otherwise."""

    def __init__(
        self,
        directory: Directory,
        connector: Connector,
        clock: Callable[[], float] = time.monotonic,
        patience: float = 4.0,
    ) -> None:
        self._directory = directory
        self._connector = connector
        self._lookups = Lookups(directory, connector, clock, patience)

    async def may_act(self, message: Message) -> bool:
        """True if `message` names no channel, or one that its sender is a member of."""
        channel = channel_named(message)
        return not channel or await self.may_post(message, channel)

    async def may_post(self, message: Message, channel: str) -> bool:
        """True if the sender of `message` is a member of that channel or chat; who writes in it is."""
        if message.public and channel == message.place.channel:
            return True
        tenant = message.place.tenant
        return any(
            [
                await self._lookups.is_member(each, tenant, message.person)
                for each in await self._with_id(tenant, channel)
            ]
        )

    async def with_options(self, say: Phrases, reply: Reply, place: Place, person: str) -> Reply:
        """`reply`, which goes to `person` in `place`, with the channels to pick from in its form; a notice where there
        are none, or where they could not be asked for. Never raises."""
        return await guarded(say, lambda: self._with_options(say, reply, place, person))

    async def _with_options(self, say: Phrases, reply: Reply, place: Place, person: str) -> Reply:
        form = reply.form
        if form is None or not any(field.place for field in form.fields):
            return reply
        options, unasked = await self._options(say, place, person)
        if not options:
            return _none_asked(say, reply.reference) if unasked else _no_channels(say, reply.reference)
        if unasked:
            reply = replace(reply, body=(*reply.body, Paragraph(_not_asked(say, unasked))))
        fields = tuple(replace(field, options=options) if field.place else field for field in form.fields)
        return replace(reply, form=replace(form, fields=tuple(map(_with_only_option_chosen, fields))))

    def changed(self, tenant: str, team: str) -> None:
        """Drop the channels of `team` from the cache."""
        self._lookups.forget(tenant, team)

    async def is_outsider(self, message: Message) -> bool:
        """True if the sender is a guest of the organisation, or of another one with which the channel is shared."""
        url = await self._directory.service_url(message.place)
        member = self._directory.member_id(message.place.tenant, message.person)
        found = await self._connector.get(url, "v3", "conversations", message.place.channel, "members", member)
        is_guest = str(found.get("userRole") or "").lower() in ("guest", "anonymous")
        return is_guest or found.get("tenantId") != message.place.tenant

    async def _options(self, say: Phrases, place: Place, person: str) -> tuple[tuple[Option, ...], int]:
        """What `person` may pick in `place`, and of how many teams that is not known."""
        teams = await self._directory.teams(place.tenant)
        if is_shared(place.channel):
            found = await self._with_id(place.tenant, place.channel)
            if not found:
                return (Option(place.channel, say("teams-channel-here")),), 0
            teams = [team for team in teams if team.conversation == found[0].team]
        offered = await asyncio.gather(*(self._open_in(team, place, person) for team in teams))
        shown = [channel for channels in offered if channels for channel in channels]
        options = tuple(Option(channel.id, _label(say, channel)) for channel in shown[:MAX_OPTIONS])
        return options, offered.count(None)

    async def _open_in(self, team: Reference, place: Place, person: str) -> Sequence[Channel] | None:
        """The channels of `team` that `person` may be offered in `place`; None where the team could not be asked.

        Somebody who is not in the team is asked for once, and not for each of its channels. Others see what is offered
        in a channel: only that one and those that everybody in it sees anyway."""
        try:
            first = Channel(team.conversation, team.conversation, team.name, "", private=False)
            if await self._lookups.was_member(first, place.tenant, person):
                channels = await self._lookups.channels(team)
            else:
                channels = [channel for channel in self._lookups.known(team) if channel.shared]
            if is_shared(place.channel):
                channels = [channel for channel in channels if not channel.private or channel.id == place.channel]
            asked = [self._lookups.was_member(channel, place.tenant, person) for channel in channels]
            answers = await asyncio.gather(*asked)
        except SendFailed:
            return None
        return [channel for channel, is_member in zip(channels, answers, strict=True) if is_member]

    async def _with_id(self, tenant: str, channel: str) -> list[Channel]:
        """The channel of that id, in each team that has it. Raises SendFailed where a team that could not be asked may
        have it."""
        teams = await self._directory.teams(tenant)
        if known := [each for team in teams for each in self._lookups.known(team) if each.id == channel]:
            return known
        its_team = self._directory.team_of(tenant, channel)
        listed = await asyncio.gather(
            *(self._lookups.channels(team) for team in teams if its_team in ("", team.conversation)),
            return_exceptions=True,
        )
        found = [each for channels in listed if not isinstance(channels, BaseException) for each in channels]
        if named := [each for each in found if each.id == channel]:
            return named
        for failure in listed:
            if isinstance(failure, BaseException):
                raise failure
        return []


def channel_named(message: Message) -> str:
    """The id of the channel in which `message` wants something done; empty where it names none."""
    command = parse(message.command or message.text)
    if command is not None and command[0] == "unsubscribe":
        return command[1]
    return "".join(message.entered.get(PLACE, ())[:1])


def _label(say: Phrases, channel: Channel) -> str:
    name = channel.name or say("teams-channel-general")
    return f"{channel.team_name} > {name}" if channel.team_name else name


def _with_only_option_chosen(field: Field) -> Field:
    if field.place and not field.chosen and len(field.options) == 1:
        return replace(field, chosen=(field.options[0].value,))
    return field


def _not_asked(say: Phrases, teams: int) -> str:
    return say("teams-not-asked-one") if teams == 1 else say("teams-not-asked", count=teams)


def _none_asked(say: Phrases, reference: str) -> Reply:
    body = (Paragraph(say("teams-none-asked")),)
    return Reply("notice", say("teams-none-asked-title"), body=body, reference=reference)


def _no_channels(say: Phrases, reference: str) -> Reply:
    body = (Paragraph(say("teams-no-channels")), Paragraph(say("teams-no-channels-then")))
    return Reply("notice", say("teams-no-channels-title"), body=body, reference=reference)


def not_a_member(say: Phrases) -> Reply:
    """For somebody who wants something done in a channel that they, or the bot, are no member of."""
    body = (Paragraph(say("teams-not-a-member")), Paragraph(say("teams-not-a-member-then")))
    return Reply("notice", say("teams-not-a-member-title"), body=body)
