"""The connection's fields and extra."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.scenes.registry import scene
from tests.scenes.scenery import PASSWORD

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery

HOST = "db.example.com"


@scene("postgres.option.unknown")
def unknown(scenery: Scenery) -> None:
    """The extra has `ssl_mode`, which is `sslmode` to libpq."""
    scenery.warehouse(5432, host=HOST, ssl_mode="require")


@scene("postgres.option.invalid")
def invalid(scenery: Scenery) -> None:
    """The extra's `sslmode` is `verify_full`, with an underscore."""
    scenery.warehouse(5432, host=HOST, sslmode="verify_full")


@scene("postgres.option.hosts-mismatch")
def hosts_mismatch(scenery: Scenery) -> None:
    """The extra names three hosts and two ports."""
    _defined(scenery, {"host": "db1,db2,db3", "port": "5432,5433"})


@scene("postgres.option.string-malformed")
def string_malformed(scenery: Scenery) -> None:
    """The extra's `dsn` is a connection string with a value that has a blank and no quotes."""
    _defined(scenery, {"dsn": f"host={HOST} dbname=sales user=etl application_name=nightly load"})


@scene("postgres.option.string-in-field")
def string_in_field(scenery: Scenery) -> None:
    """A whole URL was pasted into the field Host."""
    _defined(scenery, {}, host=f"postgresql://etl:{PASSWORD}@{HOST}/sales")


@scene("postgres.option.extra-unread")
def extra_unread(scenery: Scenery) -> None:
    """The extra is Python's way of writing, not JSON."""
    server = scenery.postgres()
    _defined(scenery, "{'sslmode': 'require'}", host=server.host, port=server.port)


@scene("postgres.option.user-missing")
def user_missing(scenery: Scenery) -> None:
    """The connection has no login, and the container runs as user 50123, whom `/etc/passwd` does not know."""
    scenery.environment["AIRFLOW_CONN_WAREHOUSE"] = f"postgres://{HOST}:5432/sales"
    scenery.runs_as(50123)


def _defined(scenery: Scenery, extra: object, **fields: object) -> None:
    whole = {"conn_type": "postgres", "login": "etl", "password": PASSWORD, "schema": "sales", **fields}
    scenery.environment["AIRFLOW_CONN_WAREHOUSE"] = json.dumps({**whole, "extra": extra})
