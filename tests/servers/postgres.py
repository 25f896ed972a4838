"""A real PostgreSQL as an object with verbs."""

from __future__ import annotations

import shutil
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from safeconduct.model import quote_identifier
from tests.servers import reset
from tests.servers.certificates import Authority
from tests.servers.log import Log
from tests.servers.processes import end, free_port, launch, run, scratch_folder, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

SUPERUSER = "postgres"
MARKER = "# what follows belongs to the test"
DEFAULT_HBA = ("host all all all scram-sha-256",)
_BASE_CONF = """
listen_addresses = '127.0.0.1'
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = '16MB'
max_connections = 30
max_wal_size = '256MB'
autovacuum = off
lc_messages = 'C'
timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
log_connections = on
password_encryption = 'scram-sha-256'
include 'test.conf'
"""


class Postgres:
    """A server of its own on a free port of 127.0.0.1, with its superuser on a Unix socket and no password.

    `programs` is a folder with initdb and postgres. What a test changes (pg_hba, settings, roles, databases, TLS)
    `reset()` takes back. The superuser always gets in through the socket, whatever pg_hba lines a test sets.
    `language` is what it speaks, where its build carries the translation and lc_messages is `C.UTF-8`.
    """

    host = "127.0.0.1"

    def __init__(self, programs: Path, language: str = "en") -> None:
        self.programs = programs
        self.language = language
        self.folder = scratch_folder()
        self.data = self.folder / "data"
        self.log = Log(self.folder / "log")
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._settings: dict[str, str] = {}
        self._hba: tuple[str, ...] = DEFAULT_HBA
        self._create()

    def __repr__(self) -> str:
        return f"<PostgreSQL at {self.host}:{self.port}, log {self.log.path}>"

    # Its life

    def start(self, is_up: Callable[[], bool] | None = None) -> None:
        """Start it and return when it answers; it takes another port if somebody was faster to this one.

        Of a server that will take no logins, `is_up` tells when it is there.
        """
        for _ in range(5):
            self.log.mark()
            options = ["-D", str(self.data), "-p", str(self.port), "-k", str(self.folder)]
            command: list[str | Path] = [self.programs / "postgres", *options]
            self._process = launch(command, self.folder, self.log.path, "QUIT", self.language)
            wait_until(lambda: (is_up or self._answers)() or not self.running, f"the start of {self!r}", 30)
            if self.running:
                return
            assert "could not create any TCP/IP sockets" in self.log.text, f"it did not start:\n{self.log.text}"
            self.port = free_port()
        raise AssertionError("found no free port in five attempts")

    def stop(self) -> None:
        """End it at once: sessions are cut off."""
        if self._process:
            end(self._process, signal.SIGINT, signal.SIGQUIT)

    def restart(self) -> None:
        """Stop and start; the port stays."""
        self.stop()
        self.start()

    def reload(self) -> None:
        """Make it read its files again, and return when new sessions live by them.

        AssertionError with the log when it refuses settings; a broken pg_hba is no error here, as for PostgreSQL.
        """
        before = self._loaded_at()
        self.signal(signal.SIGHUP)
        wait_until(lambda: self._loaded_at() != before, f"the reload of {self!r}; is a setting wrong?")

    def signal(self, number: int) -> None:
        """Send a signal to the postmaster (SIGTERM begins a smart shutdown: 57P03 for newcomers)."""
        assert self._process, "it was never started"
        self._process.send_signal(number)

    def destroy(self) -> None:
        """Stop it and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def running(self) -> bool:
        """Whether the postmaster lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        assert self._process, "it was never started"
        return self._process.pid

    @property
    def version(self) -> int:
        """The major version, such as 15."""
        return int((self.data / "PG_VERSION").read_text())

    # Asking it

    def sql(self, text: str, parameters: Iterable[Any] | None = None, *, database: str = "postgres") -> list[Any]:
        """Run SQL as the superuser and return the last statement's rows (tuples; empty when it has none)."""
        with self.superuser(database) as session:
            cursor = session.execute(sql.SQL(text), list(parameters) if parameters is not None else None)
            while cursor.nextset():
                pass
            return cursor.fetchall() if cursor.description else []

    def superuser(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """A session of the superuser that commits each statement; close it, or use it in a `with`."""
        return psycopg.connect(self.superuser_dsn(database), autocommit=True)

    def superuser_dsn(self, database: str = "postgres") -> str:
        """How the superuser gets in, as a libpq connection string without a password."""
        return f"host={self.folder} port={self.port} user={SUPERUSER} dbname={database}"

    def login(self, user: str, password: str, database: str = "postgres", **options: Any) -> psycopg.Connection[Any]:
        """A session through 127.0.0.1, as a client would open it; close it, or use it in a `with`."""
        address = {"host": self.host, "port": self.port, "dbname": database, "connect_timeout": 5}
        return psycopg.connect(**{**address, "user": user, "password": password, **options})

    # Changing it

    def hba(self, lines: Iterable[str]) -> None:
        """Let these be the pg_hba lines (instead of DEFAULT_HBA), and reload. The first one is line `HBA_LINE`."""
        self._hba = tuple(lines)
        self._write_hba()
        self.reload()

    def conf(self, settings: Mapping[str, str | int]) -> None:
        """Add settings, and reload; or restart where one of them asks for that."""
        self._settings |= {name: str(value) for name, value in settings.items()}
        self._apply_settings()

    def create_role(self, name: str, password: str | None = None, options: str = "LOGIN") -> None:
        """Create a role; `options` are the words of CREATE ROLE, such as `NOLOGIN CONNECTION LIMIT 1`."""
        secret = sql.SQL(" PASSWORD {}").format(password).as_string() if password is not None else ""
        self.sql(f"CREATE ROLE {quote_identifier(name)} {options}{secret}")

    def create_database(self, name: str, owner: str = SUPERUSER) -> None:
        """Create a database."""
        self.sql(f"CREATE DATABASE {quote_identifier(name)} OWNER {quote_identifier(owner)}")

    def enable_tls(self, authority: Authority | None = None, *names: str, expired: bool = False) -> Authority:
        """Serve TLS by a certificate for `names` (127.0.0.1, localhost), and trust the authority's clients."""
        authority = authority or Authority(self.folder / "tls")
        issued = authority.issue(*(names or ("127.0.0.1", "localhost")), expired=expired)
        own = issued.installed_in(self.folder / "tls")
        files = {"ssl_cert_file": own.chain, "ssl_key_file": own.key, "ssl_ca_file": own.authority}
        self.conf({"ssl": "on", **{name: str(path) for name, path in files.items()}})
        return authority

    def log_contains(self, needle: str, seconds: float = 2) -> AbstractContextManager[None]:
        """What happens in the `with` block must make the server log `needle`."""
        return self.log.contains(needle, seconds)

    def reset(self) -> None:
        """Take back what a test changed, and begin its log anew."""
        if not self.running:
            self.start()
        if self._hba != DEFAULT_HBA or self._settings:
            self._hba, self._settings = DEFAULT_HBA, {}
            self._write_hba()
            self._apply_settings()
        reset.restore(self, self._pristine)
        self.log.mark()

    def keep(self) -> None:
        """Let what is there now be there after reset() as well; attributes of roles and databases are not watched."""
        self._pristine = reset.snapshot(self)

    # How

    def _create(self) -> None:
        options = ["-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        run([self.programs / "initdb", "-D", self.data, *options], self.folder)
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(_BASE_CONF)
        (self.data / "test.conf").touch()
        self._write_hba()
        self.start()
        self.keep()

    def _write_hba(self) -> None:
        own = [f"local all {SUPERUSER} trust", MARKER]
        (self.data / "pg_hba.conf").write_text("\n".join([*own, *self._hba]) + "\n")

    def _apply_settings(self) -> None:
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in self._settings.items()]
        (self.data / "test.conf").write_text("".join(lines))
        self.reload()
        if self.sql("SELECT 1 FROM pg_settings WHERE pending_restart"):
            self.restart()

    def _answers(self) -> bool:
        try:
            self.superuser().close()
        except psycopg.OperationalError:
            return False
        return True

    def _loaded_at(self) -> object:
        return self.sql("SELECT pg_conf_load_time()")[0][0]


HBA_LINE = 3
