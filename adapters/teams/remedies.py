"""What goes wrong between Teams and the bot, by code, and what remedies it: requests that the bot refuses, logins that
Microsoft refuses, and messages that Teams refuses.

docs/teams-trouble.md has the same tables for people; a test compares the two.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_OTHERS = "it was meant for another bot, or is not Microsoft's"
_CLOCK = "set the server's clock"
_CLOUD = "set TEAMS_CLOUD to the cloud that the bot is registered in"

REQUESTS: Mapping[str, str] = {
    # 401: who sent it is not known
    "no-token": "find out who else than Microsoft sends to this address",
    "not-a-token": "find out who else than Microsoft sends to this address",
    "wrong-algorithm": _OTHERS,
    "unknown-key": _CLOUD,
    "ExpiredSignatureError": _CLOCK,
    "ImmatureSignatureError": _CLOCK,
    "InvalidAudienceError": "set MicrosoftAppId to the app id of the bot's registration",
    "InvalidIssuerError": _CLOUD,
    "InvalidSignatureError": _OTHERS,
    "MissingRequiredClaimError": _OTHERS,
    "InvalidAlgorithmError": _OTHERS,
    "InvalidIssuedAtError": _CLOCK,
    "DecodeError": _OTHERS,
    # 403: it is known, and not let in
    "not-from-teams": "take the other channels off the bot's registration, or leave it: they are refused",
    "key-not-endorsed": _OTHERS,
    "service-url-mismatch": _OTHERS,
    "service-url-unsafe": _OTHERS,
    "service-url-not-development": "set TEAMS_DEVELOPMENT to the address of the client",
    "tenant-not-allowed": "add the tenant to ALLOWED_TENANTS, or leave it: it is refused",
    "tenants-disagree": _OTHERS,
    "no-tenant": "leave it: Teams always says which tenant it is",
    "no-streaming": "take the streaming endpoint off the bot's registration",
}

LOGIN: Mapping[str, str] = {
    "AADSTS7000215": "set MicrosoftAppPassword to the value of the secret, not its id",
    "AADSTS7000222": "the secret has expired: create another one, and set MicrosoftAppPassword",
    "AADSTS700016": "check MicrosoftAppId and MicrosoftAppTenantId: that tenant has no such app",
    "AADSTS90002": "check MicrosoftAppTenantId, and TEAMS_CLOUD: there is no such tenant",
    "AADSTS700027": "upload the certificate to the app's registration, or renew it if it has expired",
    "AADSTS700024": _CLOCK,
    "AADSTS70021": "make issuer, subject and audience of the federated credential those of the token",
    "AADSTS700213": "make issuer, subject and audience of the federated credential those of the token",
    "AADSTS500011": "check TEAMS_CLOUD, and that the bot is registered in that tenant",
    "invalid_client": "check MicrosoftAppId, MicrosoftAppTenantId and what the bot logs in with",
    "invalid_request": "check MicrosoftAppTenantId and MicrosoftAppType",
    "unauthorized_client": "check MicrosoftAppId, MicrosoftAppTenantId and MicrosoftAppType",
    "token-file-unreadable": "check MicrosoftAppFederatedTokenFile, and that the advisor may read it",
    "ManagedIdentityError": "assign the managed identity to this machine",
    "no-token-in-the-answer": "check the proxy between the advisor and Microsoft",
}

UNUSABLE_URL = "start it with the settings that it was used with, or with another database"


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    remedy: str


_WAIT = "nothing: it is sent again"
_BLOCKED = "the person has to unblock the app; what they write to it is answered again"
_ADD = "add the app there again"
_REPORT = "report it, with the version of the advisor"

REFUSALS: Mapping[str, Refusal] = {
    "BotNotRegistered": Refusal(401, "check MicrosoftAppId, and add the Teams channel to the bot's registration"),
    "Unauthorized": Refusal(401, "check MicrosoftAppId, MicrosoftAppTenantId and TEAMS_CLOUD"),
    "BotDisabledByAdmin": Refusal(403, "ask a Teams administrator to allow the app"),
    "BotNotInConversationRoster": Refusal(403, _ADD),
    "ConversationBlockedByUser": Refusal(403, _BLOCKED),
    "MessageWritesBlocked": Refusal(403, _BLOCKED),
    "ForbiddenOperationException": Refusal(403, "the person has to add the app to their chats"),
    "InvalidBotApiHost": Refusal(403, "set TEAMS_CLOUD to GCC"),
    "NotEnoughPermissions": Refusal(403, "ask who manages the channel to let the app post there"),
    "ConversationNotFound": Refusal(404, "nothing: the conversation was deleted"),
    "ActivityNotFoundInConversation": Refusal(404, "nothing: the message was deleted"),
    "Bad Argument": Refusal(400, _REPORT),
    "BadArgument": Refusal(400, _REPORT),
    "MessageSizeTooBig": Refusal(413, _REPORT),
    "PreconditionFailed": Refusal(412, _WAIT),
    "Throttled": Refusal(429, _WAIT),
    "ServiceError": Refusal(500, _WAIT),
}

_BY_STATUS = {
    400: _REPORT,
    401: "check MicrosoftAppId, MicrosoftAppTenantId and TEAMS_CLOUD",
    403: _ADD,
    404: "nothing: the conversation was deleted",
    413: _REPORT,
}


def remedy_of(status: int, code: str) -> str:
    """What remedies a refusal of Teams'; by its status where the code is none that is known."""
    return REFUSALS[code].remedy if code in REFUSALS else _BY_STATUS.get(status, _WAIT)


def code_in(body: bytes) -> str:
    """The code in the connector's response; empty where it has none that is known, as anything else may be text.

    Teams says it in one of three places: in `error`, at the top, and in a JSON text within `message`.
    """
    try:
        found: Any = json.loads(body)
    except ValueError:
        return ""
    for _ in range(2):
        if not isinstance(found, dict):
            return ""
        inner = found["error"] if isinstance(found.get("error"), dict) else found
        for name in ("code", "subCode"):
            if isinstance(inner.get(name), str) and inner[name] in REFUSALS:
                return str(inner[name])
        try:
            found = json.loads(inner.get("message", ""))
        except (TypeError, ValueError):
            return ""
    return ""
