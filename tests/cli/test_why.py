"""`safeconduct why` as a process: bad input is one clear sentence, the right exit code, and no secret."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from cryptography.fernet import Fernet

from tests.secrets.metadata_file import MetadataFile
from tests.servers.hostile import REFUSES_TLS, Hostile, hears, message, says
from tests.servers.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.servers.postgres import Postgres

SECRET = "Pl4nted-Secret"
READY = message(b"Z", b"I")
SOURCES = Path(__file__).parents[2] / "src"
DDL = (Path(__file__).parents[2] / "src/safeconduct/demo/sql").glob("*.sql")


@dataclass(frozen=True)
class Ended:
    code: int
    output: str
    errors: str

    @property
    def report(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.output)
        return parsed


@dataclass(frozen=True)
class Home:
    """An AIRFLOW_HOME under test."""

    folder: Path

    def configure(self, text: str) -> None:
        (self.folder / "airflow.cfg").write_text(text)

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None, stdin: str = "") -> Ended:
        own = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "AIRFLOW_HOME": str(self.folder)}
        own["PYTHONPATH"] = str(SOURCES)
        done = subprocess.run(
            [sys.executable, "-m", "safeconduct", *arguments],
            env={**own, **(environment or {})},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        said = done.stdout + done.stderr
        assert "Traceback" not in said
        assert SECRET not in said
        assert "internal error" not in said
        return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def rules(ended: Ended) -> list[str]:
    return [finding["rule"] for finding in ended.report["findings"]]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("no section\n", "airflow.configuration.malformed"),
        ("[database\nsql_alchemy_conn = x\n", "airflow.configuration.malformed"),
        ("[core]\nfernet_key\n[database]\n", "airflow.configuration.malformed"),
    ],
)
def test_a_half_written_airflow_cfg(home: Home, text: str, rule: str) -> None:
    home.configure(text)
    ended = home.run("why", "warehouse", "--format", "json")
    assert ended.code == 1
    assert rules(ended)
    assert all(found.startswith("airflow.configuration.") for found in rules(ended))


def test_a_secrets_backend_whose_name_cannot_be_read_is_no_silence(home: Home) -> None:
    home.configure("[secrets]\nbackend = 50%off\n")
    ended = home.run(
        "why", "warehouse", "--format", "json", environment={"AIRFLOW_CONN_WAREHOUSE": "postgres://u@db/x"}
    )
    assert (ended.code, rules(ended)) == (1, ["airflow.configuration.value-malformed"])


def test_airflow_cfg_is_a_directory(home: Home) -> None:
    (home.folder / "airflow.cfg").mkdir()
    ended = home.run("why")
    assert ended.code == 1
    assert "airflow.cfg" in ended.output


@pytest.mark.parametrize(
    "uri",
    [
        f"postgres://u:{SECRET}#x@db/x",
        f"postgres://u:{SECRET}@db:port/x",
        f"postgres://u:a/{SECRET}@db:1/x",
        f"postgres://[{SECRET}/x",
        "{" + f'"password": "{SECRET}"',
        json.dumps({"conn_type": "postgres", "secret": SECRET}),
        json.dumps([SECRET]),
        f"no uri at all {SECRET}",
        f"://{SECRET}",
    ],
)
def test_a_malformed_uri_is_never_echoed(home: Home, uri: str) -> None:
    for ended in (home.run("why", "--uri", "-", stdin=uri), home.run("why", "a", environment={"AIRFLOW_CONN_A": uri})):
        assert ended.code in {1, 2, 3}
        assert ended.output or (ended.code == 2 and ended.errors)


def test_standard_input_may_not_be_empty(home: Home) -> None:
    ended = home.run("why", "--uri", "-")
    assert ended.code == 2
    assert "standard input" in ended.errors


@pytest.mark.parametrize(
    "arguments",
    [
        ["--timeout", "0"],
        ["--timeout", "-3"],
        ["--timeout", "nan"],
        ["--timeout", "inf"],
        ["--format", "xml"],
        ["--uri", "-", "warehouse"],
        ["--table", "sales.orders"],
        ["--table", "sales.orders:FLY"],
        ["--sql", "SELEC 1"],
        ["--sql", "SELECT 'unfinished"],
        ["--nonsense"],
    ],
)
def test_wrong_usage_is_exit_code_2(home: Home, arguments: list[str]) -> None:
    ended = home.run("why", *arguments, stdin="postgres://u@db/x")
    assert ended.code == 2
    assert ended.errors


@pytest.mark.parametrize(
    "arguments",
    [
        ["--sql", f"ALTER ROLE x PASSWORD {SECRET}"],
        ["--sql", f"x 'postgres://u:{SECRET}@h'"],
        ["--table", f"postgres://u:{SECRET}@h/x:SELECT"],
        ["--table", f"u:{SECRET}@h/x:SELECT"],
        ["--table", f"password={SECRET}"],
    ],
)
def test_wrong_usage_does_not_repeat_a_password(home: Home, arguments: list[str]) -> None:
    ended = home.run("why", *arguments)
    assert ended.code == 2
    assert arguments[0] in ended.errors
    assert SECRET[:7].casefold() not in ended.errors.casefold()


def test_an_unknown_connection_names_the_nearest(home: Home) -> None:
    ended = home.run("why", "warehose", environment={"AIRFLOW_CONN_WAREHOUSE": "postgres://u@db/x"})
    assert ended.code == 1
    assert "did you mean warehouse?" in ended.output
    assert "environment variables" in ended.output


def test_no_connections_at_all_is_said_with_the_places_looked_at(home: Home) -> None:
    ended = home.run("why", "--format", "json")
    assert ended.code == 3
    (one,) = ended.report["unjudged"]
    assert one["reason"] == (
        "there are none in environment variables (AIRFLOW_CONN_...) or metadata database (none is configured: "
        f"{home.folder}/airflow.cfg is not there, and the SQLite file {home.folder}/airflow.db is not there; "
        "is AIRFLOW_HOME right?)"
    )


def test_an_empty_metadata_database_is_named(home: Home) -> None:
    MetadataFile(home.folder / "mine.db")
    home.configure(f"[database]\nsql_alchemy_conn = sqlite:///{home.folder}/mine.db\n")
    assert f"SQLite file {home.folder}/mine.db" in " ".join(home.run("why").output.split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"host=db dbname=x user=etl password={SECRET}", "not a libpq connection string"),
        (f"dbname={SECRET}", "not a libpq connection string"),
        (f"no uri at all {SECRET}", "what was given is neither"),
        (f"etl:{SECRET}@db:5432/x", "what was given is neither"),
        (f"postgresql+psycopg2://etl:{SECRET}@db/x", "write postgres://"),
    ],
)
def test_text_in_no_form_that_is_read_is_wrong_usage(home: Home, text: str, words: str) -> None:
    ended = home.run("why", "--uri", "-", stdin=text)
    assert (ended.code, ended.output) == (2, "")
    assert words in " ".join(ended.errors.split())


def test_a_variable_that_names_a_driver_is_told_how_to_write_it(home: Home) -> None:
    uri = f"postgresql+psycopg2://etl:{SECRET}@db/x"
    for arguments in ([], ["a"]):
        ended = home.run("why", *arguments, environment={"AIRFLOW_CONN_A": uri})
        assert ended.code == 3
        assert "its URI begins with postgres://" in " ".join(ended.output.split())


def test_a_value_in_quotation_marks_is_told_to_be_without(home: Home) -> None:
    ended = home.run("why", environment={"AIRFLOW_CONN_A": f'"postgres://etl:{SECRET}@db/x"'})
    assert ended.code == 1
    assert "quotation marks; take them away" in " ".join(ended.output.split())


@pytest.mark.parametrize(("password", "noticed"), [("wrong\n", True), (" wrong", True), ("wr ong", False)])
def test_a_refused_password_with_white_space_around_it_is_said_so(
    home: Home, postgres: Postgres, password: str, noticed: bool
) -> None:
    postgres.create_role("etl", "right")
    uri = f"postgres://etl:{quote(password)}@127.0.0.1:{postgres.port}/postgres"
    ended = home.run("why", "--uri", "-", stdin=uri)
    assert ended.code == 1
    assert ("begins or ends with white space" in " ".join(ended.output.split())) == noticed


def test_several_connections_one_of_them_at_a_liar(home: Home) -> None:
    down = f"postgres://u@127.0.0.1:{free_port()}/x"
    with Hostile(*REFUSES_TLS, says(message(b"R", bytes(4)) + READY), hears(), says(READY)) as server:
        environment = {"AIRFLOW_CONN_A": down, "AIRFLOW_CONN_B": f"postgres://u@127.0.0.1:{server.port}/x"}
        environment["AIRFLOW_CONN_C"] = '{"conn_type": "postgres", "port": 1e999}'
        ended = home.run("why", "--format", "json", environment=environment)
    assert ended.code == 1
    assert [walk["outcome"] for walk in ended.report["walks"]] == ["refused", "in", "refused"]


def test_the_metadata_database_is_down(home: Home) -> None:
    url = f"postgresql+psycopg2://airflow:{SECRET}@127.0.0.1:{free_port()}/airflow"
    home.configure(f"[database]\nsql_alchemy_conn = {url}\n")
    ended = home.run("why", "warehouse")
    assert ended.code == 1
    assert "cannot be read" in ended.output


def test_the_metadata_database_is_no_airflow_database(home: Home, postgres: Postgres) -> None:
    postgres.create_role("airflow", SECRET)
    url = f"postgresql+psycopg2://airflow:{SECRET}@127.0.0.1:{postgres.port}/postgres"
    home.configure(f"[database]\nsql_alchemy_conn = {url}\n")
    ended = home.run("why", "--format", "json")
    assert rules(ended) == ["airflow.metadata.not-airflow"]


def test_the_metadata_database_never_answers(home: Home) -> None:
    with Hostile() as server:
        url = f"postgresql+psycopg2://airflow:{SECRET}@127.0.0.1:{server.port}/airflow"
        home.configure(f"[database]\nsql_alchemy_conn = {url}\n")
        ended = home.run("why", "--timeout", "1", "--format", "json")
    assert rules(ended) == ["airflow.metadata.unreachable"]


def store(home: Home, key: str, token_key: bytes, text: str = SECRET) -> None:
    """A metadata database with one connection whose password was encrypted with `token_key`."""
    path = home.folder / "airflow.db"
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE connection (id INTEGER PRIMARY KEY, conn_id VARCHAR(250), conn_type VARCHAR(500),"
            " description TEXT, host VARCHAR(500), schema VARCHAR(500), login TEXT, password TEXT, port INTEGER,"
            " is_encrypted BOOLEAN, is_extra_encrypted BOOLEAN, extra TEXT)"
        )
        database.execute(
            "INSERT INTO connection (conn_id, conn_type, host, login, password, port, is_encrypted)"
            " VALUES ('warehouse', 'postgres', '127.0.0.1', 'etl', ?, ?, 1)",
            (Fernet(token_key).encrypt(text.encode()).decode(), free_port()),
        )
    home.configure(f"[core]\nfernet_key = {key}\n[database]\nsql_alchemy_conn = sqlite:///{path}\n")


OLD, NEW = Fernet.generate_key(), Fernet.generate_key()


@pytest.mark.parametrize(
    ("key", "rule"),
    [
        ("", "airflow.fernet.key-empty"),
        (NEW.decode(), "airflow.fernet.key-other"),
        (NEW.decode() + ",", "airflow.fernet.key-malformed"),
        ("5aU9xVvYnC3y8QzR2wLmNpQrStUvWxYz=", "airflow.fernet.key-malformed"),
    ],
    ids=["empty", "another", "trailing comma", "of a tutorial"],
)
def test_a_key_that_does_not_open_the_row(home: Home, key: str, rule: str) -> None:
    store(home, key, OLD)
    ended = home.run("why", "warehouse", "--format", "json")
    assert (ended.code, rules(ended)) == (1, [rule])
    (finding,) = ended.report["findings"]
    assert finding["stage"] == "credential"
    assert "conn_id warehouse" in finding["evidence"]["row"]
    assert not key or key.strip(",") not in ended.output


@pytest.mark.parametrize("key", [OLD.decode(), f"{NEW.decode()},{OLD.decode()}"], ids=["alone", "second"])
def test_a_key_that_opens_the_row(home: Home, key: str) -> None:
    store(home, key, OLD)
    ended = home.run("why", "warehouse", "--format", "json")
    assert rules(ended) == ["postgres.port.refused"]


def test_a_table_with_another_layout(home: Home) -> None:
    path = home.folder / "airflow.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE connection (id INTEGER, conn_id TEXT)")
    home.configure(f"[database]\nsql_alchemy_conn = sqlite:///{path}\n")
    assert rules(home.run("why", "--format", "json")) == ["airflow.metadata.other-version"]


def test_a_file_that_is_no_database(home: Home) -> None:
    path = home.folder / "airflow.db"
    path.write_bytes(b"\0garbage" * 500)
    home.configure(f"[database]\nsql_alchemy_conn = sqlite:///{path}\n")
    assert rules(home.run("why", "--format", "json")) == ["airflow.metadata.unreachable"]
    assert path.read_bytes() == b"\0garbage" * 500


def test_a_file_that_is_not_there_is_not_made(home: Home) -> None:
    home.configure(f"[database]\nsql_alchemy_conn = sqlite:///{home.folder}/gone.db\n")
    assert rules(home.run("why", "--format", "json")) == ["airflow.metadata.unreachable"]
    assert not (home.folder / "gone.db").exists()


def test_other_types_are_counted_and_left_out(home: Home) -> None:
    down = f"postgres://u@127.0.0.1:{free_port()}/x"
    ended = home.run("why", "--format", "json", environment={"AIRFLOW_CONN_A": "http://u@x", "AIRFLOW_CONN_B": down})
    assert [walk["connection"] for walk in ended.report["walks"]] == ["b"]
    assert "diagnosis.connection.other-type" in rules(ended)


def test_a_named_connection_of_another_type_could_not_be_judged(home: Home) -> None:
    assert home.run("why", "a", environment={"AIRFLOW_CONN_A": "http://u@x"}).code == 3


def test_let_in_is_exit_code_0_and_a_report_to_a_closed_pipe_is_quiet(home: Home, postgres: Postgres) -> None:
    postgres.create_role("etl", SECRET)
    uri = f"postgres://etl:{SECRET}@127.0.0.1:{postgres.port}/postgres"
    ended = home.run("why", "a", environment={"AIRFLOW_CONN_A": uri})
    assert (ended.code, ended.errors) == (0, "")
    assert "open, read-write" in ended.output


def test_a_password_on_the_command_line_works_with_a_warning(home: Home, postgres: Postgres) -> None:
    postgres.create_role("etl")
    postgres.hba(["host all all all trust"])
    ended = home.run("why", "--uri", f"postgresql://etl@127.0.0.1:{postgres.port}/postgres")
    assert ended.code == 0
    assert "warning" in ended.errors


def test_a_plain_walk_loads_nothing_that_is_seldom_asked_for(home: Home) -> None:
    """What only --admin, --server-log, --log, --sql and reports for machines need takes more time than the walk."""
    code = (
        "import sys\nfrom safeconduct.cli.main import main\nsys.argv[1:] = ['why', 'a']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\nprint('LOADED', *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home.folder),
            "AIRFLOW_HOME": str(home.folder),
            "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
            "AIRFLOW_CONN_A": "postgres://u@127.0.0.1:1/x",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = done.stdout.partition("LOADED")[2].split()
    assert "safeconduct.diagnosis.walk" in loaded
    rooms = (
        "postgres.insider",
        "postgres.hba",
        "postgres.server_log",
        "airflow.task_log",
        "privileges",
        "report.sarif",
    )
    unwanted = [name for name in loaded if name.startswith(tuple(f"safeconduct.{room}" for room in rooms))]
    others = {"sqlalchemy", "psycopg", "postgast", "subprocess", "importlib.metadata"} & set(loaded)
    assert (unwanted, others) == ([], set())
