"""A change that breaks clients is announced, or refused."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from app import ROOT
from app.commands import DOCUMENT
from tests.support.breaking import breaks

RELEASED = ROOT / "docs" / "released" / "openapi.json"
"""The document of the newest release."""

Document = dict[str, Any]
TASKS, TASK = "/api/v1/tasks", "/api/v1/tasks/{task_id}"


def announced(changelog: str) -> set[str]:
    """What the section of unreleased changes calls breaking: `- **Breaking** (`listTasks`): ...`."""
    unreleased = re.search(r"^## Unreleased\n(.*?)(?=^## |\Z)", changelog, re.DOTALL | re.MULTILINE)
    lines = re.findall(r"^- \*\*Breaking\*\* \((.*?)\)", unreleased[1] if unreleased else "", re.MULTILINE)
    return {name for line in lines for name in re.findall(r"`(\w+)`", line)}


def test_what_breaks_clients_is_announced() -> None:
    old, new = json.loads(RELEASED.read_text()), json.loads(DOCUMENT.read_text())
    found = set(breaks(old, new))
    said = announced(ROOT.joinpath("CHANGELOG.md").read_text())
    silent = sorted(f"{each.operation}: {each.change}" for each in found if each.operation not in said)
    assert silent == [], "announce each in CHANGELOG.md: - **Breaking** (`operation`): what to do"


def test_an_announcement_names_operations() -> None:
    unreleased = "## Unreleased\n\n- **Breaking** (`listTasks`, `getTask`): x.\n- Not `putTask`.\n\n"
    text = unreleased + "## 0.1.0\n\n- **Breaking** (`owner`): x."
    assert announced(text) == {"listTasks", "getTask"}


def shape(document: Document, name: str) -> Any:
    return document["components"]["schemas"][name]


def parameter(document: Document, name: str) -> Any:
    return next(each for each in document["paths"][TASKS]["get"]["parameters"] if each["name"] == name)


BREAKS: dict[str, Callable[[Document], Any]] = {
    "an operation is gone": lambda new: new["paths"][TASK].pop("delete"),
    "an operation is renamed": lambda new: new["paths"][TASK]["get"].update(operationId="readTask"),
    "a path is moved": lambda new: new["paths"].update({"/v2/tasks": new["paths"].pop(TASKS)}),
    "a parameter is gone": lambda new: new["paths"][TASKS]["get"]["parameters"].pop(),
    "a parameter is required": lambda new: parameter(new, "sort").update(required=True),
    "a parameter is narrower": lambda new: parameter(new, "limit")["schema"].update(maximum=50),
    "a sort is gone": lambda new: parameter(new, "sort")["schema"]["enum"].pop(),
    "a cursor is another": lambda new: parameter(new, "cursor")["schema"].update(pattern="^[a-z]*$"),
    "a member is required": lambda new: shape(new, "TaskCreate")["required"].append("completed"),
    "a member is not taken": lambda new: shape(new, "TaskUpdate")["properties"].pop("description"),
    "a text is shorter": lambda new: shape(new, "TaskCreate")["properties"]["title"].update(maxLength=100),
    "null is not taken": lambda new: shape(new, "TaskUpdate")["properties"]["description"]["anyOf"].pop(),
    "a member is not answered": lambda new: shape(new, "TaskRead")["required"].remove("completed"),
    "a member may be null": lambda new: shape(new, "TaskRead")["properties"].update(
        title={"anyOf": [{"type": "string"}, {"type": "null"}]}
    ),
    "a member is of another type": lambda new: shape(new, "TaskRead")["properties"]["version"].update(
        type="string"
    ),
    "a page is another": lambda new: shape(new, "TaskPage")["required"].remove("next_cursor"),
    "a success is another": lambda new: new["paths"][TASKS]["post"]["responses"].update(
        {"200": new["paths"][TASKS]["post"]["responses"].pop("201")}
    ),
    "a header is gone": lambda new: new["paths"][TASK]["get"]["responses"]["200"]["headers"].pop("ETag"),
    "a media type is gone": lambda new: new["paths"][TASK]["patch"]["requestBody"]["content"].pop(
        "application/merge-patch+json"
    ),
    "the owner is said elsewhere": lambda new: new["components"]["securitySchemes"]["owner"].update(
        name="X-Owner"
    ),
    "nobody may ask": lambda new: new["paths"]["/livez"]["get"].update(security=[{"owner": []}]),
}

HARMLESS: dict[str, Callable[[Document], Any]] = {
    "nothing": lambda _: None,
    "an operation is new": lambda new: new["paths"].update({"/api/v1/notes": new["paths"][TASKS]}),
    "a parameter is new": lambda new: new["paths"][TASKS]["get"]["parameters"].append(
        {"name": "new", "in": "query", "schema": {"type": "string"}}
    ),
    "a text is longer": lambda new: [
        shape(new, name)["properties"]["title"].update(maxLength=300)
        for name in ("TaskCreate", "TaskUpdate", "TaskRead")
    ],
    "a sort is new": lambda new: parameter(new, "sort")["schema"]["enum"].append("completed"),
    "a member is answered besides": lambda new: shape(new, "TaskRead")["properties"].update(
        new={"type": "string"}
    ),
    "a member may be given besides": lambda new: shape(new, "TaskCreate")["properties"].update(
        new={"type": "string"}
    ),
    "a text says it better": lambda new: new["paths"][TASKS]["get"].update(description="Other words."),
    "an error is new": lambda new: new["paths"][TASKS]["get"]["responses"].update(
        {"429": {"description": "x"}}
    ),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_break_is_noticed(change: Callable[[Document], Any]) -> None:
    old = json.loads(DOCUMENT.read_text())
    new = copy.deepcopy(old)
    change(new)
    assert list(breaks(old, new))


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_what_breaks_nothing_passes(change: Callable[[Document], Any]) -> None:
    old = json.loads(DOCUMENT.read_text())
    new = copy.deepcopy(old)
    change(new)
    assert list(breaks(old, new)) == []
