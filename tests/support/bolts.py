"""A resource whose schemas have the settings of Pydantic and SQLModel that are served."""

from typing import Annotated

from pydantic import Field as PydanticField
from pydantic import StrictBool, StringConstraints, computed_field, field_serializer
from sqlmodel import Field, SQLModel
from sqlmodel._compat import SQLModelConfig

from routers import ONE_LINE, Equals, ReadRow, Resource
from tests.support.tables import OwnedSpecimen


class BoltCreate(SQLModel):
    """A bolt as a client writes it."""

    model_config = SQLModelConfig(
        title="A new bolt",
        json_schema_extra={"x-team": "workshop"},
        use_attribute_docstrings=True,
        extra="forbid",
        strict=True,
        frozen=True,
        validate_assignment=True,
        revalidate_instances="always",
        hide_input_in_errors=True,
    )

    name: str = Field(
        max_length=20,
        title="Label",
        description="The name of the bolt.",
        schema_extra={"pattern": ONE_LINE, "examples": ["Lamp"]},
    )
    code: Annotated[str, StringConstraints(max_length=8, pattern="^[A-Z]*$")] = "A"
    """The code of the bolt, in capital letters."""
    size: int = Field(default=1, ge=0, le=99, schema_extra={"json_schema_extra": {"x-unit": "mm"}})
    """The size of the bolt."""
    colour: str | None = PydanticField(default=None, max_length=10, deprecated=True, repr=False)
    """The colour of the bolt: use `code`."""
    ready: StrictBool = False
    """Whether the bolt is ready."""


class Bolt(BoltCreate, OwnedSpecimen, table=True):
    """A row of bolts."""


class BoltRead(BoltCreate, ReadRow):
    """A bolt as its owner sees it, with members that Pydantic serializes."""

    model_config = SQLModelConfig(title="A bolt")

    @field_serializer("size")
    def show_unit(self, size: int) -> Annotated[str, PydanticField(max_length=5, pattern="^[0-9]{1,2} mm$")]:
        """Return the size with its unit."""
        return f"{size} mm"

    @computed_field(  # type: ignore[prop-decorator]
        description="Whether the bolt has a colour.", json_schema_extra={"x-since": "2"}
    )
    @property
    def is_coloured(self) -> bool:
        """Check whether the bolt has a colour."""
        return vars(self)["colour"] is not None


bolts = Resource(
    path="/bolts",
    model=Bolt,
    create=BoltCreate,
    read=BoltRead,
    filters=(Equals("colour"), Equals("ready")),
    sorts=("name", "-size"),
)
