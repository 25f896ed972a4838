"""A real MariaDB as an object with verbs."""

from __future__ import annotations

import shutil
import signal
import socket
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pymysql
from pymysql.constants import CLIENT

from tests.servers.availability import Missing
from tests.servers.certificates import Authority
from tests.servers.log import Log
from tests.servers.processes import end, free_port, launch, run, scratch_folder, wait_until

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

SUPERUSER = "root"
_PATH = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"
_BASE_OPTIONS = {
    "bind-address": "127.0.0.1",
    "innodb-buffer-pool-size": "16M",
    "innodb-log-file-size": "8M",
    "innodb-flush-log-at-trx-commit": "0",
    "innodb-fast-shutdown": "2",
    "log-warnings": "2",
    "skip-name-resolve": "ON",
    "character-set-server": "utf8mb4",
}
_STATE = """
SELECT 'DATABASE', concat('`', replace(schema_name, '`', '``'), '`') FROM information_schema.schemata
UNION ALL SELECT 'USER', concat(quote(user), '@', quote(host)) FROM mysql.global_priv
"""


def find_mariadb() -> Path | Missing:
    """The server, which Debian keeps out of an ordinary user's PATH."""
    found = shutil.which("mariadbd") or shutil.which("mariadbd", path=_PATH)
    return Path(found) if found else Missing("MariaDB", "apt-get install mariadb-server, or make servers")


class MariaDb:
    """A server of its own on a free port of 127.0.0.1; its superuser gets in through a Unix socket, without password.

    What a test changes (users, databases, options, TLS) `reset()` takes back.
    """

    host = "127.0.0.1"

    def __init__(self, program: Path) -> None:
        self.program = program
        self.folder = scratch_folder()
        self.socket = self.folder / "socket"
        self.log = Log(self.folder / "log")
        self._temporary = self.folder / "temporary"
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._options: dict[str, str] = {}
        self._create()

    def __repr__(self) -> str:
        return f"<MariaDB at {self.host}:{self.port}, log {self.log.path}>"

    # Its life

    def start(self) -> None:
        """Start it and return when it answers; it takes another port if somebody was faster to this one."""
        for _ in range(5):
            self.log.mark()
            self._process = launch(self._command(), self.folder, self.log.path, "KILL")
            wait_until(lambda: self._answers() or not self.running, f"the start of {self!r}", 30)
            if self.running:
                return
            assert "Address already in use" in self.log.text, f"it did not start:\n{self.log.text}"
            self.port = free_port()
        raise AssertionError("found no free port in five attempts")

    def stop(self) -> None:
        """End it in good order."""
        if self._process:
            end(self._process, signal.SIGTERM)

    def restart(self) -> None:
        """Stop and start; the port stays."""
        self.stop()
        self.start()

    def destroy(self) -> None:
        """End it at once and remove its folder."""
        if self._process:
            end(self._process, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    # Asking it

    def sql(self, text: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """Run SQL as the superuser and return the last statement's rows."""
        with closing(self.superuser(database)) as session, session.cursor() as cursor:
            cursor.execute(text)
            rows = cursor.fetchall()
            while cursor.nextset():
                rows = cursor.fetchall()
            return list(rows)

    def superuser(self, database: str | None = None) -> pymysql.Connection[Any]:
        """A session of the superuser that commits each statement; close it."""
        return pymysql.connect(
            unix_socket=str(self.socket),
            user=SUPERUSER,
            database=database,
            autocommit=True,
            client_flag=CLIENT.MULTI_STATEMENTS,
        )

    # Changing it

    def conf(self, options: Mapping[str, str]) -> None:
        """Add options of the server, such as `require-secure-transport`, and restart."""
        self._options |= options
        self.restart()

    def create_user(self, name: str, password: str, host: str = "%", options: str = "") -> None:
        """Create an account; `options` are the words behind the password, such as `REQUIRE SSL`."""
        self.sql(f"CREATE USER {_text(name)}@{_text(host)} IDENTIFIED BY {_text(password)} {options}")

    def create_database(self, name: str, owner: str | None = None, owner_host: str = "%") -> None:
        """Create a database, all of which belongs to the owner."""
        quoted = "`" + name.replace("`", "``") + "`"
        self.sql(f"CREATE DATABASE {quoted}")
        if owner is not None:
            self.sql(f"GRANT ALL ON {quoted}.* TO {_text(owner)}@{_text(owner_host)}")

    def enable_tls(self, *names: str, expired: bool = False) -> Authority:
        """Serve TLS by a certificate for `names` (127.0.0.1, localhost), and trust the authority's clients."""
        authority = Authority(self.folder / "tls")
        own = authority.issue(*(names or ("127.0.0.1", "localhost")), expired=expired)
        files = own.installed_in(self.folder / "tls")
        self.conf({"ssl-cert": str(files.chain), "ssl-key": str(files.key), "ssl-ca": str(files.authority)})
        return authority

    def log_contains(self, needle: str, seconds: float = 2) -> AbstractContextManager[None]:
        """What happens in the `with` block must make the server log `needle`."""
        return self.log.contains(needle, seconds)

    def reset(self) -> None:
        """Take back what a test changed, and begin its log anew."""
        if self._options or not self.running:
            self._options = {}
            self.restart()
        for kind, name in self._state() - self._pristine:
            self.sql(f"DROP {kind} {name}")
        assert self._state() == self._pristine, "a test changed what reset() cannot take back"
        self.sql("FLUSH HOSTS")
        self.log.mark()

    # How

    def _create(self) -> None:
        installer = shutil.which("mariadb-install-db") or shutil.which("mariadb-install-db", path=_PATH)
        assert installer, "mariadb-install-db comes with the server"
        # A server that starts removes what others of its kind have in a folder of temporary files that they share.
        run(["mkdir", self._temporary], self.folder)
        places = [f"--datadir={self.folder / 'data'}", f"--tmpdir={self._temporary}"]
        options = ["--auth-root-authentication-method=normal", "--skip-test-db"]
        run([installer, "--no-defaults", *places, *options], self.folder)
        self.start()
        self._pristine = self._state()

    def _command(self) -> list[str | Path]:
        places = {"datadir": self.folder / "data", "socket": self.socket, "pid-file": self.folder / "pid"}
        places["tmpdir"] = self._temporary
        options = {**_BASE_OPTIONS, **places, "port": self.port, **self._options}
        return [self.program, "--no-defaults", *(f"--{name}={value}" for name, value in options.items())]

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:  # PyMySQL leaves its socket open where it is refused
            if probe.connect_ex(str(self.socket)):
                return False
        self.superuser().close()
        return True

    def _state(self) -> frozenset[tuple[Any, ...]]:
        return frozenset(self.sql(_STATE))


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
