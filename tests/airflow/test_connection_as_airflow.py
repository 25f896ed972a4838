"""What we read from a URI or JSON, and write as a URI, is what the real Airflow reads and writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.airflow.connection_json import format_json, parse_definition
from safeconduct.airflow.connection_uri import format_uri, parse_uri
from safeconduct.airflow.dialect import DIFFERENCES, Dialect
from safeconduct.model import Connection, Finding, Secret
from tests.airflow.definitions import JSONS, READ, URIS

if TYPE_CHECKING:
    from tests.servers.airflow import Airflow

TEXTS = (*URIS, *JSONS)
# Airflow reads no type, or a host or port with a piece of the password, without a word; we say what is wrong
# (docs/connections.md).
REFUSED_HERE = {
    "my_type://etl:pw@db/x",
    "postgres://etl:p@ss/word@db/sales",
    "postgres://etl:12?w@db:1/x",
    "postgres://etl:12#w@db:1/x",
    "postgres://etl:/w@db:1/x",
    "postgres:///w@db",
    "postgres://etl:p@1?w@db/x",
    "postgres://db/x?user=a@b",
    '"postgres://etl:pw@db/x"',
}


def ours(text: str, dialect: Dialect) -> list[Any] | None:
    found = parse_definition("c", Secret(text), dialect)
    if isinstance(found, Finding):
        return None
    password = found.password.reveal() if found.password is not None else None
    extra = found.extra.reveal() if found.extra is not None else None
    uri = format_uri(found, dialect).reveal()
    return [found.conn_type, found.host, found.login, password, found.schema, found.port, extra, uri]


def alike(answer: list[Any] | None) -> list[Any] | None:
    """None and the empty text are one to every hook."""
    return None if answer is None else [value or None for value in answer]


def test_every_definition_is_read_and_written_as_by_airflow(any_airflow: Airflow) -> None:
    version = any_airflow.programs.parent.name
    said = any_airflow.python(READ.replace("TEXTS", repr(list(TEXTS)), 1)).output
    theirs = json.loads(said.partition("ANSWERS")[2])
    dialect = Dialect.of(version)
    different = {
        text: (mine, their)
        for text, their in zip(TEXTS, theirs, strict=True)
        if (mine := alike(ours(text, dialect))) != alike(their)
    }
    assert set(different) == REFUSED_HERE, different


CONNECTIONS = st.builds(
    Connection,
    conn_id=st.just("c"),
    conn_type=st.sampled_from(["postgres", "http", "aws"]),
    host=st.sampled_from([None, "db", "db.example.com", "10.0.0.1"]),
    port=st.none() | st.integers(1, 65535),
    schema=st.none() | st.text(st.characters(categories=["L", "N", "P"]), min_size=1),
    login=st.none() | st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1),
    password=st.none() | st.text(st.characters(codec="utf-8"), min_size=1).map(Secret),
    extra=st.none()
    | st.dictionaries(
        st.text(st.characters(codec="ascii"), min_size=1), st.text(st.characters(codec="utf-8")), min_size=1
    )
    .map(json.dumps)
    .map(Secret),
)


@given(CONNECTIONS, st.sampled_from(Dialect))
def test_json_survives_the_way_there_and_back(connection: Connection, dialect: Dialect) -> None:
    back = parse_definition("c", format_json(connection), dialect)
    assert back == connection or (isinstance(back, Connection) and back.extras == connection.extras)


@given(CONNECTIONS)
def test_a_uri_survives_the_way_there_and_back(connection: Connection) -> None:
    back = parse_uri("c", format_uri(connection, Dialect.AIRFLOW_2), Dialect.AIRFLOW_2)
    assert isinstance(back, Connection)
    kept = [(c.conn_type, c.host or "", c.login or "", c.port, c.schema or "") for c in (back, connection)]
    assert kept[0] == kept[1]
    assert (back.password or Secret("")) == (connection.password or Secret(""))
    assert back.extras == connection.extras


@given(st.text(), st.sampled_from(Dialect))
def test_garbage_is_a_connection_or_a_finding(text: str, dialect: Dialect) -> None:
    assert isinstance(parse_definition("c", Secret(text), dialect), (Connection, Finding))


SECRET = "Pl4nted"


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        (f"postgres://etl:{SECRET}#x@db/x", "a # stands in the login or password"),
        (f"postgres://etl:{SECRET}/x@db/x", "a / stands in the login or password"),
        (f"postgres://etl:a@{SECRET}/x@db:5432/x", "a / stands in the login or password"),
        (f"postgres://etl:12/{SECRET}@db/x", "a / stands in the login or password"),
        (f"postgres://etl:{SECRET}?x@db/x", "a ? stands in the login or password"),
        (f"postgres://etl:{SECRET}@db:port/x", "the port is no number from 0 to 65535"),
        (f"postgres://etl:{SECRET}@[db/x", "brackets that are no IPv6 address"),
        (f"postgres://etl:12?{SECRET}@db:1/x", "a ? stands in the login or password"),
        (f"postgres://etl:1?a={SECRET}@db:1/x", "a ? stands in the login or password"),
        (f"postgres://etl:12/34?{SECRET}@db:1/x", "a ? stands in the login or password"),
        (f"postgres://etl:12#{SECRET}@db:1/x", "a # stands in the login or password"),
        (f"postgres://etl:/{SECRET}@db:1/x", "a / stands in the login or password"),
        (f"postgres:///{SECRET}@db", "a / stands in the login or password"),
        (f'"postgres://etl:{SECRET}@db/x"', "it stands in quotation marks; take them away"),
        (f"'{{{SECRET}}}'", "it stands in quotation marks; take them away"),
        ('{"port": 1e999, "password": "' + SECRET + '"}', '"port" must be a number'),
        ('{"port": ' + "9" * 5000 + ', "password": "' + SECRET + '"}', "a number in it is too long"),
        ('{"port": "' + "9" * 5000 + '", "password": "' + SECRET + '"}', '"port" must be a number'),
        ('{"extra": ' + "[" * 50_000, "it is nested too deeply"),
        (json.dumps({"password": SECRET, "extra": "[" * 50_000}), "it is nested too deeply"),
        (json.dumps({"password": SECRET, "extra": '{"a":' * 50_000}), "it is nested too deeply"),
        (f"postgres://etl:{SECRET}@db/x?__extra__=" + "[" * 50_000, "it is nested too deeply"),
        (f"a://{SECRET}://c://d", '"://" stands in it more than twice'),
        ('{"password": "' + SECRET + '"', "its JSON cannot be read"),
        (json.dumps({"conn_type": "postgres", "pass": SECRET}), 'it has no key "pass"'),
    ],
)
def test_a_malformed_definition_says_which_part_and_quotes_nothing(uri: str, words: str) -> None:
    finding = parse_definition("warehouse", Secret(uri), Dialect.AIRFLOW_2)
    assert isinstance(finding, Finding)
    assert words in finding.message
    assert SECRET not in repr(finding)


def test_every_difference_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "connections.md").read_text("utf-8")
    assert [difference.name for difference in DIFFERENCES if f"`{difference.name}`" not in page] == []
