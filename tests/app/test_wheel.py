"""The wheel and the source archive: what they contain, and that the installed wheel works."""

import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from email import message_from_string
from email.message import Message
from os import geteuid
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from app import ROOT, __version__
from tests.support.guides import copy_of_project
from tests.support.installation import Installation, build
from tests.support.private_values import PLANTED
from tests.support.processes import environment, free_port, serving

ALICE = {"X-User-ID": "alice"}
DIST_INFO = f"backend_todo-{__version__}.dist-info"


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    """Return a directory that every account can reach."""
    with tempfile.TemporaryDirectory(prefix="todo-wheel-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def built(directory: Path) -> tuple[Path, Path]:
    """Return the source archive and the wheel."""
    return build(directory / "dist")


@pytest.fixture(scope="module")
def installation(directory: Path, built: tuple[Path, Path]) -> Iterator[Installation]:
    """Return the installed wheel."""
    installation = Installation.of(built[1], directory)
    yield installation
    installation.make_removable()


def files(*parts: str) -> set[str]:
    """Return the files of parts of the project."""
    found = (path for part in parts for path in ROOT.joinpath(part).rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)) for path in found if path.parent.name != "__pycache__"}


def contents(wheel: Path) -> dict[str, bytes]:
    with ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def metadata(wheel: Path) -> Message:
    return message_from_string(contents(wheel)[f"{DIST_INFO}/METADATA"].decode())


def test_the_wheel_contains_both_packages_and_the_migrations(built: tuple[Path, Path]) -> None:
    names = {name for name in contents(built[1]) if not name.startswith(DIST_INFO)}
    migrations = {f"app/database/{name}" for name in files("alembic")}
    assert names == files("app", "routers") | migrations
    assert {"app/py.typed", "routers/py.typed", "routers/openapi/docs.html"} <= names
    assert {"app/database/alembic/env.py", "routers/openapi/static/docs.js"} <= names
    assert "app/database/alembic/__init__.py" not in names


def test_the_source_archive_contains_what_builds_the_same_wheel(
    built: tuple[Path, Path], tmp_path: Path
) -> None:
    with tarfile.open(built[0]) as archive:
        archive.extractall(tmp_path, filter="data")
    (project,) = tmp_path.iterdir()
    assert {path.name for path in project.iterdir()} == {
        *("CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml", ".gitignore"),
        *("alembic", "app", "routers"),
    }
    _, wheel = build(tmp_path / "dist", project)
    assert contents(wheel) == contents(built[1])


def test_private_files_of_the_working_directory_are_not_packaged(tmp_path: Path) -> None:
    parts = ("pyproject.toml", "README.md", "LICENSE", ".gitignore", "alembic", "app", "routers")
    project = copy_of_project(tmp_path / "project", *parts)
    private = (".env", "settings.env", "notes.txt", ".data/data", "app/.env", "app/__pycache__/x.pyc")
    for name in private:
        project.joinpath(name).parent.mkdir(exist_ok=True)
        project.joinpath(name).write_text("private")
    archive, wheel = build(tmp_path / "dist", project)
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()} | contents(wheel).keys()
    assert {"pyproject.toml", "app/main.py"} <= names
    assert names.isdisjoint(private)


def test_the_metadata_are_those_of_the_project(built: tuple[Path, Path]) -> None:
    fields = metadata(built[1])
    assert (fields["Name"], fields["Version"], fields["License-Expression"]) == (
        "backend-todo",
        __version__,
        "MIT",
    )
    assert fields["Description-Content-Type"] == "text/markdown"
    assert fields.get_payload() == ROOT.joinpath("README.md").read_text()
    assert "Typing :: Typed" in fields.get_all("Classifier", [])
    assert contents(built[1])[f"{DIST_INFO}/licenses/LICENSE"] == ROOT.joinpath("LICENSE").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    "account",
    ["", pytest.param("nobody", marks=pytest.mark.skipif(geteuid() != 0, reason="requires root"))],
    ids=["the current user", "nobody"],
)
def test_the_installed_command_works_in_an_empty_directory(
    directory: Path, installation: Installation, tmp_path: Path, account: str
) -> None:
    empty, before = directory / f"empty-{account}", installation.files()
    empty.mkdir()
    if account:
        subprocess.run(["/usr/bin/env", "chown", account, empty], check=True)

    variables = environment(**installation.variables)

    def run(*arguments: str) -> str:
        command = installation.command(empty, *arguments, account=account)
        return subprocess.check_output(command, text=True, env=variables, stderr=subprocess.DEVNULL)

    port = str(free_port())
    platform = ["/usr/bin/env", "-u", "TODO_PORT", f"PORT={port}"]
    command = installation.command(empty, "serve", "--workers", "2", account=account)
    with serving(tmp_path) as serve:
        served = serve([*platform, *command], TODO_PORT=port, **installation.variables)
        with httpx.Client(headers=ALICE, base_url=served.root) as client:
            client.post("/api/v1/tasks", json={"title": PLANTED}).raise_for_status()
            for path in ("/readyz", "/docs", "/docs/assets/docs.js", "/docs/assets/swagger-ui.css"):
                client.get(path).raise_for_status()
            assert client.get("/openapi.json").content == ROOT.joinpath("openapi.json").read_bytes()
        assert run("postgres", "psql", "-Atc", "SELECT title FROM task") == f"{PLANTED}\n"
        assert served.stop() == 0
    assert "the latest" in run("migrate")
    assert PLANTED in run("owners", "export", "alice")
    assert run("openapi") == f"Wrote {empty}/openapi.json.\n"
    assert run("openapi", "--check") == "openapi.json is up to date.\n"
    assert empty.joinpath("openapi.json").read_bytes() == ROOT.joinpath("openapi.json").read_bytes()
    assert {path.name for path in empty.iterdir()} == {".data", "openapi.json"}
    assert installation.files() == before
