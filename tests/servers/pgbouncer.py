"""A real PgBouncer as an object with verbs."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from tests.servers.availability import Missing
from tests.servers.log import Log
from tests.servers.processes import end, free_port, give, launch, scratch_folder, wait_until

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from tests.servers.certificates import Authority
    from tests.servers.postgres import Postgres

_CONSOLE = "console"


def find_pgbouncer() -> Path | Missing:
    """The program, which Debian keeps out of an ordinary user's PATH."""
    found = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")
    return Path(found) if found else Missing("PgBouncer", "apt-get install pgbouncer")


class PgBouncer:
    """A pooler on a free port of 127.0.0.1 in front of one PostgreSQL, all databases of which it offers.

    Users prove themselves by what `add_user` wrote (scram-sha-256), and by the same password to PostgreSQL.
    """

    host = "127.0.0.1"

    def __init__(self, program: Path, server: Postgres) -> None:
        self.program = program
        self.folder = scratch_folder()
        self.log = Log(self.folder / "log")
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = {"*": f"host={server.host} port={server.port}"}
        self._settings = {
            "listen_addr": self.host,
            "unix_socket_dir": str(self.folder),
            "auth_type": "scram-sha-256",
            "auth_file": str(self.folder / "users.txt"),
            "admin_users": _CONSOLE,
            "ignore_startup_parameters": "extra_float_digits",
        }
        self._users = {_CONSOLE: _CONSOLE}

    def __repr__(self) -> str:
        return f"<PgBouncer at {self.host}:{self.port}, log {self.log.path}>"

    def start(self) -> None:
        """Start it and return when it listens; it takes another port if somebody was faster to this one."""
        for _ in range(5):
            self._write()
            self._process = launch([self.program, "pgbouncer.ini"], self.folder, self.log.path, "KILL")
            wait_until(lambda: self._listens() or not self.running, f"the start of {self!r}")
            if self.running:
                return
            assert "cannot be used" in self.log.text or "in use" in self.log.text, f"no start:\n{self.log.text}"
            self.port = free_port()
        raise AssertionError("found no free port in five attempts")

    def stop(self) -> None:
        """End it at once."""
        if self._process:
            end(self._process, signal.SIGTERM)

    def destroy(self) -> None:
        """Stop it and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def conf(self, settings: Mapping[str, str | int]) -> None:
        """Add settings of the [pgbouncer] section, and restart if it runs."""
        self._settings |= {name: str(value) for name, value in settings.items()}
        self._again()

    def database(self, name: str, target: str) -> None:
        """Offer a database under this name; `target` is a line of the [databases] section, `host=... port=...`."""
        self._databases[name] = target
        self._again()

    def only_database(self, name: str, target: str) -> None:
        """Offer this database and no other."""
        self._databases = {name: target}
        self._again()

    def add_user(self, name: str, password: str) -> None:
        """Write a user into the users file, and restart if it runs."""
        self._users[name] = password
        self._again()

    def enable_tls(self, authority: Authority, *names: str, mode: str = "allow") -> None:
        """Offer TLS to clients (`require` insists on it) with a certificate for `names` (127.0.0.1, localhost)."""
        own = authority.issue(*(names or ("127.0.0.1", "localhost"))).installed_in(self.folder / "tls")
        files = {"client_tls_cert_file": str(own.chain), "client_tls_key_file": str(own.key)}
        self.conf({"client_tls_sslmode": mode, **files})

    def login(self, user: str, password: str, database: str = "postgres", **options: Any) -> psycopg.Connection[Any]:
        """A session through the pooler; close it, or use it in a `with`."""
        address = {"host": self.host, "port": self.port, "dbname": database, "connect_timeout": 5}
        return psycopg.connect(**{**address, "user": user, "password": password, **options})

    def console(self, command: str) -> list[Any]:
        """Say a command (`SHOW POOLS`, `PAUSE`, `KILL sales`) to the console and return its rows."""
        with self.login(_CONSOLE, _CONSOLE, "pgbouncer", autocommit=True) as session:
            cursor = session.execute(command.encode())
            return cursor.fetchall() if cursor.description else []

    def log_contains(self, needle: str, seconds: float = 2) -> AbstractContextManager[None]:
        """What happens in the `with` block must make PgBouncer log `needle`."""
        return self.log.contains(needle, seconds)

    def _again(self) -> None:
        if self.running:
            self.stop()
            self.start()

    def _write(self) -> None:
        sections = {"databases": self._databases, "pgbouncer": {**self._settings, "listen_port": str(self.port)}}
        lines = [f"[{title}]\n" + "".join(f"{k} = {v}\n" for k, v in each.items()) for title, each in sections.items()]
        (self.folder / "pgbouncer.ini").write_text("".join(lines))
        users = "".join(f'"{_quoted(name)}" "{_quoted(password)}"\n' for name, password in self._users.items())
        (self.folder / "users.txt").write_text(users)
        for name in ("pgbouncer.ini", "users.txt"):
            give(self.folder / name).chmod(0o600)

    def _listens(self) -> bool:
        with contextlib.suppress(OSError):
            socket.create_connection((self.host, self.port), 1).close()
            return True
        return False


def _quoted(text: str) -> str:
    return text.replace('"', '""')
