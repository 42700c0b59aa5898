"""Insert the currencies.

Revision: 79ecf7c258f2
Follows: ce9498931206
"""

import sqlalchemy as sa
from alembic import op

revision = "79ecf7c258f2"
down_revision = "ce9498931206"
branch_labels = None
depends_on = None


CURRENCIES = {
    "EUR": ("01900000-0000-7000-8000-000000000978", "Euro"),
    "GBP": ("01900000-0000-7000-8000-000000000826", "Pound sterling"),
    "JPY": ("01900000-0000-7000-8000-000000000392", "Yen"),
    "USD": ("01900000-0000-7000-8000-000000000840", "US dollar"),
}

currency = sa.table("currency", sa.column("id", sa.Uuid), sa.column("code"), sa.column("name"))


def upgrade() -> None:
    op.bulk_insert(
        currency, [{"id": key, "code": code, "name": name} for code, (key, name) in CURRENCIES.items()]
    )


def downgrade() -> None:
    op.execute(currency.delete().where(currency.c.code.in_(CURRENCIES)))
