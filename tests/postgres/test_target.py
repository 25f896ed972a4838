"""From an Airflow connection to what libpq would connect to, compared with the real libpq."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from safeconduct.model import Connection, Finding, Secret, Severity, Stage, Unjudged
from safeconduct.postgres.target import SslMode, Target, target_of
from tests.postgres import libpq

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def connection(extra: Mapping[str, Any] | None = None, **fields: Any) -> Connection:
    password = fields.pop("password", None)
    return Connection(
        "my_postgres",
        "postgres",
        password=None if password is None else Secret(password),
        extra=None if extra is None else Secret(json.dumps(extra)),
        **fields,
    )


def target(found: Target | Finding | Unjudged) -> Target:
    assert isinstance(found, Target), found
    return found


def finding(found: Target | Finding | Unjudged) -> Finding:
    assert isinstance(found, Finding), found
    return found


def test_the_fields_of_a_connection(tmp_path: Path) -> None:
    it = target(
        target_of(
            connection(
                {"sslmode": "verify-full", "cursor": "dictcursor", "keepalives_idle": 30, "connect_timeout": "7"},
                host="db.example.com",
                login="etl",
                password="s3cret",
                schema="sales",
                port=5433,
            ),
            {},
            tmp_path,
        )
    )
    assert it.label == "etl@db.example.com:5433/sales"
    assert it.password is not None
    assert (it.password.secret.reveal(), it.password.origin) == ("s3cret", "connection")
    assert it.tls.mode is SslMode.VERIFY_FULL
    assert it.tls.root == f"{tmp_path}/.postgresql/root.crt"
    assert it.connect_timeout == 7
    assert it.passed == {"keepalives_idle": "30"}
    assert it.ignored == ("cursor",)
    assert "s3cret" not in repr(it)


def test_an_empty_connection_is_the_socket_and_the_own_name(tmp_path: Path) -> None:
    it = target(target_of(connection(), {}, tmp_path))
    assert it.hosts[0].socket_path == "/var/run/postgresql/.s.PGSQL.5432"
    assert it.hosts[0].is_unix
    assert it.database == it.user != ""
    assert it.password is None


def test_what_the_drivers_take_for_themselves_and_none_are_dropped(tmp_path: Path) -> None:
    extra = {"autocommit": True, "aws_conn_id": "aws", "sqlalchemy_query": {}, "options": None, "sslsni": False}
    it = target(target_of(connection(extra, host="h"), {}, tmp_path))
    assert it.ignored == ("autocommit", "aws_conn_id", "sqlalchemy_query")
    assert "options" not in it.settings
    assert not it.tls.sni


def test_extras_win_over_fields_and_a_dsn_lies_under_them(tmp_path: Path) -> None:
    extra = {"dsn": "postgresql://u:below@below:1/below?application_name=dag", "host": "above", "password": "above"}
    it = target(target_of(connection(extra, host="h", login="l", password="p", port=2), {}, tmp_path))
    assert it.label == "l@above:2/below"
    assert it.password is not None
    assert it.password.secret.reveal() == "above"
    assert it.password.origin == "extra of the connection"
    assert it.settings == {"application_name": "dag"}


def test_startup_settings(tmp_path: Path) -> None:
    environ = {"PGTZ": "UTC", "PGDATESTYLE": "Default", "PGAPPNAME": "worker", "PGOPTIONS": "-c a=b"}
    it = target(target_of(connection({"client_encoding": "auto"}, host="h"), environ, tmp_path))
    assert it.settings == {
        "options": "-c a=b",
        "application_name": "worker",
        "client_encoding": "UTF8",
        "timezone": "UTC",
    }


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"iam": True}, "AWS makes for RDS"),
        ({"iam": "yes", "redshift": True}, "Redshift"),
        ({"iam": True, "redshift-serverless": True}, "Redshift"),
        ({"iam": True, "azure_conn_id": "azure"}, "Azure"),
    ],
)
def test_a_password_made_by_a_cloud_is_not_judged(extra: dict[str, Any], words: str, tmp_path: Path) -> None:
    found = target_of(connection(extra, host="h"), {}, tmp_path)
    assert isinstance(found, Unjudged)
    assert found.subject == "my_postgres"
    assert words in found.reason


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("ssl_mode", "sslmode"),
        ("database", "dbname"),
        ("aplication_name", "application_name"),
        ("ssl", "sslmode"),
        ("extra__postgres__sslmode", "sslmode"),
        ("SSLMode", "sslmode"),
    ],
)
def test_an_unknown_option_names_the_nearest(key: str, meant: str, tmp_path: Path) -> None:
    found = finding(target_of(connection({key: "x"}, host="h"), {}, tmp_path))
    assert (found.rule, found.stage) == ("postgres.option.unknown", Stage.DEFINITION)
    assert found.evidence == {"option": key, "origin": "extra of the connection", "nearest": meant}
    assert meant in found.remedies[0].text


def test_an_unknown_option_like_no_other(tmp_path: Path) -> None:
    found = finding(target_of(connection({"zzz": "x"}, host="h"), {}, tmp_path))
    assert "did you mean" not in found.message
    assert found.remedies[0].text == 'take "zzz" out of the connection\'s extra'


@pytest.mark.parametrize("key", ["hunter2", "Hunter", "Passw0rd", "hunter@h/sales", "HUNTER", "", "h\0", "\udcff"])
def test_a_key_that_may_be_a_piece_of_a_password_is_not_shown(key: str, tmp_path: Path) -> None:
    """Of `postgres://u:12?hunter2@h/x` Airflow makes such a key, and of an ampersand in a query's value."""
    found = finding(target_of(connection({key: "x"}, host="h"), {}, tmp_path))
    assert found.evidence == {"option": "***", "origin": "extra of the connection"}
    assert "may be a piece of a password" in found.message
    assert not key or key not in repr(found)


@pytest.mark.parametrize(
    ("extra", "environ", "option", "words"),
    [
        ({"sslmode": "verify_full"}, {}, "sslmode", "did you mean verify-full?"),
        ({}, {"PGSSLMODE": ""}, "sslmode", "(PGSSLMODE) is none of"),
        ({"port": "99999"}, {}, "port", "1 to 65535"),
        ({"port": "0"}, {}, "port", "1 to 65535"),
        ({"connect_timeout": "5s"}, {}, "connect_timeout", "no whole number"),
        ({"sslrootcert": "system", "sslmode": "require"}, {}, "sslmode", "verify-full"),
        ({"sslnegotiation": "direct"}, {}, "sslmode", "too weak for sslnegotiation=direct"),
        ({"require_auth": "scram"}, {}, "require_auth", "'scram', which is none of"),
        ({"require_auth": "md5,!none"}, {}, "require_auth", "mixes"),
        ({"require_auth": "md5,md5"}, {}, "require_auth", "more than once"),
        ({"ssl_min_protocol_version": "1.3"}, {}, "ssl_min_protocol_version", "TLSv1.3"),
        ({"ssl_max_protocol_version": "TLSv1.1"}, {}, "ssl_min_protocol_version", "above"),
        ({"cursor": "fastcursor"}, {}, "cursor", "refused by Airflow"),
    ],
)
def test_a_bad_value_is_named_with_its_origin(
    extra: dict[str, Any], environ: dict[str, str], option: str, words: str, tmp_path: Path
) -> None:
    found = finding(target_of(connection(extra, host="h"), environ, tmp_path))
    assert (found.rule, found.stage) == ("postgres.option.invalid", Stage.DEFINITION)
    assert found.evidence["option"] == option
    assert words in found.message


def test_a_port_that_may_be_a_piece_of_a_password_is_not_shown(tmp_path: Path) -> None:
    found = finding(target_of(connection({"dsn": "postgresql://etl:hunter2/x@h/d"}), {}, tmp_path))
    assert found.rule == "postgres.option.invalid"
    assert "hunter" not in repr(found)
    assert "percent-encoded" in found.message


@pytest.mark.parametrize(
    "fields",
    [
        {"host": "postgresql://etl:hunter2@db/sales"},
        {"host": "etl:hunter2@db"},
        {"host": "h", "schema": "postgresql://etl:hunter2@db/sales"},
        {"host": "h", "schema": "host=db password=hunter2"},
        {"host": "h", "schema": "etl:hunter2@db/sales"},
        {"host": "h", "login": "etl:hunter2@db"},
        {"host": "h", "login": "postgresql://etl:hunter2@db/sales"},
    ],
)
def test_a_url_in_a_field_goes_nowhere(fields: dict[str, Any], tmp_path: Path) -> None:
    found = finding(target_of(connection(**fields), {}, tmp_path))
    assert found.rule == "postgres.option.string-in-field"
    assert "hunter" not in repr(found)


def test_a_database_name_is_not_expanded(tmp_path: Path) -> None:
    """psycopg writes dbname into a string of its own, where libpq takes it as it stands."""
    assert target(target_of(connection(host="h", schema="a=b"), {}, tmp_path)).database == "a=b"
    with libpq.environment(tmp_path), libpq.open_port() as port:
        begun = libpq.begin({"host": "127.0.0.1", "port": str(port), "dbname": "a=b"})
    assert begun.database == "a=b"


def test_an_extra_that_airflow_goes_on_without_is_a_warning(tmp_path: Path) -> None:
    it = target(target_of(Connection("c", "postgres", host="h", extra=Secret("{'sslmode': hunter2}")), {}, tmp_path))
    assert [(w.rule, w.severity) for w in it.warnings] == [("postgres.option.extra-unread", Severity.WARNING)]
    assert "hunter2" not in repr(it.warnings)


@pytest.mark.parametrize("text", ["[1]", '"text"', "null", "5"])
def test_an_extra_that_airflow_fails_on(text: str, tmp_path: Path) -> None:
    found = finding(target_of(Connection("c", "postgres", host="h", extra=Secret(text)), {}, tmp_path))
    assert (found.rule, found.severity) == ("postgres.option.extra-unread", Severity.ERROR)


def test_an_empty_password_is_none(tmp_path: Path) -> None:
    it = target(target_of(connection(host="h", password=""), {"PGPASSWORD": "env"}, tmp_path))
    assert it.password is not None
    assert it.password.origin == "PGPASSWORD"


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"host": "a,b,c", "port": "1,2"}, "2 ports and 3 hosts"),
        ({"host": "a,b", "hostaddr": "::1"}, "2 hosts and 1 hostaddrs"),
        ({"host": "a", "port": "1,2"}, "2 ports and 1 hosts"),
    ],
)
def test_lists_of_different_length(extra: dict[str, str], words: str, tmp_path: Path) -> None:
    found = finding(target_of(connection(extra), {}, tmp_path))
    assert found.rule == "postgres.option.hosts-mismatch"
    assert words in found.message
    assert found.evidence["port"] if "port" in extra else found.evidence["hostaddr"]


def test_several_hosts(tmp_path: Path) -> None:
    extra = {"host": "a,/run,,::1", "port": "1,2,,4", "target_session_attrs": "read-write"}
    it = target(target_of(connection(extra, login="u"), {}, tmp_path))
    assert it.label == "u@a:1,/run:2,/var/run/postgresql:5432,[::1]:4/u"
    assert [host.is_unix for host in it.hosts] == [False, True, True, False]
    assert it.target_session_attrs == "read-write"


def test_a_host_with_a_wrong_port_is_left_out_as_long_as_another_is_right(tmp_path: Path) -> None:
    it = target(target_of(connection({"host": "a,b,c", "port": "0,5433,x"}, login="u"), {}, tmp_path))
    assert it.label == "u@b:5433/u"
    assert [(w.rule, w.severity) for w in it.warnings] == [("postgres.option.invalid", Severity.WARNING)]


def test_a_process_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 987654)
    found = finding(target_of(connection(host="h"), {}, tmp_path))
    assert found.rule == "postgres.option.user-missing"
    assert found.evidence == {"user id": "987654"}
    assert target(target_of(connection(host="h", login="etl"), {}, tmp_path)).user == "etl"


# The same connections, and the real libpq

WORDS = st.sampled_from(["", "a", "sales", "é", "with blank", "'", "\\", "%41", "x,y"])
NUMBERS = st.sampled_from(
    ["", "0", "1", "5433", " 5433 ", "+7", "65535", "65536", "x", "1,2", "1,", "-1", "99999999999"]
)
VALUES: dict[str, st.SearchStrategy[str]] = {
    "host": st.sampled_from(["", "127.0.0.1", "127.0.0.1,127.0.0.1", "/tmp", "127.0.0.1,,/tmp"]),
    "hostaddr": st.sampled_from(["", "127.0.0.1", "127.0.0.1,127.0.0.1", "127.0.0.1,"]),
    "port": NUMBERS,
    "user": WORDS,
    "password": WORDS,
    "dbname": WORDS,
    "sslmode": st.sampled_from(["", "disable", "allow", "prefer", "require", "verify-ca", "verify-full", "foo"]),
    "sslnegotiation": st.sampled_from(["postgres", "direct", "", "x"]),
    "sslrootcert": st.sampled_from(["", "system", "/x/root.crt"]),
    "sslcertmode": st.sampled_from(["allow", "disable", "require", "", "x"]),
    "sslsni": st.sampled_from(["", "0", "1"]),
    "ssl_min_protocol_version": st.sampled_from(["", "TLSv1", "tlsv1.3", "TLSv1.2", "x"]),
    "ssl_max_protocol_version": st.sampled_from(["", "TLSv1", "TLSv1.3", "TLSv1.2", "x"]),
    "channel_binding": st.sampled_from(["disable", "prefer", "require", "", "x"]),
    "gssencmode": st.sampled_from(["disable", "prefer", "", "x"]),
    "target_session_attrs": st.sampled_from(["any", "read-write", "prefer-standby", "", "x"]),
    "load_balance_hosts": st.sampled_from(["disable", "random", "", "x"]),
    "require_auth": st.sampled_from(["", "md5", "!md5,!none", "oauth,scram-sha-256", "md5,!gss", "none,none", "x"]),
    "application_name": WORDS,
    "options": WORDS,
    "client_encoding": st.sampled_from(["", "utf8"]),
    "max_protocol_version": st.sampled_from(["3.0", "3.2", "latest", "x"]),
}
VARIABLES = {
    "PGHOST": "host",
    "PGHOSTADDR": "hostaddr",
    "PGPORT": "port",
    "PGUSER": "user",
    "PGPASSWORD": "password",
    "PGDATABASE": "dbname",
    "PGSSLMODE": "sslmode",
    "PGSSLROOTCERT": "sslrootcert",
    "PGCHANNELBINDING": "channel_binding",
    "PGTARGETSESSIONATTRS": "target_session_attrs",
    "PGREQUIREAUTH": "require_auth",
    "PGAPPNAME": "application_name",
}
ARGUMENTS = st.fixed_dictionaries({}, optional=VALUES)
ENVIRONS = st.fixed_dictionaries(
    {}, optional={**{v: VALUES[k] for v, k in VARIABLES.items()}, "PGREQUIRESSL": st.sampled_from(["", "0", "1"])}
)


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arguments=ARGUMENTS, environ=ENVIRONS)
@example(arguments={"sslrootcert": "system"}, environ={})
@example(arguments={"sslrootcert": "system"}, environ={"PGREQUIRESSL": "1"})
@example(arguments={"host": ""}, environ={"PGHOST": "127.0.0.1"})
@example(arguments={}, environ={"PGSSLMODE": ""})
def test_a_target_is_what_libpq_fills_in(arguments: dict[str, str], environ: dict[str, str], tmp_path: Path) -> None:
    with libpq.environment(tmp_path, **environ) as seen:
        begun = libpq.begin(arguments)
        found = target_of(connection(arguments), seen, tmp_path)
    assert isinstance(found, Finding) == bool(begun.refused), (found, begun)
    if isinstance(found, Target):
        compare(found, begun)


def compare(it: Target, begun: libpq.Begun) -> None:
    if not it.load_balance_hosts:
        assert (it.hosts[0].host or it.hosts[0].hostaddr) == begun.host
        assert (it.password.secret.reveal() if it.password else "") == begun.password
    assert (it.user, it.database) == (begun.user, begun.database)
    assert it.tls.mode.value == begun.options["sslmode"]
    assert it.tls.sni == (begun.options["sslsni"] == "1")
    assert (it.channel_binding, it.require_auth) == (
        begun.options["channel_binding"],
        begun.options.get("require_auth", ""),
    )
    assert it.settings.get("application_name", "") == begun.options.get("application_name", "")
