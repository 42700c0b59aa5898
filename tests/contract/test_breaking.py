"""A change that breaks clients must be announced in the changelog."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from app import ROOT
from app.commands import DOCUMENT
from tests.support.breaking import breaking_changes

RELEASED = ROOT / "docs" / "released" / "openapi.json"
"""The document of the latest release."""

Document = dict[str, Any]
TASKS, TASK = "/api/v1/tasks", "/api/v1/tasks/{task_id}"


def announced(changelog: str) -> set[str]:
    """Return the operations that unreleased entries name: `- **Breaking** (`listTasks`): ...`."""
    unreleased = re.search(r"^## Unreleased\n(.*?)(?=^## |\Z)", changelog, re.DOTALL | re.MULTILINE)
    lines = re.findall(r"^- \*\*Breaking\*\* \((.*?)\)", unreleased[1] if unreleased else "", re.MULTILINE)
    return {name for line in lines for name in re.findall(r"`(\w+)`", line)}


def test_each_breaking_change_since_the_release_is_announced() -> None:
    old, new = json.loads(RELEASED.read_text()), json.loads(DOCUMENT.read_text())
    names = announced(ROOT.joinpath("CHANGELOG.md").read_text())
    changes = {change for change in breaking_changes(old, new) if change.operation not in names}
    assert sorted(f"{each.operation}: {each.change}" for each in changes) == [], (
        "announce each in CHANGELOG.md: - **Breaking** (`operation`): what to do"
    )


def test_only_unreleased_entries_announce_breaking_changes() -> None:
    unreleased = "## Unreleased\n\n- **Breaking** (`listTasks`, `getTask`): x.\n- Not `putTask`.\n\n"
    text = unreleased + "## 0.1.0\n\n- **Breaking** (`owner`): x."
    assert announced(text) == {"listTasks", "getTask"}


def schema(document: Document, name: str) -> Any:
    return document["components"]["schemas"][name]


def parameter(document: Document, name: str) -> Any:
    return next(each for each in document["paths"][TASKS]["get"]["parameters"] if each["name"] == name)


BREAKING: dict[str, Callable[[Document], Any]] = {
    "operation-removed": lambda new: new["paths"][TASK].pop("delete"),
    "operation-renamed": lambda new: new["paths"][TASK]["get"].update(operationId="readTask"),
    "path-changed": lambda new: new["paths"].update({"/v2/tasks": new["paths"].pop(TASKS)}),
    "parameter-removed": lambda new: new["paths"][TASKS]["get"]["parameters"].pop(),
    "parameter-required": lambda new: parameter(new, "sort").update(required=True),
    "parameter-maximum-lowered": lambda new: parameter(new, "limit")["schema"].update(maximum=50),
    "sort-removed": lambda new: parameter(new, "sort")["schema"]["enum"].pop(),
    "cursor-pattern-changed": lambda new: parameter(new, "cursor")["schema"].update(pattern="^[a-z]*$"),
    "body-field-required": lambda new: schema(new, "TaskCreate")["required"].append("completed"),
    "body-field-removed": lambda new: schema(new, "TaskUpdate")["properties"].pop("description"),
    "body-field-max-length-lowered": lambda new: schema(new, "TaskCreate")["properties"]["title"].update(
        maxLength=100
    ),
    "body-field-null-removed": lambda new: schema(new, "TaskUpdate")["properties"]["description"][
        "anyOf"
    ].pop(),
    "response-field-optional": lambda new: schema(new, "TaskRead")["required"].remove("completed"),
    "response-field-nullable": lambda new: schema(new, "TaskRead")["properties"].update(
        title={"anyOf": [{"type": "string"}, {"type": "null"}]}
    ),
    "response-field-type-changed": lambda new: schema(new, "TaskRead")["properties"]["version"].update(
        type="string"
    ),
    "page-field-optional": lambda new: schema(new, "TaskPage")["required"].remove("next_cursor"),
    "success-status-changed": lambda new: new["paths"][TASKS]["post"]["responses"].update(
        {"200": new["paths"][TASKS]["post"]["responses"].pop("201")}
    ),
    "response-header-removed": lambda new: new["paths"][TASK]["get"]["responses"]["200"]["headers"].pop(
        "ETag"
    ),
    "media-type-removed": lambda new: new["paths"][TASK]["patch"]["requestBody"]["content"].pop(
        "application/merge-patch+json"
    ),
    "security-scheme-changed": lambda new: new["components"]["securitySchemes"]["owner"].update(
        name="X-Owner"
    ),
    "security-requirement-added": lambda new: new["paths"]["/livez"]["get"].update(security=[{"owner": []}]),
}

COMPATIBLE: dict[str, Callable[[Document], Any]] = {
    "nothing": lambda _: None,
    "operation-added": lambda new: new["paths"].update({"/api/v1/notes": new["paths"][TASKS]}),
    "optional-parameter-added": lambda new: new["paths"][TASKS]["get"]["parameters"].append(
        {"name": "new", "in": "query", "schema": {"type": "string"}}
    ),
    "max-length-raised": lambda new: [
        schema(new, name)["properties"]["title"].update(maxLength=300)
        for name in ("TaskCreate", "TaskUpdate", "TaskRead")
    ],
    "sort-added": lambda new: parameter(new, "sort")["schema"]["enum"].append("completed"),
    "response-field-added": lambda new: schema(new, "TaskRead")["properties"].update(new={"type": "string"}),
    "optional-body-field-added": lambda new: schema(new, "TaskCreate")["properties"].update(
        new={"type": "string"}
    ),
    "description-changed": lambda new: new["paths"][TASKS]["get"].update(description="Other words."),
    "error-response-added": lambda new: new["paths"][TASKS]["get"]["responses"].update(
        {"429": {"description": "x"}}
    ),
}


@pytest.mark.parametrize("change", BREAKING.values(), ids=BREAKING)
def test_a_breaking_change_is_detected(change: Callable[[Document], Any]) -> None:
    old = json.loads(DOCUMENT.read_text())
    new = copy.deepcopy(old)
    change(new)
    assert list(breaking_changes(old, new))


@pytest.mark.parametrize("change", COMPATIBLE.values(), ids=COMPATIBLE)
def test_a_compatible_change_is_not_reported(change: Callable[[Document], Any]) -> None:
    old = json.loads(DOCUMENT.read_text())
    new = copy.deepcopy(old)
    change(new)
    assert list(breaking_changes(old, new)) == []
