"""A folder of DAGs is read: what it sends is judged, and what is found is told by the file and line it stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.journeys.asking import PASSWORD, why

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.asking import Answer
    from tests.servers.postgres import Postgres

HEAD = """from airflow import DAG
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator as Run
dag = DAG("shop", default_args={"conn_id": "warehouse"})
"""


@pytest.fixture
def server(postgres: Postgres) -> Postgres:
    postgres.create_role("etl", PASSWORD)
    postgres.create_database("sales")
    postgres.sql("CREATE TABLE orders (id int, day date); CREATE TABLE lines (id int)", database="sales")
    return postgres


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dags" / "sql").mkdir(parents=True)
    return tmp_path / "dags"


def asked(server: Postgres, folder: Path, **environment: str) -> Answer:
    return why(server, folder.parent, "--dags", str(folder), "--format", "json", **environment)


def errors(answer: Answer) -> list[dict[str, Any]]:
    return [one for one in answer.report["findings"] if one["severity"] == "error"]


def test_what_a_template_asks_for_stands_at_its_own_line(server: Postgres, folder: Path) -> None:
    (folder / "sql" / "load.sql").write_text(
        "-- every day\n{% if params.all %}SELECT 1;{% endif %}\n\n"
        "DELETE FROM orders\nWHERE day = '{{ ds }}';\n\n/* and\n   then */ SELECT id\nFROM lines;\nTABLE gone\n"
    )
    (folder / "shop.py").write_text(
        f'{HEAD}a = Run(task_id="a", sql="sql/load.sql", params={{"all": True}}, dag=dag)\n'
    )
    found = errors(asked(server, folder))
    places = {one["location"]["line"]: one for one in found}
    assert {one["location"]["file"] for one in found} == {"sql/load.sql"}
    assert {line: one["subject"] for line, one in places.items()} == dict.fromkeys((4, 8, 10), "warehouse")
    assert places[4]["evidence"]["asked for in"] == "sql/load.sql:4, shop.py:4"
    assert "orders" in places[4]["message"]
    assert "lines" in places[8]["message"]
    assert "gone" in places[10]["message"]


def test_a_template_that_becomes_longer_by_a_loop_has_no_line_beyond_its_last(server: Postgres, folder: Path) -> None:
    loop = "{% for n in range(9) %}\nSELECT {{ n }};\n{% endfor %}\nTABLE lines\n\n"
    (folder / "sql" / "loop.sql").write_text(loop)
    (folder / "shop.py").write_text(f'{HEAD}a = Run(task_id="a", sql=["TABLE orders", "sql/loop.sql"], dag=dag)\n')
    places = [(one["location"]["file"], one["location"]["line"]) for one in errors(asked(server, folder))]
    assert sorted(places) == [("shop.py", 4), ("sql/loop.sql", 4)]


def test_a_template_that_is_no_sql_is_named(server: Postgres, folder: Path) -> None:
    (folder / "sql" / "odd.sql").write_text("SELECT 1;\nSELEC 2\n")
    (folder / "shop.py").write_text(f'{HEAD}a = Run(task_id="a", sql="sql/odd.sql", dag=dag)\n')
    (reason,) = (one["reason"] for one in asked(server, folder).report["unjudged"])
    assert reason.startswith("sql/odd.sql (sent by shop.py:4): line 2, column 1: ")


def test_a_connection_that_is_not_there_is_told_with_who_uses_it(server: Postgres, folder: Path) -> None:
    calls = "".join(f'Run(task_id="{n}", sql="SELECT {n}", conn_id="nowhere", dag=dag)\n' for n in range(6))
    (folder / "shop.py").write_text(f'{HEAD}{calls}Run(task_id="x", sql=x(), conn_id="nowhere", dag=dag)\n')
    (finding,) = errors(asked(server, folder))
    assert finding["subject"] == "nowhere"
    assert finding["location"] == {"file": "shop.py", "line": 4}
    assert finding["evidence"]["used in"] == ", ".join(f"shop.py:{n}" for n in range(4, 9)) + " and 2 more"


def test_a_connection_that_is_refused_is_told_with_who_uses_it(server: Postgres, folder: Path) -> None:
    (folder / "shop.py").write_text(f'{HEAD}Run(task_id="a", sql="SELECT 1", dag=dag)\n')
    server.sql("ALTER ROLE etl NOLOGIN")
    (finding,) = errors(asked(server, folder))
    assert (finding["stage"], finding["evidence"]["used in"]) == ("authentication", "shop.py:4")
    server.sql("ALTER ROLE etl LOGIN")
    nobody = "postgres://etl@127.0.0.1:1/sales"
    found = asked(server, folder, AIRFLOW_CONN_WAREHOUSE=nobody).report
    told = [one["evidence"].get("used in", "") for one in found["findings"] if one["severity"] == "error"]
    assert "shop.py:4" in "".join([*told, *(one["reason"] for one in found["unjudged"])])


@pytest.mark.parametrize(
    ("syntax", "kept"),
    [("regexp", {"a.py"}), ("glob", {"xa.py"}), ("", {"a.py"}), ("git", {"a.py", "xa.py"}), (None, {"a.py", "xa.py"})],
)
def test_airflowignore_is_read_as_the_configuration_says(
    server: Postgres, folder: Path, syntax: str | None, kept: set[str]
) -> None:
    (folder / ".airflowignore").write_text("a.py\n" if syntax == "glob" else "x.\n")
    for name in ("a.py", "xa.py"):
        (folder / name).write_text(f'{HEAD}Run(task_id="a", sql="TABLE orders", dag=dag)\n')
    environment = {} if syntax is None else {"AIRFLOW__CORE__DAG_IGNORE_FILE_SYNTAX": syntax}
    answer = asked(server, folder, **environment)
    (finding,) = errors(answer)
    assert {place.split(":")[0] for place in finding["evidence"]["asked for in"].split(", ")} == kept
    said = [one["reason"] for one in answer.report["unjudged"]]
    assert ("dag_ignore_file_syntax" in "".join(said)) is (syntax == "git")


def test_what_is_not_known_of_a_call_is_named_and_no_text_beside_it(server: Postgres, folder: Path) -> None:
    (folder / "shop.py").write_text(
        f'import os\nfrom airflow.models import Variable\n{HEAD}V = Variable.get("place", default_var=None)\n'
        'a = Run(task_id="a", sql=f"TABLE {V}", dag=dag)\nb = Run(task_id="b", sql=f"TABLE {os.environ[\'WHERE\']}")\n'
        'c = Run(task_id="c", sql="TABLE {{ params.which }}", dag=dag)\n'
        'd = Run(task_id="d", sql="TABLE %s" % f("secret"))\n'
        'def g(which):\n    Run(task_id="e", sql="TABLE " + which, dag=dag)\n'
    )
    said = "\n".join(one["reason"] for one in asked(server, folder).report["unjudged"])
    for name in ("(Variable.get('place'))", "(os.environ['WHERE'])", "(params.which)", "(which)"):
        assert name in said, said
    assert "secret" not in said
