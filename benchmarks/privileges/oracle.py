"""A server on which files are judged, each in a database of its own."""

from __future__ import annotations

import shutil
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.privileges.client import Client
from benchmarks.privileges.engines import SPARE
from benchmarks.privileges.replay import Replay
from benchmarks.privileges.roles import ROLE
from benchmarks.privileges.trial import Trial
from safeconduct.model import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.privileges.engines import Engine
    from benchmarks.privileges.verdict import Verdict
    from tests.servers.postgres import Postgres

DATABASE = "regression"
"""The name that PostgreSQL's own files expect."""
BASE = "regression_base"
_SETTINGS = {
    "timezone": "PST8PDT",
    "datestyle": "Postgres, MDY",
    "intervalstyle": "postgres_verbose",
    "statement_timeout": "10s",
    "client_min_messages": "notice",
    "jit": "off",
}
"""What PostgreSQL's own runner of the suite sets, and how long a single run of a statement may take.

Files switch kinds of plans off, after which the catalogs' plans look so dear that they would be compiled for seconds.
"""


class Oracle:
    """`server` is this oracle's alone. `set_up` fills the database that each file begins with.

    `data` is the folder of the files that scripts load (`abs_srcdir`/data in PostgreSQL's suite).
    """

    def __init__(self, server: Postgres, set_up: Callable[[Oracle], None], data: Path | None = None) -> None:
        self.server = server
        self._environment = _environment(server, data)
        server.sql(f"CREATE ROLE {ROLE}")
        server.create_database(BASE)
        server.sql(f"CREATE SCHEMA {SPARE}", database=BASE)
        set_up(self)
        self._roles = self._all_roles()

    def fill(self, name: str, text: str) -> None:
        """Replay a script in the database that each file begins with."""
        with closing(Replay(name, text, partial(self.connect, BASE), self._environment)) as replay:
            list(replay.run())

    def judge(self, name: str, text: str, engine: Engine) -> Sequence[Verdict]:
        """Replay a script and judge each of its statements."""
        self.server.sql(f"CREATE DATABASE {DATABASE} TEMPLATE {BASE}")
        try:
            with closing(Replay(name, text, partial(self.connect, DATABASE), self._environment)) as replay:
                return list(replay.run(lambda client, *case: Trial(client, engine, DATABASE).judge(*case)))
        finally:
            self._clean()

    def connect(self, database: str) -> Client:
        """A session of the superuser."""
        return Client(self.server.superuser_dsn(database), _SETTINGS)

    def _clean(self) -> None:
        self.server.sql(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        for role in self._all_roles() - self._roles:
            self.server.sql(f"DROP OWNED BY {quote_identifier(role)}")
            self.server.sql(f"DROP ROLE {quote_identifier(role)}")

    def _all_roles(self) -> set[str]:
        return {name for (name,) in self.server.sql("SELECT rolname::text FROM pg_roles")}


def _environment(server: Postgres, data: Path | None) -> dict[str, str]:
    """What the suite's own runner tells its scripts, with the data where the server's user can read it."""
    folder = server.folder / "regress"
    if data:
        shutil.copytree(data, folder / "data", dirs_exist_ok=True)
    library = server.sql("SELECT setting FROM pg_config WHERE name = 'PKGLIBDIR'")[0][0]
    return {"PG_ABS_SRCDIR": str(folder), "PG_ABS_BUILDDIR": str(folder), "PG_LIBDIR": library, "PG_DLSUFFIX": ".so"}
