"""The demonstration's world: one directory with a server and an Airflow home, all gone when it is left."""

from __future__ import annotations

import secrets
import shutil
import socket
import sqlite3
import tempfile
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.demo.home import AirflowHome, Row
from safeconduct.demo.problem import DemoProblem
from safeconduct.demo.scenes import CROWDED_ROLE, DATABASE, SCENES
from safeconduct.demo.server import ADDRESS, Server
from safeconduct.model import Connection, Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from safeconduct.demo.interruption import Interruptions

# Tried first, so that two runs print the same (below the range of outgoing connections); else any free port.
PORT = 15432
SILENT_PORT = 15433


class World:
    """What the story is told about. `build` may be interrupted at any moment; `close` gives everything back."""

    def __init__(self, directory: Path, interruptions: Interruptions) -> None:
        self.directory = directory
        self.home = AirflowHome(directory / "airflow")
        hba = _resource("pg_hba.conf")
        self.server = Server(directory, interruptions, hba, PORT)
        self._held = ExitStack()
        self._passwords = {scene.login: Secret(secrets.token_urlsafe(12)) for scene in SCENES}

    def build(self) -> None:
        """Start the server, fill it, write the Airflow home. Raises DemoProblem."""
        import psycopg

        self.server.start()
        try:
            self._fill()
            self._crowd()
        except psycopg.Error as error:
            raise DemoProblem(f"The demo's PostgreSQL could not be filled: {error}") from error
        silent_port = self._keep_silent()
        try:
            self.home.write([self._row(index, silent_port) for index in range(len(SCENES))])
        except (OSError, sqlite3.Error) as error:
            raise DemoProblem(f"The demo's Airflow home could not be written in {self.directory}: {error}") from error

    def apply(self, statement: str) -> str:
        """Run SQL as the administrator, in the database of the story; gives PostgreSQL's command tag."""
        with self.server.administrator(DATABASE) as session:
            return session.execute(statement.encode()).statusmessage or ""

    def close(self) -> None:
        """End the server and all that is held."""
        try:
            self._held.close()
        finally:
            self.server.stop()

    def _fill(self) -> None:
        with self.server.administrator() as session:
            session.execute(_resource("sql/cluster.sql").encode())
            for login, password in self._passwords.items():
                _set_password(session, login, password)
            session.execute(f"CREATE DATABASE {DATABASE}".encode())
        self.apply(_resource("sql/database.sql"))

    def _crowd(self) -> None:
        """Hold the one session that this role may have."""
        import psycopg

        session = psycopg.connect(
            host=ADDRESS, port=self.server.port, user=CROWDED_ROLE, dbname=DATABASE, connect_timeout=5,
            password=self._passwords[CROWDED_ROLE].reveal(),
        )  # fmt: skip
        self._held.callback(session.close)

    def _keep_silent(self) -> int:
        """A port that is ours and on which nobody listens, so that every attempt to connect is refused."""
        kept = self._held.enter_context(socket.socket())
        for port in (SILENT_PORT, 0):
            try:
                kept.bind((ADDRESS, port))
            except OSError:
                continue
            break
        number: int = kept.getsockname()[1]
        return number

    def _row(self, index: int, silent_port: int) -> Row:
        scene = SCENES[index]
        password = self._passwords[scene.login] if scene.right_password else Secret(secrets.token_urlsafe(12))
        connection = Connection(
            conn_id=scene.conn_id,
            conn_type="postgres",
            host=scene.host or ADDRESS,
            port=silent_port if scene.silent else self.server.port,
            schema=scene.database,
            login=scene.login,
            password=password,
            description=scene.description,
        )
        return Row(connection, scene.key)


@contextmanager
def open_world(interruptions: Interruptions) -> Iterator[World]:
    """A world not yet built, in a temporary directory; on the way out everything of it is ended and removed.

    Raises DemoProblem when there is no room for it.
    """
    try:
        directory = Path(tempfile.mkdtemp(prefix="safeconduct-demo-"))
    except OSError as error:
        raise DemoProblem(f"The demo needs a temporary directory: {error}") from error
    world = World(directory, interruptions)
    try:
        yield world
    finally:
        try:
            world.close()
        finally:
            _remove(directory)


def _remove(directory: Path) -> None:
    for _ in range(20):  # the last child of initdb may still be writing
        shutil.rmtree(directory, ignore_errors=True)
        if not directory.exists():
            return


def _set_password(session: psycopg.Connection, login: str, password: Secret) -> None:
    """Give the role this password, of which only the SCRAM verifier goes to the server."""
    from psycopg import sql

    verifier = session.pgconn.encrypt_password(password.reveal().encode(), login.encode(), b"scram-sha-256")
    session.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(login), sql.Literal(verifier.decode())))


def _resource(name: str) -> str:
    return files("safeconduct.demo").joinpath(name).read_text("utf-8")
