"""Killed processes of `todo serve` with its embedded PostgreSQL, with the default durability."""

import time

import psutil
import pytest

from tests.reliability.scenario import Fault, Measure, faults
from tests.reliability.services import Service, Services, api
from tests.support.processes import kill, postgres_below

pytestmark = pytest.mark.slow


def kill_the_server(service: Service) -> None:
    service.kill()


def kill_a_worker(service: Service) -> None:
    service.workers()[0].kill()
    time.sleep(1)


def kill_the_postmaster(service: Service) -> None:
    """The other processes of PostgreSQL end by themselves."""
    postmasters = [each for each in _postgres(service) if "-D" in each.cmdline()]
    assert len(postmasters) == 1
    postmasters[0].kill()
    time.sleep(1)


def kill_everything(service: Service) -> None:
    processes = [*service.children(), *_postgres(service)]
    service.kill()
    kill(processes)


def _postgres(service: Service) -> list[psutil.Process]:
    return postgres_below(service.output.parent)


@faults(
    Fault("`kill -9` of the only process", kill_the_server, visible=True, rounds=5, deep=True),
    Fault("`kill -9` of one of two workers", kill_a_worker, visible=True, rounds=5, deep=True),
    Fault("`kill -9` of the supervisor of two workers", kill_the_server, visible=True, deep=True),
    Fault("`kill -9` of the embedded PostgreSQL", kill_the_postmaster, visible=True, rounds=5),
    Fault("`kill -9` of the server, its workers and PostgreSQL", kill_everything, visible=True, rounds=5),
)
async def test_no_acknowledged_write_is_lost_or_doubled_when_processes_are_killed(
    fault: Fault, measure: Measure, services: Services
) -> None:
    workers = "1" if "only" in fault.name else "2"
    data = str(services.directory / "data")
    service = services.todo(TODO_DATA_DIR=data, TODO_WORKERS=workers)
    await measure(fault, service, [api(service)])


def stop_and_start(service: Service) -> None:
    service.terminate()
    service.launch()


@faults(
    Fault("SIGTERM of one process, then a start", stop_and_start, visible=True, deep=True),
    Fault("SIGTERM of a supervisor with four workers, then a start", stop_and_start, visible=True, deep=True),
)
async def test_a_server_that_gets_sigterm_resets_no_connection(
    fault: Fault, measure: Measure, services: Services
) -> None:
    workers = "4" if "four" in fault.name else "1"
    data = str(services.directory / "data")
    service = services.todo(TODO_DATA_DIR=data, TODO_WORKERS=workers)
    # Without keep-alive, a connection that is accepted gets a response: only new ones may be refused.
    tally = await measure(fault, service, [api(service)], headers={"Connection": "close"})
    assert not tally.notes
