"""The methods of the Web API that the advisor calls: the scope each needs, and what it does in a workspace."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.slack_workspace.limits import BLOCKS_IN_JSON, FALLBACK_IN_UPDATE, problems, size, view_problems
from tests.slack_workspace.workspace import Channel, View, Workspace, new_ts, numbers

Arguments = dict[str, Any]
Answer = dict[str, Any]


class MethodError(Exception):
    """What Slack answers with `ok: false`."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.answer = {"ok": False, "error": error, **more}


def auth_test(workspace: Workspace, arguments: Arguments) -> Answer:
    of = {"enterprise_id": workspace.enterprise} if workspace.enterprise else {}
    of |= {"is_enterprise_install": workspace.org_wide}
    return {"team_id": workspace.team, "user_id": workspace.bot, "bot_id": "B0BOT", "team": "Team", "url": "", **of}


def post_message(workspace: Workspace, arguments: Arguments) -> Answer:
    channel = _writable(workspace, arguments["channel"])
    _check_blocks(workspace, arguments)
    if not arguments.get("text"):
        raise MethodError("no_text")
    ts = new_ts()
    workspace.standing[ts] = {**arguments, "channel": channel.id}
    return {"ts": ts, "channel": channel.id}


def post_ephemeral(workspace: Workspace, arguments: Arguments) -> Answer:
    channel = _writable(workspace, arguments["channel"])
    if arguments["user"] not in channel.members:
        raise MethodError("user_not_in_channel")
    _check_blocks(workspace, arguments)
    return {"message_ts": new_ts()}


def update(workspace: Workspace, arguments: Arguments) -> Answer:
    _writable(workspace, arguments["channel"])
    _check_blocks(workspace, arguments)
    if len(arguments.get("text", "")) > FALLBACK_IN_UPDATE:
        raise MethodError("msg_too_long")
    _standing(workspace, arguments["ts"]).update(arguments)
    return {"ts": arguments["ts"], "channel": arguments["channel"]}


def delete(workspace: Workspace, arguments: Arguments) -> Answer:
    _standing(workspace, arguments["ts"])
    del workspace.standing[arguments["ts"]]
    return {"ts": arguments["ts"], "channel": arguments["channel"]}


def get_permalink(workspace: Workspace, arguments: Arguments) -> Answer:
    _standing(workspace, arguments["message_ts"])
    number = arguments["message_ts"].replace(".", "")
    return {"permalink": f"https://{workspace.team.lower()}.example/archives/{arguments['channel']}/p{number}"}


def history(workspace: Workspace, arguments: Arguments) -> Answer:
    """What stands in direct messages outside threads, the latest first: the app asks for no scope to read channels."""
    found = [said for said in _direct_messages(workspace, arguments) if said.get("thread_ts") in (None, said["ts"])]
    return {"messages": found[::-1][: int(arguments.get("limit", 100))]}


def replies(workspace: Workspace, arguments: Arguments) -> Answer:
    """What stands in a thread of direct messages, its beginning first."""
    thread = arguments["ts"]
    found = [said for said in _direct_messages(workspace, arguments) if thread in (said.get("thread_ts"), said["ts"])]
    return {"messages": found}


def conversations_info(workspace: Workspace, arguments: Arguments) -> Answer:
    channel = _known(workspace, arguments["channel"])
    if channel.private and workspace.bot not in channel.members:
        raise MethodError("channel_not_found")
    return {
        "channel": {
            "id": channel.id,
            "name": channel.name,
            "is_private": channel.private,
            "is_archived": channel.archived,
            "is_member": workspace.bot in channel.members,
            "is_ext_shared": channel.ext_shared,
            "context_team_id": channel.team,
        }
    }


def users_conversations(workspace: Workspace, arguments: Arguments) -> Answer:
    """The channels that a person is in, as far as the bot may know of them; no more a page than the workspace gives,
    which may be fewer than are asked for. An org-wide token names the workspace."""
    if workspace.org_wide and not arguments.get("team_id"):
        raise MethodError("missing_argument")
    kinds = arguments.get("types", "public_channel").split(",")
    theirs = [
        channel
        for channel in workspace.channels.values()
        if arguments["user"] in channel.members
        and channel.id[0] in "CG"
        and (not workspace.org_wide or channel.team == arguments["team_id"])
        and ("private_channel" if channel.private else "public_channel") in kinds
        and (not channel.private or workspace.bot in channel.members)
    ]
    start = int(arguments.get("cursor") or 0)
    end = start + min(int(arguments.get("limit", 100)), workspace.page)
    following = str(end) if end < len(theirs) else ""
    page = [{"id": channel.id, "name": channel.name} for channel in theirs[start:end]]
    return {"channels": page, "response_metadata": {"next_cursor": following}}


def views_open(workspace: Workspace, arguments: Arguments) -> Answer:
    _use_trigger(workspace, arguments["trigger_id"])
    return _opened(workspace, arguments["view"])


def views_push(workspace: Workspace, arguments: Arguments) -> Answer:
    _use_trigger(workspace, arguments["trigger_id"])
    return _opened(workspace, arguments["view"])


def views_update(workspace: Workspace, arguments: Arguments) -> Answer:
    external = arguments.get("external_id")
    named = [one for one in workspace.views.values() if external and one.view.get("external_id") == external]
    view = named[0] if named else workspace.views.get(arguments.get("view_id", ""))
    if view is None:
        raise MethodError("not_found")
    _check_view(workspace, arguments["view"])
    view.view = arguments["view"]
    return {"view": {"id": view.id, **view.view}}


def views_publish(workspace: Workspace, arguments: Arguments) -> Answer:
    if arguments["view"]["type"] != "home":
        raise MethodError("invalid_arguments")
    _check_view(workspace, arguments["view"])
    workspace.homes[arguments["user_id"]] = arguments["view"]
    return {"view": {"id": f"V{next(numbers)}"}}


def assistant(workspace: Workspace, arguments: Arguments) -> Answer:
    if (arguments["channel_id"], arguments["thread_ts"]) not in workspace.threads:
        raise MethodError("invalid_thread_ts")
    return {}


def suggested_prompts(workspace: Workspace, arguments: Arguments) -> Answer:
    """With a thread nothing comes of it for an agent, and Slack does not say so."""
    channel, thread = arguments["channel_id"], arguments.get("thread_ts")
    _known(workspace, channel)
    prompts = arguments["prompts"]
    if len(prompts) > 4 or any(not prompt["title"] or not prompt["message"] for prompt in prompts):
        raise MethodError("invalid_arguments")
    if not workspace.agent and thread and (channel, thread) not in workspace.threads:
        raise MethodError("invalid_thread_ts")
    if not (workspace.agent and thread):
        workspace.prompts[channel] = [prompt["title"] for prompt in prompts]
    return {}


def complete(workspace: Workspace, arguments: Arguments) -> Answer:
    if arguments["function_execution_id"] not in workspace.steps:
        raise MethodError("function_execution_not_found")
    if workspace.steps[arguments["function_execution_id"]]:
        raise MethodError("execution_not_in_running_state")
    workspace.steps[arguments["function_execution_id"]] = arguments.get("error") or arguments["outputs"]
    return {}


# Method: the scope it needs, and what it does.
METHODS: dict[str, tuple[str, Callable[[Workspace, Arguments], Answer]]] = {
    "auth.test": ("", auth_test),
    "chat.postMessage": ("chat:write", post_message),
    "chat.postEphemeral": ("chat:write", post_ephemeral),
    "chat.update": ("chat:write", update),
    "chat.delete": ("chat:write", delete),
    "chat.getPermalink": ("", get_permalink),
    "conversations.history": ("im:history", history),
    "conversations.replies": ("im:history", replies),
    "conversations.info": ("channels:read", conversations_info),
    "users.conversations": ("channels:read", users_conversations),
    "views.open": ("", views_open),
    "views.push": ("", views_push),
    "views.update": ("", views_update),
    "views.publish": ("", views_publish),
    "functions.completeSuccess": ("", complete),
    "functions.completeError": ("", complete),
    "assistant.threads.setStatus": ("assistant:write", assistant),
    "assistant.threads.setTitle": ("assistant:write", assistant),
    "assistant.threads.setSuggestedPrompts": ("assistant:write", suggested_prompts),
}


def call(workspace: Workspace, method: str, arguments: Arguments) -> Answer:
    """What Slack answers to a call. A refusal is an answer too."""
    if method not in METHODS:
        return {"ok": False, "error": "unknown_method"}
    scope, do = METHODS[method]
    if scope and scope not in workspace.scopes:
        return {"ok": False, "error": "missing_scope", "needed": scope}
    try:
        return {"ok": True, **do(workspace, arguments)}
    except MethodError as error:
        return error.answer
    except KeyError as missing:
        return {"ok": False, "error": "invalid_arguments", "response_metadata": {"messages": [str(missing)]}}


def _known(workspace: Workspace, id: str) -> Channel:
    if id not in workspace.channels:
        raise MethodError("channel_not_found")
    return workspace.channels[id]


def _direct_messages(workspace: Workspace, arguments: Arguments) -> list[Answer]:
    channel = _known(workspace, arguments["channel"])
    if not channel.id.startswith("D"):
        raise MethodError("missing_scope", needed="channels:history")
    both = {**workspace.heard, **workspace.standing}
    return [{"ts": ts, **both[ts]} for ts in sorted(both) if both[ts]["channel"] == channel.id]


def _writable(workspace: Workspace, id: str) -> Channel:
    """The channel, if the bot may write there; a person's id stands for their direct messages."""
    if id.startswith("U"):
        directs = [one for one in workspace.channels.values() if one.id.startswith("D") and id in one.members]
        id = directs[0].id if directs else workspace.add_direct(id)
    channel = _known(workspace, id)
    if workspace.bot not in channel.members:
        raise MethodError("channel_not_found" if channel.private else "not_in_channel")
    if channel.archived:
        raise MethodError("is_archived")
    return channel


def _standing(workspace: Workspace, ts: str) -> Answer:
    if ts not in workspace.standing:
        raise MethodError("message_not_found")
    return workspace.standing[ts]


def _check_blocks(workspace: Workspace, arguments: Arguments) -> None:
    blocks = arguments.get("blocks", [])
    wrong = problems(blocks)
    if wrong:
        workspace.refused += wrong
        raise MethodError("invalid_blocks", response_metadata={"messages": wrong})
    if size(blocks) > BLOCKS_IN_JSON:
        raise MethodError("msg_blocks_too_long")


def _check_view(workspace: Workspace, view: Answer) -> None:
    wrong = view_problems(view)
    if wrong:
        workspace.refused += wrong
        raise MethodError("invalid_arguments", response_metadata={"messages": wrong})


def _use_trigger(workspace: Workspace, id: str) -> None:
    state = workspace.triggers.get(id)
    if state != "fresh":
        known = {"used": "exchanged_trigger_id", "expired": "expired_trigger_id"}
        raise MethodError(known.get(state or "", "invalid_trigger_id"))
    workspace.triggers[id] = "used"


def _opened(workspace: Workspace, view: Answer) -> Answer:
    _check_view(workspace, view)
    id = f"V{next(numbers)}"
    workspace.views[id] = View(id, view)
    return {"view": {"id": id, "hash": str(time.time()), **view}}
