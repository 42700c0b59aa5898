"""Complete the OpenAPI document with what FastAPI does not generate."""

import json
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

from fastapi.encoders import jsonable_encoder
from fastapi.openapi.models import SecurityBase

from routers.openapi.components import (
    COMMON_HEADERS,
    HEADERS,
    OPTIONAL_HEADERS,
    SCHEMA_REFERENCE,
    THIS_SERVER,
    header_references,
)
from routers.openapi.examples import add_examples
from routers.openapi.links import add_links
from routers.schemas.media_types import ACCEPT_PATCH, JSON, MERGE_PATCH
from routers.schemas.problem import Problem


def complete(document: dict[str, Any]) -> None:
    """Add common headers, the problem schema, links and examples."""
    components = document.setdefault("components", {})
    _add_schemas(components)
    components["headers"] = {
        name: {
            "description": description,
            "required": name not in OPTIONAL_HEADERS,
            "schema": {"type": "string", **schema},
        }
        for name, (description, schema) in HEADERS.items()
    }
    document.get("tags", []).sort(key=itemgetter("name"))
    document["paths"] = dict(sorted(document["paths"].items()))
    for operations in document["paths"].values():
        for operation in operations.values():
            _complete_operation(operation)
        if content := operations.get("patch", {}).get("requestBody", {}).get("content"):
            content[MERGE_PATCH] = content[JSON]
            operations["patch"]["responses"]["415"]["headers"] |= header_references(ACCEPT_PATCH)
    add_links(document["paths"])
    _complete_integers(document)
    add_examples(document)


def replace_security_schemes(document: dict[str, Any], schemes: Mapping[str, SecurityBase]) -> None:
    """Replace the security schemes of dependencies that have these names, written as FastAPI writes them."""
    documented = document["components"].get("securitySchemes", {})
    for name in documented.keys() & schemes.keys():
        documented[name] = jsonable_encoder(schemes[name], by_alias=True, exclude_none=True)


def servers_with(root_path: str, servers: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the servers of a document, with this server at a root path."""
    others = [each for each in servers if each != THIS_SERVER]
    if any(each["url"] == root_path for each in others):
        return others
    return [{**THIS_SERVER, "url": root_path}, *others]


def _add_schemas(components: dict[str, Any]) -> None:
    schemas = components.setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template=SCHEMA_REFERENCE, mode="serialization")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    components["schemas"] = dict(sorted(schemas.items()))
    for name, schema in schemas.items():
        _drop_redundant_titles({name: schema, **schema.get("properties", {})})


def _complete_operation(operation: dict[str, Any]) -> None:
    _drop_redundant_titles({each["name"]: each["schema"] for each in operation.get("parameters", ())})
    operation["responses"] = dict(sorted(operation["responses"].items()))
    for response in operation["responses"].values():
        response["headers"] = {**header_references(*COMMON_HEADERS), **response.get("headers", {})}


def _complete_integers(schema: dict[str, Any], *, named: bool = False) -> None:
    """Write the bounds of integers as integers (FastAPI writes floats), add bounds of choices and formats."""
    if schema.get("type") == "integer":
        values = schema.get("enum", [schema["const"]] if "const" in schema else [])
        schema |= {"minimum": min(values), "maximum": max(values)} if values else {}
        for name, part in schema.items():
            if isinstance(part, float) and part.is_integer():
                schema[name] = int(part)
        bounds = [schema.get(name, 2**63) for name in ("minimum", "maximum")]
        schema["format"] = "int32" if all(-(2**31) <= bound < 2**31 for bound in bounds) else "int64"
    for name, part in schema.items():
        for child in part if isinstance(part, list) else [part]:
            # Those contain values, unless they are the names of members.
            if isinstance(child, dict) and (named or name not in {"default", "example", "examples"}):
                _complete_integers(child, named=name == "properties")


def _drop_redundant_titles(schemas: dict[str, dict[str, Any]]) -> None:
    """Drop titles that only repeat the name: generated clients put them into every comment."""
    for name, schema in schemas.items():
        if schema.get("title") in {name, name.replace("_", " ").title()}:
            del schema["title"]


def document_text(document: dict[str, Any]) -> str:
    """Return the document as it is served and committed, byte for byte."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
