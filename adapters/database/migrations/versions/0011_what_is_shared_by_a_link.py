"""Recommendations that people share by a link

Revision: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "web_shared_replies",
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("exchange", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("link", name="pk_web_shared_replies"),
    )
    op.create_index("ix_web_shared_replies_person_exchange", "web_shared_replies", ["person", "exchange"])
    op.create_index("ix_web_shared_replies_at", "web_shared_replies", ["at"])


def downgrade() -> None:
    op.drop_table("web_shared_replies")
