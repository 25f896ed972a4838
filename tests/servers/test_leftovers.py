"""Nothing is left running after the tests, however they end, and what is absent is said."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.servers.availability import Missing, require
from tests.servers.builds import default_build
from tests.servers.mariadb import find_mariadb
from tests.servers.pgbouncer import find_pgbouncer
from tests.servers.processes import scratch_folder, wait_until

ROOT = Path(__file__).resolve().parents[2]
INNER = """
    import time

    def test_it_is_killed_here(postgres, pgbouncer, mariadb):
        with postgres.superuser():
            print("FOLDERS", postgres.folder, pgbouncer.folder, mariadb.folder, flush=True)
            time.sleep(60)
"""


def processes_in(folders: list[Path]) -> list[Path]:
    """The processes whose working directory is in one of the folders: the servers and all their children."""
    found = []
    for cwd in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):  # it ended just now, or belongs to another user
            here = cwd.readlink()
            found += [cwd.parent for folder in folders if here.is_relative_to(folder)]
    return found


def test_servers_die_with_a_killed_pytest(tmp_path: Path) -> None:
    require(default_build())
    require(find_pgbouncer())
    require(find_mariadb())
    inner = tmp_path / "test_inner.py"
    inner.write_text(textwrap.dedent(INNER) + "\n")
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "tests.conftest", "--rootdir", str(ROOT), str(inner)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as pytest_process:
        assert pytest_process.stdout
        line = next((line for line in pytest_process.stdout if "FOLDERS" in line), "")
        try:
            folders = [Path(name) for name in line.split("FOLDERS")[1].split()]
            assert len(processes_in(folders)) > 3, "PostgreSQL, its children, PgBouncer"
            assert processes_in(folders[2:]), "MariaDB"
        finally:
            pytest_process.kill()
    wait_until(lambda: not processes_in(folders), "the servers' end")
    scratch_folder().rmdir()
    assert not any(folder.exists() for folder in folders), "the next server sweeps what a dead one left"


def test_what_is_absent_is_skipped_at_home_and_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = Missing("PostgreSQL 99", "make servers")
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="PostgreSQL 99 is not here; install it with: make servers"):
        require(absent)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="PostgreSQL 99 is not here"):
        require(absent)
    assert require(7) == 7
    with pytest.raises(pytest.skip.Exception, match="only on other machines"):
        require(Missing("PostgreSQL 99", "make servers", impossible="PostgreSQL 99 runs only on other machines"))
