"""What the scenes do beyond SQL and lines of pg_hba.conf to keep a login out, and outside PostgreSQL to let it in."""

from __future__ import annotations

import signal
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg

from tests.postgres.rungs import PASSWORD, PASSWORD_SQL
from tests.servers.certificates import Authority
from tests.servers.hostile import SSH, Hostile, SilentPort
from tests.servers.processes import free_port, give, wait_until

if TYPE_CHECKING:
    from tests.journeys.rung_stand import Stand

CERT_LINE = "hostssl all etl all cert"


def unknown_name(stand: Stand) -> None:
    stand.wanted = replace(stand.wanted, host="no-such-host.invalid")


def port_in_host(stand: Stand) -> None:
    stand.wanted = replace(stand.wanted, host=f"{stand.server.host}:{stand.server.port}")


def closed_port(stand: Stand) -> None:
    stand.wanted = replace(stand.wanted, port=free_port())


def silent_port(stand: Stand) -> None:
    stand.wanted = replace(stand.wanted, port=stand.stack.enter_context(SilentPort()).port)


def dumb_service(stand: Stand) -> None:
    stand.wanted = replace(stand.wanted, port=stand.stack.enter_context(Hostile()).port)


def ssh(stand: Stand) -> None:
    stand.wanted = replace(stand.wanted, port=stand.stack.enter_context(Hostile(*SSH)).port)


def right_place(stand: Stand) -> None:
    stand.wanted = replace(stand.wanted, host=stand.server.host, port=stand.server.port)


def md5_everywhere(stand: Stand) -> None:
    """So that a new password would be stored as md5 again."""
    stand.server.conf({"password_encryption": "md5"})
    stand.server.sql(PASSWORD_SQL)


def extra(stand: Stand, **options: str) -> None:
    stand.wanted = replace(stand.wanted, extra={**stand.wanted.extra, **options})


def tls_on(stand: Stand) -> None:
    stand.server.enable_tls(stand.authority)


def tls_asked(stand: Stand) -> None:
    tls_on(stand)
    extra(stand, sslmode="require")


def certificate_asked(stand: Stand) -> None:
    tls_asked(stand)
    stand.server.hba([CERT_LINE])


def ca_taken_away(stand: Stand) -> None:
    """Once the line is loaded: without a CA the server would not take it."""
    certificate_asked(stand)
    extra(stand, sslcert=stand.known["/path/to/client.crt"], sslkey=stand.known["/path/to/client.key"])
    stand.server.conf({"ssl_ca_file": ""})
    stand.install("root.crt")


def tls_switched_off(stand: Stand) -> None:
    tls_asked(stand)
    stand.server.conf({"ssl": "off"})


def no_root(stand: Stand) -> None:
    tls_on(stand)
    extra(stand, sslmode="verify-ca")


def another_root(stand: Stand) -> None:
    tls_on(stand)
    other = Authority(stand.server.folder / "another")
    extra(stand, sslmode="verify-ca", sslrootcert=str(other.file))


def another_host(stand: Stand) -> None:
    stand.server.enable_tls(stand.authority, "localhost")
    extra(stand, sslmode="verify-full", sslrootcert=str(stand.authority.file))


def another_method(stand: Stand) -> None:
    extra(stand, require_auth="md5")


def sessions(stand: Stand, user: str, count: int, options: str = "LOGIN") -> None:
    if user != "etl":
        stand.server.create_role(user, PASSWORD, options)
    for _ in range(count):
        stand.stack.enter_context(closing(stand.server.login(user, PASSWORD, "sales")))


def one_session(stand: Stand) -> None:
    sessions(stand, "etl", 1)


def one_session_of_another(stand: Stand) -> None:
    sessions(stand, "loader", 1)


def ordinary_slots(stand: Stand) -> None:
    most, kept = (int(stand.server.sql(f"SHOW {name}")[0][0]) for name in _SLOTS)
    sessions(stand, "loader", most - kept)


def all_slots(stand: Stand) -> None:
    most = int(stand.server.sql("SHOW max_connections")[0][0])
    sessions(stand, "chief", most, "SUPERUSER LOGIN")


_SLOTS = ("max_connections", "superuser_reserved_connections")


def loader_gone(stand: Stand) -> None:
    wait_until(lambda: _count(stand, "loader") == 0, "the end of the loader's sessions")


def slots_freed(stand: Stand) -> None:
    stand.stack.close()
    wait_until(lambda: _count(stand, "chief") == 0, "free slots")


def _count(stand: Stand, user: str) -> int | None:
    try:
        found = stand.server.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = %s", [user])
    except psycopg.OperationalError:
        return None
    return int(found[0][0])


def shutting_down(stand: Stand) -> None:
    """A smart shutdown waits for the sessions that there are."""
    stand.stack.enter_context(closing(stand.server.superuser()))
    stand.server.signal(signal.SIGTERM)


def started_again(stand: Stand) -> None:
    stand.stack.close()
    wait_until(lambda: not stand.server.running, "the end of the shutdown")
    stand.server.start()


def standby_without_queries(stand: Stand) -> None:
    server = stand.server
    server.stop()
    mark = server.data / "standby.signal"
    mark.touch()
    give(mark)
    stand.stack.callback(_promoted_by_hand, stand)
    with (server.data / "postgresql.auto.conf").open("a") as conf:
        conf.write("hot_standby = off\n")
    log = server.data / "log" / "postgresql.log"
    before = len(log.read_bytes())
    server.start(lambda: b"consistent recovery state reached" in log.read_bytes()[before:])


def _promoted_by_hand(stand: Stand) -> None:
    stand.server.stop()
    (stand.server.data / "standby.signal").unlink()
