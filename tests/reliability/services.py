"""The servers of a scenario: `todo serve`, nginx and PgBouncer, each restarted when it has ended."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.private_values import check_logs
from tests.support.processes import (
    STOP_SECONDS,
    TODO,
    end,
    environment,
    free_port,
    kill,
    wait_until_responding,
)

PROVIDER = {"TODO_OWNER_PROVIDER": "app.owner:trusted_header", "TODO_LOG_FORMAT": "json"}


@dataclass
class Service:
    """A program that is restarted with the same port, as a supervisor such as systemd does.

    Attributes:
        command: The program with its arguments.
        probe: The URL that responds when the program is ready.
        options: Arguments of `subprocess.Popen`.
    """

    command: list[str | Path]
    probe: str
    options: dict[str, Any]
    output: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def running(self) -> "subprocess.Popen[bytes]":
        assert self.process is not None
        return self.process

    def start(self) -> None:
        """Start the program and wait until it responds."""
        self.launch()
        wait_until_responding(self.running, self.probe, self.output.read_text)

    def launch(self) -> None:
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(self.command, stdout=output, stderr=output, **self.options)

    def supervise(self) -> None:
        """Start the program again if it has ended."""
        if self.process is not None and self.process.poll() is not None:
            self.launch()

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.running.pid).children(recursive=True)

    def workers(self) -> list[psutil.Process]:
        return [child for child in self.children() if "spawn_main" in " ".join(child.cmdline())]

    def kill(self) -> None:
        """Kill the program, but not its children, and reap it."""
        self.running.kill()
        self.running.wait(STOP_SECONDS)

    def terminate(self) -> None:
        """Stop the program with SIGTERM, as a deployment does."""
        self.running.send_signal(signal.SIGTERM)
        self.running.wait(STOP_SECONDS)


@dataclass
class Services:
    """Starts services, and stops those that still run at the end."""

    directory: Path
    started: list[Service] = field(default_factory=list)

    def todo(self, **settings: str) -> Service:
        """Start `todo serve`; without DATABASE_URL, with an embedded PostgreSQL in `TODO_DATA_DIR`."""
        variables = environment(**PROVIDER, **settings)
        url = f"http://127.0.0.1:{variables['TODO_PORT']}/livez"
        return self._start([TODO, "serve"], url, cwd=self.directory, env=variables)

    def nginx(self, services: list[Service]) -> str:
        """Start nginx in front of servers, and return the base URL of the API."""
        port = free_port()
        configuration = self.directory / "nginx.conf"
        servers = "".join(f"server {netloc(service.probe)} max_fails=0; " for service in services)
        configuration.write_text(NGINX.format(directory=self.directory, port=port, servers=servers))
        program = find_program("nginx")
        command: list[str | Path] = [program, "-p", self.directory, "-c", configuration]
        self._start(command, f"http://127.0.0.1:{port}/livez")
        return f"http://127.0.0.1:{port}/api/v1"

    def _start(self, command: list[str | Path], probe: str, **options: Any) -> Service:
        service = Service(command, probe, options, self.directory / f"output-{len(self.started)}")
        self.started.append(service)
        service.start()
        return service

    def supervise(self) -> None:
        for service in self.started:
            service.supervise()


def netloc(url: str) -> str:
    return url.split("/")[2]


def api(service: Service) -> str:
    """Return the base URL of the API of a `todo serve`."""
    return f"http://{netloc(service.probe)}/api/v1"


# Only errors before or during the request are retried, and only methods that are idempotent.
NGINX = """
daemon off; master_process off; pid {directory}/nginx.pid; error_log stderr warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi; uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;
    upstream todo {{ {servers} }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://todo;
            proxy_set_header Host $http_host;
            proxy_next_upstream error timeout;
        }}
    }}
}}
"""


def find_program(name: str) -> str:
    """Return the path of an optional program; skip the test if it is not installed."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@contextlib.contextmanager
def running_services(directory: Path) -> Iterator[Services]:
    """Yield a starter of services; stop them at the end, in reverse order, and search their logs."""
    services = Services(directory)
    try:
        yield services
    finally:
        for service in reversed(services.started):
            if service.process is not None:
                left = [] if service.process.poll() is not None else service.children()
                end([service.process])
                kill([process for process in left if process.is_running()])
    check_logs(service.output.read_text() for service in services.started)
