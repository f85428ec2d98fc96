"""Where the conversations of Teams are, and which channel the experts are in

Revision: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "teams_references",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("service_url", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("welcomed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "conversation", name="pk_teams_references"),
    )
    op.create_index("ix_teams_references_tenant_person", "teams_references", ["tenant", "person"])
    op.create_table(
        "teams_experts_channels",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name="pk_teams_experts_channels"),
    )


def downgrade() -> None:
    op.drop_table("teams_experts_channels")
    op.drop_table("teams_references")
