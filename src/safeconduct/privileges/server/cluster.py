"""A throw-away PostgreSQL in a private directory, on a Unix socket there, that ends with us."""

from __future__ import annotations

import atexit
import os
import pwd
import secrets
import signal
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safeconduct.airflow.parentage import dying_with_parent
from safeconduct.model import Secret
from safeconduct.postgres.attempt import attempt
from safeconduct.postgres.place import HostPort, Password
from safeconduct.postgres.target import Target
from safeconduct.privileges.server.programs import NoShadow, Programs
from safeconduct.privileges.server.rooms import passing_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ADMINISTRATOR = "safeconduct_shadow"
"""The shadow's superuser: no role of the copied database should have this name."""
_PORT = 5432
_SECONDS = 60.0
_ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
_SETTINGS = """
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = '8MB'
max_connections = 5
autovacuum = off
log_min_messages = fatal
log_min_error_statement = panic
"""


@contextmanager
def cluster(programs: Programs, parent: Path | None = None) -> Iterator[Target]:
    """A new cluster, gone afterwards; where its superuser gets in. Raises NoShadow and OSError.

    Its directory is made in `parent`, else where temporary files go. Where we are root it runs as `nobody`.
    """
    with passing_folder("safeconduct-shadow-", parent) as here:
        room = _Room(here)
        atexit.register(room.close)  # runs before the folder goes
        try:
            password = Secret(secrets.token_urlsafe(24))
            _initialise(programs, room, password)
            command = [programs.path("postgres"), "-D", str(here / "data"), "-p", str(_PORT), "-k", str(here)]
            server = room.start(command, signal.SIGQUIT)
            way_in = HostPort(str(here), _PORT, password=Password(password, "shadow"))
            target = Target("shadow", (way_in,), ADMINISTRATOR, "postgres")
            _await(target, server)
            yield target
        finally:
            room.close()
            atexit.unregister(room.close)


@dataclass
class _Room:
    """The folder of a cluster and the programs that run in it.

    It is closed when we end, too: walks are in threads that a signal to us does not let finish.
    """

    path: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    closed: bool = False

    def start(self, command: Sequence[str], last: signal.Signals) -> subprocess.Popen[bytes]:
        """Run a program as whoever the room belongs to; `last` ends it when we end. Raises NoShadow."""
        if self.closed:
            raise NoShadow("it is given up: the command ends")
        with (self.path / "log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - programs of PostgreSQL, no shell
                command, cwd=self.path, env=_ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=dying_with_parent(last),
                **_account(self.path),
            )  # fmt: skip
        self.processes.append(process)
        return process

    def close(self) -> None:
        """End the programs, and let none begin any more."""
        self.closed = True
        for process in self.processes:
            if process.poll() is None:
                _end(process)


def _account(room: Path) -> dict[str, Any]:
    """Who runs it, for subprocess; the room becomes theirs. PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise NoShadow(
            "PostgreSQL does not run as root, and there is no user nobody: run as an ordinary user"
        ) from None
    os.chown(room, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _initialise(programs: Programs, place: _Room, password: Secret) -> None:
    room = place.path
    account = _account(room)
    word = room / "password"
    with open(os.open(word, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(password.reveal() + "\n")
    if account:
        os.chown(word, account["user"], account["group"])
    command = [
        programs.path("initdb"), f"--pgdata={room / 'data'}", f"--username={ADMINISTRATOR}", f"--pwfile={word}",
        "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync",
    ]  # fmt: skip
    done = place.start(command, signal.SIGTERM)
    try:
        code = done.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        _end(done)
        code = -1
    word.unlink()
    if code:
        raise NoShadow(f"initdb could not make a cluster in {room.parent}: {_last_words(room)}")
    with (room / "data" / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write(_SETTINGS)


def _await(target: Target, server: subprocess.Popen[bytes]) -> None:
    room = Path(target.hosts[0].host)
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        if session := attempt(target, 5).session:
            session.close()
            return
        time.sleep(0.05)
    raise NoShadow(f"the shadow's server did not come up in {room.parent}: {_last_words(room)}")


def _end(process: subprocess.Popen[bytes]) -> None:
    for request in (signal.SIGQUIT, signal.SIGKILL):
        process.send_signal(request)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            continue
        return


def _last_words(room: Path) -> str:
    lines = (room / "log").read_text("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else "it said nothing"
