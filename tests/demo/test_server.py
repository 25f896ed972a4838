"""The embedded server: real, from the wheel."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from safeconduct.demo import children
from safeconduct.demo.binaries import PACKAGE, find_binaries
from safeconduct.demo.interruption import Interruptions
from safeconduct.demo.problem import DemoProblem
from safeconduct.demo.server import ADDRESS, Server

if TYPE_CHECKING:
    from collections.abc import Iterator

HBA = "local all postgres scram-sha-256\nhost all clerk 127.0.0.1/32 scram-sha-256\n"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")


@pytest.fixture
def directory() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="sc-"))  # pytest's own directories are closed to other users
    yield path
    shutil.rmtree(path)


@pytest.fixture
def server(directory: Path) -> Iterator[Server]:
    one = Server(directory, Interruptions(), HBA)
    yield one
    one.stop()


def test_runs_as_an_ordinary_user_behind_closed_doors(server: Server) -> None:
    server.start()
    assert os.stat(f"/proc/{server.pid}").st_uid != 0
    data = server.directory / "run" / "data"
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE(data.parent.stat().st_mode) == 0o700
    assert not (data.parent / "password").exists()


def test_the_superuser_comes_in_by_the_socket_only(server: Server) -> None:
    server.start()
    with server.administrator() as session:
        assert session.execute("SELECT usesuper FROM pg_user WHERE usename = current_user").fetchone() == (True,)
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        psycopg.connect(host=ADDRESS, port=server.port, user="postgres", password="guess", connect_timeout=5)


def test_stop_leaves_no_process_and_may_be_repeated(server: Server) -> None:
    server.start()
    pid = server.pid
    began = time.monotonic()
    server.stop()
    server.stop()
    assert time.monotonic() - began < 3
    assert not Path(f"/proc/{pid}").exists()


def test_a_taken_port_is_left_alone(directory: Path) -> None:
    with closing(socket.create_server((ADDRESS, 0))) as taken:
        port = taken.getsockname()[1]
        server = Server(directory, Interruptions(), HBA, preferred_port=port)
        try:
            server.start()
            assert server.port != port
        finally:
            server.stop()


def test_what_postgresql_says_is_told_in_one_sentence(directory: Path) -> None:
    server = Server(directory, Interruptions(), "host all all 127.0.0.1/32 no-such-method\n")
    with pytest.raises(DemoProblem, match=r"cannot start in .*could not load .*pg_hba\.conf") as caught:
        server.start()
    server.stop()
    assert "\n" not in str(caught.value)


def test_a_path_too_long_for_a_socket_is_said(directory: Path) -> None:
    server = Server(directory / ("x" * 100), Interruptions(), HBA)
    with pytest.raises(DemoProblem, match="set TMPDIR to a shorter one"):
        server.start()


@as_root
def test_a_directory_closed_to_the_ordinary_user_is_said(directory: Path) -> None:
    inner = directory / "inner"  # mkdtemp made the outer one with mode 0700
    inner.mkdir()
    server = Server(inner, Interruptions(), HBA)
    with pytest.raises(DemoProblem, match=r"Permission denied.*TMPDIR"):
        server.start()
    server.stop()


@as_root
def test_without_an_ordinary_user_it_is_said(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "ORDINARY_USER", "nobody-of-this-name")
    with pytest.raises(DemoProblem, match="has no user nobody-of-this-name: run the demo as an ordinary user"):
        Server(directory, Interruptions(), HBA).start()


@as_root
def test_an_environment_in_a_closed_directory_is_copied(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = find_binaries().root
    closed = tmp_path / "site-packages"
    closed.mkdir(mode=0o700)
    shutil.copytree(installed, closed / PACKAGE / installed.name, ignore=shutil.ignore_patterns("*.a"))
    shutil.copytree(installed.parent.with_name(f"{PACKAGE}.libs"), closed / f"{PACKAGE}.libs")
    (closed / PACKAGE / "__init__.py").touch()
    monkeypatch.syspath_prepend(closed)
    assert find_binaries().root.is_relative_to(closed)

    server.start()
    assert os.readlink(f"/proc/{server.pid}/exe").startswith(str(server.directory))
