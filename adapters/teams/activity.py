"""What Teams sends, as it is read here: the fields that are used, each with a limit. The rest of a body is passed over,
however much of it there is.

Not by the SDK's reader, which makes objects of everything in a body, and maps the tenant of a conversation wrongly.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from bot.domain.bounds import LONGEST

MAX_MENTIONS = LONGEST // len("<at>A</at>")
MAX_ATTACHMENTS = 50
REPLIED_TO = ("message", "invoke")  # types of activities that have an id

Name = Annotated[str, Field(max_length=2000)]  # an id, an address or a name; Teams' own are below 500 characters
Required = Annotated[Name, Field(min_length=1)]
Part = TypeVar("Part", bound="_Part")


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, found: object) -> object:
        return {key: value for key, value in found.items() if value is not None} if isinstance(found, dict) else found


def _readable(part: type[Part], most: int) -> BeforeValidator:
    """Those of the first `most` elements of a list that can be read; the others are of kinds that are not used."""

    def read(found: object) -> list[Part]:
        parts = []
        for one in found[:most] if isinstance(found, list) else ():
            with suppress(ValidationError):
                parts.append(part.model_validate(one))
        return parts

    return BeforeValidator(read)


def _object(found: object) -> object:
    return found if isinstance(found, dict) else {}


class Account(_Part):
    """A person or a bot."""

    id: Name = ""
    name: Name = ""
    aad_object_id: Name = ""
    role: Name = ""
    is_targeted: bool = False  # of a recipient: nobody else sees the message


class Conversation(_Part):
    id: Required
    conversation_type: Name = ""
    is_group: bool = False
    tenant_id: Name = ""


class Mention(_Part):
    type: Annotated[str, Field(pattern="^(?i:mention)$")]
    mentioned: Account
    text: Required  # as it stands in the text of the message


class Attachment(_Part):
    content_type: Name
    content_url: Name = ""
    content: Any = None


class Activity(_Part):
    """`channel_data` and `value` are JSON as it came: what is in them is checked where it is used."""

    type: Required
    id: Name = ""
    channel_id: Name = ""
    service_url: Required
    conversation: Conversation
    from_property: Account = Field(alias="from")
    recipient: Account
    name: Name = ""  # of an invoke
    action: Name = ""  # of an installation update
    text: str = ""
    reply_to_id: Name = ""
    delivery_mode: Name = ""
    entities: Annotated[tuple[Mention, ...], _readable(Mention, MAX_MENTIONS)] = ()
    attachments: Annotated[tuple[Attachment, ...], _readable(Attachment, MAX_ATTACHMENTS)] = ()
    channel_data: Annotated[dict[str, Any], BeforeValidator(_object)] = Field(default_factory=dict)
    value: Any = None

    @property
    def tenants(self) -> tuple[str, ...]:
        """The tenant, at each place where the conversation's is named. Those of accounts are not: in a shared channel a
        person may be from another one."""
        tenant = self.channel_data.get("tenant")
        id = tenant.get("id") if isinstance(tenant, Mapping) else None
        return tuple(filter(None, (self.conversation.tenant_id, id if isinstance(id, str) else "")))


def read_activity(body: object) -> Activity | None:
    """The activity in a JSON body; None where it lacks what a reply needs."""
    try:
        activity = Activity.model_validate(body)
    except ValidationError:
        return None
    return activity if activity.id or activity.type not in REPLIED_TO else None
