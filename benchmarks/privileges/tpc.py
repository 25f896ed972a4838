"""TPC-H's and TPC-DS's queries with their tables, and pgbench's scripts: made at the first run, never committed.

DuckDB's extensions carry the queries; DuckDB comes from PyPI into a folder of its own and is run once.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.privileges.regression import ROOT
from tools.postgres_builds import distribution_build, distribution_majors

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.postgres import Postgres

NAMES = ("tpch", "tpcds")
_VERSION = "1.5.5"
_READ = """
import duckdb, glob, json, sys
found = {}
for name, generate in (("tpch", "dbgen"), ("tpcds", "dsdgen")):
    connection = duckdb.connect()
    (path,) = glob.glob(f"{sys.argv[1]}/duckdb_extension_{name}/**/*.duckdb_extension", recursive=True)
    connection.execute(f"LOAD '{path}'")
    connection.execute(f"CALL {generate}(sf=0)")
    tables = [sql for (sql,) in connection.execute("SELECT sql FROM duckdb_tables()").fetchall()]
    queries = connection.execute(f"SELECT query FROM {name}_queries() ORDER BY query_nr").fetchall()
    found[name] = {"tables": tables, "queries": [query.strip().rstrip(";") for (query,) in queries]}
print(json.dumps(found))
"""
_SCRIPTS = ("tpcb-like", "simple-update", "select-only")


@dataclass(frozen=True)
class Queries:
    """A benchmark: CREATE TABLE statements, and queries without semicolons."""

    name: str
    tables: tuple[str, ...]
    queries: tuple[str, ...]

    @property
    def set_up(self) -> str:
        """The tables as a script."""
        return "\n".join(self.tables)

    @property
    def script(self) -> str:
        """The queries as a script."""
        return ";\n".join(self.queries) + ";\n"


def queries(name: str) -> Queries:
    """The queries of `tpch` or `tpcds`. Raises SystemExit where they cannot be had."""
    path = ROOT / f"tpc-{_VERSION}.json"
    if not path.exists():
        _read_into(path)
    found = json.loads(path.read_text())[name]
    return Queries(name, tuple(found["tables"]), tuple(found["queries"]))


def pgbench_script(server: Postgres) -> str:
    """pgbench's built-in scripts, one after the other, their variables filled in by the script itself."""
    texts = []
    for name in _SCRIPTS:
        command = [_pgbench(server), f"--show-script={name}"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        # Older pgbenches show scripts on standard error. Expressions of \\set are pgbench's own, not psql's.
        texts.append(re.sub(r"^\\set (\w+) .*", r"\\set \1 1", done.stdout or done.stderr, flags=re.MULTILINE))
    return "\n".join(texts)


def fill_pgbench(server: Postgres, database: str) -> None:
    """pgbench's own tables with their rows."""
    command = [_pgbench(server), "-i", "-q", "-h", str(server.folder), "-p", str(server.port)]
    done = subprocess.run([*command, "-U", "postgres", database], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"pgbench -i failed: {done.stderr[-500:]}")


def _pgbench(server: Postgres) -> str:
    """The server's own, or the distribution's: the builds from npm have none, and it fits all versions."""
    folders = [server.programs, *filter(None, map(distribution_build, distribution_majors()))]
    found = next((folder / "pgbench" for folder in folders if (folder / "pgbench").exists()), None)
    if not found:
        raise SystemExit("pgbench is not here; install it with: apt-get install postgresql-contrib")
    return str(found)


def _read_into(path: Path) -> None:
    folder = ROOT / f"duckdb-{_VERSION}"
    wanted = [f"{name}=={_VERSION}" for name in ("duckdb", "duckdb-extension-tpch", "duckdb-extension-tpcds")]
    _python("-m", "pip", "install", "--quiet", "--target", str(folder), *wanted)
    found = _python("-c", _READ, str(folder), folder=folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(found)


def _python(*words: str, folder: Path | None = None) -> str:
    environment = {**os.environ, **({"PYTHONPATH": str(folder)} if folder else {})}
    done = subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words[:3])} failed: {done.stderr[-500:]}")
    return done.stdout
