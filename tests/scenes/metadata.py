"""The metadata database, where connections are looked up after the environment."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tests.scenes.registry import scene
from tests.servers.processes import free_port

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery


@scene("airflow.metadata.unreachable")
def unreachable(scenery: Scenery) -> None:
    """`sql_alchemy_conn` leads to a PostgreSQL that has been stopped."""
    port = free_port()
    scenery.shows(port, "5432")
    scenery.configure(f"[database]\nsql_alchemy_conn = postgresql+psycopg2://airflow:pw@127.0.0.1:{port}/airflow\n")


@scene("airflow.metadata.malformed")
def malformed(scenery: Scenery) -> None:
    """The password in `sql_alchemy_conn` has an `@` that is not percent-encoded."""
    scenery.configure("[database]\nsql_alchemy_conn = postgresql+psycopg2://airflow:p@ss@db.example.com/airflow\n")


@scene("airflow.metadata.not-airflow")
def not_airflow(scenery: Scenery) -> None:
    """`sql_alchemy_conn` names the SQLite file of another program."""
    _file(scenery, "CREATE TABLE songs (title TEXT)")


@scene("airflow.metadata.other-version")
def other_version(scenery: Scenery) -> None:
    """The metadata database was made by Airflow 1.10.0, whose connections had no description."""
    _file(
        scenery,
        "CREATE TABLE connection (id INTEGER, conn_id TEXT, conn_type TEXT, host TEXT, schema TEXT, login TEXT,"
        " password TEXT, port INTEGER, extra TEXT, is_encrypted BOOLEAN, is_extra_encrypted BOOLEAN);"
        "CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('9635ae0956e7')",
    )


@scene("airflow.metadata.row-not-text")
def row_not_text(scenery: Scenery) -> None:
    """A dump was restored in Latin-1, and the host of `warehouse` has an octet that is no UTF-8."""
    file = scenery.metadata_file()
    file.add("warehouse", host="db")
    file.sql("UPDATE connection SET host = CAST(? AS TEXT)", "entrepôt".encode("latin-1"))


def _file(scenery: Scenery, ddl: str) -> None:
    path = scenery.home / "airflow.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(ddl)
    scenery.configure(f"[database]\nsql_alchemy_conn = sqlite:///{path}\n")
