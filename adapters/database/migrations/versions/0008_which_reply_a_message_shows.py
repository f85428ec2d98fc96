"""Which reply a message shows, for votes by the platform's own buttons

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

TABLE = "shown_replies"


def upgrade() -> None:
    op.create_table(
        TABLE,
        *(sa.Column(name, sa.String(), nullable=False) for name in ("surface", "tenant", "channel", "message")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("person", "reference", "entry")),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("surface", "tenant", "channel", "message", name=f"pk_{TABLE}"),
    )
    op.create_index(f"ix_{TABLE}_at", TABLE, ["at"])
    op.create_index(f"ix_{TABLE}_surface_tenant_person", TABLE, ["surface", "tenant", "person"])


def downgrade() -> None:
    op.drop_table(TABLE)
