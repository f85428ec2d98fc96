"""The channels in which a person may post through the bot: those of teams that both are members of.

Teams and their channels are cached; whether a person is a member is asked of Teams each time.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from adapters.references import Reference
from adapters.teams.connector import Connector, SendFailed, is_shared
from adapters.teams.directory import Directory
from adapters.teams.failures import guarded
from bot.domain.messages import Field, Message, Option, Paragraph, Place, Reply
from bot.domain.phrases import Phrases
from bot.nlu.command_parser import parse

PLACE = "place"  # the id of every field whose value is a channel
CACHED_FOR = 300.0  # seconds
MAX_TEAMS = 1_000  # teams whose channels are cached
MAX_REQUESTS = 10  # to Teams side by side
MAX_OPTIONS = 60  # channels on a card; more would not fit


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    team: str  # the team's id
    team_name: str
    name: str  # empty for a team's first channel, to which Teams gives none
    private: bool  # it has members of its own

    @property
    def roster(self) -> str:
        """The conversation whose members may post in it."""
        return self.id if self.private else self.team


class Channels:
    """`clock`: seconds, monotonic. Methods raise SendFailed and StoreUnavailable unless they say otherwise."""

    def __init__(self, directory: Directory, connector: Connector, clock: Callable[[], float] = time.monotonic) -> None:
        self._directory = directory
        self._connector = connector
        self._clock = clock
        self._cache: OrderedDict[tuple[str, str], tuple[Sequence[Channel], float]] = OrderedDict()
        self._requests = asyncio.Semaphore(MAX_REQUESTS)

    async def may_act(self, message: Message) -> bool:
        """True if `message` names no channel, or one that its sender is a member of."""
        channel = channel_named(message)
        return not channel or await self.may_post(message, channel)

    async def may_post(self, message: Message, channel: str) -> bool:
        """True if the sender of `message` is a member of that channel or chat; who writes in it is."""
        if message.public and channel == message.place.channel:
            return True
        found = [each for each in await self._all(message.place) if each.id == channel]
        return any([await self._is_member(each, message.place.tenant, message.person) for each in found])

    async def with_options(self, say: Phrases, reply: Reply, place: Place, person: str) -> Reply:
        """`reply`, which goes to `person` in `place`, with the channels to pick from in its form; a notice where there
        are none, or where they could not be asked for. Never raises."""
        return await guarded(say, lambda: self._with_options(say, reply, place, person))

    async def _with_options(self, say: Phrases, reply: Reply, place: Place, person: str) -> Reply:
        form = reply.form
        if form is None or not any(field.place for field in form.fields):
            return reply
        options = await self._options(say, place, person)
        if not options:
            return _no_channels(say, reply.reference)
        fields = tuple(replace(field, options=options) if field.place else field for field in form.fields)
        return replace(reply, form=replace(form, fields=tuple(map(_with_only_option_chosen, fields))))

    def changed(self, tenant: str, team: str) -> None:
        """Drop the channels of `team` from the cache."""
        self._cache.pop((tenant, team), None)

    async def is_outsider(self, message: Message) -> bool:
        """True if the sender is a guest of the organisation, or of another one with which the channel is shared."""
        url = await self._directory.service_url(message.place)
        member = self._directory.member_id(message.place.tenant, message.person)
        found = await self._connector.get(url, "v3", "conversations", message.place.channel, "members", member)
        is_guest = str(found.get("userRole") or "").lower() in ("guest", "anonymous")
        return is_guest or found.get("tenantId") != message.place.tenant

    async def _options(self, say: Phrases, place: Place, person: str) -> tuple[Option, ...]:
        channels = await self._all(place)
        if is_shared(place.channel):
            # Others see them too: only this place and channels that everybody in it sees anyway.
            here = next((each for each in channels if each.id == place.channel), None)
            if here is None:
                return (Option(place.channel, say("teams-channel-here")),)
            channels = [each for each in channels if each.team == here.team and (not each.private or each == here)]
        by_roster = {each.roster: each for each in channels}
        answers = await asyncio.gather(*(self._is_member(each, place.tenant, person) for each in by_roster.values()))
        allowed = {roster for roster, is_member in zip(by_roster, answers, strict=True) if is_member}
        shown = [channel for channel in channels if channel.roster in allowed]
        return tuple(Option(channel.id, _label(say, channel)) for channel in shown[:MAX_OPTIONS])

    async def _all(self, place: Place) -> list[Channel]:
        """All channels of all teams of the tenant that the bot is in."""
        teams = await self._directory.teams(place.tenant)
        found = await asyncio.gather(*(self._of_team(team) for team in teams))
        return [channel for channels in found for channel in channels]

    async def _of_team(self, team: Reference) -> Sequence[Channel]:
        key = (team.tenant, team.conversation)
        channels, until = self._cache.get(key, ((), float("-inf")))
        if self._clock() < until:
            return channels
        try:
            async with self._requests:
                channels = await self._fetch(team)
        except SendFailed as error:
            if error.status not in (403, 404):
                raise
            channels = ()  # the bot was removed from the team, and was not told
        self._cache[key] = (channels, self._clock() + CACHED_FOR)
        if len(self._cache) > MAX_TEAMS:
            self._cache.popitem(last=False)
        return channels

    async def _fetch(self, team: Reference) -> list[Channel]:
        url = await self._directory.service_url(Place("teams", team.tenant, team.conversation))
        path = ("v3", "teams", team.conversation)
        team_name = team.name or str((await self._connector.get(url, *path)).get("name") or "")
        listed = (await self._connector.get(url, *path, "conversations")).get("conversations")
        return [
            Channel(
                id=str(each["id"]),
                team=team.conversation,
                team_name=team_name,
                name=str(each.get("name") or ""),
                private=str(each.get("type") or "standard").lower() != "standard",
            )
            for each in (listed if isinstance(listed, list) else ())
            if isinstance(each, dict) and each.get("id")
        ]

    async def _is_member(self, channel: Channel, tenant: str, person: str) -> bool:
        """True if the person is in the channel's roster."""
        url = await self._directory.service_url(Place("teams", tenant, channel.team))
        member = self._directory.member_id(tenant, person)
        try:
            async with self._requests:
                await self._connector.get(url, "v3", "conversations", channel.roster, "members", member)
        except SendFailed as error:
            if error.status in (400, 403, 404):
                return False
            raise
        return True


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


def _no_channels(say: Phrases, reference: str) -> Reply:
    body = (Paragraph(say("teams-no-channels")), Paragraph(say("teams-no-channels-then")))
    return Reply("notice", say("teams-no-channels-title"), body=body, reference=reference)


def not_a_member(say: Phrases) -> Reply:
    """For somebody who wants something done in a channel that they, or the bot, are no member of."""
    body = (Paragraph(say("teams-not-a-member")), Paragraph(say("teams-not-a-member-then")))
    return Reply("notice", say("teams-not-a-member-title"), body=body)
