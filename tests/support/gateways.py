"""The gateways of deploy/gateways, with the ports and paths of a test."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from app import ROOT
from tests.support.processes import end, free_port, wait_until_responding

CONFIGURATIONS = ROOT / "deploy" / "gateways"
ACCOUNT = ("mallory", "secret")

# pragma: allowlist nextline secret
_CADDY_HASH = "JDJiJDA0JGFiY2RlZmdoaWprbG1ub3BxcnN0dXUycjlPZkpuZkNzZG5lQVhBR0huUzRVcEZGUDhXSXJX"
"""The password, hashed with bcrypt at its lowest cost, in base64."""

_NGINX = """
{user}
daemon off;
pid {directory}/nginx.pid;
error_log stderr;
events {{}}
http {{
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    include {directory}/todo.conf;
}}
"""


def _nginx(directory: Path, text: str) -> list[str]:
    users = directory / "todo.users"
    users.write_text(f"{ACCOUNT[0]}:{{PLAIN}}{ACCOUNT[1]}\n")
    text = _replaced(text, "/etc/nginx/todo.users", str(users))
    text = _replaced(text, "/var/log/nginx/todo.log", str(directory / "access.log"))
    (directory / "todo.conf").write_text(text)
    # As root, nginx changes to an account that cannot read the directory.
    user = "user root;" if os.geteuid() == 0 else ""
    (directory / "nginx.conf").write_text(_NGINX.format(directory=directory, user=user))
    return ["-e", "stderr", "-p", str(directory), "-c", str(directory / "nginx.conf")]


def _haproxy(directory: Path, text: str) -> list[str]:
    (directory / "haproxy.cfg").write_text(text)
    users = directory / "users.cfg"
    users.write_text(f"userlist todo\n    user {ACCOUNT[0]} insecure-password {ACCOUNT[1]}\n")
    return ["-db", "-f", str(users), "-f", str(directory / "haproxy.cfg")]


def _caddy(directory: Path, text: str) -> list[str]:
    users = directory / "todo.users"
    users.write_text(f"{ACCOUNT[0]} {_CADDY_HASH}\n")
    (directory / "Caddyfile").write_text(_replaced(text, "/etc/caddy/todo.users", str(users)))
    return ["run", "--adapter", "caddyfile", "--config", str(directory / "Caddyfile")]


Write = Callable[[Path, str], list[str]]
"""Write the configuration to a directory, and return the arguments of the program."""

GATEWAYS: dict[str, tuple[str, Write]] = {
    "nginx": ("nginx.conf", _nginx),
    "haproxy": ("haproxy.cfg", _haproxy),
    "caddy": ("Caddyfile", _caddy),
}


@contextlib.contextmanager
def gateway(
    name: str, application_port: int, directory: Path, changes: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Run a gateway in front of an application, and yield its port.

    If it is not installed, skip the test or, under CI, fail it.

    Args:
        name: The name of the program.
        application_port: The port of the application.
        directory: An empty directory.
        changes: Lines to replace in the configuration.
    """
    program = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        report = pytest.fail if "CI" in os.environ else pytest.skip
        report(f"{name} is not installed: on Debian, run `apt-get install {name}` as root.")
    file, write = GATEWAYS[name]
    port = free_port()
    text = (CONFIGURATIONS / file).read_text()
    for old, new in (changes or {}).items():
        text = _replaced(text, old, new)
    text = _replaced(text, "127.0.0.1:8000", f"127.0.0.1:{application_port}")
    text = _replaced(text, "127.0.0.1:8080", f"127.0.0.1:{port}")
    arguments = write(directory, text)
    output = directory / "output"
    with output.open("wb") as file_:
        variables = {**os.environ, "HOME": str(directory), "XDG_DATA_HOME": str(directory)}
        variables["XDG_CONFIG_HOME"] = str(directory)
        process = subprocess.Popen([program, *arguments], stdout=file_, stderr=file_, env=variables)
    try:
        wait_until_responding(process, f"http://127.0.0.1:{port}/readyz", output.read_text)
        yield port
    finally:
        end([process])


def _replaced(text: str, old: str, new: str) -> str:
    assert old in text, f"{old} is missing in the configuration."
    return text.replace(old, new)
