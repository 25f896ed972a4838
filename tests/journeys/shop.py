"""A shop's database, a role that holds nothing in it, and `safeconduct` as a person runs it there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import psycopg
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

import safeconduct

if TYPE_CHECKING:
    from tests.servers.postgres import Postgres

DOCS = Path(__file__).parents[2] / "docs"
SCHEMAS = {
    name: json.loads((DOCS / name).read_text("utf-8")) for name in ("privileges.schema.json", "report.schema.json")
}
VALIDATOR = Draft202012Validator(
    SCHEMAS["privileges.schema.json"],
    registry=Registry().with_resources((name, Resource.from_contents(one)) for name, one in SCHEMAS.items()),
)
PASSWORD = "Least-Privilege-9"
TABLES = """
CREATE SCHEMA shop; CREATE TABLE shop.orders (id serial PRIMARY KEY, total int, note text);
CREATE TABLE shop.log (at timestamptz, what text);
"""
LOAD = "INSERT INTO shop.orders (total) VALUES (%(total)s) RETURNING id;\n\nSELECT at FROM shop.log;\n"


@dataclass(frozen=True)
class Said:
    code: int
    output: str
    errors: str

    @property
    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.output)
        return found

    @property
    def role(self) -> dict[str, Any]:
        document = json.loads(self.output)
        VALIDATOR.validate(document)
        found: dict[str, Any] = document["roles"][0]
        return found


@dataclass(frozen=True)
class Shop:
    server: Postgres
    folder: Path

    def privileges(self, verb: str, *arguments: str, stdin: str = "", **environment: str) -> Said:
        return self._run(["privileges", verb, *arguments], stdin, environment)

    def why(self, *arguments: str) -> Said:
        return self._run(["why", *arguments], "", {})

    def _run(self, arguments: list[str], stdin: str, more: dict[str, str]) -> Said:
        command, environment = self._started(arguments, more)
        done = subprocess.run(
            command, env=environment, cwd=self.folder, input=stdin, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr
        assert PASSWORD not in done.stdout + done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    def begin(
        self, verb: str, *arguments: str, stdout: IO[bytes] | int = subprocess.DEVNULL, **more: str
    ) -> subprocess.Popen[bytes]:
        """The same, not waited for, and unheard."""
        command, environment = self._started(["privileges", verb, *arguments], more)
        nowhere = subprocess.DEVNULL
        return subprocess.Popen(command, env=environment, cwd=self.folder, stdout=stdout, stderr=nowhere)

    def _started(self, arguments: list[str], more: dict[str, str]) -> tuple[list[str], dict[str, str]]:
        environment = {
            **os.environ,
            "PYTHONPATH": str(Path(safeconduct.__file__).parents[1]),
            "AIRFLOW_HOME": str(self.folder),
            "AIRFLOW_CONN_SHOP": f"postgres://etl:{PASSWORD}@127.0.0.1:{self.server.port}/sales",
            **more,
        }
        command = [sys.executable, "-m", "safeconduct", *arguments]
        return command, environment

    def works(self, statement: str) -> bool:
        with self.server.login("etl", PASSWORD, database="sales") as session:
            try:
                session.execute(statement.encode())
            except psycopg.errors.InsufficientPrivilege:
                return False
            finally:
                session.rollback()
        return True


def furnished(postgres: Postgres, folder: Path) -> Shop:
    """The database with its tables, and a role that holds nothing in it."""
    postgres.create_role("etl", PASSWORD)
    postgres.create_database("sales")
    postgres.sql(TABLES, database="sales")
    (folder / "load.sql").write_text(LOAD)
    return Shop(postgres, folder)
