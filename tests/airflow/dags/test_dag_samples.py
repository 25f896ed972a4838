"""SQL is found in DAG files written the ways in which people write them."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from safeconduct.airflow.dags import DagSql, DagStatement, ParametersKind, Resolution, read_dags
from safeconduct.airflow.dags.sites import sends_sql
from safeconduct.privileges.placeholders import readable
from tests.airflow.dags.expected import STATEMENTS, UNRESOLVED

SAMPLES = Path(__file__).parent / "samples"
# An operator of the folder is found where its class sends the SQL, not where the DAG makes it; HTTP is no SQL.
ELSEWHERE = {
    ("s09_subclass.py", 8),
    ("s09_subclass.py", 23),
    ("s23_old_style.py", 21),
    ("s25_generic.py", 12),
    ("s27_objects.py", 47),
}
FILES = sorted(path.relative_to(SAMPLES).as_posix() for path in SAMPLES.rglob("*.py"))


@pytest.fixture(scope="module")
def found() -> DagSql:
    return read_dags(SAMPLES)


def the_one(found: DagSql, file: str, line: int) -> DagStatement:
    statements = [one for one in found.statements if (one.location.file, one.location.line) == (file, line)]
    assert len(statements) == 1, statements
    return statements[0]


@pytest.mark.parametrize("file", FILES)
def test_each_sample_sends_what_is_read_in_it(found: DagSql, file: str) -> None:
    statements = [(one.location.line, one.conn_id, *one.sql) for one in found.statements if one.location.file == file]
    assert statements == STATEMENTS.get(file, [])
    unresolved = [
        (one.location.line, one.conn_id, one.missing, one.reason)
        for one in found.unresolved
        if one.location.file == file
    ]
    assert unresolved == UNRESOLVED.get(file, [])


def test_the_counts_add_up(found: DagSql) -> None:
    assert found.found == len(found.statements) + len(found.unresolved)
    assert found.found == sum(map(len, STATEMENTS.values())) + sum(map(len, UNRESOLVED.values()))
    assert found.files == len(FILES)
    assert not found.unread


def test_no_call_is_dropped(found: DagSql) -> None:
    """Every call that looks as if it sends SQL, found by a walk of the tree that knows nothing else."""
    told = {(one.location.file, one.location.line) for one in found.statements}
    told |= {(one.location.file, one.location.line) for one in found.unresolved}
    for file in FILES:
        for node in ast.walk(ast.parse((SAMPLES / file).read_bytes())):
            if isinstance(node, ast.Call) and sends_sql(node) and (file, node.lineno) not in ELSEWHERE:
                assert (file, node.lineno) in told, ast.unparse(node)


def test_the_placeholders_are_such_as_the_privileges_can_read(found: DagSql) -> None:
    for statement in found.statements:
        for sql in statement.sql:
            made = readable(sql)
            assert made.count("\n") == sql.count("\n")
            assert "%(" not in made
            assert "{{" not in made
            assert made.isprintable() or "\n" in made


def test_a_task_is_named_with_its_group_and_dag(found: DagSql) -> None:
    grouped = the_one(found, "s12_mapped.py", 11)
    assert (grouped.dag_id, grouped.task_id) == ("mapped", "checks.c")
    hooked = the_one(found, "lib/helpers.py", 15)
    assert (hooked.dag_id, hooked.task_id, hooked.callee) == ("helped", "go", "cursor.execute")
    made = Counter(one.dag_id for one in found.statements if one.location.file == "s20_factory.py")
    assert made == {"dag_acme": 1, "dag_bolt": 1}


def test_databases_and_schemas_that_override_the_connection_are_told(found: DagSql) -> None:
    assert the_one(found, "s02_postgres_operator.py", 10).database == "analytics"
    assert the_one(found, "s07_taskflow.py", 17).schema == "dwh"


def test_how_the_parameters_are_given_is_told(found: DagSql) -> None:
    kinds = {one.location.line: one.parameters for one in found.statements if one.location.file == "s08_cursor.py"}
    assert kinds[14] is ParametersKind.NONE
    assert kinds[17] is ParametersKind.SEQUENCE
    assert kinds[19] is ParametersKind.MAPPING


def test_where_the_text_came_from_is_told(found: DagSql) -> None:
    assert the_one(found, "s01_with_dag.py", 8).resolution is Resolution.LITERAL
    assert the_one(found, "s04_imports.py", 10).resolution is Resolution.COMPUTED
    assert the_one(found, "s13_checks.py", 9).resolution is Resolution.DERIVED
    template = the_one(found, "s06_templates.py", 16)
    assert (template.resolution, template.template) == (Resolution.FILE, "include/queries/report.sql")


def test_a_default_that_somebody_may_override_is_an_assumption(found: DagSql) -> None:
    (assumption,) = the_one(found, "s17_values.py", 15).assumptions
    assert assumption.startswith("Variable.get('schema', default_var='audit') is taken to be 'audit'")
    assert the_one(found, "s17_values.py", 11).assumptions == ()


def test_why_a_connection_is_unknown_is_told(found: DagSql) -> None:
    reasons = {one.location: one.conn_reason for one in found.statements if one.conn_id is None}
    assert all(reasons.values())
    assert "os.environ['CONN']" in str(the_one(found, "s18_branches.py", 16).conn_reason)
    assert "names no connection" in str(the_one(found, "s18_branches.py", 17).conn_reason)
