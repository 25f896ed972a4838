"""What every test may ask for."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.servers.fixtures import (
    airflow_homes,
    any_airflow,
    any_postgres,
    any_tls_postgres,
    mariadb,
    mariadb_server,
    pgbouncer,
    postgres,
    postgres_farm,
    tables,
    tls_postgres,
)
from tests.servers.mariadb import MariaDb
from tests.servers.pgbouncer import PgBouncer
from tests.servers.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Generator

# Whoever runs the tests in the background may have these ignored, and our children would inherit that.
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)

__all__ = [
    "airflow_homes",
    "any_airflow",
    "any_postgres",
    "any_tls_postgres",
    "mariadb",
    "mariadb_server",
    "pgbouncer",
    "postgres",
    "postgres_farm",
    "tables",
    "tls_postgres",
]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show, with a failed test, what its servers logged during it."""
    report = yield
    if report.failed and report.when == "call":
        values = getattr(item, "funcargs", {}).values()
        for server in {value for value in values if isinstance(value, (Postgres, PgBouncer, MariaDb))}:
            report.sections.append((f"log of {server!r}", server.log.text))
    return report
