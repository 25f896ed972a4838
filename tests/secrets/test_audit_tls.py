"""What an audit says of the TLS of connections and of Airflow's own options."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from safeconduct.airflow.configuration import Configuration
from safeconduct.model import Connection, Finding, Secret
from safeconduct.secrets import rules_audit as rules
from safeconduct.secrets.audit.tls import connection_tls, is_told_by_service
from safeconduct.secrets.audit.tls_options import options_tls

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "Pl4nted-Word"
OFF, ANYBODY = rules.TLS_OFF.id, rules.TLS_UNVERIFIED.id


def judged(
    conn_type: str,
    extra: object = None,
    host: str | None = "db.example.com",
    password: str = SECRET,
    environ: dict[str, str] | None = None,
    schema: str | None = None,
) -> str | None:
    """The rule that a connection breaks."""
    text = None if extra is None else Secret(json.dumps(extra))
    secret = Secret(password) if password else None
    connection = Connection("c", conn_type, host, schema=schema, password=secret, extra=text)
    found = [finding() for _, finding in connection_tls(connection, environ or {})]
    assert SECRET not in repr(found)
    assert len(found) <= 1
    return found[0].rule if found else None


@pytest.mark.parametrize(
    ("extra", "rule"),
    [
        (None, OFF),
        ({}, OFF),
        ({"sslmode": "disable"}, OFF),
        ({"sslmode": "allow"}, OFF),
        ({"sslmode": "prefer"}, OFF),
        ({"requiressl": "1"}, ANYBODY),
        ({"sslmode": "require"}, ANYBODY),
        ({"sslmode": "verify-ca"}, None),
        ({"sslmode": "verify-full"}, None),
        ({"service": "sales"}, None),
        ({"dsn": "host=db.example.com sslmode=verify-full"}, None),
        ({"iam": True, "sslmode": "disable"}, OFF),
    ],
)
def test_postgres(extra: object, rule: str | None) -> None:
    assert judged("postgres", extra) == rule


@pytest.mark.parametrize(
    ("host", "extra", "unseen"),
    [
        ("db.example.com", {"service": "sales"}, True),
        (None, {"service": "sales"}, True),
        ("127.0.0.1", {"service": "sales"}, False),
        ("db.example.com", {"service": "sales", "sslmode": "verify-full"}, False),
        ("db.example.com", {}, False),
    ],
)
def test_what_a_service_tells_is_unseen(host: str | None, extra: object, unseen: bool) -> None:
    connection = Connection("c", "postgres", host, extra=Secret(json.dumps(extra)))
    assert is_told_by_service(connection) is unseen


def test_what_libpq_takes_from_the_environment_counts() -> None:
    assert judged("postgres", environ={"PGSSLMODE": "verify-full"}) is None
    assert judged("postgres", {"sslmode": "disable"}, environ={"PGSSLMODE": "verify-full"}) == OFF
    assert judged("postgres", host=None) is None
    assert judged("postgres", host=None, environ={"PGHOST": "db.example.com"}) == OFF


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST.", "127.0.0.1", "127.8.8.8", "::1", "[::1]", "/var/run/postgresql", "", "@abstract"],
)
def test_what_stays_on_the_machine_needs_none(host: str) -> None:
    for conn_type in ("postgres", "mysql", "redis"):
        assert judged(conn_type, host=host) is None
    assert judged("postgres", host=f"{host or 'localhost'},db.example.com") == OFF


@pytest.mark.parametrize(
    ("conn_type", "extra", "host", "schema", "rule"),
    [
        ("mysql", None, "db", None, OFF),
        ("mysql", {"ssl_mode": "DISABLED"}, "db", None, OFF),
        ("mysql", {"ssl_mode": "preferred"}, "db", None, OFF),
        ("mysql", {"ssl_mode": "REQUIRED"}, "db", None, ANYBODY),
        ("mysql", {"ssl_mode": "VERIFY_IDENTITY"}, "db", None, None),
        ("mysql", {"ssl": {"ca": "/ca.pem"}}, "db", None, None),
        ("mysql", {"ssl": '{"ca": "/ca.pem"}'}, "db", None, None),
        ("mysql", {"ssl": {"cert": "/c.pem"}}, "db", None, ANYBODY),
        ("mysql", {"client": "mysql-connector-python"}, "db", None, ANYBODY),
        ("mysql", {"client": "mysql-connector-python", "ssl_disabled": True}, "db", None, OFF),
        ("mysql", {"client": "mysql-connector-python", "ssl_verify_cert": True}, "db", None, None),
        ("http", None, "http://web.example.com", None, OFF),
        ("http", None, "web.example.com", None, OFF),
        ("http", None, "web.example.com", "https", None),
        ("http", None, "https://web.example.com", None, None),
        ("http", None, "http://localhost:8080", None, None),
        ("http", None, "http://[::1]:8080", None, None),
        ("http", {"verify": False}, "https://web.example.com", None, ANYBODY),
        ("http", {"verify": "/ca.pem"}, "https://web.example.com", None, None),
        ("livy", None, "livy.example.com", None, OFF),
        ("redis", None, "r", None, OFF),
        ("redis", {"ssl": True}, "r", None, None),
        ("redis", {"ssl": True, "ssl_cert_reqs": "none"}, "r", None, ANYBODY),
        ("mongo", None, "m", None, OFF),
        ("mongo", {"srv": True}, "m", None, None),
        ("mongo", {"srv": True, "tls": False}, "m", None, OFF),
        ("mongo", {"ssl": "true", "allow_insecure": "true"}, "m", None, ANYBODY),
        ("trino", None, "t", None, OFF),
        ("trino", {"protocol": "https"}, "t", None, None),
        ("trino", {"protocol": "https", "verify": "false"}, "t", None, ANYBODY),
        ("smtp", None, "s", None, None),
        ("smtp", {"disable_ssl": True}, "s", None, None),
        ("smtp", {"disable_ssl": True, "disable_tls": True}, "s", None, OFF),
        ("smtp", {"ssl_context": "none"}, "s", None, ANYBODY),
        ("imap", {"use_ssl": False}, "s", None, OFF),
        ("ftp", None, "f", None, OFF),
        ("kafka", {"bootstrap.servers": "a:9092"}, None, None, OFF),
        ("kafka", {"bootstrap.servers": "localhost:9092"}, None, None, None),
        ("kafka", {"bootstrap.servers": "a:9092", "security.protocol": "SASL_SSL"}, None, None, None),
        ("elasticsearch", None, "http://es.example.com", None, OFF),
        ("snowflake", {"extra__snowflake__insecure_mode": True}, None, None, ANYBODY),
        ("vault", {"use_tls": False}, "v", None, OFF),
        ("kubernetes", {"disable_verify_ssl": True}, None, None, ANYBODY),
        ("aws", {"verify": False}, None, None, ANYBODY),
        ("aws", {"region_name": "eu-central-1"}, None, None, None),
        ("http", None, "http://[broken", None, OFF),
    ],
)
def test_other_types(conn_type: str, extra: object, host: str | None, schema: str | None, rule: str | None) -> None:
    assert judged(conn_type, extra, host, schema=schema) == rule


def test_http_without_a_password_has_nothing_to_lose() -> None:
    assert judged("http", host="http://web.example.com", password="") is None


def options(folder: Path, text: str, environ: dict[str, str] | None = None) -> dict[str, str]:
    """The rules that options break, by option; "?" where it could not be judged."""
    (folder / "airflow.cfg").write_text(text)
    environ = {"AIRFLOW_HOME": str(folder), **(environ or {})}
    configuration = Configuration.load(environ, version="2.11.2")
    assert isinstance(configuration, Configuration)
    found = list(options_tls(configuration, environ))
    assert SECRET not in repr(found)
    return {one.subject: one.rule if isinstance(one, Finding) else "?" for one in found}


DATABASE, BROKER, RESULTS = "[database] sql_alchemy_conn", "[celery] broker_url", "[celery] result_backend"


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("sqlite:////opt/airflow.db", None),
        (f"postgresql+psycopg2://a:{SECRET}@db/airflow", OFF),
        (f"postgresql+psycopg2://a:{SECRET}@db/airflow?sslmode=require", ANYBODY),
        (f"postgresql+psycopg2://a:{SECRET}@db/airflow?sslmode=verify-full", None),
        (f"postgresql+asyncpg://a:{SECRET}@db/airflow?ssl=verify-full", None),
        (f"postgresql://a:{SECRET}@localhost/airflow", None),
        (f"postgresql://a:{SECRET}@/airflow", None),
        (f"postgresql://a:{SECRET}@/airflow?host=/var/run/postgresql", None),
        (f"postgresql://a:{SECRET}@/airflow?host=db.example.com:5432", OFF),
        (f"mysql+mysqldb://a:{SECRET}@db/airflow", OFF),
        (f"mysql+mysqldb://a:{SECRET}@db/airflow?ssl_mode=REQUIRED", ANYBODY),
        (f"mysql+mysqldb://a:{SECRET}@db/airflow?ssl_ca=/ca.pem", None),
        (f"mysql+mysqldb://a:{SECRET}@db/airflow?ssl_cert=/c.pem", ANYBODY),
        (f"mysql+mysqldb://a:{SECRET}@localhost/airflow?unix_socket=/run/mysqld.sock", None),
        (f"nonsense {SECRET}", None),
    ],
)
def test_the_metadata_database(tmp_path: Path, url: str, rule: str | None) -> None:
    found = options(tmp_path, f"[database]\nsql_alchemy_conn = {url}\n")
    assert found == ({DATABASE: rule} if rule else {})


def test_python_that_may_set_it_is_not_run(tmp_path: Path) -> None:
    text = (
        f"[database]\nsql_alchemy_conn = postgresql://a:{SECRET}@db/a\nsql_alchemy_connect_args = my.module.ARGUMENTS\n"
    )
    assert options(tmp_path, text) == {DATABASE: "?"}


@pytest.mark.parametrize(
    ("broker", "results", "more", "broken"),
    [
        ("redis://:{}@r/0", "db+postgresql://a:{}@db/r", "", {BROKER: OFF, RESULTS: OFF}),
        ("redis://:{}@r/0", "db+postgresql://a:{}@db/r?sslmode=verify-ca", "ssl_active = True", {}),
        ("rediss://:{}@r/0?ssl_cert_reqs=none", "redis://:{}@r/1", "", {BROKER: ANYBODY, RESULTS: OFF}),
        (
            "rediss://:{}@r/0?ssl_cert_reqs=CERT_REQUIRED",
            "rediss://:{}@r/1?ssl_cert_reqs=CERT_NONE",
            "",
            {RESULTS: ANYBODY},
        ),
        ("amqp://u:{}@q//", "db+sqlite:////r.db", "", {BROKER: OFF}),
        ("amqps://u:{}@q//", "file:///results", "", {}),
        ("sqs://", "db+mysql://a:{}@db/r?ssl_mode=REQUIRED", "", {RESULTS: ANYBODY}),
        ("redis://localhost/0", "redis://127.0.0.1/1", "", {}),
        ("sentinel://:{}@a:26379;sentinel://:{}@b:26379", "rpc://", "", {BROKER: OFF}),
    ],
)
def test_celery(tmp_path: Path, broker: str, results: str, more: str, broken: dict[str, str]) -> None:
    text = f"[celery]\nbroker_url = {broker}\nresult_backend = {results}\n{more}\n".replace("{}", SECRET)
    assert options(tmp_path, text) == {}  # another executor asks for neither
    celery = {"AIRFLOW__CORE__EXECUTOR": "CeleryKubernetesExecutor"}
    assert options(tmp_path, text, celery) == broken


def test_what_the_secrets_backend_keeps_is_not_passed_over(tmp_path: Path) -> None:
    text = "[secrets]\nbackend = my.Backend\n[celery]\nbroker_url_secret = broker\nresult_backend = rpc://\n"
    assert options(tmp_path, text, {"AIRFLOW__CORE__EXECUTOR": "CeleryExecutor"}) == {BROKER: "?"}
