"""The first schema

Revision: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("surface", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("look_again_at", sa.Double(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("surface", "tenant", "channel", "thread", "person", name="pk_conversations"),
    )
    op.create_index("ix_conversations_look_again_at", "conversations", ["look_again_at"])
    op.create_index("ix_conversations_surface_tenant_person", "conversations", ["surface", "tenant", "person"])
    op.create_table(
        "deliveries",
        sa.Column("surface", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("surface", "tenant", "delivery", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_at", "deliveries", ["at"])
    op.create_index("ix_deliveries_surface_tenant_person", "deliveries", ["surface", "tenant", "person"])
    op.create_table(
        "gaps",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("best_entry", sa.String(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("knowledge", sa.String(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_gaps"),
    )
    op.create_table(
        "outbox",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("surface", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("leased_until", sa.Double(), nullable=False),
        sa.Column("finished_at", sa.Double(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_outbox"),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
    )
    op.create_index("ix_outbox_finished_at_due_at", "outbox", ["finished_at", "due_at"])
    op.create_index("ix_outbox_subject", "outbox", ["subject"])
    op.create_table(
        "posts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("surface", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("asked_in_surface", sa.String(), nullable=False),
        sa.Column("asked_in_tenant", sa.String(), nullable=False),
        sa.Column("asked_in_channel", sa.String(), nullable=False),
        sa.Column("asked_in_thread", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
    )
    op.create_index("ix_posts_state", "posts", ["state"])
    op.create_index("ix_posts_surface_tenant_person", "posts", ["surface", "tenant", "person"])
    op.create_table(
        "questions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("surface", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("to_surface", sa.String(), nullable=False),
        sa.Column("to_tenant", sa.String(), nullable=False),
        sa.Column("to_channel", sa.String(), nullable=False),
        sa.Column("to_thread", sa.String(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_questions"),
    )
    op.create_index("ix_questions_reference", "questions", ["reference"])
    op.create_index("ix_questions_surface_tenant_person", "questions", ["surface", "tenant", "person"])
    op.create_table(
        "recommendations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("surface", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("knowledge", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recommendations"),
    )
    op.create_index("ix_recommendations_surface_tenant_person", "recommendations", ["surface", "tenant", "person"])
    op.create_table(
        "subscriptions",
        sa.Column("surface", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("cadence", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("next_at", sa.Double(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("surface", "tenant", "channel", "thread", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_next_at", "subscriptions", ["next_at"])
    op.create_table(
        "votes",
        sa.Column("surface", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("knowledge", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("surface", "tenant", "person", "reference", name="pk_votes"),
    )


def downgrade() -> None:
    op.drop_table("votes")
    op.drop_table("subscriptions")
    op.drop_table("recommendations")
    op.drop_table("questions")
    op.drop_table("posts")
    op.drop_table("outbox")
    op.drop_table("gaps")
    op.drop_table("deliveries")
    op.drop_table("conversations")
