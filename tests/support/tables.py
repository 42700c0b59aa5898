"""The base classes of the tables of tests, whose names cannot collide with those of the application.

Tables with the same name may exist in both, because those of tests have metadata of their own.
"""

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from routers import OwnedRow, PublicRow

REGISTRY = registry(metadata=MetaData(naming_convention=SQLModel.metadata.naming_convention))
METADATA = REGISTRY.metadata


class OwnedSpecimen(OwnedRow, registry=REGISTRY):
    """An `OwnedRow` of a test."""


class PublicSpecimen(PublicRow, registry=REGISTRY):
    """A `PublicRow` of a test."""
