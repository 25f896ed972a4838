"""Secrets in keys, files and logs: none in a report, a warning, a library's log, a child's command or environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from safeconduct.demo.home import AirflowHome, Row
from safeconduct.model import Connection, Secret
from safeconduct.report import FORMATS
from tests.masking.planting import Plants
from tests.servers.availability import require
from tests.servers.builds import default_build

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.servers.fixtures import PostgresFarm
    from tests.servers.postgres import Postgres

FORMS = sorted(FORMATS)
TASK_LOG = Path(__file__).parents[1] / "airflow" / "task_logs" / "2.11.2" / "statement_refused.log"
WATCHED = """
import logging, os, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
owned = dict(os.environ)

def watch(event, details):
    if event == "subprocess.Popen":
        program, arguments, _, environment = details
        given = {name: value for name, value in (environment or {}).items() if owned.get(name) != value}
        print("started", program, arguments, given, file=sys.stderr)
        assert not any(name.startswith("SAFECONDUCT") for name in environment)
    assert event not in {"os.system", "os.exec", "os.posix_spawn", "os.spawn"}, event

sys.addaudithook(watch)
"""
MAIN = "\nfrom safeconduct.cli.main import main\nmain()\n"


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class House:
    """A server with TLS that refuses role etl, an Airflow home with Fernet keys, and whoever runs the command."""

    def __init__(self, server: Postgres, folder: Path) -> None:
        self.server, self.folder, self.plant = server, folder, Plants()
        server.enable_tls()
        self.password, self.boss = self.plant("a row's password"), self.plant("the administrator")
        for name, password, options in (
            ("etl", self.password, "LOGIN VALID UNTIL '2001-02-03'"),
            ("boss", self.boss, "SUPERUSER LOGIN"),
            ("open", self.plant("a password file", ""), "LOGIN"),
        ):
            server.create_role(name, password, options)
        server.sql("CREATE SCHEMA shop; CREATE TABLE shop.orders (id int)")
        self.home = AirflowHome(folder / "home")
        extra = {
            "sslmode": "verify-full",
            "sslrootcert": str(server.folder / "tls" / "authority.crt"),
            "sslpassword": self.plant("an extra"),
        }
        row = Connection(
            "warehouse", "postgres", server.host, server.port, "postgres", "etl", Secret(self.password),
            Secret(json.dumps(extra)),
        )  # fmt: skip
        self.home.write([Row(row)])
        for key in ("new", "old"):
            self.plant.add(f"the {key} key", getattr(self.home.keyring, key).reveal())

    def file(self, name: str, text: str) -> str:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text)
        return str(path)

    @property
    def environment(self) -> dict[str, str]:
        """Both options by commands, a service file, a password file, and a connection that needs them."""
        keys = self.file("keys", ",".join(self.plant.secrets[f"the {key} key"] for key in ("new", "old")))
        url = self.file(
            "url", f"sqlite:///{self.home.directory / 'airflow.db'}?password={self.plant.secrets['an extra']}"
        )
        services = self.file("services", f"[far]\nhost={self.server.host}\nport={self.server.port}\nuser=open\n")
        return {
            "AIRFLOW__CORE__FERNET_KEY_CMD": f"cat {keys}",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD": f"cat {url}",
            "PGSERVICEFILE": services,
            "PGPASSFILE": self.file("passwords", f"*:*:*:open:{self.plant.secrets['a password file']}\n"),
            "AIRFLOW_CONN_FAR": json.dumps(
                {"conn_type": "postgres", "extra": {"service": "far", "dbname": "postgres"}}
            ),
        }

    def run(self, code: str, *arguments: str, environment: Mapping[str, str] | None = None, debug: str = "") -> str:
        """All that is said by a process of this code, in which warnings are errors."""
        script = self.file("script.py", code + MAIN)
        own = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "AIRFLOW_HOME": str(self.home.directory)}
        own |= {"PYTHONPATH": os.pathsep.join(sys.path), "SAFECONDUCT_DEBUG": debug, **self.environment}
        command = [sys.executable, "-W", "error", script, *arguments]
        done = subprocess.run(
            command, env={**own, **(environment or {})}, capture_output=True, text=True, check=False, timeout=60
        )
        said = done.stdout + done.stderr
        assert "Exception ignored" not in said, said
        assert done.returncode in {1, 3}, said
        assert not self.plant.found_in(said)
        return said

    def dsn(self, form: str) -> str:
        """The administrator as a connection string of this form."""
        where = f"{self.server.host}:{self.server.port}"
        if form == "URI":
            return f"postgresql://boss:{quote(self.boss, safe='')}@{where}/postgres"
        password = self.boss.replace("\\", "\\\\").replace("'", "\\'")
        return f"host={self.server.host} port={self.server.port} user=boss password='{password}' dbname=postgres"


@pytest.fixture(scope="module")
def house(postgres_farm: PostgresFarm, tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(postgres_farm.lend(require(default_build())), tmp_path_factory.mktemp("house"))


@pytest.mark.parametrize("form", FORMS)
def test_an_ordinary_walk_with_all_that_logs_and_warns(house: House, form: str) -> None:
    dsn = "URI" if FORMS.index(form) % 2 else "words"
    said = house.run(
        WATCHED,
        *("why", "warehouse", "far", "--table", "shop.orders:SELECT", "--format", form),
        environment={"SAFECONDUCT_ADMIN_DSN": house.dsn(dsn)},
    )
    assert said.count("started cat") == 2
    assert "postgres.authentication.password-expired" in said
    assert "shop.orders" in said


@pytest.mark.parametrize("form", ["text", "json"])
def test_privileges_with_all_that_logs_and_warns(house: House, form: str) -> None:
    said = house.run(WATCHED, "privileges", "missing", "far", "--sql", "SELECT id FROM shop.orders", "--format", form)
    assert said.count("started cat") == 2
    assert "shop.orders" in said


BROKEN = """
def broken(*arguments, **options):
    try:
        raise ValueError(f"inner {secret}")
    except ValueError as error:
        raise RuntimeError(f"outer {secret}") from error
"""
STAGES = {
    "the definition": ("warehouse", "safeconduct.diagnosis.walk", "target_of"),
    "the way in": ("warehouse", "safeconduct.diagnosis.walk", "told_inside"),
    "the session": ("far", "safeconduct.postgres.attempt", "_at"),
    "the privileges": ("far", "safeconduct.privileges", "missing"),
    "the rehearsal": ("far", "safeconduct.diagnosis.walk", "tried"),
    "the administrator": ("warehouse", "safeconduct.postgres.insider.login", "explain_password"),
}


@pytest.mark.parametrize("debug", ["", "1"])
@pytest.mark.parametrize("stage", STAGES)
def test_an_internal_error_amid_a_stage(house: House, stage: str, debug: str) -> None:
    conn_id, module, name = STAGES[stage]
    patch = f"import {module}\nassert {module}.{name}\n{module}.{name} = broken"
    code = f"{WATCHED}\nsecret = {house.password!r}\n{BROKEN}\n{patch}"
    form = FORMS[list(STAGES).index(stage) % len(FORMS)]
    said = house.run(
        code,
        *("why", conn_id, "--table", "shop.orders:SELECT", "--format", form),
        environment={"SAFECONDUCT_ADMIN_DSN": house.dsn("URI")},
        debug=debug,
    )
    assert "internal error (RuntimeError)" in said
    assert ("Traceback of ValueError" in said) == bool(debug)


@pytest.mark.parametrize("form", FORMS)
def test_a_servers_log_that_holds_statements(house: House, form: str) -> None:
    house.server.conf({"log_statement": "all", "log_min_duration_statement": "0"})
    place = f"a statement in the log, {form}"
    secret = house.plant(place, "")
    house.server.sql(f"ALTER ROLE open SET app.token = '{secret}'; ALTER ROLE etl PASSWORD {quoted(house.password)}")
    house.server.sql("ALTER ROLE etl VALID UNTIL '2001-02-03'")
    with pytest.raises(Exception, match="none"):
        house.server.sql(f"SELECT dblink_connect_none('host=h password={secret}')")
    assert secret in house.server.log.text
    said = house.run("", "why", "warehouse", "--server-log", str(house.server.log.path), "--format", form)
    assert "postgres.authentication.password-expired" in said


LINES = {
    "a statement": (
        "Running statement: SELECT * FROM sales.orders",
        "Running statement: ALTER ROLE x PASSWORD '{}'; SELECT * FROM dblink('host=h password=''{}''')",
    ),
    "parameters": ("'hunter2'", "'{}'"),
    "a URI": ("permission denied for table orders", "permission denied for table orders (postgresql://etl:{}@h/x)"),
    "a broken URI": ("permission denied for table orders", 'could not translate host name "{}@h" to address: Nothing'),
    "a port": ("permission denied for table orders", 'invalid integer value "{}@h:1" for connection option "port"'),
    "a word": ("permission denied for table orders", 'missing "=" after "{}" in connection info string'),
    "a token": ("permission denied for table orders", 'invalid percent-encoded token: "%{}"'),
    "words": ("permission denied for table orders", "permission denied: host=h user=etl password={} dbname=x"),
}


@pytest.mark.parametrize("name", LINES)
def test_a_tasks_log_that_holds_it(house: House, name: str) -> None:
    secret = house.plant(f"a task's log, {name}", "")
    before, after = LINES[name]
    text = TASK_LOG.read_text()
    assert before in text
    text = text.replace(before, after.replace("{}", secret))
    if "connection" in after or "host name" in after or "token:" in after:
        text = text.replace("psycopg2.errors.InsufficientPrivilege", "psycopg2.OperationalError")
    log = house.file("task.log", text)
    form = FORMS[list(LINES).index(name) % len(FORMS)]
    assert "task.log" in house.run("", "why", "--log", log, "--format", form)
