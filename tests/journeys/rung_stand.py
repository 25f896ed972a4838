"""A server with a connection into it, the command that walks it, and what a reader of its report then does."""

from __future__ import annotations

import json
import re
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from click.testing import CliRunner

from safeconduct.cli.main import cli
from tests.postgres.rungs import PASSWORD
from tests.servers.certificates import Authority
from tests.servers.postgres import HBA_LINE, MARKER, SUPERUSER, Postgres
from tests.servers.processes import give

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.journeys.asking import Answer

AS_NEW = f"""
ALTER ROLE etl LOGIN CONNECTION LIMIT -1 PASSWORD '{PASSWORD}' VALID UNTIL 'infinity';
ALTER DATABASE sales CONNECTION LIMIT -1 ALLOW_CONNECTIONS true;
REVOKE ALL ON DATABASE sales FROM etl;
GRANT CONNECT, TEMPORARY ON DATABASE sales TO PUBLIC;
"""
LOGS = {"csvlog": "csv", "jsonlog": "json", "stderr": "log"}
SECRETS = (PASSWORD, "Another-Password-8")


@dataclass(frozen=True)
class Wanted:
    """The Airflow connection `warehouse`, by its fields."""

    host: str
    port: int
    login: str = "etl"
    password: str = PASSWORD
    schema: str = "sales"
    extra: Mapping[str, str] = field(default_factory=dict)

    def with_option(self, text: str) -> Wanted:
        """As an option in a report says: `field = value, ...`, keys of the extra as JSON, or one to take out."""
        if text.startswith("{"):
            return replace(self, extra={**self.extra, **json.loads(text)})
        if taken := re.fullmatch(r'take "(\w+)" out of the connection\'s extra', text):
            return replace(self, extra={name: value for name, value in self.extra.items() if name != taken[1]})
        fields: dict[str, Any] = dict(re.findall(r"(\w+) = ([^,]+)", text))
        if "port" in fields:
            fields["port"] = int(fields["port"])
        return replace(self, **fields)

    @property
    def json(self) -> str:
        """For AIRFLOW_CONN_WAREHOUSE."""
        fields = {name: getattr(self, name) for name in ("host", "port", "login", "password", "schema")}
        return json.dumps({"conn_type": "postgres", **fields, "extra": json.dumps(dict(self.extra))})


class Stand:
    """The server, `wanted` as the scene has left it, and the home of whoever runs the command."""

    def __init__(self, programs: Path, home: Path) -> None:
        self.server = Postgres(programs)
        self.home = home
        self.authority = Authority(self.server.folder / "authority")
        client = self.authority.issue(common_name="etl")
        self.known = {
            "/path/to/ca.crt": str(self.authority.file),
            "/path/to/client.crt": str(client.chain),
            "/path/to/client.key": str(client.key),
        }
        self.stack = ExitStack()
        self.wanted = Wanted(self.server.host, self.server.port)
        self.formats = [name for name in LOGS if name != "jsonlog" or self.server.version >= 15]
        own = {"logging_collector": "on", "log_filename": "postgresql.log", "log_destination": ",".join(self.formats)}
        with (self.server.data / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in own.items())
        self.server.restart()
        self.server.create_role("etl")
        self.server.create_database("sales")
        self.server.keep()

    def prepare(self) -> None:
        """As new: role etl with its password, database sales, a connection that gets in."""
        self.clear()
        self.server.reset()
        self.server.sql(AS_NEW)
        self.wanted = Wanted(self.server.host, self.server.port, extra={"sslmode": "disable"})

    def clear(self) -> None:
        """Take back what reset() does not know of."""
        self.stack.close()
        if not self.server.running:
            self.server.start()
        altered = self.server.data / "postgresql.auto.conf"
        if any(line.strip() and not line.startswith("#") for line in altered.read_text().splitlines()):
            altered.write_text("")
            self.server.reload()

    def destroy(self) -> None:
        """End it all."""
        self.stack.close()
        self.server.destroy()

    # Asking

    def walk(self, helper: str, turn: int) -> Answer:
        """`safeconduct why warehouse` in this process, with this helper; `turn` chooses among its forms."""
        from tests.journeys.asking import Answer

        arguments, more = self._helped(helper, turn)
        home = str(self.home)
        environment = {"HOME": home, "AIRFLOW_HOME": home, "AIRFLOW_CONN_WAREHOUSE": self.wanted.json, **more}
        command = ["why", "warehouse", "--format", "json", "--timeout", str(self.patience), *arguments]
        done = CliRunner().invoke(cli, command, env=environment)
        assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
        assert not any(secret in done.output for secret in SECRETS)
        return Answer(done.exit_code, done.output)

    @property
    def patience(self) -> float:
        """Seconds for an address: a port of this server answers at once, and others are silent for ever."""
        return 10 if self.wanted.port == self.server.port else 0.25

    def _helped(self, helper: str, turn: int) -> tuple[list[str], dict[str, str]]:
        if helper == "--admin":
            folder, port = str(self.server.folder), self.server.port
            if turn % 2:
                return [], {"SAFECONDUCT_ADMIN_DSN": self.server.superuser_dsn()}
            uri = f"postgres://{SUPERUSER}@{quote(folder, safe='')}:{port}/postgres"
            return ["--admin", "boss"], {"AIRFLOW_CONN_BOSS": uri}
        if helper == "--server-log":
            ending = LOGS[self.formats[turn % len(self.formats)]]
            return ["--server-log", str(self.server.data / "log" / f"postgresql.{ending}")], {}
        return [], {}

    # Doing what a report says

    def apply(self, remedies: list[dict[str, str]], known: Mapping[str, str]) -> None:
        """These remedies of one report, in one session of psql; `known` is what a reader puts in for a placeholder."""
        if not remedies:
            return
        altered = False
        if self._is_setting(remedies[0]):
            self._put_setting(remedies[0]["text"])
            return
        with self.server.superuser() as psql:
            for remedy in remedies:
                text = remedy["text"]
                for placeholder, value in {**self.known, **known}.items():
                    text = text.replace(placeholder, value)
                assert "/path/to" not in text
                assert "<" not in text
                altered = altered or text.startswith("ALTER SYSTEM")
                self._apply_one(psql, {**remedy, "text": text})
        if altered:
            self.server.reload()

    def _apply_one(self, psql: Any, remedy: Mapping[str, str]) -> None:
        kind, text = remedy["kind"], remedy["text"]
        if kind == "sql":
            psql.execute(text.encode())
        elif kind == "pg_hba":
            self._put_line(text, remedy["when"])
        elif kind == "option":
            self.wanted = self.wanted.with_option(text)
        elif text.startswith("\\password "):
            self._set_password(psql, text.removeprefix("\\password "))

    def _set_password(self, psql: Any, role: str) -> None:
        """What \\password of psql does: libpq encrypts by the session's password_encryption."""
        verifier = psql.pgconn.encrypt_password(SECRETS[1].encode(), role.strip('"').encode()).decode()
        psql.execute(f"ALTER USER {role} PASSWORD '{verifier}'".encode())
        self.wanted = replace(self.wanted, password=SECRETS[1])

    def _put_line(self, line: str, when: str) -> None:
        """Above the line that is named, else above all lines of the test; and reload, as it says."""
        assert "SELECT pg_reload_conf()" in when
        path = self.server.data / "pg_hba.conf"
        if placed := re.search(r"in (/\S+)", when):
            assert placed[1].rstrip(";") == str(path)
        number = re.search(r"above pg_hba.conf line (\d+)", when)
        lines = path.read_text().splitlines()
        assert lines[HBA_LINE - 2] == MARKER
        lines.insert(int(number[1]) - 1 if number else HBA_LINE - 1, line)
        self.server.hba(lines[HBA_LINE - 1 :])

    @staticmethod
    def _is_setting(remedy: Mapping[str, str]) -> bool:
        return remedy["kind"] == "option" and "postgresql.conf" in remedy["when"]

    def _put_setting(self, line: str) -> None:
        with (self.server.data / "postgresql.auto.conf").open("a") as conf:
            conf.write(line + "\n")
        self.server.restart()

    def install(self, name: str) -> None:
        """The authority's certificate in the data directory, where the server finds it."""
        file = self.server.data / name
        file.write_bytes(self.authority.file.read_bytes())
        give(file)
        self.stack.callback(file.unlink)
