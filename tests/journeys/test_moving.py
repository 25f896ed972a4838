"""Credentials moved into secrets backends and back: read whole by real Airflows, and not lost when it is broken off."""

from __future__ import annotations

import json
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from safeconduct.cli.main import cli
from tests.fakes.vault import FakeVault
from tests.journeys.keeping import Desk
from tests.secrets.aws_places import MANAGER, STORE, aws, aws_server
from tests.secrets.backends_in_airflow import airflow_with_backends
from tests.secrets.vaults import BACKEND as VAULT
from tests.servers.airflow import Airflow
from tests.servers.hostile import Hostile, drips, hears

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.servers.aws import Aws

__all__ = ["aws", "aws_server"]

EXTRA = {
    "sslmode": "require",
    "api_key": "Pl4nted-Key",
    "retries": 3,
    "note": "äß",
    "deep": {"a": 1, "token": "Pl4nted-Token"},
}
BARE = {"sslmode": "require", "retries": 3, "note": "äß", "deep": {"a": 1}}
FIELDS = {"conn_type": "postgres", "host": "db.example.com", "port": 5432, "schema": "sales", "login": "etl"}
WHOLE = {**FIELDS, "password": "Pl4nted-Word", "extra": EXTRA}
ASK = """
import json
from airflow.models import Connection
c = Connection.get_connection_from_secrets("warehouse")
print("READ" + json.dumps({"conn_type": c.conn_type, "host": c.host, "port": c.port, "schema": c.schema,
    "login": c.login, "password": c.password, "extra": c.extra_dejson}))
"""
ASK_VARIABLE = 'from airflow.models import Variable; print("READ" + Variable.get("greeting"))'


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A store of our own with one connection and one variable."""
    desk = Desk(tmp_path, tmp_path / "home")
    desk.must("connections", "init", str(desk.airflow_home), "--real")
    put_warehouse(desk)
    return desk


def put_warehouse(desk: Desk, *more: str) -> None:
    definition = json.dumps({**WHOLE, "extra": json.dumps(EXTRA), "description": "of the shop"})
    desk.must("connections", "add", "warehouse", "--uri", "-", "--real", *more, stdin=definition)


def at(desk: Desk, vault: FakeVault, configured: bool = True) -> Desk:
    """The same desk, with this Vault in its environment."""
    settings = {"VAULT_ADDR": vault.url, "VAULT_TOKEN": vault.token("*")}
    if configured:
        settings["AIRFLOW__SECRETS__BACKEND"] = VAULT
    return Desk(desk.folder, desk.airflow_home, settings)


def fates(desk: Desk, *arguments: str, code: int = 0) -> dict[str, str]:
    said = desk.run("connections", "move", *arguments, "--format", "json")
    assert said.code == code, said
    return {step["name"]: step["action"] for step in json.loads(said.output)["steps"]}


def found(desk: Desk, conn_id: str = "warehouse") -> dict[str, Any]:
    """The connection as Airflow's order of places gives it."""
    told = desk.json("connections", "get", conn_id, "--reveal", reveals=True)["connection"]
    return {name: told[name] for name in WHOLE}


def in_database(desk: Desk) -> dict[str, Any]:
    return found(Desk(desk.folder, desk.airflow_home))


def test_there_and_back_again(desk: Desk, vault: FakeVault) -> None:
    desk = at(desk, vault)
    dry = desk.must("connections", "move", "--all")
    assert "would move        warehouse" in dry
    assert "Nothing was moved: --real does it" in dry
    assert in_database(desk) == WHOLE
    assert "moved             warehouse" in desk.must("connections", "move", "warehouse", "--real")
    assert vault.versions("connections/warehouse")[0].data["description"] == "of the shop"
    assert in_database(desk) == {**WHOLE, "password": None, "extra": BARE}
    assert found(desk) == WHOLE
    assert fates(desk, "--all", "--real") == {"warehouse": "there"}
    assert fates(desk, "--all", "--back") == {"warehouse": "fetch"}
    desk.must("connections", "move", "--all", "--back", "--real")
    assert in_database(desk) == WHOLE
    assert fates(desk, "--all", "--back", "--delete-record", "--real") == {"warehouse": "remove"}
    assert vault.versions("connections/warehouse")[-1].deleted
    assert found(desk) == WHOLE
    desk.must("connections", "move", "--all", "--real", "--delete-row")
    assert found(desk) == WHOLE
    assert fates(desk, "warehouse", "--back", "--delete-record", "--real") == {"warehouse": "fetch"}
    assert in_database(desk) == WHOLE


def test_another_record_is_left_unless_it_is_to_be_replaced(desk: Desk, vault: FakeVault) -> None:
    desk = at(desk, vault)
    other = {"conn_type": "postgres", "host": "elsewhere", "password": "Pl4nted-Other"}
    vault.put("connections/warehouse", other)
    assert fates(desk, "--all", "--real", code=1) == {"warehouse": "differs"}
    assert vault.versions("connections/warehouse")[-1].data == other
    assert in_database(desk) == WHOLE
    assert fates(desk, "--all", "--real", "--overwrite") == {"warehouse": "replace"}
    assert found(desk) == WHOLE
    vault.put("connections/warehouse", other)
    assert fates(desk, "--all", "--real", "--overwrite", code=1) == {"warehouse": "poorer"}
    assert vault.versions("connections/warehouse")[-1].data == other, "the row has no secret any more"
    assert fates(desk, "--all", "--back", "--real", code=1) == {"warehouse": "differs"}


def test_what_an_environment_variable_hides_is_not_brought_before_it(desk: Desk, vault: FakeVault) -> None:
    """Airflow asks the backend, then the variables, then the database: moving would change what it takes."""
    plain = at(desk, vault)
    plain.must("variables", "add", "greeting", "--value", "-", "--real", stdin="Pl4nted-Token")
    other = {"AIRFLOW_CONN_WAREHOUSE": "postgres://etl@elsewhere", "AIRFLOW_VAR_GREETING": ""}
    hiding = Desk(desk.folder, desk.airflow_home, {**plain.settings, **other})
    for real in ((), ("--real",)):
        said = hiding.run("connections", "move", "--all", *real)
        assert said.code == 1
        assert "is left           warehouse (an environment variable has another one" in said.output
        assert hiding.run("variables", "move", "--all", *real).code == 1
    assert in_database(desk) == WHOLE
    same = {"AIRFLOW_CONN_WAREHOUSE": json.dumps(WHOLE), "AIRFLOW_VAR_GREETING": "Pl4nted-Token"}
    agreeing = Desk(desk.folder, desk.airflow_home, {**plain.settings, **same})
    assert fates(agreeing, "--all", "--real") == {"warehouse": "move"}
    agreeing.must("variables", "move", "greeting", "--real")
    home = ("--all", "--back", "--delete-record", "--real")
    assert fates(hiding, *home, code=1) == {"warehouse": "hidden"}
    assert found(hiding) == WHOLE, "it is taken from its record as before"
    assert fates(agreeing, *home) == {"warehouse": "fetch"}


def test_a_variable_is_looked_for_where_airflow_looks(desk: Desk, vault: FakeVault) -> None:
    desk.must("variables", "add", "greeting", "--value", "-", "--description", "kind", "--real", stdin="Pl4nted-Token")

    def got(**settings: str) -> tuple[str, str]:
        at_it = Desk(desk.folder, desk.airflow_home, {**at(desk, vault).settings, **settings})
        told = at_it.json("variables", "get", "greeting", "--reveal", reveals=True)["variable"]
        return told["value"], told["kept_in"]

    value, where = got()
    assert value == "Pl4nted-Token"
    assert "metadata database" in where
    assert "asked before, without it: Vault" in where
    assert got(AIRFLOW_VAR_GREETING="")[1].startswith("environment variable AIRFLOW_VAR_GREETING")
    vault.put("variables/greeting", {"value": "of the vault"})
    assert got(AIRFLOW_VAR_GREETING="x")[0] == "of the vault"
    vault.fault = 503
    said = at(desk, vault).run("variables", "get", "greeting")
    assert (said.code, said.output) == (1, "***\n")
    assert "kept in metadata database" in said.errors
    assert "sealed" in said.errors
    vault.fault = None
    assert "then metadata database" in at(desk, vault).run("variables", "get", "none").errors


def test_what_airflow_needs_is_said_for_the_configuration_that_there_is(desk: Desk, vault: FakeVault) -> None:
    plain = at(desk, vault, configured=False)
    command = ("connections", "move", "--all", "--to", "vault")
    said = plain.must(*command)
    assert "Before --real, airflow.cfg needs:\n\n[secrets]\nbackend = " in said
    assert "VAULT_TOKEN in its environment" in said
    with_token = ("--backend-kwargs", json.dumps({"url": vault.url, "token_path": str(desk.folder / "token")}))
    (desk.folder / "token").write_text(plain.settings["VAULT_TOKEN"])
    assert "VAULT_TOKEN" not in plain.must(*command, *with_token)
    configuration = desk.airflow_home / "airflow.cfg"
    configuration.write_text(f"{configuration.read_text()}\n[secrets]\nbackend =\n")
    said = plain.must(*command)
    assert "the section [secrets] of airflow.cfg, in place of backend and backend_kwargs there, needs:" in said
    assert "\n[secrets]\n" not in said, "a second one would keep Airflow from starting"
    elsewhere = {**plain.settings, "AIRFLOW__SECRETS__BACKEND": MANAGER}
    said = Desk(desk.folder, desk.airflow_home, elsewhere).must(*command)
    assert f'AIRFLOW__SECRETS__BACKEND={VAULT}\nAIRFLOW__SECRETS__BACKEND_KWARGS=\'{{"url": ' in said


@pytest.mark.parametrize("to", ["aws-sm", "aws-ssm"])
def test_a_name_that_aws_cannot_have_is_left(desk: Desk, aws: Aws, to: str) -> None:
    """To Parameter Store `warehouse:1` is the first version of `warehouse`."""
    kwargs = ("--backend-kwargs", json.dumps({"endpoint_url": aws.url, "region_name": "us-east-1"}))
    keyed = Desk(desk.folder, desk.airflow_home, {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"})
    for name in ("warehouse:1", "a#b"):
        desk.must("connections", "add", name, "--uri", "-", "--real", stdin="postgres://etl:Pl4nted-Key@db")
    assert fates(keyed, "warehouse", "--to", to, *kwargs, "--real") == {"warehouse": "move"}
    said = keyed.run("connections", "move", "--all", "--to", to, *kwargs, "--real")
    assert (said.code, said.output.count("failed  ")) == (1, 2)
    assert "it takes letters, digits and" in " ".join(said.errors.split())


def test_what_stays_in_a_row_is_said(desk: Desk, vault: FakeVault) -> None:
    desk = at(desk, vault)
    hook = ("--type", "http", "--host", "https://discord.com/api/webhooks/1234567890/Pl4nted-Word_Pl4nted-Word")
    desk.must("connections", "add", "hook", *hook, "--real")
    said = desk.must("connections", "move", "--all")
    assert "hook keeps in its row what looks secret in its host: see --delete-row." in said
    assert "warehouse keeps" not in said
    assert "keeps in its row" not in desk.must("connections", "move", "--all", "--delete-row")


def test_records_whose_rows_could_not_be_emptied_are_told(desk: Desk, vault: FakeVault) -> None:
    desk = at(desk, vault)
    with closing(sqlite3.connect(desk.airflow_home / "airflow.db")) as database, database:
        database.execute("CREATE TRIGGER no BEFORE UPDATE ON connection BEGIN SELECT RAISE(ABORT, 'not now'); END")
    said = desk.run("connections", "move", "--all", "--real")
    assert said.code == 1
    assert "The records are written, and the rows are as they were: warehouse." in said.output
    with closing(sqlite3.connect(desk.airflow_home / "airflow.db")) as database, database:
        database.execute("DROP TRIGGER no")
    assert fates(desk, "--all", "--real") == {"warehouse": "empty"}


def test_the_options_that_a_file_needs_are_said(desk: Desk) -> None:
    said = desk.run("connections", "move", "--all", "--to", "file")
    assert (said.code, """--backend-kwargs '{"connections_file_path": """ in said.output) == (1, True)


def test_what_tasks_take_instead_is_said(desk: Desk, vault: FakeVault) -> None:
    """In Airflow 3 the workers' own backend is asked first."""
    path = desk.folder / "workers.json"
    kwargs = json.dumps({"connections_file_path": str(path), "variables_file_path": str(path)})
    own = {
        "AIRFLOW__WORKERS__SECRETS_BACKEND": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
        "AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS": kwargs,
    }
    with_workers = Desk(desk.folder, desk.airflow_home, {**at(desk, vault).settings, **own})
    for content, told in (
        ({}, None),
        ({"warehouse": WHOLE}, None),
        ({"warehouse": "postgres://elsewhere"}, f"Tasks take another one from local file at {path} "),
    ):
        path.write_text(json.dumps(content))
        said = with_workers.json("connections", "move", "--all")["tasks"]
        assert said is None if told is None else said.startswith(told)
    assert "secrets_backend): warehouse.\n" in with_workers.must("connections", "move", "--all", "--real")
    path.unlink()
    said = with_workers.run("connections", "move", "--all", "--back", "--real")
    assert (said.code, "workers.json cannot be read" in " ".join(said.errors.split())) == (1, True)
    assert in_database(desk) == WHOLE


def test_a_place_that_drips_is_not_waited_for(desk: Desk) -> None:
    with Hostile(hears(), drips(b"HTTP/1.1 200 OK\r\n" + b" " * 1000, every=0.2)) as server:
        settings = {
            "VAULT_ADDR": f"http://127.0.0.1:{server.port}",
            "VAULT_TOKEN": "t",
            "AIRFLOW__SECRETS__BACKEND": VAULT,
        }
        began = time.monotonic()
        said = Desk(desk.folder, desk.airflow_home, settings).run("connections", "move", "--all", "--real")
        assert said.code == 1
        assert "did not answer within" in said.output
        assert time.monotonic() - began < 25
    assert in_database(desk) == WHOLE


def test_an_answer_nested_without_end_is_no_defect_of_ours(desk: Desk, vault: FakeVault) -> None:
    desk = at(desk, vault)
    vault.fault = b"[" * 100_000
    for command in ("move", "get"):
        said = desk.run("connections", command, "warehouse")
        assert "internal error" not in said.output + said.errors
        assert "not as Vault does" in " ".join((said.output + said.errors).split())


def test_a_record_that_is_the_same_is_kept_and_the_row_emptied(desk: Desk, vault: FakeVault) -> None:
    desk = at(desk, vault)
    vault.put("connections/warehouse", {**WHOLE, "extra": EXTRA})
    assert fates(desk, "--all", "--real") == {"warehouse": "empty"}
    assert len(vault.versions("connections/warehouse")) == 1
    assert in_database(desk)["password"] is None


def test_what_has_no_secret_stays_where_it_is(desk: Desk, vault: FakeVault) -> None:
    desk = at(desk, vault)
    desk.must("connections", "add", "open", "--type", "http", "--host", "x.example.com", "--real")
    assert fates(desk, "open", "--real") == {"open": "bare"}
    assert fates(desk, "open", "nowhere", code=1) == {"open": "bare", "nowhere": "absent"}


class Interfering(FakeVault):
    """At the request of this number it does something, before it answers or after it was carried out."""

    def __init__(self) -> None:
        super().__init__()
        self.number = self.count = 0
        self.after = False
        self.deed: Callable[[], object] = lambda: None

    def __enter__(self) -> Interfering:
        super().__enter__()
        return self

    def answer(self, method: str, path: str, query: dict[str, str], headers: Any, body: Any) -> Any:
        self.count += 1
        mine = self.count == self.number
        if mine and not self.after:
            self.deed()
        reply = super().answer(method, path, query, headers, body)
        if mine and self.after:
            self.deed()
        return reply


@pytest.mark.parametrize("back", [False, True], ids=["there", "back"])
def test_killed_at_any_moment_nothing_is_lost(desk: Desk, back: bool) -> None:
    home = ("--back", "--delete-record")
    way: tuple[str, ...] = home if back else ()
    again: tuple[str, ...] = () if back else home
    with Interfering() as vault:
        desk = at(desk, vault)
        inside(desk, "connections", "move", "warehouse", "--real")
        inside(desk, "connections", "move", "warehouse", "--real", *again)
        vault.count = 0
        inside(desk, "connections", "move", "warehouse", "--real", *way)
        requests = vault.count
        assert requests > 3
        for number in range(1, requests + 1):
            for after, seconds in MOMENTS:
                inside(desk, "connections", "move", "warehouse", "--real", *again)
                kill(desk, vault, way, number, after, seconds)
                vault.number = 0
                shown = inside(desk, "connections", "get", "warehouse", "--reveal", "--format", "json")
                told = json.loads(shown)["connection"]
                assert {name: told[name] for name in WHOLE} == WHOLE, (number, after, seconds)
        inside(desk, "connections", "move", "warehouse", "--real", *way)
        assert found(desk) == WHOLE
        assert in_database(desk)["password"] == (WHOLE["password"] if back else None)


MOMENTS = ((True, None), (True, 0.005))
"""After the request is carried out and before it is answered, and so many seconds after that."""


def inside(desk: Desk, *arguments: str) -> str:
    """What the command says, run within this process."""
    return CliRunner().invoke(cli, arguments, env=desk.environment).stdout


def kill(desk: Desk, vault: Interfering, way: tuple[str, ...], number: int, after: bool, seconds: float | None) -> None:
    """Start the command, and kill it at the request of this number."""
    started: list[subprocess.Popen[bytes]] = []

    def deed() -> None:
        if seconds is None:
            started[0].kill()
        else:
            threading.Timer(seconds, started[0].kill).start()

    vault.count, vault.number, vault.after, vault.deed = 0, number, after, deed
    command = [sys.executable, "-m", "safeconduct", "connections", "move", "warehouse", "--real", *way]
    started.append(subprocess.Popen(command, env=desk.environment, stdout=subprocess.DEVNULL, cwd=desk.folder))
    ended = started[0].wait()
    assert ended == -signal.SIGKILL or seconds is not None


def test_a_row_that_is_changed_meanwhile_is_not_emptied(desk: Desk) -> None:
    with Interfering() as vault:
        desk = at(desk, vault)

        def deed() -> None:
            given = ("--type", "postgres", "--password", "-", "--overwrite", "--real")
            desk.must("connections", "add", "warehouse", *given, stdin="Pl4nted-New")

        vault.number, vault.after, vault.deed = 4, True, deed
        said = desk.run("connections", "move", "warehouse", "--real")
        assert said.code == 1
        assert "warehouse was changed by somebody else" in said.errors
        assert in_database(desk)["password"] == "Pl4nted-New"


def test_a_record_that_is_written_meanwhile_is_kept(desk: Desk) -> None:
    with Interfering() as vault:
        desk = at(desk, vault)
        other = {"conn_type": "postgres", "host": "elsewhere"}
        vault.deed = lambda: vault.put("connections/warehouse", other)
        vault.number, vault.after = 4, False
        assert fates(desk, "warehouse", "--real", code=1) == {"warehouse": "failed"}
        assert vault.versions("connections/warehouse")[-1].data == other
        assert in_database(desk) == WHOLE


@pytest.mark.parametrize("fault", [503, 403, b"nonsense"])
def test_a_place_that_fails_takes_nothing(desk: Desk, vault: FakeVault, fault: int | bytes) -> None:
    desk = at(desk, vault)
    vault.fault = fault
    said = desk.run("connections", "move", "--all", "--real")
    assert said.code == 1
    vault.fault = None
    assert in_database(desk) == WHOLE


def airflow_of(version: str, desk: Desk, **settings: str) -> Airflow:
    airflow = airflow_with_backends(version, desk.airflow_home)
    return Airflow(airflow.programs, airflow.home, {**settings, "AIRFLOW__SECRETS__USE_CACHE": "False"})


def configure(desk: Desk, said: str) -> None:
    """Put the lines into airflow.cfg that were printed for it."""
    lines = said.partition("\n[secrets]\n")[2].partition("\n\n")[0]
    assert lines
    configuration = desk.airflow_home / "airflow.cfg"
    configuration.write_text(f"{configuration.read_text()}\n[secrets]\n{lines}")


def read_by(airflow: Airflow, code: str = ASK) -> Any:
    said = airflow.python(code).output.partition("READ")[2].strip()
    return json.loads(said) if code == ASK else said


def test_a_password_in_the_places_address_is_not_shown(desk: Desk, vault: FakeVault) -> None:
    address = vault.url.replace("://", "://someone:Pl4nted-Word@")
    at_it = Desk(desk.folder, desk.airflow_home, {**at(desk, vault, configured=False).settings, "VAULT_ADDR": address})
    assert "://someone:***@" in at_it.must("connections", "move", "--all", "--to", "vault")
    told = at_it.json("connections", "move", "--all", "--to", "vault")
    assert "://someone:***@" in told["configuration"]


@pytest.mark.parametrize("version", [pytest.param("2.11.2", marks=pytest.mark.soak), "3.3.2"])
def test_a_real_airflow_finds_it_whole_in_vault(desk: Desk, vault: FakeVault, version: str) -> None:
    desk = at(desk, vault, configured=False)
    desk.must("variables", "add", "greeting", "--value", "-", "--real", stdin="Pl4nted-Token")
    said = desk.must("connections", "move", "--all", "--to", "vault", "--real")
    desk.must("variables", "move", "--all", "--to", "vault", "--real")
    configure(desk, said)
    airflow = airflow_of(version, desk, VAULT_TOKEN=desk.settings["VAULT_TOKEN"])
    assert read_by(airflow) == WHOLE
    assert read_by(airflow, ASK_VARIABLE) == "Pl4nted-Token"
    desk.must("connections", "move", "--all", "--back", "--delete-record", "--real")
    desk.must("variables", "move", "greeting", "--back", "--delete-record", "--real")
    assert read_by(airflow) == WHOLE
    assert read_by(airflow, ASK_VARIABLE) == "Pl4nted-Token"
    assert vault.versions("connections/warehouse")[-1].deleted


@pytest.mark.parametrize(("version", "ending"), [("2.11.2", "json"), ("3.3.2", "yaml")])
def test_a_real_airflow_finds_it_whole_in_a_file(desk: Desk, version: str, ending: str) -> None:
    path = desk.folder / f"connections.{ending}"
    kwargs = json.dumps({"connections_file_path": str(path)})
    configure(desk, desk.must("connections", "move", "--all", "--to", "file", "--backend-kwargs", kwargs, "--real"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_by(airflow_of(version, desk)) == WHOLE
    desk.must("connections", "move", "--all", "--back", "--delete-record", "--real")
    assert read_by(airflow_of(version, desk)) == WHOLE
    assert json.loads(path.read_text()) == {}


@pytest.mark.parametrize(
    ("version", "to", "backend"),
    [
        ("2.11.2", "aws-sm", MANAGER),
        ("3.3.2", "aws-ssm", STORE),
        pytest.param("3.3.2", "aws-sm", MANAGER, marks=pytest.mark.soak),
        pytest.param("2.11.2", "aws-ssm", STORE, marks=pytest.mark.soak),
    ],
)
def test_a_real_airflow_finds_it_whole_at_aws(desk: Desk, aws: Aws, to: str, backend: str, version: str) -> None:
    keys = {name.upper(): value for name, value in aws.options.items() if name.startswith("aws_")}
    desk = Desk(desk.folder, desk.airflow_home, keys)
    kwargs = json.dumps({"endpoint_url": aws.url, "region_name": "eu-central-1"})
    said = desk.must("connections", "move", "--all", "--to", to, "--backend-kwargs", "-", "--real", stdin=kwargs)
    assert backend in said
    configure(desk, said)
    assert found(desk) == WHOLE
    airflow = airflow_of(version, desk, **keys)
    assert read_by(airflow) == WHOLE
    desk.must("connections", "move", "--all", "--back", "--delete-record", "--real")
    assert read_by(airflow) == WHOLE


def test_an_env_file_takes_what_a_uri_can_hold_and_refuses_the_rest(desk: Desk) -> None:
    path = desk.folder / "connections.env"
    kwargs = ("--to", "file", "--backend-kwargs", json.dumps({"connections_file_path": str(path)}))
    desk.must(
        "connections", "add", "odd", "--uri", "-", "--real", stdin='{"conn_type": "my_Type", "password": "x-y-z"}'
    )
    assert fates(desk, "--all", "--real", *kwargs, code=1) == {"odd": "failed", "warehouse": "move"}
    assert [line.partition("=")[0] for line in path.read_text().splitlines()] == ["warehouse"]
    assert fates(desk, "--all", "--back", "--real", *kwargs) == {"odd": "there", "warehouse": "fetch"}
    assert in_database(desk) == WHOLE


def test_a_token_on_the_command_line_works_with_a_warning_and_is_not_printed(desk: Desk, vault: FakeVault) -> None:
    token = vault.token("*")
    kwargs = json.dumps({"url": vault.url, "token": token})
    said = desk.run("connections", "move", "--all", "--to", "vault", "--backend-kwargs", kwargs)
    assert said.code == 0
    assert "others can see a secret on the command line" in said.errors
    assert token not in said.output + said.errors
    assert '"token": "<token>"' in said.output
    given = desk.run("connections", "move", "--all", "--to", "vault", "--backend-kwargs", "-", "--real", stdin=kwargs)
    assert (given.code, given.errors) == (0, "")


def test_a_variable_with_a_description_is_not_deleted_unasked(desk: Desk, vault: FakeVault) -> None:
    desk = at(desk, vault)
    more = ("--description", "of the shop", "--real")
    desk.must("variables", "add", "greeting", "--value", "-", *more, stdin="Pl4nted-Token")
    said = desk.run("variables", "move", "--all", "--real")
    assert said.code == 3
    assert "--delete-row" in said.errors
    desk.must("variables", "move", "--all", "--real", "--delete-row")
    desk.must("variables", "move", "greeting", "--back", "--real", "--delete-record")
    assert desk.must("variables", "get", "greeting", "--reveal", reveals=True) == "Pl4nted-Token\n"
