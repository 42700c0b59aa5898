"""Rules for the modules of resources that no linter has."""

import ast
from collections.abc import Iterator

from app import ROOT

INFRASTRUCTURE = {"database", "embedded_postgres", "server_protocol"}
"""The folders of the application that are not those of resources."""

RESOURCES = sorted({path.parent.name for path in ROOT.glob("app/*/__init__.py")} - INFRASTRUCTURE)


def import_errors(source: str) -> Iterator[str]:
    """Yield an error for each import of the application, other than app.access and the resources."""
    allowed = {"access", *RESOURCES}
    for name in _imports(ast.parse(source)):
        package, _, rest = name.partition(".")
        if package == "app" and rest.partition(".")[0] not in allowed:
            yield (
                f"{name} must not be imported: a resource imports routers, app.access and other resources. "
                "Pass it what it needs through app/access.py."
            )


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)


def database_errors(source: str) -> Iterator[str]:
    """Yield an error for each way to the database that is no import."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and _reaches_database(node):
            yield (
                f"line {node.lineno}: {ast.unparse(node)} reaches rows of all owners. "
                "Take a scope as a parameter, e.g. rows: Annotated[Scope[TaskRead], router.scope]."
            )


def _reaches_database(node: ast.Attribute) -> bool:
    """Check for `request.app.state`, `state.database` and `access.database`, however they are reached."""
    if node.attr == "state":
        return _name(node.value) == "app"
    return node.attr == "database" and _name(node.value) in {"state", "access"}


def _name(node: ast.expr) -> str:
    """Return the last name in an expression: `app` of `request.app` and of `request.scope["app"]`."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return getattr(node, "attr", getattr(node, "id", ""))
