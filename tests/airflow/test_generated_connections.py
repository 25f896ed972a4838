"""What we read from any definition, and write back, is what the real Airflow reads and writes: made up at random."""

from __future__ import annotations

import json
import os
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, seed, settings

from safeconduct.airflow.connection_json import format_json, parse_definition
from safeconduct.airflow.connection_uri import format_uri
from safeconduct.airflow.dialect import Dialect
from safeconduct.model import Finding, Secret
from tests.airflow.generated_connections import DEFINITIONS
from tests.servers.airflow import real_airflow
from tests.servers.airflow_answering import Answering
from tests.servers.availability import require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VERSIONS = ("2.11.2", "3.3.2")
SEED = int(os.environ.get("SEED", "20"))
ANSWER = """
import logging
logging.disable(logging.CRITICAL)
from airflow.models import connection
from airflow.models.connection import Connection
connection.mask_secret = lambda *_: None  # it compiles all the secrets so far anew, each time
from airflow.secrets.base_secrets import BaseSecretsBackend
backend = BaseSecretsBackend()
if hasattr(backend, "_set_connection_class"):
    backend._set_connection_class(Connection)

def tried(what):
    try:
        return what()
    except Exception as error:
        return {"fails": type(error).__name__}

def answer(text):
    c = tried(lambda: backend.deserialize_connection("c", text))
    if isinstance(c, dict):
        return c
    fields = [c.conn_type, c.description, c.host, c.login, c.password, c.schema, c.port, c.extra]
    return {
        "fields": fields,
        "extras": tried(lambda: c.extra_dejson),
        "uri": tried(lambda: c.get_uri()),
        "json": tried(lambda: c.as_json()),
    }
"""


@dataclass(frozen=True)
class Row:
    """A difference from Airflow on purpose, under its name in docs/connections.md, and a definition that meets it.

    `parts` are those of the answer that may differ ("refused" when we refuse) where `when` holds of our answer and
    Airflow's.
    """

    name: str
    example: str
    parts: frozenset[str]
    when: Callable[[Any, Any], bool]


def same_without_type(mine: Any, theirs: Any) -> bool:
    """Whether the empty type, where Airflow has none, is all that differs: in the fields and in what is written."""
    written = json.dumps(mine["json"]).replace(json.dumps('"conn_type": ""')[1:-1], "", 1).replace("{, ", "{", 1)
    return (
        (mine["fields"][0], theirs["fields"][0]) == ("", None)
        and json.dumps(mine["fields"][1:]) == json.dumps(theirs["fields"][1:])
        and written == json.dumps(theirs["json"])
    )


def refuses(name: str, example: str, words: str) -> Row:
    return Row(name, example, frozenset({"refused"}), lambda mine, _: words in mine)


ROWS = (
    refuses("no-such-type", "my_type://etl:pw@db/x", "what stands before :// is no connection type"),
    refuses("quotation-marks", '"postgres://etl:pw@db/x"', "it stands in quotation marks"),
    refuses("bare-mark", "postgres://etl:12?34@db", "as it is"),
    refuses("text-fields", '{"conn_type": "postgres", "host": 1}', "must be text"),
    Row(
        "no-type",
        '{"host": "db"}',
        frozenset({"fields", "json"}),
        lambda mine, theirs: same_without_type(mine, theirs),
    ),
    Row(
        "extra-no-object",
        '{"conn_type": "postgres", "extra": [1]}',
        frozenset({"extras"}),
        lambda mine, theirs: mine["extras"] == {} and not isinstance(theirs["extras"], dict),
    ),
)


@pytest.fixture(scope="module", params=VERSIONS)
def answering(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answering]:
    home = tmp_path_factory.mktemp("airflow")
    airflow = require(real_airflow(request.param, home, {"_AIRFLOW__AS_LIBRARY": "1"}))
    with Answering(airflow, ANSWER) as process:
        yield process


def ours(text: str, dialect: Dialect) -> Any:
    found = parse_definition("c", Secret(text), dialect)
    if isinstance(found, Finding):
        return found.message
    password = found.password.reveal() if found.password is not None else None
    extra = found.extra.reveal() if found.extra is not None else None
    return {
        "fields": [
            found.conn_type,
            found.description,
            found.host,
            found.login,
            password,
            found.schema,
            found.port,
            extra,
        ],
        "extras": found.extras,
        "uri": format_uri(found, dialect).reveal(),
        "json": format_json(found).reveal(),
    }


def difference(text: str, answering: Answering) -> set[str]:
    """The names of the rows that explain how we differ from Airflow; empty when we do not. AssertionError else."""
    mine, theirs = ours(text, Dialect.of(answering.version)), answering.ask(text)
    if isinstance(mine, str):
        parts = set() if "fails" in theirs else {"refused"}
    else:
        parts = {name for name in mine if json.dumps(mine[name]) != json.dumps(theirs.get(name))}
    rows = [row for row in ROWS if parts & row.parts and row.when(mine, theirs)]
    explained = frozenset().union(*(row.parts for row in rows))
    assert parts <= explained, f"{answering}: {sorted(parts - explained)} of {text!r} differ: {mine!r}, {theirs!r}"
    return {row.name for row in rows}


def compare(answering: Answering, count: int, start: int) -> None:
    @seed(start)
    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(DEFINITIONS)
    def as_airflow(text: str) -> None:
        difference(text, answering)

    print(f"SEED={start}")
    as_airflow()


def test_a_thousand_definitions(answering: Answering) -> None:
    compare(answering, 1_000, SEED)


@pytest.mark.soak
def test_twenty_thousand_definitions(answering: Answering) -> None:
    compare(answering, 20_000, int(os.environ.get("SEED", random.randrange(2**32))))


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_every_difference_is_met_and_documented(answering: Answering, row: Row) -> None:
    if answering.version == "2.11.2" or row.name != "extra-no-object":  # which Airflow 3 refuses, as we do
        assert row.name in difference(row.example, answering)
    page = (Path(__file__).parents[2] / "docs" / "connections.md").read_text("utf-8")
    assert f"`{row.name}`" in page
