"""`safeconduct why` against `airflow connections test`, a thousand walks against one time-out, and start-up."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figure import Figure, in_turn, median, run
from tests.servers.airflow import Airflow, real_airflow
from tests.servers.availability import Missing
from tests.servers.builds import default_build
from tests.servers.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

AIRFLOW = "2.11.2"
PASSWORD = "benchmark"
TIMEOUT = 5.0
CONNECTIONS, SILENT = 1000, 50


def figures() -> Iterator[Figure]:
    """Start-up, one connection, and a thousand of them."""
    yield start_up()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = _server()
        stack.callback(server.destroy)
        airflow = _airflow(home, server)
        yield one_connection(airflow)
        silent = stack.enter_context(closing(_silent_port()))
        yield a_thousand(home, server, silent.getsockname()[1])


def start_up() -> Figure:
    """Wall time of `safeconduct --help` against an empty Python."""
    ours, bare = in_turn([_program("safeconduct"), "--help"], [sys.executable, "-c", "pass"], (os.environ,) * 2, 20)
    figure = median([cost.wall for cost in ours]) / median([cost.wall for cost in bare])
    return Figure("why.start-up", figure, 6, f"python -c pass, {median([c.wall for c in bare]) * 1000:.0f} ms")


def one_connection(airflow: Airflow) -> Figure:
    """CPU of one walk against Airflow's own test of the same connection, both from the same metadata database."""
    airflow.settings["AIRFLOW__CORE__TEST_CONNECTION"] = "Enabled"
    ours, theirs = in_turn(
        [_program("safeconduct"), "why", "warehouse"],
        [str(airflow.programs / "airflow"), "connections", "test", "warehouse"],
        (airflow.environment, airflow.environment),
        5,
    )
    assert all(cost.code == 0 for cost in ours + theirs), "both must get in"
    peer = median([cost.cpu for cost in theirs])
    figure = median([cost.cpu for cost in ours]) / peer
    return Figure("why.cpu", figure, 0.1, f"airflow {AIRFLOW} connections test, {peer:.2f} s of CPU")


def a_thousand(home: Path, server: Postgres, silent_port: int) -> Figure:
    """Wall time of a thousand walks, fifty of them to a host that never answers, against one time-out."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "AIRFLOW_HOME": str(home / "none")}
    for number in range(CONNECTIONS):
        port = silent_port if number % (CONNECTIONS // SILENT) == 7 else server.port
        environment[f"AIRFLOW_CONN_C{number}"] = f"postgres://etl:{PASSWORD}@127.0.0.1:{port}/postgres"
    (home / "none").mkdir(exist_ok=True)
    (home / "none" / "airflow.cfg").write_text("[database]\nsql_alchemy_conn = sqlite:///" + str(home / "airflow.db"))
    walls = [run([_program("safeconduct"), "why"], environment).wall for _ in range(3)]
    return Figure("why.thousand", median(walls) / TIMEOUT, 2, f"one time-out of {TIMEOUT:g} s")


def _program(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def _server() -> Postgres:
    build = default_build()
    if isinstance(build, Missing):
        raise SystemExit(str(build))
    server = Postgres(build)
    server.create_role("etl", PASSWORD)
    return server


def _airflow(home: Path, server: Postgres) -> Airflow:
    airflow = real_airflow(AIRFLOW, home)
    if isinstance(airflow, Missing):
        raise SystemExit(str(airflow))
    airflow.migrate()
    airflow.ensure_fernet_key()
    fields = {"conn_type": "postgres", "host": server.host, "port": server.port, "login": "etl", "password": PASSWORD}
    airflow.add_connection("warehouse", {**fields, "schema": "postgres"})
    return airflow


def _silent_port() -> socket.socket:
    """A port that accepts (in the kernel's queue) and never answers."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(200)
    return listener
