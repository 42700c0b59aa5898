"""The TypeScript clients: generate, compile and run them."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import ROOT
from routers import ResourceAPI, ResourceRouter, resource_router
from tests.support.gadgets import access
from tests.support.issuer import Issuer
from tests.support.processes import Serve, environment
from tests.support.specimens import areas, regions, specimen_routers
from tests.support.tasks import migrated_database

SOURCES = ROOT / "clients" / "typescript"
SCENARIOS = ("openapi-fetch", "hey-api", "orval")
MISSING = (
    "The TypeScript clients cannot be tested: install Node 20.19 or newer with npm, then run make clients."
)
GENERATED = shutil.ignore_patterns("node_modules", "generated", "build")
IMPORT = re.compile(r"^import .*$|^/\*\*.*$", re.MULTILINE)
UNCHECKED = re.compile(r"\bas\b|\bany\b|\bunknown\b|@ts-|[\w)\]]!(?!=)")
"""Casts, and other ways to bypass the compiler."""

BREAKING_CHANGES = (
    ("title", "Property 'title' is optional"),
    ("next_cursor", "Type 'string | undefined' is not assignable to type 'string'"),
    ("description", "Type 'null' is not assignable to type 'string'"),
    ("If-Match", """Type '{ "If-Match": string; }' is not assignable to type 'never'"""),
    ("detail", "Property 'detail' does not exist"),
)
"""The fields that the changed document breaks, and the errors of the compiler."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the clients in which nothing is generated yet."""
    modules = SOURCES / "node_modules"
    if not (shutil.which("npm") and modules.joinpath(".ready").exists()):
        (pytest.fail if "CI" in os.environ else pytest.skip)(MISSING)
    copy = tmp_path / SOURCES.relative_to(ROOT)
    shutil.copytree(SOURCES, copy, ignore=GENERATED)
    copy.joinpath("node_modules").symlink_to(modules)
    return copy


def run(copy: Path, command: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command.split(), check=False, capture_output=True, text=True, cwd=copy, env=environment(**settings)
    )


def build_hey_api(copy: Path, url: str) -> None:
    """Generate and compile one client, from the document of a server."""
    copy.parents[1].joinpath("openapi.json").write_bytes(httpx.get(f"{url}/openapi.json").content)
    references = [{"path": "tsconfig.hey-api.json"}]
    alone = {
        "extends": "./tsconfig.json",
        "include": ["scenarios/hey-api.ts"],
        "references": references,
    }
    copy.joinpath("alone.json").write_text(json.dumps(alone))
    for command in ("npm run --silent hey-api", "node_modules/.bin/tsc --build alone.json"):
        result = run(copy, command)
        assert result.returncode == 0, result.stdout + result.stderr


def test_each_generated_client_compiles_and_works(copy: Path, serve: Serve, server_url: str) -> None:
    shutil.copy(ROOT / "openapi.json", copy.parents[1])
    build = run(copy, "npm run --silent build")
    assert build.returncode == 0, build.stdout + build.stderr
    url = migrated_database(server_url, "typescript")
    served = serve(DATABASE_URL=url, TODO_OWNER_PROVIDER="app.owner:trusted_header")
    for scenario in SCENARIOS:
        result = run(copy, f"node build/scenarios/{scenario}.js", TODO_URL=served.url.removesuffix("/api/v1"))
        assert result.returncode == 0, result.stdout + result.stderr


USE_OF_NAMES = """\
import {{ listRegions, getRegion, mapListPublicAreas, mapGetPublicArea }} from "../generated/{module}.js";
import type {{ RegionPage, MapPublicAreaPage, RegionRead }} from "../generated/{module}.js";

export const operations = [listRegions, getRegion, mapListPublicAreas, mapGetPublicArea];
export const rows = (one: RegionPage, two: MapPublicAreaPage): RegionRead[] => [...one.items, ...two.items];
"""
USE_OF_TYPES = """\
import type { components, operations } from "../generated/openapi-fetch.js";

type Schemas = components["schemas"];

export const names: (keyof operations)[] = ["listRegions", "mapListPublicAreas", "mapGetPublicArea"];
export function rows(one: Schemas["RegionPage"], two: Schemas["MapPublicAreaPage"]): Schemas["RegionRead"][] {
  return [...one.items, ...two.items];
}
"""

USE_OF_JSON = """\
import type { components } from "../generated/openapi-fetch.js";

type Specimen = components["schemas"]["SpecimenCreate"];

export const specimen: Specimen = { name: "a", anything: [1, { b: [null, { c: "d" }] }] };
"""


def build_clients_of(copy: Path, routers: Iterable[ResourceRouter[Any]], sources: Mapping[str, str]) -> None:
    """Generate the clients of these routers, and compile them with sources that use them."""
    api = ResourceAPI(title="Specimens")
    for router in routers:
        api.include_router(router)
    copy.parents[1].joinpath("openapi.json").write_text(api.openapi_text())
    scenarios = copy / "scenarios"
    for name in (*SCENARIOS, "expected"):
        scenarios.joinpath(f"{name}.ts").unlink()
    for name, source in sources.items():
        scenarios.joinpath(f"{name}.ts").write_text(source)
    build = run(copy, "npm run --silent build")
    assert build.returncode == 0, build.stdout + build.stderr


@pytest.mark.slow
def test_each_client_of_two_resources_of_one_table_has_the_names_of_both(copy: Path) -> None:
    uses = {
        module.partition("/")[0]: USE_OF_NAMES.format(module=module)
        for module in ("hey-api/index", "orval/todo")
    }
    routers = [resource_router(resource, access) for resource in (regions, areas)]
    build_clients_of(copy, routers, {"types": USE_OF_TYPES, **uses})


@pytest.mark.slow
def test_each_client_of_resources_with_members_of_every_type_compiles(copy: Path) -> None:
    build_clients_of(copy, specimen_routers(), {"types": USE_OF_JSON})


@pytest.mark.slow
def test_a_client_does_not_compile_with_a_document_that_breaks_it(copy: Path) -> None:
    document = json.loads(ROOT.joinpath("openapi.json").read_text())
    schemas = document["components"]["schemas"]
    schemas["TaskRead"]["required"].remove("title")
    schemas["TaskPage"]["required"].remove("next_cursor")
    schemas["TaskUpdate"]["properties"]["description"] = {"type": "string"}
    document["paths"]["/api/v1/tasks/{task_id}/toggle"]["post"]["parameters"].pop()
    schemas["Problem"]["required"].remove("detail")
    del schemas["Problem"]["properties"]["detail"]
    copy.parents[1].joinpath("openapi.json").write_text(json.dumps(document))
    alone = {"extends": "./tsconfig.json", "include": ["scenarios/openapi-fetch.ts"], "references": []}
    copy.joinpath("alone.json").write_text(json.dumps(alone))
    generated = run(copy, "npm run --silent openapi-fetch")
    assert generated.returncode == 0, generated.stdout + generated.stderr
    compiled = run(copy, "node_modules/.bin/tsc --noEmit --project alone.json")
    assert compiled.returncode != 0
    assert [name for name, error in BREAKING_CHANGES if error not in compiled.stdout] == [], compiled.stdout


@pytest.mark.slow
def test_a_client_that_is_generated_for_tokens_sends_them_with_unchanged_code(
    copy: Path, serve: Serve, server_url: str, tmp_path: Path
) -> None:
    issuer = Issuer(tmp_path)
    served = serve(DATABASE_URL=migrated_database(server_url, "tokens"), **issuer.settings)
    build_hey_api(copy, served.root)
    result = run(copy, "node build/scenarios/hey-api.js", TODO_URL=served.root, TODO_OWNER=issuer.token())
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.slow
def test_a_client_that_is_generated_below_a_prefix_sends_its_requests_there(
    copy: Path, serve: Serve, server_url: str
) -> None:
    url = migrated_database(server_url, "prefix")
    served = serve(
        DATABASE_URL=url, TODO_OWNER_PROVIDER="app.owner:trusted_header", TODO_ROOT_PATH="/apps/todo"
    )
    build_hey_api(copy, f"{served.root}/apps/todo")
    generated = copy.joinpath("generated", "hey-api", "client.gen.ts").read_text()
    (base_url,) = re.findall(r"baseUrl: '(.*?)'", generated)
    assert base_url == "/apps/todo"
    result = run(copy, "node build/scenarios/hey-api.js", TODO_URL=f"{served.root}{base_url}")
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_does_not_bypass_the_compiler(scenario: str) -> None:
    code = IMPORT.sub("", SOURCES.joinpath("scenarios", f"{scenario}.ts").read_text())
    assert UNCHECKED.findall(code) == []


def test_the_typescript_in_the_guides_is_part_of_a_scenario() -> None:
    guides = [ROOT / "README.md", SOURCES / "README.md", *ROOT.glob("docs/*.md")]
    blocks = [
        block
        for guide in guides
        for block in re.findall(
            r"^```(?:ts|typescript)\n(.*?)^```", guide.read_text(), re.DOTALL | re.MULTILINE
        )
    ]
    scenarios = "".join(SOURCES.joinpath("scenarios", f"{name}.ts").read_text() for name in SCENARIOS)
    assert blocks != []
    assert [block for block in blocks if block not in scenarios] == []
