"""The tables. `migrations/` creates the same; a test compares the two.

Times are seconds since 1970. A place takes four columns. JSON is stored as text (`bot.domain.serialization`).
`adapters.database.archive` exports every table that isn't marked with `NOT_MOVED`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

NOT_MOVED = "not moved"  # in a table's `info`: what is over before a move is

# SQLite autoincrements only a key of type INTEGER.
_AutoIncrement = BigInteger().with_variant(Integer(), "sqlite")


def _place(prefix: str = "", *, key: bool = False) -> list[Column[str]]:
    names = ("surface", "tenant", "channel", "thread")
    return [Column(f"{prefix}{name}", String, primary_key=key, nullable=False) for name in names]


conversations = Table(
    "conversations",
    metadata,
    *_place(key=True),
    Column("person", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("look_again_at", Double, nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "look_again_at"),
    Index(None, "surface", "tenant", "person"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("surface", String, primary_key=True),
    Column("tenant", String, primary_key=True),
    Column("delivery", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("at", Double, nullable=False),
    Column("reply", Text, nullable=False),
    Index(None, "at"),
    Index(None, "surface", "tenant", "person"),
)

recommendations = Table(
    "recommendations",
    metadata,
    Column("id", String, primary_key=True),
    Column("surface", String, nullable=False),
    Column("tenant", String, nullable=False),
    Column("person", String, nullable=False),
    Column("record", Text, nullable=False),
    Column("knowledge", String, nullable=False),
    Column("at", Double, nullable=False),
    Index(None, "surface", "tenant", "person"),
)

posts = Table(
    "posts",
    metadata,
    Column("id", String, primary_key=True),
    *_place(),
    Column("person", String, nullable=False),
    Column("post", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("at", Double, nullable=False),
    *_place("asked_in_"),
    Index(None, "state"),
    Index(None, "surface", "tenant", "person"),
)

votes = Table(
    "votes",
    metadata,
    Column("surface", String, primary_key=True),
    Column("tenant", String, primary_key=True),
    Column("person", String, primary_key=True),
    Column("reference", String, primary_key=True),
    Column("helpful", Boolean, nullable=False),
    Column("reason", String, nullable=False),
    Column("entry", String, nullable=False),
    Column("knowledge", String, nullable=False),
    Column("at", Double, nullable=False),
)

shown_replies = Table(
    "shown_replies",
    metadata,
    Column("surface", String, primary_key=True),
    Column("tenant", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("message", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("entry", String, nullable=False),
    Column("at", Double, nullable=False),
    Index(None, "at"),
    Index(None, "surface", "tenant", "person"),
)

gaps = Table(
    "gaps",
    metadata,
    Column("number", _AutoIncrement, primary_key=True, autoincrement=True),
    Column("question", Text, nullable=False),
    Column("day", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("best_entry", String),
    Column("confidence", Double, nullable=False),
    Column("knowledge", String, nullable=False),
    Column("answer", Text, nullable=False),
    Column("mark", String, nullable=False, server_default=""),
)

# A count is the sum of its slots: who counts at the same time counts in different rows, and waits for nobody.
daily_counts = Table(
    "daily_counts",
    metadata,
    Column("day", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("slot", Integer, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

questions = Table(
    "questions",
    metadata,
    Column("id", String, primary_key=True),
    *_place(),
    Column("person", String, nullable=False),
    *_place("to_"),
    Column("question", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("at", Double, nullable=False),
    Index(None, "reference"),
    Index(None, "surface", "tenant", "person"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    *_place(key=True),
    Column("cadence", String, nullable=False),
    Column("person", String, nullable=False),
    Column("next_at", Double, nullable=False),
    Column("shown", Text, nullable=False),  # a JSON list of entry ids
    Column("sent", Integer, nullable=False),
    Index(None, "next_at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("number", _AutoIncrement, primary_key=True, autoincrement=True),  # the order in which items were put
    Column("id", String, nullable=False),
    Column("action", String, nullable=False),
    *_place(),
    Column("subject", String, nullable=False),
    Column("content", Text),  # NULL once it is sent
    Column("due_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("unsure", Boolean, nullable=False),
    Column("owner", String, nullable=False),
    Column("leased_until", Double, nullable=False),
    Column("finished_at", Double),
    Column("why", String, nullable=False),  # a short code if it failed
    UniqueConstraint("id"),
    Index(None, "finished_at", "due_at"),
    Index(None, "subject"),
)

references = Table(
    "teams_references",
    metadata,
    Column("tenant", String, primary_key=True),
    Column("conversation", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("service_url", String, nullable=False),
    Column("team", String, nullable=False),
    Column("person", String, nullable=False),
    Column("name", String, nullable=False),
    Column("welcomed", Boolean, nullable=False),
    Index(None, "tenant", "person"),
)

experts_channels = Table(
    "teams_experts_channels",
    metadata,
    Column("tenant", String, primary_key=True),
    Column("channel", String, nullable=False),
)

# The installation stores of Slack's SDK require these columns. Tokens are Text, as they are longer when encrypted.
slack_bots = Table(
    "slack_bots",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("client_id", String, nullable=False),
    Column("app_id", String, nullable=False),
    *(Column(name, String) for name in ("enterprise_id", "enterprise_name", "team_id", "team_name")),
    *(Column(name, Text) for name in ("bot_token", "bot_id", "bot_user_id", "bot_scopes", "bot_refresh_token")),
    Column("bot_token_expires_at", DateTime),
    Column("is_enterprise_install", Boolean, nullable=False),
    Column("installed_at", DateTime, nullable=False),
    Index(None, "client_id", "team_id"),
)

slack_installations = Table(
    "slack_installations",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("client_id", String, nullable=False),
    Column("app_id", String, nullable=False),
    *(Column(name, String) for name in ("enterprise_id", "enterprise_name", "enterprise_url", "team_id", "team_name")),
    *(Column(name, Text) for name in ("bot_token", "bot_id", "bot_user_id", "bot_scopes", "bot_refresh_token")),
    Column("bot_token_expires_at", DateTime),
    Column("user_id", String, nullable=False),
    *(Column(name, Text) for name in ("user_token", "user_scopes", "user_refresh_token")),
    Column("user_token_expires_at", DateTime),
    Column("incoming_webhook_url", Text),
    Column("incoming_webhook_channel", String),
    Column("incoming_webhook_channel_id", String),
    Column("incoming_webhook_configuration_url", String),
    Column("is_enterprise_install", Boolean, nullable=False),
    Column("token_type", String),
    Column("installed_at", DateTime, nullable=False),
    Index(None, "client_id", "team_id"),
)

slack_oauth_states = Table(
    "slack_oauth_states",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("state", String, nullable=False),
    Column("expire_at", DateTime, nullable=False),
    Index(None, "state"),
    info={NOT_MOVED: True},
)

exchanges = Table(
    "web_exchanges",
    metadata,
    Column("person", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("at", Double, nullable=False),
    Column("said", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Index(None, "at"),
)

shared_replies = Table(
    "web_shared_replies",
    metadata,
    Column("link", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("exchange", String, nullable=False),
    Column("at", Double, nullable=False),
    Column("reply", Text, nullable=False),
    Index(None, "person", "exchange"),
    Index(None, "at"),
)

ended_sessions = Table(
    "web_ended_sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("until", Double, nullable=False),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("id", String, primary_key=True),
    Column("began", Double, nullable=False),
    Column("seen", Double, nullable=False),
    Column("folder", String, nullable=False),
    Column("version", String, nullable=False),
    Column("gold", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("finished", Boolean, nullable=False),
    Column("problem", Text, nullable=False),
    Column("figures", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
