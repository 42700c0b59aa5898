"""Allow owners of 255 characters.

PostgreSQL rewrites neither the table nor its indexes when a varchar becomes longer.

Revision: 0002
Follows: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column(
        "task",
        "owner_id",
        existing_type=sa.String(length=64),
        type_=sa.String(length=255),
        existing_nullable=False,
    )


def downgrade() -> None:
    # Fails, without any change, if there is an owner of more than 64 characters.
    op.alter_column(
        "task",
        "owner_id",
        existing_type=sa.String(length=255),
        type_=sa.String(length=64),
        existing_nullable=False,
    )
