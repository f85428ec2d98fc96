"""The channels in which someone may post through the bot: of teams that both are in. Asked of Teams, and remembered.

Whether a person is in a team is asked anew before anything is posted; what is shown to pick from may be a little old.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from adapters.references import Reference
from adapters.teams.connector import Connector, SendFailed
from adapters.teams.directory import Directory
from bot.domain.messages import Field, Message, Option, Paragraph, Place, Reply
from bot.nlu.command_parser import parse

PLACE = "place"  # the id of every field whose value is a channel
KNOWN_FOR = 300.0  # seconds
KEPT = 1_000  # teams whose channels are remembered
AT_ONCE = 10  # questions to Teams side by side
MOST = 60  # channels on a card; more would not fit
GENERAL = "General"  # Teams gives every team's first channel no name


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    team: str  # the team's id
    label: str
    private: bool  # not everybody in the team is in it

    @property
    def roster(self) -> str:
        """The conversation whose members may post in it."""
        return self.id if self.private else self.team


class Channels:
    def __init__(self, directory: Directory, connector: Connector, clock: Callable[[], float] = time.monotonic) -> None:
        self._directory = directory
        self._connector = connector
        self._clock = clock
        self._teams: OrderedDict[tuple[str, str], tuple[Sequence[Channel], float]] = OrderedDict()
        self._few_at_once = asyncio.Semaphore(AT_ONCE)

    async def may_act(self, message: Message) -> bool:
        """Whether the sender of `message` is in the channel that it names, if it names one. Raises SendFailed and
        StoreUnavailable."""
        named = channel_named(message)
        return not named or await self.may_post(message, named)

    async def may_post(self, message: Message, named: str) -> bool:
        """Whether the sender of `message` is in the channel or chat `named`, as who writes there is. Raises SendFailed
        and StoreUnavailable."""
        if message.public and named == message.place.channel:
            return True
        found = [each for each in await self._everywhere(message.place) if each.id == named]
        return any([await self._is_in(each, message.place.tenant, message.person) for each in found])

    async def filled(self, reply: Reply, message: Message) -> Reply:
        """`reply` with the channels to pick from in its form, or what to do where there are none. Raises SendFailed
        and StoreUnavailable."""
        form = reply.form
        if form is None or not any(field.place for field in form.fields):
            return reply
        options = await self._options(message)
        if not options:
            return replace(NOWHERE_TO_POST, reference=reply.reference)
        fields = tuple(replace(field, options=options) if field.place else field for field in form.fields)
        return replace(reply, form=replace(form, fields=tuple(map(_with_only_choice, fields))))

    def changed(self, tenant: str, team: str) -> None:
        """Ask for the channels of `team` anew when they are needed next."""
        self._teams.pop((tenant, team), None)

    async def is_guest(self, message: Message) -> bool:
        """Whether the sender is from outside the organisation. Raises SendFailed and StoreUnavailable."""
        url = await self._directory.service_url(message.place)
        member = self._directory.member_id(message.place.tenant, message.person)
        found = await self._connector.get(url, "v3", "conversations", message.place.channel, "members", member)
        return str(found.get("userRole") or "").lower() in ("guest", "anonymous")

    async def _options(self, message: Message) -> tuple[Option, ...]:
        place = message.place
        everywhere = await self._everywhere(place)
        if message.public:
            # Others read along: they are shown this place and channels that they see anyway.
            here = next((each for each in everywhere if each.id == place.channel), None)
            if here is None:
                return (Option(place.channel, "Here"),)
            everywhere = [each for each in everywhere if each.team == here.team and (not each.private or each == here)]
        asked = {each.roster: each for each in everywhere}  # the channels of a team share one, but for private ones
        answers = await asyncio.gather(*(self._is_in(each, place.tenant, message.person) for each in asked.values()))
        allowed = {roster for roster, is_in in zip(asked, answers, strict=True) if is_in}
        shown = [channel for channel in everywhere if channel.roster in allowed]
        return tuple(Option(channel.id, channel.label) for channel in shown[:MOST])

    async def _everywhere(self, place: Place) -> list[Channel]:
        """All channels of all teams of the tenant that the bot is in."""
        teams = await self._directory.teams(place.tenant)
        found = await asyncio.gather(*(self._of_team(team) for team in teams))
        return [channel for channels in found for channel in channels]

    async def _of_team(self, team: Reference) -> Sequence[Channel]:
        key = (team.tenant, team.conversation)
        channels, until = self._teams.get(key, ((), float("-inf")))
        if self._clock() < until:
            return channels
        try:
            async with self._few_at_once:
                channels = await self._ask(team)
        except SendFailed as error:
            if error.status not in (403, 404):
                raise
            channels = ()  # the bot was taken out of the team, and was not told
        self._teams[key] = (channels, self._clock() + KNOWN_FOR)
        if len(self._teams) > KEPT:
            self._teams.popitem(last=False)
        return channels

    async def _ask(self, team: Reference) -> list[Channel]:
        url = await self._directory.service_url(Place("teams", team.tenant, team.conversation))
        path = ("v3", "teams", team.conversation)
        name = team.name or str((await self._connector.get(url, *path)).get("name") or "")
        listed = (await self._connector.get(url, *path, "conversations")).get("conversations")
        return [
            Channel(
                str(each["id"]),
                team.conversation,
                f"{name} > {each.get('name') or GENERAL}" if name else str(each.get("name") or GENERAL),
                str(each.get("type") or "standard").lower() != "standard",
            )
            for each in (listed if isinstance(listed, list) else ())
            if isinstance(each, dict) and each.get("id")
        ]

    async def _is_in(self, channel: Channel, tenant: str, person: str) -> bool:
        """Whether the person is in the team, or, where that is not enough, in the channel."""
        url = await self._directory.service_url(Place("teams", tenant, channel.team))
        member = self._directory.member_id(tenant, person)
        try:
            async with self._few_at_once:
                await self._connector.get(url, "v3", "conversations", channel.roster, "members", member)
        except SendFailed as error:
            if error.status in (400, 403, 404):
                return False
            raise
        return True


def channel_named(message: Message) -> str:
    """The channel that `message` wants something done in, by its id; empty where it names none."""
    command = parse(message.command or message.text)
    if command is not None and command[0] == "unsubscribe":
        return command[1]
    return "".join(message.entered.get(PLACE, ())[:1])


def _with_only_choice(field: Field) -> Field:
    """Where there is one channel only, it is chosen already."""
    if field.place and not field.chosen and len(field.options) == 1:
        return replace(field, chosen=(field.options[0].value,))
    return field


NOWHERE_TO_POST = Reply(
    "notice",
    "There is no channel to post in",
    body=(
        Paragraph("I am in no team that you are in. Add me to one: open Apps, choose me, then Add to a team."),
        Paragraph("After that, start again here."),
    ),
)
LEFT = "You are not in that channel any more, or I am not. Join the team, or add me to it in Teams under Apps."
NOT_THERE = Reply(
    "notice",
    "That channel is not open to you",
    body=(
        Paragraph("Nothing was done. You have to be in the team, and so have I."),
        Paragraph("Join the team, or add me to it in Teams under Apps, then start again."),
    ),
)
