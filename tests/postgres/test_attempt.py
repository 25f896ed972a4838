"""The attempt over hostile servers, TLS, poolers and several hosts: where it ends, on what evidence, and in time."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from safeconduct.model import Secret, Stage, StageOutcome
from safeconduct.postgres.attempt import Attempt, attempt
from safeconduct.postgres.door import Door, knock
from safeconduct.postgres.memory import AddressMemory
from safeconduct.postgres.resolve import Address
from safeconduct.postgres.target import HostPort, Password, SslMode, Target, TlsPolicy
from safeconduct.postgres.tls import Encryption
from safeconduct.postgres.trial import Steps
from tests.postgres.rungs import PASSWORD, target_for
from tests.servers import hostile
from tests.servers.certificates import Authority
from tests.servers.hostile import Hostile, SilentPort, hangs_up, hears, message, says
from tests.servers.processes import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.pgbouncer import PgBouncer
    from tests.servers.postgres import Postgres

PATIENCE = 0.5
SCRAM = message(b"R", b"\0\0\0\x0aSCRAM-SHA-256\0\0")


def to_port(port: int, mode: SslMode = SslMode.PREFER) -> Target:
    password = Password(Secret(PASSWORD), "connection")
    host = HostPort("127.0.0.1", port, password=password)
    return Target("warehouse", (host,), "etl", "sales", tls=TlsPolicy(mode=mode))


def ended(target: Target, timeout: float = 5) -> Attempt:
    result = attempt(target, timeout)
    if result.session:
        result.session.close()
    return result


def verdict(result: Attempt) -> tuple[str, Stage | None]:
    assert result.finding, result
    assert [r.stage for r in result.stages if r.outcome is StageOutcome.REFUSED] == [result.finding.stage]
    return result.finding.rule, result.finding.stage


@pytest.mark.parametrize(
    ("script", "rule", "stage"),
    [
        (hostile.NEVER_ANSWERS, "postgres.protocol.silent", Stage.PROTOCOL),
        (hostile.HANGS_UP, "postgres.protocol.closed", Stage.PROTOCOL),
        (hostile.RESETS, "postgres.protocol.closed", Stage.PROTOCOL),
        (hostile.GARBAGE, "postgres.protocol.not-postgres", Stage.PROTOCOL),
        (hostile.SSH, "postgres.protocol.not-postgres", Stage.PROTOCOL),
        (hostile.HTTP, "postgres.protocol.not-postgres", Stage.PROTOCOL),
        (hostile.MYSQL, "postgres.protocol.not-postgres", Stage.PROTOCOL),
        (hostile.ANNOUNCES_2_GB, "postgres.protocol.malformed", Stage.RULE),
        (hostile.STOPS_MID_MESSAGE, "postgres.protocol.silent", Stage.RULE),
        (hostile.CLOSES_MID_MESSAGE, "postgres.protocol.closed", Stage.RULE),
        (hostile.DRIPS, "postgres.protocol.silent", Stage.RULE),
        (hostile.ERROR_WITHOUT_END, "postgres.protocol.malformed", Stage.RULE),
        ((*hostile.REFUSES_TLS, says(SCRAM), hears()), "postgres.authentication.no-answer", Stage.AUTHENTICATION),
        ((*hostile.REFUSES_TLS, says(SCRAM), hears(), hangs_up()), "postgres.protocol.closed", Stage.AUTHENTICATION),
    ],
)
def test_a_server_that_misbehaves_is_told_within_the_timeout(
    script: tuple[hostile.Deed, ...], rule: str, stage: Stage
) -> None:
    with Hostile(*script) as server:
        began = time.monotonic()
        result = ended(to_port(server.port), PATIENCE)
    assert verdict(result) == (rule, stage)
    assert time.monotonic() - began < PATIENCE + 3, "a bound against hanging, not a measurement"


@pytest.mark.parametrize(
    ("script", "name"),
    [(hostile.HTTP, "HTTP"), (hostile.SSH, "SSH"), (hostile.MYSQL, "MySQL")],
)
def test_another_protocol_is_named(script: tuple[hostile.Deed, ...], name: str) -> None:
    with Hostile(*script) as server:
        result = ended(to_port(server.port))
    assert result.finding
    assert f"speaks {name}" in result.finding.message
    assert result.finding.evidence["first bytes"]


def test_a_proxy_that_wants_tls_at_once(tmp_path: Path) -> None:
    certificate = Authority(tmp_path).issue("127.0.0.1")
    with Hostile(*hostile.tls_only(certificate)) as server:
        result = ended(to_port(server.port), PATIENCE)
    assert verdict(result) == ("postgres.protocol.closed", Stage.PROTOCOL)
    assert result.finding
    assert any("TLS from the first byte" in cause for cause in result.finding.possible)


def test_a_proxy_that_wants_tls_at_once_and_says_so() -> None:
    alert = b"\x15\x03\x03\0\x02\x02\x46"
    with Hostile(hears(), says(alert), hangs_up()) as server:
        result = ended(to_port(server.port), PATIENCE)
    assert verdict(result) == ("postgres.protocol.not-postgres", Stage.PROTOCOL)
    assert result.finding
    assert "TLS from the first byte" in result.finding.message
    assert "sslnegotiation" in result.finding.remedies[0].text


def test_nothing_listens() -> None:
    result = ended(to_port(free_port()))
    assert verdict(result) == ("postgres.port.refused", Stage.PORT)


def test_a_port_that_drops_packets() -> None:
    with SilentPort() as silent:
        result = ended(to_port(silent.port), PATIENCE)
    assert verdict(result) == ("postgres.port.timed-out", Stage.PORT)


def test_a_host_that_does_not_answer_is_waited_for_once_a_run() -> None:
    memory = AddressMemory()
    with SilentPort() as silent:
        attempt(to_port(silent.port), PATIENCE, memory)
        began = time.monotonic()
        again = attempt(replace(to_port(silent.port), subject="another"), 60, memory)
    assert again.finding
    assert (again.finding.rule, again.finding.subject) == ("postgres.port.timed-out", "another")
    assert time.monotonic() - began < 30, "it was not waited for again"


def test_a_unix_socket(postgres: Postgres) -> None:
    postgres.hba(["local all all trust"])
    postgres.create_role("etl")
    postgres.create_database("sales")
    target = replace(to_port(0), hosts=(HostPort(str(postgres.folder), postgres.port),))
    result = ended(target)
    assert result.session
    details = {report.stage: report.detail for report in result.stages}
    assert details[Stage.TLS] == "none: a unix socket"
    assert str(postgres.folder) in details[Stage.NAME]


def test_a_unix_socket_that_is_not_there(tmp_path: Path) -> None:
    result = ended(replace(to_port(0), hosts=(HostPort(str(tmp_path), 5432),)))
    assert verdict(result) == ("postgres.port.socket-absent", Stage.PORT)


def test_peer_names_nobody_else(postgres: Postgres) -> None:
    postgres.hba(["local all all peer"])
    postgres.create_role("etl")
    result = ended(replace(to_port(0), hosts=(HostPort(str(postgres.folder), postgres.port),)))
    assert verdict(result) == ("postgres.authentication.identity-refused", Stage.AUTHENTICATION)


def test_the_second_host_lets_in_when_the_first_does_not_listen(postgres: Postgres) -> None:
    postgres.create_role("etl", PASSWORD)
    postgres.create_database("sales")
    good = target_for(postgres)
    result = ended(replace(good, hosts=(HostPort("127.0.0.1", free_port()), *good.hosts)))
    assert result.session


def test_a_host_that_refuses_the_password_ends_it(postgres: Postgres) -> None:
    postgres.create_role("etl", PASSWORD)
    bad = target_for(postgres, password="another")
    result = ended(replace(bad, hosts=(*bad.hosts, HostPort("127.0.0.1", free_port()))))
    assert verdict(result)[0] == "postgres.authentication.password-wrong"


def test_of_several_hosts_the_one_that_came_furthest_is_told_with_the_others() -> None:
    with Hostile(*hostile.NEVER_ANSWERS) as server:
        near = to_port(server.port)
        result = ended(replace(near, hosts=(HostPort("127.0.0.1", free_port()), *near.hosts)), PATIENCE)
    assert verdict(result)[0] == "postgres.protocol.silent"
    assert result.finding
    assert "nothing listens" in result.finding.evidence["also tried"]


@pytest.mark.parametrize(
    ("asked", "lets_in"),
    [
        ("any", True),
        ("read-write", True),
        ("primary", True),
        ("prefer-standby", True),
        ("read-only", False),
        ("standby", False),
    ],
)
def test_target_session_attrs(any_postgres: Postgres, asked: str, lets_in: bool) -> None:
    any_postgres.create_role("etl", PASSWORD)
    any_postgres.create_database("sales")
    result = ended(replace(target_for(any_postgres), target_session_attrs=asked))
    if lets_in:
        assert result.session
    else:
        assert verdict(result) == ("postgres.session.attributes-unmet", Stage.SESSION)
        assert result.finding
        assert result.finding.evidence["server"] == "a primary, read-write"


# TLS


def tls_target(server: Postgres, mode: SslMode, root: str = "", certificate: str = "", key: str = "") -> Target:
    return target_for(server, tls=TlsPolicy(mode=mode, root=root, certificate=certificate, key=key))


@pytest.fixture
def tls_server(any_tls_postgres: Postgres) -> Postgres:
    any_tls_postgres.create_role("etl", PASSWORD)
    any_tls_postgres.create_database("sales")
    return any_tls_postgres


def authority(server: Postgres) -> str:
    return str(server.folder / "tls" / "authority.crt")


@pytest.mark.parametrize("mode", [SslMode.PREFER, SslMode.REQUIRE, SslMode.VERIFY_CA, SslMode.VERIFY_FULL])
def test_tls_lets_in_and_says_what_was_verified(tls_server: Postgres, mode: SslMode) -> None:
    result = ended(tls_target(tls_server, mode, root=authority(tls_server) if mode.needs_root else ""))
    assert result.session
    details = {report.stage: report.detail for report in result.stages}
    assert details[Stage.TLS].startswith("TLS 1.3, certificate")
    assert ("not verified" in details[Stage.TLS]) == (not mode.needs_root)
    assert details[Stage.AUTHENTICATION] == "etl proved its password, bound to this TLS connection"


@pytest.mark.parametrize(
    ("script", "mode", "rule"),
    [
        ("plain", SslMode.REQUIRE, "postgres.tls.server-without"),
        ("no root", SslMode.VERIFY_FULL, "postgres.tls.root-missing"),
        ("wrong CA", SslMode.VERIFY_CA, "postgres.tls.self-signed"),
        ("expired", SslMode.VERIFY_CA, "postgres.tls.expired"),
        ("other host", SslMode.VERIFY_FULL, "postgres.tls.host-differs"),
    ],
)
def test_tls_refused_by_us(any_postgres: Postgres, tmp_path: Path, script: str, mode: SslMode, rule: str) -> None:
    own = any_postgres
    own.create_role("etl", PASSWORD)
    own.create_database("sales")
    root = str(tmp_path / "none.crt")
    if script != "plain":
        signed_by = own.enable_tls(
            None, *(("elsewhere.example.com",) if script == "other host" else ()), expired=script == "expired"
        )
        root = {"no root": root, "wrong CA": str(Authority(tmp_path / "other").file)}.get(script, str(signed_by.file))
    result = ended(tls_target(own, mode, root=root))
    assert verdict(result) == (rule, Stage.TLS)
    if script == "other host":
        assert result.finding
        assert "elsewhere.example.com" in str(result.finding.evidence)


def test_prefer_goes_on_without_tls_where_only_that_is_let_in(tls_server: Postgres) -> None:
    tls_server.hba(["hostnossl all all all scram-sha-256"])
    result = ended(tls_target(tls_server, SslMode.PREFER))
    assert result.session
    assert ended(tls_target(tls_server, SslMode.REQUIRE)).finding


def test_hostnossl_with_tls(tls_server: Postgres) -> None:
    tls_server.hba(["hostnossl all all all scram-sha-256"])
    result = ended(tls_target(tls_server, SslMode.REQUIRE))
    assert verdict(result) == ("postgres.rule.no-entry", Stage.RULE)
    assert result.finding
    assert result.finding.remedies[0].text == "hostssl sales etl 127.0.0.1/32 scram-sha-256"


def test_allow_takes_tls_where_only_that_is_let_in(tls_server: Postgres) -> None:
    tls_server.hba(["hostssl all all all scram-sha-256"])
    assert ended(tls_target(tls_server, SslMode.ALLOW)).session


def test_a_client_certificate_is_asked_for(tls_server: Postgres) -> None:
    tls_server.hba(["hostssl all all all scram-sha-256 clientcert=verify-ca"])
    result = ended(tls_target(tls_server, SslMode.REQUIRE))
    assert verdict(result) == ("postgres.rule.no-entry", Stage.RULE)
    assert result.finding
    assert any("client certificate" in cause for cause in result.finding.possible)


def test_the_server_has_no_authority_for_client_certificates(any_postgres: Postgres) -> None:
    any_postgres.create_role("etl", PASSWORD)
    authority = any_postgres.enable_tls()
    any_postgres.hba(["hostssl all all all scram-sha-256 clientcert=verify-ca"])
    any_postgres.conf({"ssl_ca_file": ""})
    result = ended(tls_target(any_postgres, SslMode.REQUIRE))
    assert verdict(result) == ("postgres.rule.client-ca-missing", Stage.RULE)
    assert result.finding
    assert (result.finding.evidence["sqlstate"], result.finding.evidence["routine"]) == (
        "F0000",
        "ClientAuthentication",
    )
    any_postgres.conf({"ssl_ca_file": str(any_postgres.folder / "tls" / "authority.crt")})
    certificate = authority.issue(common_name="etl")
    shown = tls_target(any_postgres, SslMode.REQUIRE, certificate=str(certificate.chain), key=str(certificate.key))
    let_in = ended(replace(shown, database="postgres"))
    assert let_in.session, let_in.stages
    let_in.session.close()


def test_a_certificate_alone_lets_in(tls_server: Postgres, tmp_path: Path) -> None:
    own = Authority(tmp_path)
    tls_server.enable_tls(own)
    certificate = own.issue(common_name="etl")
    tls_server.hba(["hostssl all all all cert"])
    target = tls_target(tls_server, SslMode.REQUIRE, certificate=str(certificate.chain), key=str(certificate.key))
    assert ended(target).session


# Kerberos, and what is not spoken


def test_a_server_that_asks_for_kerberos_could_not_be_judged(postgres: Postgres) -> None:
    postgres.create_role("etl", PASSWORD)
    postgres.hba(["host all all all gss"])
    result = ended(target_for(postgres))
    assert result.unjudged
    assert "gss" in result.unjudged.reason
    assert [r.stage for r in result.stages if r.outcome is StageOutcome.UNJUDGED] == [Stage.AUTHENTICATION]


# PgBouncer


@pytest.fixture
def pooled(postgres: Postgres, pgbouncer: PgBouncer) -> Target:
    postgres.create_role("etl", PASSWORD)
    postgres.create_database("sales")
    pgbouncer.add_user("etl", PASSWORD)
    if not pgbouncer.running:
        pgbouncer.start()
    return to_port(pgbouncer.port)


def test_a_pooler_is_named(pooled: Target) -> None:
    result = ended(pooled)
    assert result.session
    assert "through a pooler such as PgBouncer" in result.stages[-1].detail


def test_a_pooler_that_does_not_know_the_user(pooled: Target) -> None:
    result = ended(replace(pooled, user="ghost"))
    assert verdict(result) == ("postgres.pooler.user-unknown", Stage.AUTHENTICATION)


def test_a_pooler_with_another_password(pooled: Target) -> None:
    bad = replace(pooled.hosts[0], password=Password(Secret("another"), "connection"))
    assert verdict(ended(replace(pooled, hosts=(bad,))))[0] == "postgres.pooler.user-unknown"


def test_a_pooler_that_is_refused_by_postgres_itself(pooled: Target, postgres: Postgres) -> None:
    postgres.sql("ALTER ROLE etl NOLOGIN")
    result = ended(pooled)
    assert verdict(result) == ("postgres.pooler.server-refused", Stage.SESSION)
    assert result.finding
    assert "not permitted to log in" in result.finding.evidence["message"]


def test_a_pooler_that_refuses_a_parameter(pooled: Target) -> None:
    result = ended(replace(pooled, settings={"options": "-c geqo=off"}))
    assert verdict(result)[0] == "postgres.pooler.parameter-unsupported"
    assert result.finding
    assert result.finding.remedies[0].text == "ignore_startup_parameters = options"


def test_a_pooler_without_such_a_database(pooled: Target, pgbouncer: PgBouncer, postgres: Postgres) -> None:
    result = ended(replace(pooled, database="nowhere"))
    assert verdict(result)[0] in {"postgres.pooler.server-refused", "postgres.pooler.database-unknown"}


def test_a_pooler_without_room(pooled: Target, pgbouncer: PgBouncer) -> None:
    pgbouncer.conf({"max_client_conn": 1})
    with pgbouncer.login("etl", PASSWORD, "sales"):
        assert verdict(ended(to_port(pgbouncer.port)))[0] == "postgres.pooler.full"


def test_the_command_to_look_with_is_quoted_for_a_shell() -> None:
    with SilentPort() as silent:
        host = HostPort("$(id); x", silent.port)
        address = Address(socket.AF_INET, ("127.0.0.1", silent.port), f"127.0.0.1:{silent.port}")
        trial = knock(Door(Target("w", (host,), "etl", "sales"), host, address, PATIENCE), Encryption.PLAIN, Steps())
    assert trial.finding is not None
    assert trial.finding.remedies[0].text == f"nc -vz -w 5 '$(id); x' {silent.port}"
