"""An embedded PostgreSQL: made in a directory of ours, ended by its own process id, gone with us."""

from __future__ import annotations

import re
import secrets
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING

from safeconduct.demo.binaries import Binaries, find_binaries, reachable
from safeconduct.demo.children import Account, ordinary_account, start
from safeconduct.demo.problem import DemoProblem
from safeconduct.model import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psycopg

    from safeconduct.demo.interruption import Interruptions

ADDRESS = "127.0.0.1"
ADMINISTRATOR = "postgres"
START_SECONDS = 30.0
STOP_SECONDS = 10.0
_SOCKET_PATH_MOST = 107 - len("/.s.PGSQL.65535")  # sun_path of unix(7)


class Server:
    """A PostgreSQL on a free port of 127.0.0.1; its superuser comes in by the Unix socket only.

    `directory` must exist; all that the server keeps lies below it. Nothing in it survives a crash: fsync is off.
    """

    def __init__(self, directory: Path, interruptions: Interruptions, hba: str, preferred_port: int = 0) -> None:
        self.directory = directory
        self.port = preferred_port
        self._interruptions = interruptions
        self._hba = hba
        self._password = Secret(secrets.token_urlsafe(24))
        self._account = Account()
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the postmaster while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Make the data directory and start. Raises DemoProblem, with PostgreSQL's own last words."""
        try:
            self._start()
        except (OSError, subprocess.SubprocessError) as error:
            raise self._problem(str(error)) from error

    def stop(self) -> None:
        """End it at once: its data is thrown away. Does nothing when it does not run."""
        if self._process is None:
            return
        # SIGQUIT is PostgreSQL's immediate shutdown: all its children end, its shared memory is given back.
        for request in (signal.SIGQUIT, signal.SIGKILL):
            self._process.send_signal(request)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            break
        self._process = None

    @contextmanager
    def administrator(self, database: str = "postgres") -> Iterator[psycopg.Connection]:
        """A superuser's session, every statement its own transaction. Raises psycopg.Error."""
        import psycopg

        with psycopg.connect(
            host=str(self._room),
            port=self.port,
            user=ADMINISTRATOR,
            password=self._password.reveal(),
            dbname=database,
            connect_timeout=5,
            autocommit=True,
        ) as connection:
            yield connection

    @property
    def _room(self) -> Path:
        return self.directory / "run"

    @property
    def _data(self) -> Path:
        return self._room / "data"

    @property
    def _log(self) -> Path:
        return self.directory / "postgresql.log"

    def _start(self) -> None:
        if len(str(self._room).encode()) > _SOCKET_PATH_MOST:
            raise DemoProblem(f"The path {self._room} is too long for a Unix socket: set TMPDIR to a shorter one.")
        binaries = find_binaries()
        self._account = ordinary_account()
        if self._account.uid is not None:
            self.directory.chmod(0o711)  # so that it can pass through to its own room
        binaries = reachable(binaries, self._account, self.directory)
        self._room.mkdir(mode=0o700)
        self._account.own(self._room)
        self._initialise(binaries)
        self._configure()
        for _ in range(5):
            if self._serve(binaries):
                return
            self.port = 0
        raise self._problem("no free port was found")

    def _initialise(self, binaries: Binaries) -> None:
        password_file = self._room / "password"
        password_file.touch(mode=0o600)
        self._account.own(password_file)
        password_file.write_text(self._password.reveal() + "\n", encoding="ascii")
        command = [
            binaries.initdb, f"--pgdata={self._data}", f"--username={ADMINISTRATOR}", f"--pwfile={password_file}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--wal-segsize=1", "--no-sync",
            "--no-instructions",
        ]  # fmt: skip
        code = self._launch(command, signal.SIGTERM).wait(START_SECONDS)
        self._process = None
        password_file.unlink()
        if code != 0:
            raise self._problem(self._last_words())

    def _configure(self) -> None:
        settings = files("safeconduct.demo").joinpath("postgresql.conf").read_text("utf-8")
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write(settings)
        (self._data / "pg_hba.conf").write_text(self._hba, encoding="utf-8")

    def _serve(self, binaries: Binaries) -> bool:
        """Whether it came up; False when somebody else took the port."""
        self.port = self.port or _free_port()
        command = [
            binaries.postgres, "-D", str(self._data), "-p", str(self.port), "-h", ADDRESS, "-k", str(self._room),
        ]  # fmt: skip
        process = self._launch(command, signal.SIGQUIT)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if process.poll() is not None:
                self._process = None
                if "could not create any TCP/IP sockets" in self._log.read_text("utf-8", "replace"):
                    return False
                raise self._problem(self._last_words())
            if time.monotonic() > deadline:
                raise self._problem(f"it did not answer within {START_SECONDS:.0f} s")
            time.sleep(0.02)
        return True

    def _launch(self, command: list[str], ended_by: signal.Signals) -> subprocess.Popen[str]:
        with self._log.open("w", encoding="utf-8") as log, self._interruptions.postponed():
            self._process = start(
                command, self._account, ended_by, cwd=self._room, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        return self._process

    def _answers(self) -> bool:
        import psycopg

        try:
            with self.administrator():
                return True
        except psycopg.OperationalError:
            return False

    def _last_words(self) -> str:
        said = self._log.read_text("utf-8", "replace")
        telling = re.findall(r"(?:FATAL|PANIC|error): +(.+)", said)
        return str((telling or said.strip().split("\n"))[-1]) or "it said nothing"

    def _problem(self, reason: str) -> DemoProblem:
        return DemoProblem(
            f"The demo's PostgreSQL cannot start in {self.directory}: {reason}. "
            "TMPDIR names the directory it uses; it needs about 60 MB there."
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        port: int = probe.getsockname()[1]
        return port
