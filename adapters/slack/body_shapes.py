"""The shapes of what Slack sends: every field that the listeners read, checked before Bolt gets a body.

Other fields are not looked at. What Bolt itself reads is checked in its context (`adapters.slack.request_reader`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, Json, StringConstraints, TypeAdapter, ValidationError

Id = Annotated[str, StringConstraints(pattern=r"^[!-~]*$", max_length=255)]  # of anything; also a timestamp
Given = Annotated[Id, Field(min_length=1)]
Time = Annotated[float, Field(ge=0, le=1e12)]  # seconds since 1970
Flag = bool | Literal["true", "false"]  # words in a form


class Shape(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class Installed(Shape):
    """Where the app is installed, as events, commands and interactions say it."""

    team_id: Id = ""
    enterprise_id: Id = ""
    is_enterprise_install: Flag = False


class Named(Installed):
    """A workspace, an organisation, a channel or a person."""

    id: Id = ""


class Person(Named):
    id: Given


class Event(Shape):
    type: Given


class MessageEvent(Event):
    channel: Given
    ts: Given
    user: Id = ""
    text: str = ""
    thread_ts: Id = ""
    user_team: Id = ""
    blocks: Sequence[dict[str, Any]] = ()
    attachments: Sequence[dict[str, Any]] = ()
    files: Sequence[dict[str, Any]] = ()


class HomeEvent(Event):
    user: Given
    channel: Id = ""
    tab: str = ""


class ContextEvent(Event):
    user: Id = ""
    channel: Id = ""


class Container(Shape):
    channel_id: Id = ""
    thread_ts: Id = ""


class MessageContainer(Container):
    channel_id: Given


class AssistantThread(MessageContainer):
    thread_ts: Given
    user_id: Given
    context: Container = Container()


class AssistantEvent(Event):
    assistant_thread: AssistantThread


class Inputs(Shape):
    channel: Given
    topic: str = ""


class Function(Shape):
    callback_id: str


class FunctionEvent(Event):
    function: Function
    function_execution_id: Given
    inputs: Inputs


class TokensEvent(Event):
    tokens: dict[str, Any] = Field(default_factory=dict)


EVENTS: Mapping[str, type[Event]] = {
    "message": MessageEvent,
    "app_mention": MessageEvent,
    "app_home_opened": HomeEvent,
    "app_context_changed": ContextEvent,
    "assistant_thread_started": AssistantEvent,
    "assistant_thread_context_changed": AssistantEvent,
    "function_executed": FunctionEvent,
    "tokens_revoked": TokensEvent,
}


class Option(Shape):
    value: str


class Element(Shape):
    selected_options: Sequence[Option] = ()
    selected_option: Option | None = None
    selected_conversation: Id = ""
    value: str = ""


class State(Shape):
    values: dict[str, dict[str, Element]]


class Metadata(Shape):
    """See `adapters.slack.modals`."""

    command: str = ""
    channel: Id = ""
    thread: Id = ""


class View(Shape):
    id: Given
    type: Given
    callback_id: str = ""
    app_installed_team_id: Id = ""
    private_metadata: Json[Metadata] | Literal[""] = ""
    state: State | None = None


class SubmittedView(View):
    state: State


class Action(Shape):
    action_id: Given
    block_id: str = ""


class QuotedMessage(Shape):
    text: str = ""
    blocks: Sequence[dict[str, Any]] = ()
    attachments: Sequence[dict[str, Any]] = ()
    files: Sequence[dict[str, Any]] = ()


class Body(Installed):
    """Of any kind."""

    type: str = ""
    command: str = ""
    text: str = ""
    callback_id: str = ""
    user_id: Id = ""
    channel_id: Id = ""
    trigger_id: Id = ""
    event_id: Id = ""
    event_time: Time = 0
    event: dict[str, Any] = Field(default_factory=dict)
    authorizations: Sequence[Installed] = ()
    is_ext_shared_channel: bool = False
    team: Named | Id = ""
    enterprise: Named | Id = ""
    user: Named = Named()
    channel: Named = Named()
    container: Container = Container()
    message: QuotedMessage = QuotedMessage()
    view: View | None = None
    state: State | None = None
    actions: Sequence[Action] = ()
    response_urls: Sequence[dict[str, Any]] = ()


class Command(Body):
    user_id: Given
    channel_id: Given
    trigger_id: Given


class EventCallback(Body):
    event: dict[str, Any]


class Interaction(Body):
    user: Person


class Shortcut(Interaction):
    callback_id: str
    trigger_id: Given


class MessageShortcut(Shortcut):
    message: QuotedMessage


class Press(Interaction):
    trigger_id: Given
    actions: Annotated[Sequence[Action], Field(min_length=1)]


class PressInMessage(Press):
    container: MessageContainer


class PressInView(Press):
    view: View


class Submission(Interaction):
    view: SubmittedView


KINDS: Mapping[str, TypeAdapter[Any]] = {
    "": TypeAdapter(Body),
    "url_verification": TypeAdapter(Body),
    "app_rate_limited": TypeAdapter(Body),
    "event_callback": TypeAdapter(EventCallback),
    "block_actions": TypeAdapter(PressInView | PressInMessage),
    "view_submission": TypeAdapter(Submission),
    "shortcut": TypeAdapter(Shortcut),
    "message_action": TypeAdapter(MessageShortcut),
}
_COMMAND, _OTHER = TypeAdapter(Command), TypeAdapter(Interaction)
_ID = TypeAdapter(Id)


def has_slacks_shape(body: Mapping[str, Any]) -> bool:
    """True if every field that is read has the type that Slack documents, and what its kind needs is there. Null counts
    as a value of the wrong type."""
    try:
        KINDS.get(str(body.get("type", "")), _OTHER).validate_python(body)
        if "command" in body:
            _COMMAND.validate_python(body)
        if event := body.get("event"):
            EVENTS.get(Event.model_validate(event).type, Event).model_validate(event)
    except ValidationError:
        return False
    return True


def is_id(value: object) -> bool:
    """True for a string that Slack could use as an id."""
    try:
        _ID.validate_python(value, strict=True)
    except ValidationError:
        return False
    return True
