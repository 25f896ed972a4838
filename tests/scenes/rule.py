"""The line of pg_hba.conf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.scenes.registry import scene

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery


@scene("postgres.rule.no-entry", "safeconduct why warehouse --admin dba")
def no_entry(scenery: Scenery) -> None:
    """The lines of `pg_hba.conf` are for another network and another database. An administrator, `dba`, is asked."""
    server = scenery.postgres()
    scenery.administrator(server)
    server.hba(
        ["host sales etl 10.0.0.0/8 scram-sha-256", "host reports all all scram-sha-256", "host all dba all trust"]
    )


@scene("postgres.rule.client-ca-missing")
def client_ca_missing(scenery: Scenery) -> None:
    """The line asks for a client certificate, and the server has no `ssl_ca_file`."""
    server = scenery.postgres()
    server.enable_tls()
    server.hba(["hostssl all all all scram-sha-256 clientcert=verify-ca"])
    server.conf({"ssl_ca_file": ""})
