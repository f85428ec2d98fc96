"""Settings, from the environment or a `.env` file in the working directory. Secrets are never printed."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.domain.conversation import DAY, Retention

HOUR = 3600.0
KNOWLEDGE = Path(__file__).resolve().parent.parent / "knowledge"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


_ADDRESS = re.compile(r"https?://[^\s/?#@\\<>\"']+(?:[/?#][^\s<>\"']*)?", re.IGNORECASE)
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TENANT = re.compile(r"[A-Za-z0-9.-]+", re.ASCII)  # an id, or a domain
_CHANNEL = re.compile(r"19:[^\s@/]{1,200}@thread\.\w{1,20}", re.ASCII)
# What pydantic says of a value, in words for who sets it.
_IN_WORDS = {
    "bool_parsing": "must be true or false",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number with an end",
    "string_pattern_mismatch": "must be text or json",
}


class SettingsError(Exception):
    """Settings that can't be used. `problems`: one text for each, with its name and the remedy, without its value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _named(*names: str) -> Any:
    return AliasChoices(*names)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "advisor"


class Settings(BaseSettings):
    """Environment variables have the platforms' own names where there is one. An empty variable counts as not set."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True, populate_by_name=True)

    host: str = Field("127.0.0.1", validation_alias=_named("HOST"))
    port: int = Field(3978, ge=0, le=65535, validation_alias=_named("PORT"))
    public_url: str = Field("", validation_alias=_named("PUBLIC_URL"))  # the address that people reach this server at
    # How many reverse proxies stand in front, each of which appends its client to X-Forwarded-For.
    trusted_proxies: int = Field(0, ge=0, le=9, validation_alias=_named("TRUSTED_PROXIES"))
    knowledge: Path = Field(KNOWLEDGE, validation_alias=_named("KNOWLEDGE_DIR"))
    cache: Path = Field(default_factory=_cache, validation_alias=_named("CACHE_DIR"))  # may be deleted at any time
    database_url: SecretStr = Field(SecretStr("sqlite:///advisor.sqlite3"), validation_alias=_named("DATABASE_URL"))
    encryption_key: SecretStr = Field(SecretStr(""), validation_alias=_named("ENCRYPTION_KEY"))
    security_contact: str = Field("", validation_alias=_named("SECURITY_CONTACT"))
    privacy_url: str = Field("", validation_alias=_named("PRIVACY_URL"))
    support_url: str = Field("", validation_alias=_named("SUPPORT_URL"))
    # How long a process that ends says that it is not ready, and still takes requests.
    drain_seconds: float = Field(0.0, ge=0, le=600, validation_alias=_named("DRAIN_SECONDS"))
    log_format: str = Field("text", pattern="^(text|json)$", validation_alias=_named("LOG_FORMAT"))
    conversation_hours: float = Field(24.0, gt=0, le=1_000_000, validation_alias=_named("CONVERSATION_HOURS"))
    triage_days: float = Field(7.0, gt=0, le=50_000, validation_alias=_named("TRIAGE_DAYS"))

    workbench_password: SecretStr = Field(SecretStr(""), validation_alias=_named("WORKBENCH_PASSWORD"))
    # Whether knowledge may be edited in the workbench where others than this machine reach the server.
    workbench_edits: bool = Field(False, validation_alias=_named("WORKBENCH_EDITS"))
    gold_file: Path | None = Field(None, validation_alias=_named("GOLD_FILE"))
    metrics_token: SecretStr = Field(SecretStr(""), validation_alias=_named("METRICS_TOKEN"))

    slack_bot_token: SecretStr = Field(SecretStr(""), validation_alias=_named("SLACK_BOT_TOKEN"))
    slack_signing_secret: SecretStr = Field(SecretStr(""), validation_alias=_named("SLACK_SIGNING_SECRET"))
    slack_app_token: SecretStr = Field(SecretStr(""), validation_alias=_named("SLACK_APP_TOKEN"))
    slack_client_id: str = Field("", validation_alias=_named("SLACK_CLIENT_ID"))
    slack_client_secret: SecretStr = Field(SecretStr(""), validation_alias=_named("SLACK_CLIENT_SECRET"))
    slack_api_url: str = Field("https://slack.com/api/", validation_alias=_named("SLACK_API_URL"))
    slack_experts_channel: str = Field("", validation_alias=_named("SLACK_EXPERTS_CHANNEL"))
    # Seconds between two messages in a channel: Slack takes about one a second.
    slack_seconds_apart: float = Field(1.0, ge=0, le=3600, validation_alias=_named("SLACK_SECONDS_APART"))

    microsoft_app_id: str = Field("", validation_alias=_named("MicrosoftAppId"))
    microsoft_app_secret: SecretStr = Field(SecretStr(""), validation_alias=_named("MicrosoftAppPassword"))
    microsoft_app_tenant_id: str = Field("", validation_alias=_named("MicrosoftAppTenantId"))
    microsoft_app_type: str = Field("SingleTenant", validation_alias=_named("MicrosoftAppType"))
    microsoft_app_certificate: str = Field("", validation_alias=_named("MicrosoftAppCertificate"))
    microsoft_app_federated_token_file: str = Field("", validation_alias=_named("MicrosoftAppFederatedTokenFile"))
    microsoft_app_federated_identity: str = Field("", validation_alias=_named("MicrosoftAppFederatedIdentity"))
    teams_cloud: str = Field("Public", validation_alias=_named("TEAMS_CLOUD"))
    allowed_tenants: Annotated[tuple[str, ...], NoDecode] = Field((), validation_alias=_named("ALLOWED_TENANTS"))
    teams_experts_channel: str = Field("", validation_alias=_named("TEAMS_EXPERTS_CHANNEL"))
    # Mentions in channels are answered for who asked alone, where Teams can do that.
    teams_private_answers: bool = Field(True, validation_alias=_named("TEAMS_PRIVATE_ANSWERS"))
    # Votes on answers by Teams' own buttons, where it has them; else by buttons on the card.
    teams_feedback: bool = Field(True, validation_alias=_named("TEAMS_FEEDBACK"))
    teams_service_url: str = Field("", validation_alias=_named("TEAMS_SERVICE_URL"))
    # Development only: the address of a Teams client on this machine, whose requests need no token.
    teams_development: str = Field("", validation_alias=_named("TEAMS_DEVELOPMENT"))

    @field_validator("allowed_tenants", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("public_url", "privacy_url", "support_url", "slack_api_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not _ADDRESS.fullmatch(value):
            raise ValueError("must be an address that begins with https://")
        return value

    @field_validator("cache")
    @classmethod
    def _can_be_a_folder(cls, value: Path) -> Path:
        try:
            is_file = value.exists() and not value.is_dir()
        except OSError:  # too long for a path
            is_file = True
        if is_file:
            raise ValueError("must be a folder, or one that can be made")
        return value

    @field_validator("gold_file")
    @classmethod
    def _can_be_a_file(cls, value: Path | None) -> Path | None:
        try:
            unusable = value is not None and (value.is_dir() or not value.absolute().parent.is_dir())
        except OSError:  # too long for a path
            unusable = True
        if unusable:
            raise ValueError("must be the path of a file, in a folder that exists")
        return value

    @field_validator("microsoft_app_id", "allowed_tenants", "microsoft_app_federated_identity")
    @classmethod
    def _is_id(cls, value: Any, field: ValidationInfo) -> Any:
        ids = value if isinstance(value, tuple) else (value,) if value else ()
        system = field.field_name == "microsoft_app_federated_identity"
        if not all(_GUID.fullmatch(id) or (system and id == "system") for id in ids):
            raise ValueError("must be an id such as 11111111-2222-3333-4444-555555555555" + ", or system" * system)
        return value

    @field_validator("microsoft_app_tenant_id")
    @classmethod
    def _is_tenant(cls, value: str) -> str:
        if value and not _TENANT.fullmatch(value):
            raise ValueError("must be the id of a tenant, such as 11111111-2222-3333-4444-555555555555")
        return value

    @field_validator("teams_experts_channel")
    @classmethod
    def _is_channel(cls, value: str) -> str:
        if value and not _CHANNEL.fullmatch(value):
            raise ValueError("must be the id of a channel, such as 19:…@thread.tacv2, not its name")
        return value

    @field_validator("teams_development")
    @classmethod
    def _on_this_machine(cls, value: str) -> str:
        if value:
            from adapters.loopback import is_loopback_origin  # imports yarl, which most commands don't need

            if not is_loopback_origin(value):
                raise ValueError("must be the address of a client on this machine, such as http://127.0.0.1:56150")
        return value

    @property
    def microsoft_app_password(self) -> str:
        """In plain text, for the SDK. Not a field, so that no dump of the settings shows it."""
        return self.microsoft_app_secret.get_secret_value()

    @property
    def retention(self) -> Retention:
        return Retention(conversation=self.conversation_hours * HOUR, triage=self.triage_days * DAY)

    @property
    def on_loopback(self) -> bool:
        """True if only this machine can reach the server."""
        return self.host in LOOPBACK


class _LogFormat(BaseSettings):
    model_config = Settings.model_config

    log_format: str = Field("text", validation_alias=_named("LOG_FORMAT"))


def log_format() -> str:
    """How to log before the settings are read, which may fail: "json" where they say so, else "text"."""
    # What is wrong with the file `.env` is said when the settings are read, in the form that this finds out.
    logging.getLogger("dotenv").addHandler(logging.NullHandler())
    return "json" if _LogFormat().log_format == "json" else "text"  # type: ignore[call-arg]


def read_settings(**given: object) -> Settings:
    """The settings; `given` (by field name) override the environment. Raises SettingsError."""
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = [f"{'.'.join(str(part) for part in one['loc'])}: {_remedy(one)}" for one in error.errors()]
        raise SettingsError(problems) from None


def _remedy(error: ErrorDetails) -> str:
    """What the value must be: in our words, or in pydantic's without what it puts before ours."""
    said = error["msg"].removeprefix("Value error, ").replace("Input should", "must")
    return _IN_WORDS.get(error["type"], said)
