"""An audit takes no more memory for many rows than for some."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

import safeconduct
from tests.journeys.test_audit import make_runs
from tests.secrets.credential_tables import sqlite_tables

KEY, OLD = Fernet.generate_key(), Fernet.generate_key()
SPARE = 8 << 10
"""KiB by which two runs of the same may differ."""
# Not ru_maxrss, which a process takes over from the one that started it (exec_mmap in Linux's fs/exec.c).
PEAK = """
import sys
from safeconduct.cli.main import main
try:
    main()
except SystemExit:
    pass
with open("/proc/self/status") as status:
    print(*(line.split()[1] for line in status if line.startswith("VmHWM:")), file=sys.stderr)
"""


def peak(folder: Path, rows: int) -> int:
    """Of an audit of so many rows, in KiB: each other one with something to tell, and each with its own name."""
    folder.mkdir()
    tables = sqlite_tables(folder / "airflow.db")
    make_runs(tables, 2)
    sealed, old = (Fernet(key).encrypt(b'{"pwd": "Pl4nted-Word-7"}').decode() for key in (KEY, OLD))
    base = {"conn_type": "postgres", "host": "db.example.com", "is_encrypted": True, "is_extra_encrypted": True}
    halves = rows // 2
    tables.add(
        "connection",
        *(
            {"conn_id": f"c{number}", **base, "password": (sealed, old)[number % 2], "extra": sealed}
            for number in range(halves)
        ),
    )
    tables.add("variable", *({"key": f"v{number}", "val": sealed, "is_encrypted": True} for number in range(halves)))
    (folder / "airflow.cfg").write_text(
        f"[core]\nfernet_key = {KEY.decode()},{OLD.decode()}\n[database]\nsql_alchemy_conn = {tables.url}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", PEAK, "secrets", "audit", "--format", "json"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "AIRFLOW_HOME": str(folder),
            "PYTHONPATH": str(Path(safeconduct.__file__).parents[1]),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"{halves - 1000:,} more rows of the same kind" in done.stdout
    return int(done.stderr.split()[-1])


@pytest.mark.parametrize(("some", "many"), [(5_000, 30_000), pytest.param(20_000, 200_000, marks=pytest.mark.soak)])
def test_the_peak_does_not_grow_with_the_rows(tmp_path: Path, some: int, many: int) -> None:
    assert peak(tmp_path / "many", many) < peak(tmp_path / "some", some) + SPARE
