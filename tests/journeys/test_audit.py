"""`safeconduct secrets audit`, on each kind of database, with secrets planted wherever a row can hold one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet

from safeconduct.report import FORMATS
from tests.journeys.keeping import Desk, Said
from tests.secrets.credential_tables import Tables, postgres_tables, sqlite_tables

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.servers.fixtures import AirflowHomes
    from tests.servers.postgres import Postgres

SECRET = "Pl4nted-Word"
OLD, NEW, OTHER = (Fernet.generate_key() for _ in range(3))
LONG_AGO = 1_600_000_000
VALUES = {
    "sqlite": ("BLOB", "JSON"),
    "postgresql": ("BYTEA", "JSONB"),
    "mysql": ("LONGBLOB", "JSON"),
}
"""The type of xcom.value in Airflow 2 and in 3."""


def desk_at(tables: Tables, folder: Path, options: str = "", keys: str | None = None) -> Desk:
    home = folder / "airflow"
    home.mkdir()
    keys = f"{NEW.decode()},{OLD.decode()}" if keys is None else keys
    core = f"[core]\nfernet_key = {keys}\n"
    (home / "airflow.cfg").write_text(f"{core}[database]\nsql_alchemy_conn = {tables.url}\n{options}")
    return Desk(folder, home)


def sealed(text: str, key: bytes = NEW, made: int | None = None) -> str:
    fernet = Fernet(key)
    return (fernet.encrypt(text.encode()) if made is None else fernet.encrypt_at_time(text.encode(), made)).decode()


def connection(tables: Tables, conn_id: str, **columns: Any) -> None:
    values = {"conn_id": conn_id, "conn_type": "generic", "is_encrypted": True, "is_extra_encrypted": True}
    tables.add("connection", **{**values, **columns})


def make_runs(tables: Tables, release: int) -> None:
    """The tables xcom and task_instance, of their columns those that matter."""
    key, value = tables.quoted("key"), VALUES[tables.kind][release - 2]
    tables.sql(
        f"CREATE TABLE xcom (dag_run_id INTEGER, task_id VARCHAR(250), map_index INTEGER, {key} VARCHAR(250),"
        f" dag_id VARCHAR(250), run_id VARCHAR(250), value {value},"
        f" PRIMARY KEY (dag_run_id, task_id, map_index, {key}))"
    )
    json_type = "TEXT" if tables.kind == "sqlite" else "JSON"
    tables.sql(
        "CREATE TABLE task_instance (dag_id VARCHAR(250), task_id VARCHAR(250), run_id VARCHAR(250),"
        f" map_index INTEGER, next_kwargs {json_type})"
    )


def xcom(tables: Tables, run: int, task: str, value: object, index: int = -1) -> None:
    text = json.dumps(value)
    is_octets = "BLOB" in VALUES[tables.kind][0] or tables.kind == "postgresql"
    kept: str | bytes = text.encode() if is_octets and "json" not in _xcom_type(tables) else text
    values = {"dag_run_id": run, "task_id": task, "map_index": index, "key": "return_value"}
    tables.add("xcom", **values, dag_id="sales", run_id=f"r{run}", value=kept)


def _xcom_type(tables: Tables) -> str:
    with tables.reader().open() as reading:
        return reading.columns("xcom")["value"]


def audited(said: Said) -> dict[tuple[str, str], dict[str, Any]]:
    """The findings by rule and subject."""
    found = json.loads(said.output)["findings"]
    return {(one["rule"].removeprefix("secrets."), one["subject"]): one for one in found}


def unjudged(said: Said) -> dict[str, str]:
    return {one["subject"]: one["reason"] for one in json.loads(said.output)["unjudged"]}


def texts(remedies: Iterable[dict[str, str]]) -> list[str]:
    return [remedy["text"] for remedy in remedies]


def plant(tables: Tables) -> None:
    """A secret in every place, each in another row, and among them rows that nobody can open."""
    db = {"conn_type": "postgres", "host": "db.example.com", "extra": sealed('{"sslmode": "verify-full"}')}
    connection(tables, "plain", **{**db, "password": SECRET, "is_encrypted": False})
    connection(tables, "old", **db, password=sealed(SECRET, OLD, LONG_AGO))
    connection(tables, "lost", **db, password=sealed(SECRET, OTHER))
    connection(tables, "cut", **db, password=sealed(SECRET)[:60])
    connection(tables, "lies", **{**db, "password": sealed(SECRET), "is_encrypted": False})
    connection(tables, "good", **db, password=sealed(SECRET))
    connection(tables, "unset", conn_type="postgres", host="db.example.com", password=sealed(SECRET))
    connection(tables, "web", conn_type="http", host=f"http://u:{SECRET}@web.example.com", password=sealed(SECRET))
    connection(tables, "told", description=f"ask Ann, or take password={SECRET}", login=f"token={SECRET}")
    connection(
        tables, "lake", extra=sealed(json.dumps({"account_key": SECRET, "a": [{"pat": SECRET}], "token": SECRET}))
    )
    connection(tables, "text", extra=f"password={SECRET}", is_extra_encrypted=False)
    tables.add("variable", key="api_pwd", val=sealed(SECRET), is_encrypted=True, description=f"password: {SECRET}")
    tables.add("variable", key="conf", val=sealed(json.dumps({"db": {"pwd": SECRET}})), is_encrypted=True)
    tables.add("variable", key="db_password", val=sealed(SECRET), is_encrypted=True)
    tables.add("variable", key="greeting", val="hello", is_encrypted=False)
    tables.add("variable", key="dead", val=sealed(SECRET, OTHER), is_encrypted=True)
    tables.add("trigger", classpath="a.Plain", kwargs=json.dumps({"password": SECRET}))
    tables.add("trigger", classpath="a.Sealed", kwargs=sealed(json.dumps({"password": SECRET})))
    request = {"id": f"{1:032x}", "connection_id": "tried", "is_encrypted": False, "is_extra_encrypted": False}
    tables.add("connection_test_request", **request, password=SECRET)
    xcom(tables, 1, "old", {"options": {"key": sealed(SECRET, OLD)}})
    xcom(tables, 1, "new", {"options": {"key": sealed(SECRET)}})
    xcom(tables, 2, "plain", {"secret": SECRET})
    xcom(tables, 5000, "lost", [sealed(SECRET, OTHER)], 3)
    kwargs = json.dumps({"table": sealed(SECRET, OLD)})
    tables.add("task_instance", dag_id="sales", task_id="wait", run_id="r9", map_index=-1, next_kwargs=kwargs)


OPTIONS = f"""
[webserver]
show_connection_password = {SECRET}
[admin]
sensitive_variable_fields = sas
[celery]
broker_url = redis://:{SECRET}@redis.example.com:6379/0
result_backend = db+postgresql://airflow:{SECRET}@db.example.com/results?sslmode=require
"""
EXPECTED = {
    ("keys.plaintext", "connection plain"),
    ("keys.plaintext", "connection text"),
    ("keys.plaintext", "variable greeting"),
    ("keys.plaintext", "trigger 1 (a.Plain)"),
    ("keys.plaintext", "connection test tried"),
    ("keys.still-needed", "connection old"),
    ("keys.too-old", "connection old"),
    ("keys.lost", "connection lost"),
    ("keys.lost", "variable dead"),
    ("keys.no-token", "connection cut"),
    ("keys.flags-lie", "connection lies"),
    ("tls.off", "connection unset"),
    ("tls.off", "connection web"),
    ("tls.off", "[celery] broker_url"),
    ("tls.unverified", "[celery] result_backend"),
    ("field.secret-in-plaintext", "connection web"),
    ("field.secret-in-plaintext", "connection told"),
    ("field.secret-in-plaintext", "variable api_pwd"),
    ("connection.secret-shown", "connection lake"),
    ("connection.secret-shown", "connection text"),
    ("variable.secret-shown", "variable api_pwd"),
    ("variable.secret-shown", "variable conf"),
    ("xcom.token", "XCom return_value of old in sales r1"),
    ("xcom.token", "XCom return_value of lost [3] in sales r5000"),
    ("xcom.token", "task next_kwargs of wait in sales r9"),
    ("option.without-effect", "[webserver] show_connection_password"),
    ("option.renamed", "[admin] sensitive_variable_fields"),
}


@pytest.mark.parametrize("release", [2, 3])
def test_each_thing_is_found_in_its_row_and_nothing_else(tables: Tables, tmp_path: Path, release: int) -> None:
    make_runs(tables, release)
    plant(tables)
    desk = desk_at(tables, tmp_path, OPTIONS)
    desk = replace(desk, settings={"AIRFLOW__CORE__EXECUTOR": "CeleryExecutor"})
    said = desk.run("secrets", "audit", "--max-age", "90d", "--format", "json")
    found = audited(said)
    assert said.code == 1
    assert set(found) == EXPECTED
    assert unjudged(said) == {"metadata database": "no key opens 1 extra or variable, so nobody can say what they hold"}
    assert all(one["remedies"] for one in found.values())
    shown = found["connection.secret-shown", "connection lake"]
    assert "under account_key, a.0.pat" in shown["message"]
    assert texts(shown["remedies"])[0] == "sensitive_var_conn_names = sas,account_key,pat"


def test_no_format_shows_a_secret(tables: Tables, tmp_path: Path) -> None:
    make_runs(tables, 3)
    plant(tables)
    desk = desk_at(tables, tmp_path, OPTIONS)
    for form in sorted(FORMATS):
        said = desk.run("secrets", "audit", "--max-age", "90", "--format", form)  # Desk looks for what was planted
        assert said.code == 1
        assert said.errors == ""
        for hidden in (NEW, OLD, OTHER):
            assert hidden.decode() not in said.output
        assert "gAAAA" not in said.output


def test_nothing_is_found_where_all_is_well(tables: Tables, tmp_path: Path) -> None:
    make_runs(tables, 3)
    extra = sealed('{"sslmode": "verify-full"}')
    connection(tables, "warehouse", conn_type="postgres", host="db", password=sealed(SECRET), extra=extra)
    said = desk_at(tables, tmp_path).run("secrets", "audit")
    assert said.code == 0
    assert said.output.endswith("key 2               0\n\nNothing was found.\n")


def test_without_a_key_that_is_said_once_and_plaintext_row_by_row(tables: Tables, tmp_path: Path) -> None:
    make_runs(tables, 3)
    plant(tables)
    said = desk_at(tables, tmp_path, keys="").run("secrets", "audit", "--format", "json")
    found = audited(said)
    assert ("airflow.fernet.key-empty", "metadata database") in found
    assert not [one for one in found if one[0] in ("keys.lost", "keys.still-needed", "xcom.token")]
    assert ("keys.plaintext", "connection plain") in found
    assert ("field.secret-in-plaintext", "connection told") in found
    assert "safeconduct keys generate" in texts(found["keys.plaintext", "connection plain"]["remedies"])


def test_a_table_that_is_not_there_or_may_not_be_read_hides_no_other(postgres: Postgres, tmp_path: Path) -> None:
    tables = postgres_tables(postgres)
    make_runs(tables, 2)
    plant(tables)
    tables.sql('DROP TABLE "trigger"')
    postgres.sql("ALTER TABLE variable OWNER TO CURRENT_USER; REVOKE ALL ON variable FROM airflow", database="airflow")
    said = desk_at(tables, tmp_path).run("secrets", "audit", "--format", "json")
    found = audited(said)
    why = unjudged(said)
    assert why["table variable"] == "it cannot be read: 42501 permission denied for table variable"
    assert why["table trigger"] == "it is not there"
    assert {("keys.plaintext", "connection plain"), ("xcom.token", "XCom return_value of old in sales r1")} <= set(
        found
    )
    assert not [subject for _, subject in found if subject.startswith("variable")]


def test_a_database_that_cannot_be_entered_leaves_the_options(postgres: Postgres, tmp_path: Path) -> None:
    tables = postgres_tables(postgres)
    tables = replace(tables, url=tables.url.replace("Airflow-7", SECRET))
    said = desk_at(tables, tmp_path, OPTIONS).run("secrets", "audit", "--format", "json")
    rules = {rule for rule, _ in audited(said)}
    assert said.code == 1
    assert rules >= {"airflow.metadata.unreachable", "option.without-effect", "option.renamed"}


def test_what_cannot_be_judged_alone_ends_with_3(tmp_path: Path) -> None:
    tables = sqlite_tables(tmp_path / "airflow.db")
    said = desk_at(tables, tmp_path).run("secrets", "audit")
    assert said.code == 3
    assert "table xcom: could not be judged: it cannot be read: no such table: xcom" in said.output


def test_a_row_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    """A value larger than what is taken from a SQLite file at once."""
    tables = sqlite_tables(tmp_path / "airflow.db")
    make_runs(tables, 2)
    tables.add("variable", key="before", val=SECRET, is_encrypted=False)
    tables.add("variable", key="huge", val="x" * (65 << 20), is_encrypted=False)
    tables.add("variable", key="after", val=SECRET, is_encrypted=False)
    tables.sql("INSERT INTO variable (key, val, is_encrypted) VALUES ('octets', CAST(x'ff41' AS TEXT), 0)")
    said = desk_at(tables, tmp_path).run("secrets", "audit", "--format", "json")
    plaintext = {subject for rule, subject in audited(said) if rule == "keys.plaintext"}
    assert plaintext == {"variable before", "variable after", "variable octets"}
    assert unjudged(said)["variable huge"] == "its row cannot be read: it gives more than 64 MiB"


def test_of_a_rule_the_first_thousand_rows_are_named(tmp_path: Path) -> None:
    tables = sqlite_tables(tmp_path / "airflow.db")
    make_runs(tables, 2)
    tables.add("variable", *({"key": f"v{number}", "val": "hello", "is_encrypted": False} for number in range(1234)))
    found = audited(desk_at(tables, tmp_path).run("secrets", "audit", "--format", "json"))
    assert len(found) == 1001
    more = found["keys.plaintext", "metadata database"]
    assert more["message"].startswith("234 more rows of the same kind")
    assert more["evidence"] == {"in all": "1,234", "named": "1,000"}


def test_the_faults_of_a_backend_are_told(tmp_path: Path) -> None:
    tables = sqlite_tables(tmp_path / "airflow.db")
    make_runs(tables, 2)
    backend = "airflow.providers.hashicorp.secrets.vault.VaultBackend"
    options = f'[secrets]\nbackend = {backend}\nbackend_kwargs = {{"vault_conn_id": "{SECRET}"}}\n'
    found = audited(desk_at(tables, tmp_path, options).run("secrets", "audit", "--format", "json"))
    assert "backend.kwarg-unknown" in {rule for rule, _ in found}


@pytest.mark.parametrize("version", [pytest.param("2.7.3", marks=pytest.mark.soak), "2.11.2", "3.3.2"])
def test_airflow_s_own_database_is_audited(version: str, airflow_homes: AirflowHomes, tmp_path: Path) -> None:
    any_airflow = airflow_homes.lend(version, tmp_path / "airflow")
    airflow = any_airflow
    airflow.add_connection("web", {"conn_type": "http", "host": "web.example.com", "password": SECRET})
    extra = {"account_key": SECRET, "password": SECRET}
    airflow.add_connection("lake", {"conn_type": "wasb", "extra": json.dumps(extra)})
    airflow.cli("variables", "set", "api_pwd", SECRET)
    airflow.cli("variables", "set", "api_password", SECRET)
    said = Desk(airflow.home.parent, airflow.home).run("secrets", "audit", "--format", "json")
    found = audited(said)
    default = {one for one in found if "_default" in one[1] or one[0] == "option.renamed"}
    assert set(found) - default == {
        ("tls.off", "connection web"),
        ("connection.secret-shown", "connection lake"),
        ("variable.secret-shown", "variable api_pwd"),
    }
    assert not any(rule.startswith("keys.") for rule, _ in found)
    assert set(unjudged(said)) <= {"table trigger"}  # plaintext JSON before 2.9


def test_a_store_of_our_own_has_no_runs_and_nothing_of_theirs_to_judge(tmp_path: Path) -> None:
    desk = Desk(tmp_path, tmp_path / "home")
    desk.must("connections", "init", str(desk.airflow_home), "--real")
    said = desk.run("secrets", "audit")
    assert (said.code, "could not be judged" in said.output) == (0, False)
