"""Custom routes with responses of their own."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    computed_field,
    field_serializer,
    field_validator,
)

from routers import Database, Page, ResourceAPI, Scope, ScopedRouter, resource_router
from tests.support.gadget_applications import FAST_PATH
from tests.support.gadgets import ROW_ID, GadgetRead, access, gadgets

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def without_spaces(text: str) -> str:
    """Accept texts without spaces, and return another one."""
    if " " in text:
        raise ValueError(text)
    return f"a {text}"


class Summary(BaseModel):
    """A summary of gadgets."""

    gadgets: list[GadgetRead]
    page: Page[GadgetRead] | None = None
    first: GadgetRead | None = None
    others: Sequence[GadgetRead] = ()
    by_name: dict[str, GadgetRead] = {}
    total: int = Field(default=0, alias="totalCount", description="How many gadgets there are.")
    amount: Decimal = Field(default=Decimal(0), max_digits=20, decimal_places=2)
    at: datetime = NOW
    on: date | None = None
    ids: set[UUID] = set()
    anything: dict[str, Any] = Field(default_factory=dict)
    words: list[str] = []
    text: Annotated[str, AfterValidator(without_spaces)] = ""

    @field_validator("words", mode="before")
    @classmethod
    def split(cls, words: str) -> list[str]:
        """Split a text, and accept nothing else."""
        return words.split()

    @computed_field(description="Twice the number of gadgets.")
    def twice(self) -> int:
        return self.total * 2


class Shout(BaseModel):
    """A summary with a serializer of its own."""

    gadget: GadgetRead
    name: str = "lamp"

    @field_serializer("name")
    def shout(self, name: str) -> str:
        return name.upper()

    @computed_field
    def length(self) -> int:
        return len(self.name)


class Names(RootModel[list[str]]):
    """The names of gadgets."""


class Anything(BaseModel):
    """Any members."""

    model_config = ConfigDict(extra="allow")

    known: int = 1


class Partial(BaseModel):
    """Members that may be absent."""

    first: int | None = None
    second: int | None = None


def summaries_application(database: Database) -> ResourceAPI:
    """Serve gadgets, and operations with responses of their own."""
    gadget_router = resource_router(gadgets, access)
    router = ScopedRouter(access, name="summaries", description="Summaries of gadgets.", prefix="/summaries")
    add_summaries(router, Annotated[Scope[GadgetRead], gadget_router.scope])
    add_others(router)
    api = ResourceAPI(title="Summaries", fast_path=FAST_PATH)
    api.state.database = database
    for each in (gadget_router, router):
        api.include_router(each)
    return api


def summary_of(page: Page[GadgetRead]) -> Summary:
    """Summarize the rows of a page."""
    return Summary(
        gadgets=list(page.items),
        page=page,
        first=page.items[0],
        others=page.items,
        by_name={row.name: row for row in page.items},
        totalCount=2**40,
        amount=Decimal("12345678901234.5"),
        on=NOW.date(),
        ids={UUID(ROW_ID)},
        anything={"a": [1]},
        words="a b",
        text="b",
    )


def add_summaries(router: ScopedRouter, scope: Any) -> None:
    """Add operations whose responses contain rows."""
    created = {"model": Summary, "description": "It was created."}

    @router.get("/one", responses={202: created})
    async def get_summary(rows: scope) -> Summary:
        return summary_of(await rows.list())

    @router.get("/some")
    async def list_summaries(rows: scope) -> list[Summary] | None:
        return [summary_of(await rows.list())]

    @router.get("/by-name")
    async def get_by_name(rows: scope) -> dict[str, Summary]:
        return {"a": summary_of(await rows.list())}

    @router.get("/declared", response_model=Summary)
    async def get_declared(rows: scope) -> Any:
        return summary_of(await rows.list())

    @router.get("/dictionary", response_model=Summary)
    async def get_dictionary(rows: scope) -> Any:
        return {"gadgets": (await rows.list()).items, "totalCount": 5, "words": "a"}

    @router.get("/shout")
    async def get_shout(rows: scope) -> Shout:
        return Shout(gadget=(await rows.list()).items[0])


def add_others(router: ScopedRouter) -> None:
    """Add operations whose responses contain no rows."""

    @router.get("/names")
    async def get_names() -> Names:
        return Names(["lamp"])

    @router.get("/anything")
    async def get_anything() -> Anything:
        return Anything.model_validate({"other": 2})

    @router.get("/partial", response_model_exclude_unset=True)
    async def get_partial() -> Partial:
        return Partial(first=1)

    @router.get("/count")
    async def count_summaries() -> int:
        return 2**40

    @router.get("/fixed")
    async def get_fixed() -> tuple[int, str]:
        return 1, "a"

    @router.get("/numbers")
    async def get_numbers() -> dict[int, str]:
        return {1: "a"}

    @router.delete("/one", status_code=204)
    async def delete_summary() -> None:
        """Delete nothing."""
