"""What a scene is built with: servers, an Airflow home of its own, and the command in it."""

from __future__ import annotations

import os
import random
import re
import shlex
import shutil
import string
import subprocess
import sys
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from unittest import mock
from urllib.parse import quote, urlencode

import pytest
from click.testing import CliRunner

from safeconduct.cli.main import cli
from tests.scenes import alone
from tests.scenes.alone import NAME_SERVER
from tests.scenes.steady import steady
from tests.secrets.metadata_file import MetadataFile
from tests.servers.availability import Missing, missing, require
from tests.servers.builds import find_build
from tests.servers.certificates import Authority
from tests.servers.pgbouncer import PgBouncer, find_pgbouncer
from tests.servers.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

T = TypeVar("T")
PASSWORD, BOSS = "Etl-Password-7", "Boss-Password-9"
VERSION = 15
"""The PostgreSQL that the scenes play on: others put some refusals in other words."""
SOURCES = Path(__file__).resolve().parents[2] / "src"


class Servers:
    """The servers that the scenes share, each started when first asked for. Close it at the end."""

    def __init__(self) -> None:
        self._postgres: Postgres | None = None

    def postgres(self) -> Postgres:
        """The PostgreSQL, as new."""
        if self._postgres is None:
            self._postgres = Postgres(require(find_build(VERSION)))
        self._postgres.reset()
        return self._postgres

    def close(self) -> None:
        """End them."""
        if self._postgres is not None:
            self._postgres.destroy()


class Scenery:
    """One scene under way. What it enters is left again at the end, and its folders are removed.

    `home` is shown as /opt/airflow and is AIRFLOW_HOME; `user_home` is shown as /home/airflow. Folders are as long as
    what they are shown as, so that lines break at the same words in every run.
    """

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._left = ExitStack()
        self._shown: dict[str, str] = {}
        self.home = self.folder("/opt/airflow")
        self.user_home = self.folder("/home/airflow")
        self.environment = {"AIRFLOW_HOME": str(self.home), "HOME": str(self.user_home)}
        self.prefix: list[str] = []
        self._shows_days()

    # Building it

    def folder(self, shown: str) -> Path:
        """A new folder that the transcript shows under this name."""
        letters = random.choices(string.ascii_lowercase, k=len(shown) - len("/tmp/"))
        path = Path("/tmp") / "".join(letters)
        path.mkdir(mode=0o755)
        self._left.callback(shutil.rmtree, path, ignore_errors=True)
        self.shows(path, shown)
        return path

    def shows(self, real: object, shown: str) -> None:
        """Let the transcript show this port, path or name as another."""
        self._shown[str(real)] = shown

    def _shows_days(self) -> None:
        """Certificates are made for days around today, and shown for the same around 2024-06-15."""
        today, shown = datetime.now(timezone.utc), datetime(2024, 6, 15, tzinfo=timezone.utc)
        for days in range(-3, 4):
            self.shows(f"{today + timedelta(days=days):%Y-%m-%d}", f"{shown + timedelta(days=days):%Y-%m-%d}")

    def enters(self, manager: AbstractContextManager[T]) -> T:
        """Enter it until the scene is over."""
        return self._left.enter_context(manager)

    def afterwards(self, deed: Callable[[], object]) -> None:
        """Do this when the scene is over."""
        self._left.callback(deed)

    def postgres(self) -> Postgres:
        """The PostgreSQL with a role etl and a database sales, and the connection warehouse that leads there."""
        server = self._servers.postgres()
        server.create_role("etl", PASSWORD)
        server.create_database("sales")
        self.shows(server.data, "/var/lib/postgresql/15/main")
        self.warehouse(server.port)
        return server

    def administrator(self, server: Postgres) -> None:
        """Let the connection dba lead to a superuser of this server."""
        server.create_role("dba", BOSS, "SUPERUSER LOGIN")
        self.connection("dba", server.port, user="dba", password=BOSS, database="postgres")

    def pgbouncer(self, server: Postgres) -> PgBouncer:
        """A PgBouncer in front of it that knows etl; the connection warehouse leads there."""
        pooler = PgBouncer(require(find_pgbouncer()), server)
        self.afterwards(pooler.destroy)
        pooler.add_user("etl", PASSWORD)
        pooler.start()
        self.warehouse(pooler.port, shown="6432")
        return pooler

    def warehouse(self, port: int | None, shown: str = "5432", **parts: str) -> None:
        """The connection warehouse, see connection()."""
        self.connection("warehouse", port, shown, **parts)

    def connection(
        self,
        conn_id: str,
        port: int | None,
        shown: str = "5432",
        *,
        host: str = "127.0.0.1",
        user: str = "etl",
        password: str = PASSWORD,
        database: str = "sales",
        **extra: str,
    ) -> None:
        """Define a connection in the environment; `extra` are the keys of its extra. Its port is shown as `shown`."""
        self.shows(port, shown)
        secret = f":{quote(password, safe='')}" if password else ""
        place = f"{quote(host, safe='')}:{port}" if port else quote(host, safe="")
        uri = f"postgres://{quote(user)}{secret}@{place}/{database}"
        self.environment[f"AIRFLOW_CONN_{conn_id.upper()}"] = f"{uri}?{urlencode(extra)}" if extra else uri

    def configure(self, text: str) -> None:
        """Write airflow.cfg."""
        (self.home / "airflow.cfg").write_text(text)

    def metadata_file(self) -> MetadataFile:
        """The metadata database as a SQLite file in the home, named by airflow.cfg; the same at each call."""
        path = self.home / "airflow.db"
        if path.exists():
            return MetadataFile(path, ddl="")
        with (self.home / "airflow.cfg").open("a") as configuration:
            configuration.write(f"[database]\nsql_alchemy_conn = sqlite:///{path}\n")
        return MetadataFile(path)

    def authority(self) -> Authority:
        """A new authority that signs certificates."""
        return Authority(self.home / "tls")

    def is_alone(self, *options: str) -> None:
        """Let the command run on a network of its own, see alone.py."""
        resolv = self.home / "resolv.conf"
        resolv.write_text(f"nameserver {NAME_SERVER[0]}\noptions timeout:1 attempts:1\n")
        namespaces = ["unshare", "--mount", "--net", "--map-root-user"]
        if subprocess.run([*namespaces, "true"], capture_output=True, check=False).returncode:
            missing(Missing("a network of one's own", "", impossible="this system allows no network of one's own"))
        self.prefix = [*namespaces, sys.executable, alone.__file__, str(resolv), *options, "--"]

    def runs_as(self, number: int) -> None:
        """Let the command run as the user of this number, who has no name; only root can."""
        if os.geteuid() != 0:
            pytest.skip("only root can run a command as somebody else")
        self.prefix = ["setpriv", f"--reuid={number}", f"--regid={number}", "--clear-groups", "--"]

    # Playing it

    def types(self, command: str) -> str:
        """What the command prints without a terminal, 100 columns wide, as the transcript shows it."""
        arguments = [self._real(word) for word in shlex.split(command)[1:]]
        own = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC", "COLUMNS": "100", **self.environment}
        said = self._process(arguments, own) if self.prefix else _in_process(arguments, own)
        assert PASSWORD not in said
        assert BOSS not in said
        return steady(self._as_shown(said))

    def close(self) -> None:
        """Leave what was entered."""
        self._left.close()

    def _process(self, arguments: list[str], environment: Mapping[str, str]) -> str:
        done = subprocess.run(
            [*self.prefix, sys.executable, "-m", "safeconduct", *arguments],
            env={**environment, "PYTHONPATH": str(SOURCES)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        return done.stdout

    def _real(self, text: str) -> str:
        for real, shown in self._shown.items():
            if shown.startswith("/"):
                text = text.replace(shown, real)
        return text

    def _as_shown(self, text: str) -> str:
        for real, shown in sorted(self._shown.items(), reverse=True):
            text = re.sub(rf"(?<![\w.]){re.escape(real)}(?!\w)", shown, text)
        return text


def _in_process(arguments: list[str], environment: Mapping[str, str]) -> str:
    with mock.patch.dict(os.environ, environment, clear=True):
        result = CliRunner().invoke(cli, arguments, prog_name="safeconduct")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output
