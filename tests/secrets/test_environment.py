"""Connections in AIRFLOW_CONN_ variables, and one given as text."""

from __future__ import annotations

import pytest

from safeconduct.airflow.dialect import Dialect
from safeconduct.model import Connection, Finding, Secret, Stage
from safeconduct.secrets import Answer, EnvironmentBackend, Found, read_literal

SECRET = "Pl4nted"
URI = f"postgres://etl:{SECRET}@db.example.com:5433/sales?sslmode=require"
READ = Connection("warehouse", "postgres", "db.example.com", 5433, "sales", "etl", Secret(SECRET))


def backend(dialect: Dialect = Dialect.AIRFLOW_2, /, **variables: str) -> EnvironmentBackend:
    return EnvironmentBackend(variables, dialect)


def found(answer: Answer | None) -> Found:
    assert isinstance(answer, Found), answer
    return answer


@pytest.mark.parametrize("conn_id", ["warehouse", "Warehouse", "WAREHOUSE"])
def test_an_id_is_found_in_upper_case_and_keeps_its_spelling(conn_id: str) -> None:
    answer = found(backend(AIRFLOW_CONN_WAREHOUSE=URI).get(conn_id))
    assert answer.connection.conn_id == conn_id
    assert answer.definition == "environment variable AIRFLOW_CONN_WAREHOUSE"


def test_a_uri_is_read() -> None:
    answer = found(backend(AIRFLOW_CONN_WAREHOUSE=URI).get("warehouse"))
    assert answer.connection == Connection(**{**vars(READ), "extra": answer.connection.extra})
    assert answer.connection.extras == {"sslmode": "require"}
    assert answer.credential == "password"
    assert SECRET not in repr(answer)


def test_json_is_read() -> None:
    text = f'{{"conn_type": "postgres", "host": "db", "password": "{SECRET}", "extra": {{"sslmode": "require"}}}}'
    answer = found(backend(AIRFLOW_CONN_WAREHOUSE=f"  {text}\n").get("warehouse"))
    assert answer.connection.password == Secret(SECRET)
    assert answer.connection.extras == {"sslmode": "require"}
    assert SECRET not in repr(answer)


def test_a_connection_without_a_password_says_so() -> None:
    answer = found(backend(AIRFLOW_CONN_A="postgres://etl@db/sales").get("a"))
    assert (answer.credential, answer.connection.password) == ("no password in the connection", None)


def test_each_airflow_reads_extras_its_own_way() -> None:
    uri = "postgres://db?retries=3"
    for dialect, retries in ((Dialect.AIRFLOW_2, "3"), (Dialect.AIRFLOW_3, 3)):
        assert found(backend(dialect, AIRFLOW_CONN_A=uri).get("a")).connection.extras == {"retries": retries}


@pytest.mark.parametrize("conn_id", ["a.b", "my-db", "a b", "prüfung", "a/b\\c", "a=b", "x'; --", "conn_x"])
def test_special_characters_in_an_id(conn_id: str) -> None:
    name = f"AIRFLOW_CONN_{conn_id.upper()}"
    kept = EnvironmentBackend({name: URI}, Dialect.AIRFLOW_2)
    assert found(kept.get(conn_id)).definition == f"environment variable {name}"
    assert kept.conn_ids() == (conn_id,)
    assert kept.get(conn_id[:-1]) is None


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"AIRFLOW_CONN_A": ""},
        {"AIRFLOW_CONN_": URI},
        {"airflow_conn_a": URI},
        {"AIRFLOW_CONNECTION_A": URI},
        {"AIRFLOW__CONN__A": URI},
        {"MY_AIRFLOW_CONN_A": URI},
        {"AIRFLOW_VAR_A": URI},
    ],
    ids=lambda variables: ",".join(variables) or "none",
)
def test_what_is_no_connection(variables: dict[str, str]) -> None:
    kept = EnvironmentBackend(variables, Dialect.AIRFLOW_2)
    assert kept.get("a") is None
    assert kept.conn_ids() == ()
    assert list(kept.all()) == []


def test_all_come_sorted_in_lower_case_and_a_bad_one_spoils_itself_only() -> None:
    kept = backend(AIRFLOW_CONN_C=URI, AIRFLOW_CONN_B=f"postgres://etl:{SECRET}@db:port/x", AIRFLOW_CONN_A=URI)
    assert kept.conn_ids() == ("a", "b", "c")
    answers = dict(kept.all())
    assert [type(answer) for answer in answers.values()] == [Found, Finding, Found]
    assert kept.get("b") == answers["b"]


def test_a_malformed_variable_says_what_is_wrong_and_quotes_nothing() -> None:
    answer = backend(AIRFLOW_CONN_A=f"postgres://etl:{SECRET}@db:port/x").get("a")
    assert isinstance(answer, Finding)
    assert (answer.rule, answer.stage, answer.subject) == ("airflow.connection.malformed", Stage.DEFINITION, "a")
    assert answer.message == "a: its URI cannot be read: the port is no number from 0 to 65535"
    assert SECRET not in repr(answer)


def test_the_environment_is_read_once_and_shown_never() -> None:
    variables = {"AIRFLOW_CONN_A": URI, "PGPASSWORD": SECRET}
    kept = EnvironmentBackend(variables, Dialect.AIRFLOW_2)
    variables.clear()
    assert kept.conn_ids() == ("a",)
    assert SECRET not in f"{kept!r} {vars(kept)}"


def test_an_undecodable_octet_in_a_variable_is_no_accident() -> None:
    answer = found(backend(AIRFLOW_CONN_A="postgres://etl:p\udcffw@db/x").get("a"))
    assert answer.connection.password == Secret("p\udcffw")


def test_a_text_of_its_own_is_a_connection() -> None:
    answer = found(read_literal("standard input", Secret(URI), Dialect.AIRFLOW_2))
    assert (answer.definition, answer.credential) == ("standard input", "password")
    assert answer.connection.conn_id == "standard input"
    assert answer.connection.password == Secret(SECRET)


def test_a_text_that_is_malformed_is_a_finding_of_its_name() -> None:
    answer = read_literal("standard input", Secret(f'{{"password": "{SECRET}"'), Dialect.AIRFLOW_2)
    assert isinstance(answer, Finding)
    assert (answer.rule, answer.subject) == ("airflow.connection.malformed", "standard input")
    assert answer.message.startswith("standard input: its JSON cannot be read: Expecting ',' delimiter at line 1")
    assert SECRET not in repr(answer)


def test_a_variable_in_lower_case_is_no_connection_as_airflow_never_asks_for_it() -> None:
    assert EnvironmentBackend({"AIRFLOW_CONN_lower": "postgres://x"}, Dialect.AIRFLOW_2).conn_ids() == ()
