"""Serve the metrics of all workers to Prometheus, from the supervising process."""

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil
from prometheus_client import CollectorRegistry, Metric, start_http_server, values
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from app import CommandError, __version__
from app.metrics import DIRECTORY
from app.settings import Settings


@contextlib.contextmanager
def metrics_server(settings: Settings) -> Iterator[None]:
    """Serve the metrics during the block, if `TODO_METRICS_PORT` is set.

    Raises:
        CommandError: the port cannot be bound.
    """
    if settings.metrics_port is None:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="todo-metrics-") as directory:
        registry = CollectorRegistry()
        registry.register(ProcessCollector(Path(directory)))
        MultiProcessCollector(registry, directory)
        try:
            server, thread = start_http_server(settings.metrics_port, settings.metrics_host, registry)
        except OSError as error:
            raise CommandError(
                f"Cannot serve metrics on {settings.metrics_host}:{settings.metrics_port} "
                f"({error.strerror}): set TODO_METRICS_PORT to a free port, or TODO_METRICS_HOST to an "
                "address of this machine."
            ) from error
        os.environ[DIRECTORY] = directory
        # A single worker runs in this process, which imported the client before the variable was set.
        values.ValueClass = values.MultiProcessValue()
        try:
            yield
        finally:
            del os.environ[DIRECTORY]
            server.shutdown()
            server.server_close()
            thread.join()


class ProcessCollector(Collector):
    """The version, and the use of resources by each process of the server."""

    def __init__(self, directory: Path) -> None:
        """Find the workers by their files in this directory."""
        self._directory = directory

    def collect(self) -> Iterable[Metric]:
        """Measure all processes, and drop the gauges of dead workers."""
        version, python = __version__, ".".join(map(str, sys.version_info[:3]))
        build = GaugeMetricFamily(
            "todo_build_info", "The version of the server and of Python.", labels=["version", "python"]
        )
        build.add_metric([version, python], 1)
        memory = GaugeMetricFamily("process_resident_memory_bytes", "Resident memory.", labels=["pid"])
        cpu = CounterMetricFamily("process_cpu_seconds", "User and system CPU time.", labels=["pid"])
        files = GaugeMetricFamily("process_open_fds", "Open file descriptors.", labels=["pid"])
        start = GaugeMetricFamily(
            "process_start_time_seconds", "Start time, in seconds since 1970.", labels=["pid"]
        )
        for process in self._processes():
            with contextlib.suppress(psutil.Error):  # it has just ended
                label = [str(process.pid)]
                memory.add_metric(label, process.memory_info().rss)
                times = process.cpu_times()
                cpu.add_metric(label, times.user + times.system)
                files.add_metric(label, process.num_fds())
                start.add_metric(label, process.create_time())
        return build, memory, cpu, files, start

    def _processes(self) -> Iterator[psutil.Process]:
        this = psutil.Process()
        children = {child.pid: child for child in this.children()}
        yield this
        for pid in {int(match[1]) for file in self._directory.iterdir() if (match := _PID.search(file.name))}:
            if pid in children:
                yield children[pid]
            elif pid != this.pid:
                with contextlib.suppress(FileNotFoundError):  # another scrape has done it
                    mark_process_dead(pid, str(self._directory))


_PID = re.compile(r"_(\d+)\.db$")
