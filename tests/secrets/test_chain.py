"""Environment before database, what hides what, and the nearest names of one that is nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from safeconduct.airflow import rules
from safeconduct.airflow.dialect import Dialect
from safeconduct.model import Finding, Severity, Stage, Unjudged
from safeconduct.secrets import (
    AbsentBackend,
    ConnectionBackend,
    EnvironmentBackend,
    Found,
    UnreachableBackend,
    all_connections,
    look_up,
)
from tests.secrets.metadata_file import MetadataFile, told_by

if TYPE_CHECKING:
    from pathlib import Path

    from safeconduct.secrets import Answer
    from tests.servers.airflow import Airflow


def environment(*ids: str, **variables: str) -> EnvironmentBackend:
    uris = {f"AIRFLOW_CONN_{conn_id.upper()}": "postgres://environment" for conn_id in ids}
    return EnvironmentBackend({**uris, **variables}, Dialect.AIRFLOW_2)


@pytest.fixture
def metadata(tmp_path: Path) -> MetadataFile:
    return MetadataFile(tmp_path / "airflow.db")


def stored(metadata: MetadataFile, *ids: str) -> ConnectionBackend:
    for conn_id in ids:
        metadata.add(conn_id, host="database")
    return metadata.backend()


def host(answer: Answer) -> str | None:
    assert isinstance(answer, Found), answer
    return answer.connection.host


def finding(answer: object) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


VARIABLES = {
    "AIRFLOW_CONN_BOTH": "postgres://environment",
    "AIRFLOW_CONN_JSON": '{"conn_type": "postgres", "host": "environment"}',
    "AIRFLOW_CONN_A.B-C": "\npostgres://environment\n",
    "AIRFLOW_CONN_EMPTY": "",
    "AIRFLOW_CONN_lower": "postgres://environment",
    "AIRFLOW_CONNECTION": "postgres://environment",
}
ROWS = ("both", "json", "a.b-c", "empty", "lower", "only", "Only2", "ection")
ASKED = (*ROWS, "Both", "BOTH", "ONLY", "only2", "nothing", "%", "onl_", "' OR '1'='1")
LOOK_UP = """
store([{"conn_id": conn_id, "conn_type": "postgres", "host": "database"} for conn_id in rows])
answers = []
for conn_id in asked:
    try:
        answers.append(Connection.get_connection_from_secrets(conn_id).host)
    except Exception as error:
        answers.append(type(error).__name__)
tell(answers)
"""


def test_the_place_that_answers_is_airflows(any_airflow: Airflow, metadata: MetadataFile) -> None:
    any_airflow.settings.update(VARIABLES)
    theirs = told_by(any_airflow, LOOK_UP, rows=ROWS, asked=ASKED)
    places = [environment(**VARIABLES), stored(metadata, *ROWS)]
    answers = [look_up(conn_id, places) for conn_id in ASKED]
    ours = [host(answer) if isinstance(answer, Found) else "AirflowNotFoundException" for answer in answers]
    assert dict(zip(ASKED, ours, strict=True)) == dict(zip(ASKED, theirs, strict=True))


def test_the_order_of_the_places_decides(metadata: MetadataFile) -> None:
    places = [environment("warehouse"), stored(metadata, "warehouse")]
    assert host(look_up("warehouse", places)) == "environment"
    assert host(look_up("warehouse", places[::-1])) == "database"


def test_a_variable_hides_every_spelling_of_its_id(metadata: MetadataFile) -> None:
    places = [environment("warehouse"), stored(metadata, "Warehouse", "warehouse", "sales")]
    found = [(conn_id, host(answer)) for conn_id, answer in all_connections(places)]
    assert found == [("warehouse", "environment"), ("sales", "database")]


def test_rows_that_differ_in_case_do_not_hide_each_other(metadata: MetadataFile) -> None:
    places = [environment(), stored(metadata, "Sales", "sales", "SALES")]
    assert [conn_id for conn_id, _ in all_connections(places)] == ["SALES", "Sales", "sales"]


def test_a_variable_that_cannot_be_read_is_listed_with_its_fault(metadata: MetadataFile) -> None:
    places = [environment("b", AIRFLOW_CONN_A="{bad"), stored(metadata, "c")]
    *others, (conn_id, answer) = all_connections(places)
    assert (conn_id, finding(answer).rule) == ("a", rules.MALFORMED.id)
    assert [name for name, _ in others] == ["b", "c"]


def test_a_variable_that_cannot_be_read_hides_no_row_as_in_airflow_and_is_a_warning(metadata: MetadataFile) -> None:
    places = [environment("b", AIRFLOW_CONN_A="{bad"), stored(metadata, "a")]
    for answer in (look_up("a", places), dict(all_connections(places))["a"]):
        assert isinstance(answer, Found)
        assert [(w.rule, w.severity) for w in answer.warnings] == [(rules.MALFORMED.id, Severity.WARNING)]


def test_a_place_that_cannot_be_asked_is_listed_beside_what_the_others_have() -> None:
    down = Unjudged("metadata database", "nobody knows")
    found = list(all_connections([environment("a"), UnreachableBackend(down), AbsentBackend("nothing is at x")]))
    assert [conn_id for conn_id, _ in found] == ["a", ""]
    assert found[1][1] is down


def test_a_name_that_is_nowhere_says_who_was_asked_and_what_comes_near(metadata: MetadataFile) -> None:
    places = [environment("warehouse_eu", "sales"), stored(metadata, "warehouse", "Warehouse_US", "x")]
    found = finding(look_up("warehose", places))
    assert (found.rule, found.stage, found.subject) == ("airflow.connection.unknown", Stage.DEFINITION, "warehose")
    assert found.message == "there is no connection warehose; did you mean warehouse?"
    assert found.evidence == {
        "asked": "environment variables, then metadata database",
        "connections there": "5",
        "nearest": "warehouse, Warehouse_US, warehouse_eu",
    }
    assert [remedy.text for remedy in found.remedies] == ["safeconduct why warehouse"]


def test_a_name_that_nothing_comes_near_gets_no_advice(metadata: MetadataFile) -> None:
    found = finding(look_up("zzz", [environment("warehouse"), stored(metadata, "sales")]))
    assert found.message == "there is no connection zzz"
    assert "nearest" not in found.evidence
    assert found.remedies == ()


@pytest.mark.parametrize(
    ("asked", "known", "nearest"),
    [
        ("WAREHOUSE", "Warehouse", "Warehouse"),
        ("warehouse ", "warehouse", "warehouse"),
        ("ware-house", "ware_house sales", "ware_house"),
        ("größe", "Größe2", "Größe2"),
        ("db0", "db1 db2 db3 db4 db5 db6 db7", "db7, db6, db5, db4, db3"),
        ("", "a b", None),
    ],
)
def test_nearness_looks_past_case_and_names_five_at_most(
    asked: str, known: str, nearest: str | None, metadata: MetadataFile
) -> None:
    found = finding(look_up(asked, [stored(metadata, *known.split())]))
    assert found.evidence.get("nearest") == nearest


def test_an_id_in_two_places_counts_once(metadata: MetadataFile) -> None:
    found = finding(look_up("zzz", [environment("warehouse"), stored(metadata, "warehouse", "sales")]))
    assert found.evidence["connections there"] == "2"


def test_nothing_configured_is_said() -> None:
    absent = AbsentBackend("the SQLite file /root/airflow/airflow.db is not there")
    found = finding(look_up("warehouse", [environment(), absent]))
    assert found.evidence["connections there"] == "0"
    assert found.evidence["asked"] == (
        "environment variables, then metadata database (none is configured: the SQLite file "
        "/root/airflow/airflow.db is not there; is AIRFLOW_HOME right?)"
    )
    assert (absent.get("warehouse"), absent.conn_ids(), list(absent.all())) == (None, (), [])


def test_a_place_that_could_not_be_asked_is_the_answer_where_no_other_has_the_connection() -> None:
    down = Unjudged("metadata database", "a vault keeps the URL")
    later = Unjudged("another", "later")
    places = [UnreachableBackend(down), environment("here"), UnreachableBackend(later)]
    assert host(look_up("here", places)) == "environment"
    assert look_up("there", places) is down, "not that it is unknown: nobody looked everywhere"


def test_a_database_that_is_broken_is_the_answer_only_for_what_stands_not_in_a_variable(tmp_path: Path) -> None:
    (tmp_path / "airflow.db").write_bytes(b"")
    broken = MetadataFile(tmp_path / "airflow.db", ddl="").backend()
    assert host(look_up("here", [environment("here"), broken])) == "environment"
    assert finding(look_up("there", [environment("here"), broken])).rule == "airflow.metadata.not-airflow"
    assert isinstance(broken.conn_ids(), Finding)
    assert [conn_id for conn_id, _ in all_connections([environment("here"), broken])] == ["here", ""]
