"""A disk without space below PostgreSQL."""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from tests.reliability.scenario import Fault, Measure, faults
from tests.reliability.services import Services, api, find_program
from tests.support.postgres import PostgreSQL, hand_over, running_postgres
from tests.support.sql import run_sql
from tests.support.tasks import migrated_database

pytestmark = pytest.mark.slow

DISK_MEGABYTES = 16


@dataclass
class Site:
    """A server, and the small disk that contains the application's tables."""

    server: PostgreSQL
    disk: Path


def fill_the_disk(site: Site) -> None:
    ballast = site.disk / "ballast"
    with ballast.open("wb") as file, contextlib.suppress(OSError):
        while True:
            os.write(file.fileno(), bytes(8192))
    time.sleep(4)
    ballast.unlink()


@pytest.fixture
def disk() -> Iterator[Path]:
    """Mount a small file system in memory."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    mount, umount = find_program("mount"), find_program("umount")
    path = Path(f"/tmp/todo-disk-{uuid4()}")  # noqa: S108 # its parents must be open to PostgreSQL
    path.mkdir()
    try:
        command = [mount, "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m", "tmpfs", str(path)]
        mounted = subprocess.run(command, check=False, capture_output=True, text=True)
        if mounted.returncode:
            pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
        try:
            hand_over(path)
            yield path
        finally:
            subprocess.run([umount, path], check=True)
    finally:
        path.rmdir()


@faults(Fault("disk of the tables full for 4 s", fill_the_disk, visible=True, deep=True))
async def test_no_acknowledged_write_is_lost_when_the_disk_is_full(
    fault: Fault, measure: Measure, services: Services, disk: Path
) -> None:
    with running_postgres() as server:
        run_sql(server.url, f"CREATE TABLESPACE small LOCATION '{disk}'")
        url = migrated_database(server.url, "tasks")
        run_sql(url, "ALTER TABLE task SET TABLESPACE small")
        service = services.todo(DATABASE_URL=url)
        await measure(fault, Site(server, disk), [api(service)])
