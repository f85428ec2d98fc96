"""What Slack refuses for good, by its error codes: what kind of refusal it is, and what remedies it.

docs/slack-trouble.md has the same table for people; a test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import structlog
from slack_sdk.errors import SlackApiError

from adapters.slack.responses import error_of, needed_scope

log = structlog.get_logger(__name__)

Kind = Literal["place", "content", "app", "token"]
"""What stands in the way: the channel or thread, where another place will do; the message itself; how the app is set
up; its token."""


@dataclass(frozen=True, slots=True)
class Refusal:
    kind: Kind
    remedy: str


_INVITE = "invite the advisor to the channel with /invite"
_RIGHTS = "ask who manages the channel to let the advisor post there"
_THREAD = "ask again outside that thread"
_REPORT = "report it, with the version of the advisor"
_TOKEN = "copy the bot token again from the app's page"  # noqa: S105
_INSTALL = "install the app in the workspace again"

REFUSALS: Mapping[str, Refusal] = {
    "channel_not_found": Refusal("place", _INVITE),
    "not_in_channel": Refusal("place", _INVITE),
    "user_not_in_channel": Refusal("place", "the person has to join the channel again"),
    "is_archived": Refusal("place", "unarchive the channel, or use another one"),
    "restricted_action": Refusal("place", _RIGHTS),
    "restricted_action_read_only_channel": Refusal("place", _RIGHTS),
    "restricted_action_thread_only_channel": Refusal("place", "use another channel: this one takes replies alone"),
    "restricted_action_non_threadable_channel": Refusal("place", "use another channel: this one takes no replies"),
    "restricted_action_thread_locked": Refusal("place", _THREAD),
    "thread_locked": Refusal("place", _THREAD),
    "cannot_reply_to_message": Refusal("place", _THREAD),
    "no_permission": Refusal("place", _RIGHTS),
    "msg_too_long": Refusal("content", _REPORT),
    "msg_blocks_too_long": Refusal("content", _REPORT),
    "invalid_blocks": Refusal("content", _REPORT),
    "invalid_blocks_format": Refusal("content", _REPORT),
    "missing_scope": Refusal("app", "add the scope under OAuth & Permissions, and install the app again"),
    "messages_tab_disabled": Refusal("app", "switch on the Messages tab under App Home"),
    "ekm_access_denied": Refusal("app", "ask an administrator of the workspace: posting is suspended"),
    "expired_trigger_id": Refusal("app", "check the load of the server and its connection to Slack"),
    "account_inactive": Refusal("token", _INSTALL),
    "invalid_auth": Refusal("token", _TOKEN),
    "not_authed": Refusal("token", _TOKEN),
    "not_allowed_token_type": Refusal("token", "set the token that begins with xoxb-"),
    "team_access_not_granted": Refusal("token", "ask an administrator of the organisation to add the app there"),
    "token_expired": Refusal("token", _INSTALL),
    "token_revoked": Refusal("token", _INSTALL),
    "not_installed": Refusal("token", _INSTALL),  # our own: no token is stored
}
_UNKNOWN = Refusal("place", _REPORT)

INVALID_TOKEN = frozenset(code for code, refusal in REFUSALS.items() if refusal.kind == "token")

_CODE = re.compile(r"[a-z][a-z_]{1,60}")
_SCOPES = re.compile(r"[a-z][a-z_.:,-]{1,200}")


def kind_of(code: str) -> Kind:
    """The kind of a refusal. One that is not known is taken for a matter of the place: another one is worth a try."""
    return REFUSALS.get(code, _UNKNOWN).kind


def explained(error: BaseException) -> dict[str, str]:
    """Fields for a log line: the code of Slack's refusal, the scope that is missing, the remedy. Empty where `error` is
    none of Slack's."""
    if not isinstance(error, SlackApiError):
        return {}
    code, scope = error_of(error), needed_scope(error)
    fields = {"code": code if _CODE.fullmatch(code) else ""}
    if _SCOPES.fullmatch(scope):
        fields["scope"] = scope
    if code in REFUSALS:
        fields["remedy"] = REFUSALS[code].remedy
    return fields


def log_refused(error: SlackApiError, method: str, team: str = "") -> None:
    """One line about a refusal that has a remedy."""
    if error_of(error) in REFUSALS:
        log.warning("slack.refused", method=method, team=team, **explained(error))
