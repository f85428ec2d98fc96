"""Counts by day, and what curators said of questions that were asked in vain

Revision: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "daily_counts",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "name", "slot", name="pk_daily_counts"),
    )
    op.add_column("gaps", sa.Column("mark", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("gaps", "mark")
    op.drop_table("daily_counts")
