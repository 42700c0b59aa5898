"""The table of currencies and its schemas."""

from sqlmodel import Field, SQLModel

from routers import PublicRow, ReadRow


class CurrencyBase(SQLModel):
    """A currency."""

    code: str = Field(min_length=3, max_length=3, unique=True, description="The code in ISO 4217.")
    name: str = Field(max_length=60, description="The name in English.")


class Currency(CurrencyBase, PublicRow, table=True):
    """The table `currency`."""


class CurrencyRead(CurrencyBase, ReadRow):
    """A currency, as everyone sees it."""
