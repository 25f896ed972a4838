"""The real Airflows of the tests store connections and try them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.servers.airflow import Airflow
    from tests.servers.postgres import Postgres


def test_it_stores_a_connection_and_lets_it_in(any_airflow: Airflow, postgres: Postgres) -> None:
    postgres.create_role("etl", "secret")
    any_airflow.add_connection("warehouse", f"postgres://etl:secret@{postgres.host}:{postgres.port}/postgres")
    with closing(sqlite3.connect(any_airflow.home / "airflow.db")) as metadata:
        ((login, password),) = metadata.execute("SELECT login, password FROM connection WHERE conn_id = 'warehouse'")
    assert login == "etl"
    assert password.startswith("gAAAA"), "a Fernet token"
    with postgres.log_contains("connection authorized: user=etl"):
        answer = any_airflow.test_connection("warehouse")
    assert "Connection success!" in answer.output
