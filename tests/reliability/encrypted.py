"""PostgreSQL with TLS and SCRAM, and PgBouncer in front of it."""

import contextlib
import re
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.services import Service, find_program
from tests.support.postgres import PostgreSQL, hand_over, server_directory, unprivileged
from tests.support.processes import STOP_SECONDS, free_port, wait_until
from tests.support.sql import run_sql


@dataclass
class Encrypted:
    """A PostgreSQL server that accepts only TLS and SCRAM over TCP.

    Attributes:
        server: The server.
        password: The password of its superuser.
    """

    server: PostgreSQL
    password: str

    @property
    def certificate(self) -> Path:
        return self.server.directory / "server.crt"

    def url(self, port: int, database: str, **options: str) -> str:
        """Return the URL of a database through TCP, here or through PgBouncer."""
        query = {"sslmode": "verify-full", "sslrootcert": str(self.certificate), **options}
        text = "&".join(f"{name}={value}" for name, value in query.items())
        return f"postgresql://postgres:{self.password}@127.0.0.1:{port}/{database}?{text}"


@contextlib.contextmanager
def encrypted_postgres() -> Iterator[Encrypted]:
    """Run the newest PostgreSQL that is installed in the system; the wheel's has no TLS."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not installed:
        pytest.skip("no PostgreSQL with TLS is installed below /usr/lib/postgresql")
    openssl = find_program("openssl")
    with server_directory() as directory:
        key, certificate = directory / "server.key", directory / "server.crt"
        subprocess.run(
            [
                *(openssl, "req", "-x509", "-days", "1", "-subj", "/CN=127.0.0.1"),
                *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
                *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate),
            ],
            check=True,
            capture_output=True,
        )
        key.chmod(0o600)
        hand_over(key, certificate)
        options = ("-clisten_addresses=127.0.0.1", "-cssl=on", f"-cssl_cert_file={certificate}")
        server = PostgreSQL(installed[-1], directory, (*options, f"-cssl_key_file={key}"), free_port())
        server.initialise()
        (server.data / "pg_hba.conf").write_text(
            "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n"
        )
        password = secrets.token_hex(16)
        try:
            server.start()
            run_sql(f"{server.url}&port={server.port}", f"ALTER ROLE postgres PASSWORD '{password}'")
            yield Encrypted(server, password)
        finally:
            server.stop()


class PgBouncer(Service):
    """PgBouncer in transaction mode; both of its sides use TLS and SCRAM."""

    port: int

    def start(self) -> None:
        self.launch()
        wait_until(self._is_ready, self.output.read_text)

    def _is_ready(self) -> bool:
        assert self.running.poll() is None, self.output.read_text()
        return "process up" in self.output.read_text()


def pgbouncer(encrypted: Encrypted, directory: Path, *, prepared: bool) -> PgBouncer:
    """Configure PgBouncer; `prepared` tracks prepared statements, which version 1.21 introduced."""
    program = find_program("pgbouncer")
    if prepared and (found := pgbouncer_version(program)) < (1, 21):
        pytest.skip(f"PgBouncer {'.'.join(map(str, found))} cannot track prepared statements; 1.21 can")
    port = free_port()
    users, configuration = directory / "users.txt", directory / "pgbouncer.ini"
    users.write_text(f'"postgres" "{encrypted.password}"\n')
    own = encrypted.server.directory
    configuration.write_text(
        f"[databases]\n* = host=127.0.0.1 port={encrypted.server.port}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"pool_mode = transaction\nauth_type = scram-sha-256\nauth_file = {users}\n"
        f"client_tls_sslmode = require\nclient_tls_key_file = {own / 'server.key'}\n"
        f"client_tls_cert_file = {own / 'server.crt'}\n"
        f"server_tls_sslmode = verify-full\nserver_tls_ca_file = {own / 'server.crt'}\n"
        "default_pool_size = 5\nserver_login_retry = 1\n"
        + ("max_prepared_statements = 100\n" if prepared else "")
    )
    hand_over(users, configuration)
    options: dict[str, Any] = {"cwd": own, **unprivileged()}
    service = PgBouncer([program, configuration], "", options, directory / "pgbouncer.log")
    service.port = port
    return service


def pgbouncer_version(program: str) -> tuple[int, ...]:
    output = subprocess.run(
        [program, "--version"], check=True, capture_output=True, text=True, timeout=STOP_SECONDS
    )
    found = re.search(r"PgBouncer (\d+)\.(\d+)", output.stdout)
    assert found
    return tuple(map(int, found.groups()))
